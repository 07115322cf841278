"use strict";
// Where the words go that name a curve: beside it, in its colour, on nothing else.
globalThis.Live ??= {};

{
  const CELL = 4;
  // A label may lie on a tint, rather not on a rule, and on a curve or another label only if there is no other place.
  const FILL = 1, RULE = 2, LINE = 5, POINT = 6, TEXT = 20;
  const MANY = 255;   // a cell of several marks

  /** What is drawn where, in cells of a few pixels; sums over boxes are taken from running sums. */
  class Occupied {
    constructor(width, height) {
      [this.columns, this.rows] = [Math.ceil(width / CELL) + 1, Math.ceil(height / CELL) + 1];
      const count = this.columns * this.rows;
      this.weights = new Uint8Array(count);
      this.owners = new Uint8Array(count);
      this.sums = new Float64Array((this.columns + 1) * (this.rows + 1));
      this.hidden = new Float64Array((this.columns + 1) * (this.rows + 1));
      this.owner = MANY;
    }
    #cells(from, to, size) {
      return [Math.max(0, Math.min(size, Math.floor(from / CELL))), Math.max(0, Math.min(size, Math.floor(to / CELL) + 1))];
    }
    box(left, top, right, bottom, weight) {
      const [a, b] = this.#cells(left, right, this.columns);
      const [c, d] = this.#cells(top, bottom, this.rows);
      for (let row = c; row < d; row++) {
        for (let cell = row * this.columns + a; cell < row * this.columns + b; cell++) {
          if (weight > this.weights[cell]) this.weights[cell] = weight;
          this.owners[cell] = this.owners[cell] === 0 || this.owners[cell] === this.owner ? this.owner : MANY;
        }
      }
    }
    segment(x0, y0, x1, y1, weight) {
      const count = Math.min(400, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / CELL)) || 1;
      for (let i = 0; i <= count; i++) {
        const x = x0 + ((x1 - x0) * i) / count, y = y0 + ((y1 - y0) * i) / count;
        this.box(x, y, x, y, weight);
      }
    }
    /** Bring the running sums up to date: before `cost`, after `box`. */
    sum() {
      const wide = this.columns + 1;
      for (let row = 0; row < this.rows; row++) {
        let all = 0, hidden = 0;
        for (let column = 0; column < this.columns; column++) {
          const weight = this.weights[row * this.columns + column];
          all += weight;
          if (weight >= LINE) hidden += 1;
          const at = (row + 1) * wide + column + 1;
          this.sums[at] = this.sums[at - wide] + all;
          this.hidden[at] = this.hidden[at - wide] + hidden;
        }
      }
    }
    /** How bad it is to write on a box: the mean weight of its cells, and more where it hides a curve. */
    cost(left, top, right, bottom) {
      const [a, b] = this.#cells(left, right, this.columns);
      const [c, d] = this.#cells(top, bottom, this.rows);
      const wide = this.columns + 1;
      const over = (sums) => sums[d * wide + b] - sums[c * wide + b] - sums[d * wide + a] + sums[c * wide + a];
      return over(this.sums) / Math.max(1, (b - a) * (d - c)) + (over(this.hidden) > 0 ? 0.4 : 0);
    }
    /** The share of a box that belongs to others: a label there could be theirs. */
    crowd(left, top, right, bottom, owner) {
      const [a, b] = this.#cells(left, right, this.columns);
      const [c, d] = this.#cells(top, bottom, this.rows);
      let count = 0;
      for (let row = c; row < d; row++) {
        for (let cell = row * this.columns + a; cell < row * this.columns + b; cell++) {
          if (this.owners[cell] !== 0 && this.owners[cell] !== owner) count += 1;
        }
      }
      return count / Math.max(1, (b - a) * (d - c));
    }
  }

  const occupy = (occupied, mark, frame) => {
    const { X, Y, plot } = frame;
    const { kind, data } = mark;
    const { xs, ys } = data;
    if (kind === "line") {
      let [a, b] = [NaN, NaN];
      for (let i = 0; i < xs.length; i++) {
        const [c, d] = [X(xs[i]), Y(ys[i])];
        if (Math.abs(a + b + c + d) < 1e5) occupied.segment(a, b, c, d, LINE);
        [a, b] = [c, d];
      }
    } else if (kind === "points" || kind === "cross" || kind === "circle") {
      for (const [x, y] of Live.inside(data, frame)) occupied.box(x - 4, y - 4, x + 4, y + 4, POINT);
    } else if (kind === "bars" || kind === "steps") {
      tops(mark, frame).forEach(([x, y, half]) => {
        occupied.box(x - half, y, x + half, plot.bottom, kind === "bars" ? LINE : FILL);
        if (kind === "steps") occupied.box(x - half, y, x + half, y, LINE);
      });
    } else if (kind === "rule") {
      if (data.x === undefined) occupied.box(plot.left, Y(data.y), plot.right, Y(data.y), RULE);
      else occupied.box(X(data.x), plot.top, X(data.x), plot.bottom, RULE);
    } else if (kind === "text" && mark.box) {
      occupied.box(...mark.box, TEXT);
    }
  };

  /** The middle of the top of each bar or step in the plot, and half its width. */
  const tops = (mark, { X, Y, plot }) => {
    const { xs, ys } = mark.data;
    const ends = mark.kind === "bars" ? Live.spans(mark.data, mark.options) : Array.from(ys, (_, i) => [xs[i], xs[i + 1]]);
    const places = ends.map(([from, to], i) => [(X(from) + X(to)) / 2, Y(ys[i]), Math.abs(X(to) - X(from)) / 2, i]);
    return places.filter(([x, y]) => x >= plot.left && x <= plot.right && y >= plot.top && y <= plot.bottom);
  };

  const FEW = 24;

  /** Places in the plot where a label may hang: [x, y], the preferred one last. */
  const anchors = (mark, frame) => {
    const { X, Y, plot, em } = frame;
    const { xs, low, high, x, y } = mark.data;
    if (mark.kind === "rule") {
      if (x !== undefined) return [0.3, 0.2, 0.1, 0].map((part) => [X(x), plot.top + 0.6 * em + part * (plot.bottom - plot.top)]);
      return [0.35, 0.5, 0.65, 0.8, 1].map((part) => [plot.left + part * (plot.right - plot.left), Y(y)]);
    }
    const places = mark.kind === "bars" || mark.kind === "steps" ? tops(mark, frame)
      : mark.kind === "band" ? Live.inside({ xs, ys: xs.map((_, i) => (low[i] + high[i]) / 2) }, frame)
        : Live.inside(mark.data, frame);
    if (places.length === 0) return [];
    const wanted = mark.options.at === undefined ? Infinity : X(mark.options.at);
    const nearer = (best, one) => (Math.abs(one[0] - wanted) < Math.abs(best[0] - wanted) ? one : best);
    const preferred = places.reduce(nearer, places.at(-1));
    if (places.length <= FEW) return [...places, preferred];
    return [...Array.from({ length: FEW }, (_, i) => places[Math.round(((places.length - 1) * i) / (FEW - 1))]), preferred];
  };

  // Beside an anchor, the better ones first: sign of x, sign of y, text-anchor, distance.
  const NEAR = [
    [1, 0, "start", 1], [-1, -1, "end", 1], [0, -1, "middle", 1], [1, -1, "start", 1],
    [1, 1, "start", 1], [-1, 1, "end", 1], [0, 1, "middle", 1], [-1, 0, "end", 1],
  ];
  const SIDES = [...NEAR, ...NEAR.map(([right, down, anchor]) => [right, down, anchor, 2.2])];
  const OF_BAND = [[0, 0, "middle", 1]];
  const OF_UPRIGHT = [[1, 0, "start", 1], [-1, 0, "end", 1]];
  const OF_LEVEL = [[-1, -1, "end", 1], [-1, 1, "end", 1]];
  const sides = ({ kind, data }) => (kind === "band" ? OF_BAND : kind !== "rule" ? SIDES : data.x === undefined ? OF_LEVEL : OF_UPRIGHT);
  const BEFORE = { start: 0, middle: 0.5, end: 1 };

  const place = (label, occupied, frame) => {
    const { plot, em, width } = frame;
    const { mark, kept } = label;
    const places = anchors(mark, frame);
    const last = places.at(-1);
    const gap = 0.4 * em + (mark.kind === "points" || mark.kind === "cross" || mark.kind === "circle" ? 5 : 1);
    let best = null;
    places.forEach(([x, y], index) => {
      const away = Math.hypot(x - last[0], y - last[1]) / (plot.right - plot.left);
      const doubt = occupied.crowd(x - em, y - em, x + em, y + em, label.owner);
      sides(mark).forEach(([right, down, anchor, far], side) => {
        const aside = down === 0 ? gap : mark.kind === "rule" ? 0 : 4;
        const left = x + far * aside * right - label.width * BEFORE[anchor];
        const middle = y + down * (far * gap + 0.45 * em);
        const [top, bottom] = [middle - 0.5 * em, middle + 0.5 * em];
        if (left < plot.left + 3 || left + label.width > width || top < plot.top - 0.4 * em || bottom > plot.bottom) return;
        const stays = kept?.[0] === index && kept[1] === side;   // a label that jumps at every move cannot be read
        const hidden = occupied.cost(left - 2, top, left + label.width + 2, bottom);
        const beside = occupied.crowd(left, top - 0.7 * em, left + label.width, bottom + 0.7 * em, label.owner);
        const cost = 4 * hidden + 2.5 * away + 6 * doubt + 3 * beside + 0.03 * side + (far > 1 ? 0.25 : 0) - (stays ? 0.4 : 0);
        if (!best || cost < best.cost) best = { cost, left, middle, top, bottom, index, side };
      });
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
    marks.forEach((mark, i) => {
      occupied.owner = Math.min(MANY - 1, i + 1);
      occupy(occupied, mark, frame);
    });
    occupied.owner = MANY;
    for (const label of labels) {
      label.owner = marks.findIndex(({ key }) => key === label.mark.key) + 1;
      occupied.sum();
      const found = place(label, occupied, frame);
      if (found) {
        occupied.box(found.left, found.top, found.left + label.width, found.bottom, TEXT);
        label.kept = [found.index, found.side];
      }
      draw(label, found && [found.left, found.middle + 0.34 * frame.em]);
    }
  };
}
