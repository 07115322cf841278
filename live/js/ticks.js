"use strict";
// Few good ticks, and how they are written.
globalThis.Live ??= {};

{
  const tidy = (value) => Number(value.toPrecision(12));

  /** The step of 1, 2 or 5 times a power of ten that makes about `count` intervals. */
  Live.tickStep = (low, high, count) => {
    const rough = (high - low) / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(rough));
    const factor = [1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9));
    return tidy(factor * power);
  };

  /** Ticks of a linear axis. */
  Live.ticks = (low, high, count = 5) => {
    if (!(high > low)) return [low];
    const step = Live.tickStep(low, high, count);
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
  };

  /** Ticks of a logarithmic axis: powers of ten, every so many; 1, 2, 5 or linear ones where a power is rare. */
  Live.logTicks = (low, high, count = 5) => {
    const within = (value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
    const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    const spread = (factors, stride) => {
      const found = [];
      for (let e = Math.ceil(first / stride) * stride; e <= last; e += stride) {
        found.push(...factors.map((factor) => Number(`${factor}e${e}`)));
      }
      return found.filter(within);
    };
    for (const factors of [[1, 2, 5], [1, 3]]) {
      const found = spread(factors, 1);
      if (found.length >= 3 && found.length <= count + 1) return found;
    }
    for (const stride of [1, 2, 3, 4, 5, 6, 10, 20, 50, 100]) {
      const found = spread([1], stride);
      if (found.length <= count + 1 && found.length >= 2) return found;
    }
    return Live.ticks(low, high, count).filter((value) => value > 0);
  };

  /** The texts of an axis' ticks. They share their decimals; a long logarithmic axis is written in powers of ten. */
  Live.tickTexts = (values, log = false) => {
    if (log) {
      const plain = values.every((value) => value >= 0.999e-3 && value <= 1.001e4);
      return values.map((value) => (plain ? Live.short(value, 6) : scientific(value)));
    }
    const step = values.length > 1 ? values[1] - values[0] : values[0] || 1;
    const largest = Math.max(...values.map(Math.abs));
    if (largest >= 1e6) return values.map((value) => (largest >= 1e15 ? scientific(value) : Live.count(value)));
    if (largest < 1e-3 && largest > 0) return values.map(scientific);
    const places = Math.max(0, -Math.floor(Math.log10(Math.abs(step)) + 1e-9));
    return values.map((value) => (value === 0 ? "0" : Live.decimals(value, places)));
  };

  const scientific = (value) => {
    if (value === 0) return "0";
    const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
    const factor = tidy(value / 10 ** exponent);
    if (exponent >= 0 && exponent <= 2) return Live.short(value, 6);
    return factor === 1 ? Live.powerOfTen(exponent) : `${Live.short(factor)} × ${Live.powerOfTen(exponent)}`;
  };

  /** A domain that starts and ends on ticks and holds the values. */
  Live.niceDomain = (low, high, log = false) => {
    if (!(low <= high)) return log ? [1, 10] : [0, 1];
    if (log) {
      const round = (value, up) => {
        const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
        const factors = up ? [1, 2, 5, 10] : [5, 2, 1];
        const good = (factor) => (up ? factor * power >= value * (1 - 1e-9) : factor * power <= value * (1 + 1e-9));
        return tidy(factors.find(good) * power);
      };
      const [a, b] = [round(low, false), round(high, true)];
      return b > a ? [a, b] : [a, a * 10];
    }
    if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)];
    const step = Live.tickStep(low, high, 5);
    return [tidy(Math.floor(low / step + 1e-9) * step), tidy(Math.ceil(high / step - 1e-9) * step)];
  };
}
