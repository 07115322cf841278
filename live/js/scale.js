"use strict";
// From a quantity to a place on the page.
globalThis.Live ??= {};

/**
 * A function from `domain` to `range`, with its inverse; `log` for a logarithmic axis.
 *
 * What has no place (NaN, infinite, or not above 0 on a logarithmic axis) gives NaN, so that a mark leaves a gap.
 */
Live.scale = ([low, high], [from, to], log = false) => {
  const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const slope = (to - from) / (b - a || 1);
  const place = log
    ? (value) => (value > 0 && value < Infinity ? from + (Math.log10(value) - a) * slope : NaN)
    : (value) => (value - value === 0 ? from + (value - a) * slope : NaN);
  place.invert = (at) => (log ? 10 ** (a + (at - from) / slope) : a + (at - from) / slope);
  place.domain = [low, high];
  place.range = [from, to];
  place.log = log;
  return place;
};
