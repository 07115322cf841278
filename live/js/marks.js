"use strict";
// What can be drawn in a plot. A mark keeps its elements and changes them in place.
globalThis.Live ??= {};

{
  const SVG = "http://www.w3.org/2000/svg";

  /** A new SVG element in a parent. */
  Live.svg = (tag, attributes, parent) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return parent ? parent.appendChild(element) : element;
  };

  const FAR = 1e5;   // beyond the plot the exact place does not matter, but renderers lose precision
  const tenth = (value) => Math.round(Math.max(-FAR, Math.min(FAR, value)) * 10) / 10;
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const at = (x, y) => `${tenth(x)} ${tenth(y)}`;

  const path = (mark, name, d) => {
    const element = (mark.nodes[name] ??= Live.svg("path", { class: `live-${name}` }, mark.group));
    if (mark.drawn[name] !== d) element.setAttribute("d", (mark.drawn[name] = d));
    return element;
  };

  /** Where the points are that lie in the plot: [x, y, index]. */
  const inside = ({ xs, ys }, { X, Y, plot }) => {
    const found = [];
    for (let i = 0; i < xs.length; i++) {
      const x = X(xs[i]), y = Y(ys[i]);
      if (x >= plot.left - 0.5 && x <= plot.right + 0.5 && y >= plot.top - 0.5 && y <= plot.bottom + 0.5) found.push([x, y, i]);
    }
    return found;
  };

  const line = (mark, { X, Y }) => {
    const { xs, ys } = mark.data;
    let d = "", drawing = false;
    for (let i = 0; i < xs.length; i++) {
      const x = X(xs[i]), y = Y(ys[i]);
      const exists = x === x && y === y;
      if (exists) d += (drawing ? "L" : "M") + at(x, y);
      drawing = exists;
    }
    const { classList } = path(mark, "line", d);
    for (const name of ["dashed", "thin", "thick"]) classList.toggle(`live-${name}`, Boolean(mark.options[name]));
  };

  const band = (mark, { X, Y, plot }) => {
    const { xs, low, high } = mark.data;
    const end = (value, x, edge) => { const y = Y(value); return at(x, y === y ? clamp(y, plot.top, plot.bottom) : edge); };
    let d = "", above = "", below = "";
    const close = () => { d += above && `M${above.slice(1)}${below}Z`; above = below = ""; };
    for (let i = 0; i < xs.length; i++) {
      const x = X(xs[i]);
      if (x !== x || low[i] !== low[i] || high[i] !== high[i]) { close(); continue; }
      above += "L" + end(high[i], x, plot.top);
      below = "L" + end(low[i], x, plot.bottom) + below;
    }
    close();
    path(mark, "area", d);
  };

  const intervals = ({ xs, low, high }, { X, Y, plot }) => {
    let d = "";
    for (let i = 0; i < xs.length; i++) {
      const x = X(xs[i]);
      if (!(x >= plot.left - 0.5 && x <= plot.right + 0.5) || !(low[i] <= high[i])) continue;
      const [below, above] = [Y(low[i]), Y(high[i])];
      const bottom = below === below ? below : plot.bottom, top = above === above ? above : plot.top;
      if (bottom < plot.top || top > plot.bottom) continue;
      d += `M${at(x, Math.min(bottom, plot.bottom))}V${tenth(Math.max(top, plot.top))}`;
    }
    return d;
  };

  // A line of no length with a round cap is a dot: one path holds them all.
  const dots = (places) => places.map(([x, y]) => `M${at(x, y)}h0`).join("");

  const points = (mark, frame) => {
    path(mark, "interval", mark.data.low ? intervals(mark.data, frame) : "");
    path(mark, "dots", dots(inside(mark.data, frame)));
  };
  const cross = (mark, frame) => {
    path(mark, "interval", mark.data.low ? intervals(mark.data, frame) : "");
    path(mark, "cross", inside(mark.data, frame).map(([x, y]) => `M${at(x - 3.5, y - 3.5)}l7 7m0-7l-7 7`).join(""));
  };
  const circle = (mark, frame) => {
    path(mark, "interval", mark.data.low ? intervals(mark.data, frame) : "");
    const d = dots(inside(mark.data, frame));
    path(mark, "ring", d);
    path(mark, "hole", d);
  };

  /** The left and right end of each bar, in data. */
  const spans = ({ xs, ys }, { width, align = "center" }) => {
    const wide = width ?? (xs.length > 1 ? Math.abs(xs[1] - xs[0]) : 1);
    const before = align === "center" ? wide / 2 : 0;
    return Array.from(ys, (_, i) => [xs[i] - before, xs[i] - before + wide]);
  };

  const bars = (mark, { X, Y, plot }) => {
    const { ys } = mark.data;
    const zero = Y(mark.options.base ?? 0);
    const floor = zero === zero ? clamp(zero, plot.top, plot.bottom) : plot.bottom;
    let d = "";
    spans(mark.data, mark.options).forEach(([from, to], i) => {
      const left = clamp(X(from), plot.left, plot.right), right = clamp(X(to), plot.left, plot.right), top = Y(ys[i]);
      if (!(right - left > 0.01) || top !== top) return;
      const gap = right - left > 3 ? 0.5 : 0;
      d += `M${at(left + gap, floor)}V${tenth(clamp(top, plot.top, plot.bottom))}H${tenth(right - gap)}V${tenth(floor)}Z`;
    });
    path(mark, "bars", d);
  };

  const steps = (mark, { X, Y, plot }) => {
    const { xs: edges, ys } = mark.data;
    const zero = Y(mark.options.base ?? 0);
    const floor = tenth(zero === zero ? zero : plot.bottom + 2);
    let d = `M${tenth(X(edges[0]))} ${floor}`;
    for (let i = 0; i < ys.length; i++) {
      const y = Y(ys[i]);
      d += `V${y === y ? tenth(y) : floor}H${tenth(X(edges[i + 1]))}`;
    }
    d += `V${floor}`;
    path(mark, "area", mark.options.fill === false ? "" : d);
    path(mark, "line", d);
  };

  const rule = (mark, { X, Y, plot }) => {
    const { x, y } = mark.data;
    const place = x === undefined ? Y(y) : X(x);
    const [low, high] = x === undefined ? [plot.top, plot.bottom] : [plot.left, plot.right];
    const visible = place >= low - 0.5 && place <= high + 0.5;
    const d = x === undefined ? `M${at(plot.left, place)}H${tenth(plot.right)}` : `M${at(place, plot.bottom)}V${tenth(plot.top)}`;
    path(mark, "rule", visible ? d : "").classList.toggle("live-dashed", Boolean(mark.options.dashed));
  };

  const text = (mark, { X, Y, plot, width, measure, em }) => {
    const { x, y, string } = mark.data;
    const { anchor = "start", dx = 0, dy = 0 } = mark.options;
    const element = (mark.nodes.text ??= Live.svg("text", { class: "live-label" }, mark.group));
    const left = X(x) + dx, base = Y(y) + dy, long = measure(string);
    element.classList.toggle("live-hidden", !(left === left && base === base));
    if (!(left === left && base === base)) return;
    const before = { start: 0, middle: long / 2, end: long }[anchor];
    const from = clamp(left, before, Math.max(before, width - long + before)), on = clamp(base, plot.top + 0.8 * em, plot.bottom);
    mark.box = [from - before, on - 0.8 * em, from - before + long, on + 0.2 * em];   // labels keep off it
    element.setAttribute("x", tenth(from));
    element.setAttribute("y", tenth(on));
    element.setAttribute("text-anchor", anchor);
    element.textContent = string;
  };

  /** Each kind of mark, the lowest first: how it is drawn, and whether it is cut at the edge of the plot. */
  Live.marks = {
    band: { draw: band, clip: true },
    bars: { draw: bars, clip: true },
    steps: { draw: steps, clip: true },
    rule: { draw: rule, clip: false },
    line: { draw: line, clip: true },
    circle: { draw: circle, clip: false },
    points: { draw: points, clip: false },
    cross: { draw: cross, clip: false },
    text: { draw: text, clip: false },
  };
  Live.inside = inside;
  Live.spans = spans;
}
