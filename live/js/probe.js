"use strict";
// Reading values off a chart: with the pointer, with a finger, with the arrow keys.
globalThis.Live ??= {};

{
  const NEAR = 8;    // pixels within which a mark has a value at the place that is read
  const PACES = 60;  // presses of an arrow key from one side to the other, at most

  Live.Probe = class Probe {
    #chart; #announce; #pick; #tip; #group; #at = null; #value; #dragging = false;

    constructor(chart, { announce, pick }) {
      [this.#chart, this.#announce, this.#pick] = [chart, announce, pick];
      const { svg, host } = chart;
      this.#group = Live.svg("g", { class: "live-probe live-hidden", "aria-hidden": "true" }, svg);
      this.line = Live.svg("path", { class: "live-probe-line" }, this.#group);
      this.dots = Live.svg("g", {}, this.#group);
      this.#tip = document.createElement("div");
      this.#tip.className = "live-tip live-hidden";
      this.#tip.setAttribute("aria-hidden", "true");
      host.append(this.#tip);
      if (chart.spec.pick) svg.classList.add("live-pick");
      svg.addEventListener("pointermove", (event) => this.#pointed(event));
      svg.addEventListener("pointerdown", (event) => {
        this.#dragging = Boolean(chart.spec.pick) && event.button === 0;
        if (this.#dragging) svg.setPointerCapture(event.pointerId);
        this.#pointed(event);
      });
      svg.addEventListener("pointerup", () => { this.#dragging = false; });
      svg.addEventListener("pointercancel", () => { this.#dragging = false; });
      svg.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.hide());
      svg.addEventListener("keydown", (event) => this.#key(event));
      svg.addEventListener("blur", () => this.hide());
      document.addEventListener("pointerdown", (event) => { if (!svg.contains(event.target)) this.hide(); });
    }

    hide() {
      this.#at = null;
      this.#group.classList.add("live-hidden");
      this.#tip.classList.add("live-hidden");
    }

    /** After a redraw: the same place, the new values. */
    update() { if (this.#at !== null) this.#show(this.#at, false); }

    // What can be read: marks with a name, as places in pixels.
    #readable() {
      const { frame, marks } = this.#chart;
      const found = [];
      for (const mark of marks) {
        const name = mark.options.name ?? mark.options.label;
        if (!name || mark.options.probe === false || ["text", "rule"].includes(mark.kind)) continue;
        found.push({ mark, name, places: this.#places(mark, frame) });
      }
      return found;
    }

    #places({ kind, data, options }, { X, Y, plot }) {
      const count = kind === "band" ? data.low.length : data.ys.length;
      const spans = kind === "bars" ? Live.spans(data, options) : kind === "steps" ? Array.from(data.ys, (_, i) => [data.xs[i], data.xs[i + 1]]) : null;
      const places = [];
      for (let i = 0; i < count; i++) {
        const value = kind === "band" ? (data.low[i] + data.high[i]) / 2 : data.ys[i];
        const middle = spans ? X.log ? Math.sqrt(spans[i][0] * spans[i][1]) : (spans[i][0] + spans[i][1]) / 2 : data.xs[i];
        const x = X(middle), y = Y(value);
        if (!(x >= plot.left - 1 && x <= plot.right + 1) || y !== y) continue;
        const half = spans ? Math.abs(X(spans[i][1]) - X(spans[i][0])) / 2 : 0;
        places.push({ x, y: Math.max(plot.top, Math.min(plot.bottom, y)), i, half, data: kind === "bars" ? data.xs[i] : middle });
      }
      return places;
    }

    #pointed(event) {
      const { svg, frame } = this.#chart;
      if (!frame) return;
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) * frame.width) / box.width;
      const y = ((event.clientY - box.top) * frame.height) / box.height;
      const { left, right, top, bottom } = frame.plot;
      if (!this.#dragging && (x < left - NEAR || x > right + NEAR || y < top - NEAR || y > bottom + NEAR)) return this.hide();
      let best = null;
      for (const { places } of this.#readable()) {
        for (const place of places) {
          const distance = Math.max(0, Math.abs(place.x - x) - place.half) + Math.abs(place.y - y) / 6;
          if (!best || distance < best.distance) best = { distance, place };
        }
      }
      if (best) this.#show(best.place.data, false);
      if (this.#dragging) {
        const inside = (value, low, high) => Math.max(low, Math.min(high, value));
        this.#pick({ x: frame.X.invert(inside(x, left, right)), y: frame.Y.invert(inside(y, top, bottom)) });
      }
    }

    #key(event) {
      const moves = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
      if (event.key === "Escape") return this.hide();
      if (event.ctrlKey || event.metaKey || event.altKey || !this.#chart.frame) return;
      if ((event.key === "Enter" || event.key === " ") && this.#at !== null && this.#chart.spec.pick) {
        event.preventDefault();
        return this.#pick({ x: this.#at, y: this.#value });
      }
      if (!(event.key in moves)) return;
      event.preventDefault();
      const { X, plot } = this.#chart.frame;
      const all = this.#readable().flatMap(({ places }) => places).sort((a, b) => a.x - b.x);
      if (all.length === 0) return;
      const now = this.#at === null ? null : X(this.#at);
      const pace = (plot.right - plot.left) / PACES;
      const step = moves[event.key];
      let next;
      if (now === null) next = step === 1 || step === -Infinity ? all[0] : all.at(-1);
      else if (step > 0) next = (step === 1 && all.find(({ x }) => x > now + Math.max(0.5, pace))) || all.at(-1);
      else next = (step === -1 && all.findLast(({ x }) => x < now - Math.max(0.5, pace))) || all[0];
      this.#show(next.data, true);
    }

    #show(x, announce) {
      const { frame, axis, host } = this.#chart;
      const { X, plot } = frame;
      const px = X(x);
      const rows = [];
      for (const { mark, name, places } of this.#readable()) {
        const near = places.reduce((best, one) => (!best || Math.abs(one.x - px) < Math.abs(best.x - px) ? one : best), null);
        if (near && Math.abs(near.x - px) <= Math.max(NEAR, near.half)) rows.push({ mark, name, ...near });
      }
      if (rows.length === 0 || px !== px) return this.hide();
      this.#at = x;
      this.#value = rows[0].mark.data.ys?.[rows[0].i];
      const shown = rows.map((row) => ({ ...row, text: this.#text(row) }));
      const exact = rows.find((row) => Math.abs(row.x - px) < 0.5) ?? rows[0];
      const head = [axis.x.label, this.#where(exact, axis.x)].filter(Boolean).join(" ");
      this.line.setAttribute("d", `M${px.toFixed(1)} ${plot.top}V${plot.bottom}`);
      this.dots.replaceChildren(...rows.map((row) => Live.svg("circle", { cx: row.x.toFixed(1), cy: row.y.toFixed(1), r: 4, class: `live-probe-dot live-role-${row.mark.role}` })));
      this.#fill(head, shown);
      this.#group.classList.remove("live-hidden");
      this.#tip.classList.remove("live-hidden");
      const wide = this.#tip.offsetWidth;
      const left = px + 12 + wide <= host.clientWidth ? px + 12 : px - 12 - wide;
      // Styles are set through the object model: a page may forbid style attributes in markup.
      this.#tip.style.left = `${Math.max(0, Math.min(left, host.clientWidth - wide))}px`;
      const low = Math.min(...rows.map(({ y }) => y)) < plot.top + this.#tip.offsetHeight + 8;
      this.#tip.style.top = `${low ? plot.bottom - this.#tip.offsetHeight - 6 : plot.top}px`;
      if (announce) this.#announce(`${head}: ${shown.map(({ name, text }) => `${name} ${text}`).join(", ")}`);
    }
    #where({ mark, i, data }, axis) {
      const show = axis.show ?? ((value) => Live.short(value, 4));
      const named = axis.ticks?.find((tick) => Array.isArray(tick) && tick[0] === data);
      if (named) return named[1];
      return mark.kind === "steps" ? `${show(mark.data.xs[i])} to ${show(mark.data.xs[i + 1])}` : show(data);
    }

    #text({ mark, i }) {
      const show = this.#chart.axis.y.show ?? ((value) => Live.short(value, 3));
      const { ys, low, high } = mark.data;
      if (mark.kind === "band") return `${show(low[i])} to ${show(high[i])}`;
      return low ? `${show(ys[i])} (${show(low[i])} to ${show(high[i])})` : show(ys[i]);
    }

    #fill(head, rows) {
      const element = (tag, name, text) => Object.assign(document.createElement(tag), { className: name, textContent: text });
      const lines = rows.map(({ mark, name, text }) => {
        const line = element("div", `live-tip-row live-role-${mark.role}`, "");
        line.append(element("span", "live-tip-name", name), " ", element("b", "", text));
        return line;
      });
      this.#tip.replaceChildren(element("div", "live-tip-head", head), ...lines);
    }
  };
}
