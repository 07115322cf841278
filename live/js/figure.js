"use strict";
// A live figure: controls, charts and read-outs over the picture that stands in the page.
globalThis.Live ??= {};

{
  const SPEAK = 400, LINK = 250;   // ms of rest before it is said, and written to the address
  const MOST_TIMES = 5000;

  /** Script time of each redraw: `{figure, script}` in ms. */
  Live.times = [];

  const element = (...given) => Live.element(...given);

  /** A function that calls `action` when it was not called for some ms. */
  Live.rested = (wait, action) => {
    let timer = 0;
    const ask = (...given) => { clearTimeout(timer); timer = setTimeout(() => action(...given), wait); };
    ask.cancel = () => clearTimeout(timer);
    return ask;
  };

  Live.Figure = class Figure {
    constructor(name, definition, place, kernels) {
      Object.assign(this, { name, definition, place, kernels, charts: {}, controls: {}, values: {} });
      this.outputs = new Live.Outputs(definition.outputs ?? {}, name);
      this.frame = 0;
      this.spoken = "";
      this.speak = Live.rested(SPEAK, () => { if (this.status.textContent !== this.spoken) this.status.textContent = this.spoken; });
      this.write = Live.rested(LINK, () => this.#write());
      this.automatic = false;   // it moves by itself: that is not said, and no setting of the reader's
      this.#build();
      this.scratch = definition.setup?.({ kernels }) ?? {};
    }

    // Parts -----------------------------------------------------------------------------------------

    #build() {
      const { title, controls = {}, charts = {}, columns, long } = this.definition;
      this.part = element("div", { className: "live-part" });
      this.part.setAttribute("role", "group");
      this.part.setAttribute("aria-label", title);
      this.plots = element("div", { className: "live-charts" });
      this.plots.dataset.columns = columns ?? 1;
      this.panel = element("div", { className: "live-controls" });
      this.message = element("p", { className: "live-message live-hidden" });
      this.status = element("p", { className: "live-unseen" });
      this.status.setAttribute("role", "status");
      this.status.setAttribute("aria-live", "polite");
      this.part.append(this.plots, this.panel, this.message, this.outputs.element, this.status);
      for (const [key, spec] of Object.entries(controls)) this.#control(key, spec);
      this.#foot();
      if (long) this.long = new Live.LongRun(this);
      this.place.append(this.part);
      this.place.classList.add("live-on");   // now, so that charts can measure their column
      for (const [key, spec] of Object.entries(charts)) this.#chart(key, spec);
    }

    #control(key, spec) {
      const control = (this.controls[key] = Live.control(key, spec, () => this.#changed(key)));
      this.values[key] = control.get();
      if (spec.press) control.pressed = () => this.#apply(spec.press(this.values));
      this.#place(control.element);
    }

    // Buttons and checkboxes that follow each other share a row.
    #place(one) {
      if (!one.matches(".live-press, .live-check")) return this.panel.append(one);
      const last = this.panel.lastElementChild;
      if (last?.matches(".live-row")) last.append(one);
      else this.panel.append(element("div", { className: "live-row" }, one));
    }

    #chart(key, spec) {
      const host = element("div", { className: "live-chart" });
      host.dataset.chart = key;
      if (spec.title) host.append(element("p", { className: "live-chart-title", textContent: spec.title }));
      const plot = element("div", { className: "live-plot" });
      host.append(plot);
      this.plots.append(host);
      this.charts[key] = new Live.Chart(plot, spec, {
        announce: (text) => this.say(text),
        pick: (at) => spec.pick && this.#apply(spec.pick(at, this.values)),
      });
    }

    #foot() {
      this.link = element("a", { className: "live-link", textContent: "link to this setting" });
      this.copied = element("span", { className: "live-copied" });
      const reset = element("button", { type: "button", className: "live-reset", textContent: "reset" });
      this.link.addEventListener("click", async (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;   // a new tab, as of any link
        event.preventDefault();
        Live.replaceFragment(this.link.getAttribute("href"));
        const done = await Live.copy(this.link.href);
        this.copied.textContent = done ? "copied" : "the address above is the link";
        this.say(done ? "Link copied." : "The address of the page is now the link.");
        setTimeout(() => { this.copied.textContent = ""; }, 2500);
      });
      reset.addEventListener("click", () => { this.reset(); this.say("Reset. " + this.sentence); });
      if (Object.keys(this.controls).length) this.part.append(element("p", { className: "live-foot" }, this.link, this.copied, reset));
    }

    // Values ----------------------------------------------------------------------------------------

    #changed(key) {
      this.values[key] = this.controls[key].get();
      this.controls[this.controls[key].spec.replay]?.replay();
      this.#after();
    }

    #apply(values) {
      for (const [key, value] of Object.entries(values ?? {})) this.#put(key, value);
      this.#after();
    }

    #put(key, value) {
      const control = this.controls[key];
      if (!control) throw new Error(`figure ${this.name} has no control ${key}`);
      control.stop?.();
      control.set(control.clean(value));
      this.values[key] = control.get();
    }

    // A reader changed something: draw in the next frame, then write and speak when the hand rests.
    #after() {
      this.#relate();
      if (!this.automatic) {
        this.write();
        this.speaking = true;
      }
      this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
    }

    #relate() {
      for (const control of Object.values(this.controls)) {
        if (control.spec.when) control.element.classList.toggle("live-hidden", !control.spec.when(this.values));
      }
      this.link.href = this.#fragment();
    }

    #write() {
      const fragment = this.#fragment();
      const ours = Live.readFragment(location.hash)?.name === this.name;
      if (fragment.includes("?")) Live.replaceFragment(fragment);
      else if (ours) Live.replaceFragment("");
    }

    #fragment() { return Live.writeFragment(this.name, this.controls, this.values); }

    /** Set controls, redraw at once, and give the outputs. */
    set(values) {
      for (const [key, value] of Object.entries(values)) this.#put(key, value);
      this.#relate();
      this.draw();
      return this.outputs.read();
    }

    /** All controls as at the start. */
    reset() {
      this.set(Object.fromEntries(Object.entries(this.controls).map(([key, { initial }]) => [key, initial])));
      this.write.cancel();
      this.#write();
    }

    /** The setting of a fragment. */
    restore(texts) { return this.set(Live.parseTexts(this.controls, texts)); }

    // Drawing ---------------------------------------------------------------------------------------

    /** Draw now. A figure that fails says so, and is whole again at the next setting that works. */
    draw() {
      this.sentence = "";
      const failure = this.drawing("", (tools) => {
        const charts = Object.values(tools.charts);
        for (const chart of charts) chart.begin();
        this.definition.draw?.({ values: { ...this.values }, ...tools });
        for (const chart of charts) chart.end();
      });
      this.report(failure);
      this.speakSoon();
      if (!failure) this.long?.changed();
    }

    /** Let `action` draw with the figure's tools, on the clock; gives what it threw, or null. */
    drawing(suffix, action) {
      const began = performance.now();
      const { kernels, charts, scratch } = this;
      let failure = null;
      try {
        action({ kernels, charts, scratch, output: this.outputs.values, say: (text) => { this.sentence = text; } });
      } catch (error) {
        failure = error;
      }
      Live.times.push({ figure: this.name + suffix, script: performance.now() - began });
      if (Live.times.length > MOST_TIMES) Live.times.shift();
      return failure;
    }

    /** Say that there is no result, or take that back. */
    report(failure) {
      this.place.classList.toggle("live-failing", failure !== null);
      this.message.classList.toggle("live-hidden", failure === null);
      this.message.textContent = failure ? `No result for this setting: ${failure.message}` : "";
      if (!failure) return;
      this.sentence = this.message.textContent;
      this.outputs.clear();
    }

    /** Say a sentence when the hand rests. */
    say(text) { this.spoken = text; this.speak(); }

    /** Say what was drawn; but not the first picture, which nobody asked for. */
    speakSoon() {
      const text = this.sentence || this.outputs.sentence;
      for (const chart of Object.values(this.charts)) if (!chart.described) chart.describe(text, false);
      if (this.speaking) this.say(text);
    }
  };
}
