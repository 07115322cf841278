"use strict";
// A chart: two axes and marks. Marks are recorded during a redraw and rendered once, at its end.
globalThis.Live ??= {};

{
  const ROLES = ["ink", "simulation", "measurement", "third", "fourth", "muted", "hairline"];
  const FALLBACK_WIDTH = 576;   // where the column cannot be measured: a closed <details>, a hidden tab
  let number = 0;

  // A copy: the figure may use its arrays again. BigInt arrays become numbers.
  const numbers = (values) => {
    if (typeof values === "number") return new Float64Array([values]);
    const large = values instanceof BigInt64Array || values instanceof BigUint64Array;
    return large ? Float64Array.from(values, Number) : new Float64Array(values);
  };

  const context = () => (context.kept ??= document.createElement("canvas").getContext("2d"));

  Live.Chart = class Chart {
    #auto = {}; #given = {}; #marks = new Map(); #layers = {}; #touched = new Set(); #axes = {}; #texts = new Map(); #labelled = new Map();

    /** @param host an element; @param spec `x`, `y`, `height`, `title`, `right`, `pick`: see the README */
    constructor(host, spec, { announce = () => {}, pick = () => {} } = {}) {
      this.spec = spec;
      this.host = host;
      this.axis = { x: { ...spec.x }, y: { ...spec.y } };
      this.svg = Live.svg("svg", { role: "img", tabindex: "0", focusable: "true" }, host);
      const id = `live-clip-${number++}`;
      this.#axes.clip = Live.svg("rect", {}, Live.svg("clipPath", { id }, this.svg));
      for (const name of ["axis", ...Object.keys(Live.marks), "labels"]) {
        this.#layers[name] = Live.svg("g", { class: `live-layer-${name}` }, this.svg);
        if (Live.marks[name]?.clip) this.#layers[name].setAttribute("clip-path", `url(#${id})`);
      }
      this.#layers.axis.setAttribute("aria-hidden", "true");
      this.describe(null, false);
      this.probe = new Live.Probe(this, { announce, pick });
      this.#measureFont();
      new ResizeObserver(() => this.#resized()).observe(host);
    }

    // Marks ---------------------------------------------------------------------------------------

    line(key, xs, ys, options) { this.#put("line", key, { xs: numbers(xs), ys: numbers(ys) }, options, "ink"); }
    dashed(key, xs, ys, options) { this.line(key, xs, ys, { ...options, dashed: true }); }
    band(key, xs, low, high, options) { this.#put("band", key, { xs: numbers(xs), low: numbers(low), high: numbers(high) }, options, "muted"); }
    points(key, xs, ys, options) { this.#put("points", key, this.#withIntervals(xs, ys, options), options, "simulation"); }
    cross(key, xs, ys, options) { this.#put("cross", key, this.#withIntervals(xs, ys, options), options, "measurement"); }
    circle(key, xs, ys, options) { this.#put("circle", key, this.#withIntervals(xs, ys, options), options, "ink"); }
    bars(key, xs, ys, options) { this.#put("bars", key, { xs: numbers(xs), ys: numbers(ys) }, options, "simulation"); }
    /** A histogram: one more edge than heights. */
    steps(key, edges, ys, options) { this.#put("steps", key, { xs: numbers(edges), ys: numbers(ys) }, options, "simulation"); }
    /** A line across the plot at `{ x }` or `{ y }`. */
    rule(key, { x, y }, options) { this.#put("rule", key, { x, y }, options, "muted"); }
    text(key, x, y, string, options) { this.#put("text", key, { x, y, string: String(string) }, options, "muted"); }

    #withIntervals(xs, ys, { low, high } = {}) {
      const data = { xs: numbers(xs), ys: numbers(ys) };
      return low === undefined ? data : { ...data, low: numbers(low), high: numbers(high) };
    }

    #put(kind, key, data, options = {}, role) {
      const wanted = options.role ?? role;
      if (!ROLES.includes(wanted)) throw new Error(`role ${wanted} of mark ${key} must be one of ${ROLES.join(", ")}`);
      let mark = this.#marks.get(key);
      if (mark && mark.kind !== kind) {
        this.remove(key);
        mark = undefined;
      }
      if (!mark) {
        mark = { key, kind, group: Live.svg("g", { "data-key": key }, this.#layers[kind]), nodes: {}, drawn: {} };
        this.#marks.set(key, mark);
      }
      mark.group.setAttribute("class", `live-mark live-role-${wanted}${options.faint ? " live-faint" : ""}`);
      Object.assign(mark, { data, options, role: wanted, hidden: false });
      this.#touched.add(key);
    }

    /** Take a mark away. Marks that a redraw does not name go by themselves. */
    remove(key) {
      this.#marks.get(key)?.group.remove();
      this.#marks.delete(key);
    }

    /** Change what an axis shows: `{ x: [0, 10] }`; an end that is null follows the data. */
    domain(domains) { Object.assign(this.#given, domains); }
    /** Change axes for good: `{ x: { label: "days", ticks: [0, 10, 20], domain: [0, 20] } }`. */
    axes(changes) { for (const [name, change] of Object.entries(changes)) Object.assign(this.axis[name], change); }
    /** Say what the chart shows, for those who do not see it. */
    describe(sentence, byFigure = true) {
      const { x, y } = this.axis;
      const what = this.spec.title ?? [y.label, x.label].filter(Boolean).join(" against ");
      const text = [what, sentence].filter(Boolean).join(". ");
      if (this.svg.getAttribute("aria-label") !== text) this.svg.setAttribute("aria-label", text);
      this.described ||= byFigure;   // the runtime's own words do not replace the figure's
    }

    // Redraw ----------------------------------------------------------------------------------------

    /** Start a redraw of everything. */
    begin() {
      this.#touched.clear();
      this.#given = {};
      this.described = false;
    }
    /** End it: what was not drawn again is gone. */
    end() {
      for (const [key, mark] of this.#marks) if (!this.#touched.has(key)) mark.hidden = true;
      this.render();
    }
    get marks() { return [...this.#marks.values()].filter((mark) => !mark.hidden); }

    render() {
      const frame = (this.frame = this.#layout());
      for (const mark of this.#marks.values()) {
        mark.group.classList.toggle("live-hidden", mark.hidden);
        if (!mark.hidden) Live.marks[mark.kind].draw(mark, frame);
      }
      this.#label(frame);
      this.probe.update();
    }

    #label(frame) {
      const wanted = [], seen = new Set();
      for (const mark of this.marks) {
        const { label, texts } = mark.options;
        const names = texts ? Array.from(mark.data.xs, (_, i) => [`${mark.key} ${i}`, texts[i], i]) : [[mark.key, label, -1]];
        for (const [id, text, i] of names) {
          if (!text) continue;
          const kept = this.#labelled.get(id) ?? { node: Live.svg("text", {}, this.#layers.labels) };
          this.#labelled.set(id, kept);
          seen.add(id);
          const one = i < 0 ? mark : { ...mark, data: { xs: mark.data.xs.slice(i, i + 1), ys: mark.data.ys.slice(i, i + 1) } };
          wanted.push(Object.assign(kept, { mark: one, text: String(text), width: frame.measure(text) }));
        }
      }
      Live.placeLabels(wanted, this.marks, frame, ({ node, mark, text }, place) => {
        node.setAttribute("class", `live-label live-role-${mark.role}${place ? "" : " live-hidden"}`);
        if (!place) return;
        node.setAttribute("x", Math.round(place[0] * 10) / 10);
        node.setAttribute("y", Math.round(place[1] * 10) / 10);
        if (node.textContent !== text) node.textContent = text;
      });
      for (const [id, { node }] of this.#labelled) {
        if (seen.has(id)) continue;
        node.remove();
        this.#labelled.delete(id);
      }
    }

    // Axes ----------------------------------------------------------------------------------------

    #domain(name) {
      const { domain, log } = this.axis[name];
      const [low, high] = this.#given[name] ?? domain ?? [null, null];
      if (low !== null && high !== null) return [low, high];
      let [least, most] = [Infinity, -Infinity];
      const see = (values) => {
        for (const value of values ?? []) {
          if (!Number.isFinite(value) || (log && value <= 0)) continue;
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
      };
      for (const { kind, data, options } of this.marks) {
        see(name === "x" ? data.xs : data.ys);
        if (name === "y") [data.low, data.high].forEach(see);
        if (kind === "circle" || kind === "text" || kind === "rule") see([data[name]]);
        if (kind === "bars") see(name === "y" ? [options.base ?? 0] : Live.spans(data, options).flat());
        if (kind === "steps" && name === "y") see([options.base ?? 0]);
      }
      const nice = Live.niceDomain(low ?? least, high ?? most, log);
      return [low ?? nice[0], high ?? nice[1]];
    }

    #layout() {
      const { em, width } = this;
      const height = this.spec.height ?? 240;
      const [x, y] = [this.#domain("x"), this.#domain("y")];
      const { axis } = this;
      const top = axis.y.label || this.spec.title ? 1.75 * em : 0.7 * em;
      const bottom = height - (axis.x.label ? 2.95 : 1.75) * em;
      const yTicks = this.#ticks(axis.y, y, Math.max(2, Math.round((bottom - top) / (3.2 * em))));
      const left = this.spec.left ?? 9 + Math.max(8, ...yTicks.map(([, text]) => this.measure(text, 0.94)));
      const room = (this.spec.right ?? 0) + 1.1 * em;
      const xTicks = this.#xTicks(axis.x, x, width - left - room);
      const right = width - Math.max(room, this.measure(xTicks.at(-1)?.[1] ?? "", 0.94) / 2);
      const plot = { left, right, top, bottom };
      const X = Live.scale(x, [left, right], axis.x.log);
      const Y = Live.scale(y, [bottom, top], axis.y.log);
      this.#drawAxes({ X, Y, plot, xTicks, yTicks, width, height });
      return { X, Y, plot, width, height, em, measure: (text) => this.measure(text) };
    }

    #ticks({ ticks, log, show }, [low, high], count) {
      const within = (value) => value >= Math.min(low, high) - 1e-9 * Math.abs(low) && value <= Math.max(low, high) + 1e-9 * Math.abs(high);
      if (ticks) return ticks.map((tick) => (Array.isArray(tick) ? tick : [tick, show ? show(tick) : Live.short(tick, 6)])).filter(([value]) => within(value));
      const values = log ? Live.logTicks(low, high, count) : Live.ticks(low, high, count);
      const texts = show ? values.map((value) => show(value)) : Live.tickTexts(values, log);
      return values.map((value, i) => [value, texts[i]]);
    }

    // As many as fit without touching.
    #xTicks(axis, domain, room) {
      for (let count = axis.count ?? 6; count >= 1; count--) {
        const ticks = this.#ticks(axis, domain, count);
        const scale = Live.scale(domain, [0, room], axis.log);
        const fits = ticks.every(([value, text], i) => {
          if (i === 0) return true;
          const half = (this.measure(text, 0.94) + this.measure(ticks[i - 1][1], 0.94)) / 2;
          return scale(value) - scale(ticks[i - 1][0]) >= half + 0.7 * this.em;
        });
        if (fits || count === 1) return ticks;
      }
      return [];
    }

    #drawAxes({ X, Y, plot, xTicks, yTicks, width, height }) {
      const { left, right, top, bottom } = plot;
      const { em, axis, svg } = this;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("width", width);
      svg.setAttribute("height", height);
      for (const [name, value] of Object.entries({ x: left - 1, y: top - 1, width: right - left + 2, height: bottom - top + 2 })) {
        this.#axes.clip.setAttribute(name, value);
      }
      const line = (this.#axes.line ??= Live.svg("path", { class: "live-axis" }, this.#layers.axis));
      const marks = [...xTicks.map(([value]) => `M${X(value).toFixed(1)} ${bottom}v4`), ...yTicks.map(([value]) => `M${left} ${Y(value).toFixed(1)}h-4`)];
      line.setAttribute("d", `M${left} ${top}V${bottom}H${right}${marks.join("")}`);
      const words = [
        ...xTicks.map(([value, text]) => ["live-tick", X(value), bottom + 1.4 * em, "middle", text]),
        ...yTicks.map(([value, text]) => ["live-tick", left - 8, Y(value) + 0.33 * em, "end", text]),
        ["live-name", (left + right) / 2, height - 0.35 * em, "middle", axis.x.label ?? ""],
        ["live-name", 0, 0.9 * em, "start", axis.y.label ?? ""],
      ];
      this.#axes.words ??= [];
      words.forEach(([name, x, y, anchor, text], i) => {
        const node = (this.#axes.words[i] ??= Live.svg("text", {}, this.#layers.axis));
        const looks = `${name} ${x.toFixed(1)} ${y.toFixed(1)} ${anchor} ${text}`;
        if (node.looks === looks) return;
        node.looks = looks;
        for (const [key, value] of Object.entries({ class: name, x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor })) node.setAttribute(key, value);
        node.textContent = text;
      });
      this.#axes.words.splice(words.length).forEach((node) => node.remove());
    }

    // Size ----------------------------------------------------------------------------------------

    // Reading computed styles is slow: once, and when the size changes.
    #measureFont() {
      const style = getComputedStyle(this.svg);
      this.em = parseFloat(style.fontSize) || 13;
      this.font = `${this.em}px ${style.fontFamily || "sans-serif"}`;
      this.width = this.host.clientWidth || FALLBACK_WIDTH;
      this.#texts.clear();
    }

    /** The width of a text in pixels. */
    measure(text, size = 1) {
      const known = this.#texts.get(text);
      if (known !== undefined) return known * size;
      context().font = this.font;
      if (this.#texts.size > 2000) this.#texts.clear();
      const width = context().measureText(text).width;
      this.#texts.set(text, width);
      return width * size;
    }

    #resized() {
      if (!this.host.clientWidth || this.host.clientWidth === this.width) return;
      this.#measureFont();
      if (this.frame) this.render();
    }
  };
}
