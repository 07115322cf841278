"use strict";
// Where the words go that name a curve: beside it, in its colour, on nothing else.
globalThis.Live ??= {};

{
  const CELL = 5;

  /** What is drawn where, in cells of a few pixels. */
  class Occupied {
    constructor(width, height) {
      [this.columns, this.rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)];
      this.cells = new Uint8Array(this.columns * this.rows);
    }
    #range(from, to, size) {
      return [Math.max(0, Math.floor(from / CELL)), Math.min(size - 1, Math.floor(to / CELL))];
    }
    box(left, top, right, bottom, weight) {
      const [a, b] = this.#range(left, right, this.columns);
      const [c, d] = this.#range(top, bottom, this.rows);
      for (let row = c; row <= d; row++) {
        for (let column = a; column <= b; column++) {
          const cell = row * this.columns + column;
          this.cells[cell] = Math.max(this.cells[cell], weight);
        }
      }
    }
    segment(x0, y0, x1, y1, weight) {
      const count = Math.min(400, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / CELL));
      for (let i = 0; i <= count; i++) {
        const x = x0 + ((x1 - x0) * i) / (count || 1), y = y0 + ((y1 - y0) * i) / (count || 1);
        this.box(x, y, x, y, weight);
      }
    }
    /** The mean weight of the cells of a box. */
    cost(left, top, right, bottom) {
      const [a, b] = this.#range(left, right, this.columns);
      const [c, d] = this.#range(top, bottom, this.rows);
      let sum = 0;
      for (let row = c; row <= d; row++) for (let column = a; column <= b; column++) sum += this.cells[row * this.columns + column];
      return sum / Math.max(1, (b - a + 1) * (d - c + 1));
    }
  }

  const POINT = 6, LINE = 5, TEXT = 20, FILL = 1;

  const occupy = (occupied, mark, frame) => {
    const { X, Y, plot } = frame;
    const { xs, ys } = mark.data;
    if (mark.kind === "line") {
      for (let i = 1; i < xs.length; i++) {
        const [a, b, c, d] = [X(xs[i - 1]), Y(ys[i - 1]), X(xs[i]), Y(ys[i])];
        if (Math.abs(a + b + c + d) < 1e5) occupied.segment(a, b, c, d, LINE);
      }
    } else if (["points", "cross", "circle"].includes(mark.kind)) {
      for (const [x, y] of Live.inside(mark.data, frame)) occupied.box(x - 4, y - 4, x + 4, y + 4, POINT);
    } else if (mark.kind === "bars" || mark.kind === "steps") {
      tops(mark, frame).forEach(([x, y, half]) => occupied.box(x - half, y, x + half, plot.bottom, mark.kind === "bars" ? LINE : FILL));
    } else if (mark.kind === "rule") {
      if (mark.data.x === undefined) occupied.box(plot.left, Y(mark.data.y), plot.right, Y(mark.data.y), LINE);
      else occupied.box(X(mark.data.x), plot.top, X(mark.data.x), plot.bottom, LINE);
    } else if (mark.kind === "text") {
      const box = mark.nodes.text?.getBBox?.();
      if (box) occupied.box(box.x, box.y, box.x + box.width, box.y + box.height, TEXT);
    }
  };

  /** The middle of the top of each bar or step in the plot, and half its width. */
  const tops = (mark, { X, Y, plot }) => {
    const { xs, ys } = mark.data;
    const ends = mark.kind === "bars" ? Live.spans(mark.data, mark.options) : Array.from(ys, (_, i) => [xs[i], xs[i + 1]]);
    const places = ends.map(([from, to], i) => [(X(from) + X(to)) / 2, Y(ys[i]), Math.abs(X(to) - X(from)) / 2, i]);
    return places.filter(([x, y]) => x >= plot.left && x <= plot.right && y >= plot.top && y <= plot.bottom);
  };

  /** Places in the plot where a label may hang: [x, y], the preferred one last. */
  const anchors = (mark, frame) => {
    const { X, Y, plot } = frame;
    const { xs, low, high, x, y } = mark.data;
    let places;
    if (mark.kind === "rule") {
      const spread = [0.3, 0.2, 0.1, 0];
      if (x !== undefined) return spread.map((part) => [X(x), plot.top + 0.6 * frame.em + part * (plot.bottom - plot.top)]);
      return [0.3, 0.6, 1].map((part) => [plot.left + part * (plot.right - plot.left), Y(y)]);
    }
    if (mark.kind === "bars" || mark.kind === "steps") places = tops(mark, frame);
    else if (mark.kind === "band") places = Live.inside({ xs, ys: xs.map((_, i) => (low[i] + high[i]) / 2) }, frame);
    else places = Live.inside(mark.data, frame);
    if (places.length === 0) return [];
    const wanted = mark.options.at === undefined ? Infinity : X(mark.options.at);
    const nearest = places.reduce((best, one) => (Math.abs(one[0] - wanted) < Math.abs(best[0] - wanted) ? one : best), places.at(-1));
    const few = Array.from({ length: 12 }, (_, i) => places[Math.round(((places.length - 1) * i) / 11)]);
    return [...few, nearest];
  };

  const SIDES = [   // of the anchor: sign of x, sign of y, text-anchor
    [1, 0, "start"], [-1, -1, "end"], [0, -1, "middle"], [1, -1, "start"], [1, 1, "start"], [-1, 1, "end"], [0, 1, "middle"], [-1, 0, "end"],
  ];
  const CENTRE = [0, 0, "middle"];

  const place = (label, occupied, frame) => {
    const { plot, em, width } = frame;
    const places = anchors(label.mark, frame);
    const last = places.at(-1);
    const gap = 0.55 * em + (["points", "cross", "circle"].includes(label.mark.kind) ? 3 : 1);
    let best = null;
    places.forEach(([x, y], index) => {
      for (const [side, [right, down, anchor]] of (label.mark.kind === "band" ? [CENTRE] : SIDES).entries()) {
        if (label.mark.kind === "rule" && (label.mark.data.x === undefined ? down === 0 : right === 0 || down !== 0)) continue;
        if (label.mark.kind === "rule" && label.mark.data.x === undefined && right === 1) continue;
        const left = x + (down === 0 ? gap : label.mark.kind === "rule" ? 0 : 4) * right - { start: 0, middle: label.width / 2, end: label.width }[anchor];
        const middle = y + down * (gap + 0.35 * em);
        const [top, bottom] = [middle - 0.58 * em, middle + 0.58 * em];
        if (left < 0 || left + label.width > width || top < plot.top - 0.3 * em || bottom > plot.bottom) continue;
        const away = Math.hypot(x - last[0], y - last[1]) / (plot.right - plot.left);
        const kept = label.kept && label.kept[0] === index && label.kept[1] === side ? 0.5 : 0;
        const cost = 2 * occupied.cost(left - 2, top, left + label.width + 2, bottom) + 2.5 * away + 0.06 * side - kept;
        if (!best || cost < best.cost) best = { cost, left, middle, top, bottom, index, side };
      }
    });
    return best;
  };

  /**
   * Place the labels of marks: `labels` hold a mark, a text and its width; `draw` is told each label's left end and
   * baseline, or null where it found no room.
   */
  Live.placeLabels = (labels, marks, frame, draw) => {
    if (labels.length === 0) return;
    const occupied = new Occupied(frame.width, frame.height);
    for (const mark of marks) occupy(occupied, mark, frame);
    for (const label of labels) {
      const found = place(label, occupied, frame);
      if (found) {
        occupied.box(found.left, found.top, found.left + label.width, found.bottom, TEXT);
        label.kept = [found.index, found.side];
      }
      draw(label, found && [found.left, found.middle + 0.34 * frame.em]);
    }
  };
}
