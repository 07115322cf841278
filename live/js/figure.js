"use strict";
// A live figure: controls, charts and read-outs over the picture that stands in the page.
globalThis.Live ??= {};

{
  const definitions = new Map();
  const figures = (Live.figures = {});   // by name, once mounted
  const SPEAK = 400, LINK = 250, LONG = 150;   // ms of rest before it is said, written to the address, computed at length
  const MOST_TIMES = 5000;

  /** Script time of each redraw: `{figure, script}` in ms. */
  Live.times = [];

  /** Define a figure; see the README. It appears in the `div.live[data-live=name]` of the page. */
  Live.figure = (name, definition) => definitions.set(name, definition);

  /** Set controls and redraw at once; gives the outputs. For tests, and for the console. */
  Live.set = (name, values) => figures[name].set(values);

  const element = (...given) => Live.element(...given);
  const rested = (wait, action) => {
    let timer = 0;
    const ask = (...given) => { clearTimeout(timer); timer = setTimeout(() => action(...given), wait); };
    ask.cancel = () => clearTimeout(timer);
    return ask;
  };

  class Figure {
    constructor(name, definition, place, kernels) {
      Object.assign(this, { name, definition, place, kernels, charts: {}, outputs: {}, controls: {} });
      this.values = {};
      this.frame = 0;
      this.spoken = "";
      this.speak = rested(SPEAK, () => { if (this.status.textContent !== this.spoken) this.status.textContent = this.spoken; });
      this.write = rested(LINK, () => this.#write());
      this.automatic = false;   // it moves by itself: that is not said, and no setting of the reader's
      this.#build();
      this.scratch = definition.setup?.({ kernels }) ?? {};
    }

    // Parts -----------------------------------------------------------------------------------------

    #build() {
      const { title, controls = {}, charts = {}, outputs = {}, columns } = this.definition;
      this.part = element("div", { className: "live-part" });
      this.part.setAttribute("role", "group");
      this.part.setAttribute("aria-label", title);
      this.plots = element("div", { className: "live-charts" });
      this.plots.dataset.columns = columns ?? 1;
      this.panel = element("div", { className: "live-controls" });
      this.list = element("dl", { className: "live-outputs" });
      this.message = element("p", { className: "live-message live-hidden" });
      this.status = element("p", { className: "live-unseen" });
      this.status.setAttribute("role", "status");
      this.status.setAttribute("aria-live", "polite");
      this.part.append(this.plots, this.panel, this.message, this.list, this.status);
      for (const [key, spec] of Object.entries(controls)) this.#control(key, spec);
      for (const [key, spec] of Object.entries(outputs)) this.#output(key, spec);
      this.list.classList.toggle("live-hidden", Object.keys(outputs).length === 0);
      this.#foot();
      if (this.definition.long) this.#prepareLong();
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
        announce: (text) => { this.spoken = text; this.speak(); },
        pick: (at) => spec.pick && this.#apply(spec.pick(at, this.values)),
      });
    }

    #output(key, spec) {
      const value = element("output");
      value.dataset.name = key;
      value.setAttribute("aria-live", "off");   // an output is a live region of its own: one voice is enough
      const unit = element("span", { className: "live-unit", textContent: spec.unit ?? "" });
      const note = element("span", { className: "live-note" });
      const parts = [value, " ", unit, " ", note];
      const row = element("div", { className: spec.role ? `live-role-${spec.role}` : "" });
      row.append(element("dt", { textContent: spec.label }), element("dd", {}, ...parts));
      this.list.append(row);
      this.outputs[key] = { spec, element: value, note };
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
      return Object.fromEntries(Object.entries(this.outputs).map(([key, { value }]) => [key, value]));
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
      const began = performance.now();
      const { kernels, charts, values, scratch } = this;
      this.sentence = "";
      let failure = null;
      try {
        for (const chart of Object.values(charts)) chart.begin();
        this.definition.draw?.({ values: { ...values }, kernels, charts, output: this.#writable(), say: (text) => this.#say(text), scratch });
        for (const chart of Object.values(charts)) chart.end();
      } catch (error) {
        failure = error;
      }
      Live.times.push({ figure: this.name, script: performance.now() - began });
      if (Live.times.length > MOST_TIMES) Live.times.shift();
      this.#report(failure);
      this.#speakSoon();
      if (this.definition.long && !failure) this.#changedLong();
      return failure;
    }

    #report(failure) {
      this.place.classList.toggle("live-failing", failure !== null);
      this.message.classList.toggle("live-hidden", failure === null);
      this.message.textContent = failure ? `No result for this setting: ${failure.message}` : "";
      if (!failure) return;
      this.#say(this.message.textContent);
      for (const key of Object.keys(this.outputs)) this.#writable()[key] = NaN;   // an old number beside a new setting is false
    }

    #writable() {
      return new Proxy({}, {
        get: (_, key) => this.outputs[key]?.value,
        set: (_, key, given) => {
          const output = this.outputs[key];
          if (!output) throw new Error(`figure ${this.name} has no output ${String(key)}`);
          const { value, text, note = "" } = typeof given === "object" ? given : { value: given };
          const show = output.spec.show ?? ((one) => (typeof one === "number" ? Live.digits(one, 3) : String(one)));
          output.value = typeof value === "bigint" ? Number(value) : value;
          output.element.dataset.value = String(value);
          const shown = text ?? show(output.value);
          if (output.element.value !== shown) output.element.value = shown;
          if (output.note.textContent !== note) output.note.textContent = note;
          return true;
        },
      });
    }

    #say(text) { this.sentence = text; }

    /** Say a sentence when the hand rests. */
    say(text) { this.spoken = text; this.speak(); }

    // What was computed for the first picture is not said: nobody asked.
    #speakSoon() {
      const all = Object.values(this.outputs).map(({ spec, element, note }) => [spec.label, element.value, spec.unit, note.textContent].filter(Boolean).join(" "));
      const text = this.sentence || (all.length ? `${all.join(", ")}.` : "");
      for (const chart of Object.values(this.charts)) if (!chart.described) chart.describe(text, false);
      if (this.speaking) this.say(text);
    }

    // Long runs -------------------------------------------------------------------------------------

    #prepareLong() {
      const { button } = this.definition.long;
      this.runs = new Live.Runs();
      this.generation = 0;   // what was heard from an earlier run is not shown
      this.progress = element("progress", { className: "live-progress live-hidden", max: 1, value: 0 });
      this.progress.setAttribute("aria-label", "Progress");
      const control = this.controls[button];
      if (control) {
        control.kept = false;
        control.pressed = () => (this.runs.running ? this.stopLong() : this.#startLong());
        control.element.append(this.progress);
      } else {
        this.panel.append(this.progress);
      }
      this.startSoon = rested(LONG, () => this.#startLong());
    }

    #changedLong() {
      this.stopLong();
      if (!this.definition.long.button) this.startSoon();
    }

    #look(running) {
      const control = this.controls[this.definition.long.button];
      this.progress.classList.toggle("live-hidden", !running);
      if (control) control.input.textContent = running ? "Stop" : control.spec.label;
      this.place.toggleAttribute("data-running", running);
    }

    /** End the run; what it has drawn stays until the next setting. */
    stopLong() {
      this.startSoon.cancel();
      this.runs.cancel();
      this.generation += 1;
      this.#look(false);
    }

    #startLong() {
      const { long } = this.definition;
      const values = { ...this.values };
      const { kernels, scratch } = this;
      try {
        const args = long.arguments(values, { kernels, scratch });
        const chunks = typeof long.chunks === "function" ? long.chunks(values) : long.chunks;
        this.progress.value = 0;
        this.#look(true);
        this.runs.start(long.kernel, args, chunks, (news) => this.#heard(news, values, args));
      } catch (error) {
        this.#report(error);
        this.#look(false);
      }
    }

    #heard({ error, args, results, done, total }, values, given) {
      if (error !== undefined) {
        this.#look(false);
        return this.#report(new Error(error));
      }
      const { generation } = this;
      const show = () => {
        if (generation !== this.generation) return;
        const began = performance.now();
        const all = given.map((one, i) => args[i] ?? one);
        this.progress.value = done / total;
        try {
          this.definition.long.show({ values, arguments: all, results, done, total, charts: this.charts, output: this.#writable(), say: (text) => this.#say(text), scratch: this.scratch });
          for (const chart of Object.values(this.charts)) chart.render();
        } catch (failure) {
          this.stopLong();
          return this.#report(failure);
        }
        Live.times.push({ figure: `${this.name} (long)`, script: performance.now() - began });
        if (done < total) return this.runs.shown();
        this.#look(false);
        this.#speakSoon();
      };
      requestAnimationFrame(show);
    }
  }

  // Pages -------------------------------------------------------------------------------------------

  // The picture stays, and one line says why it does not move.
  const fail = (place, error) => {
    place.querySelector(":scope > .live-part")?.remove();
    place.classList.remove("live-on");
    place.dataset.ready = "error";
    place.append(element("p", { className: "live-failed", textContent: `This picture does not move here: ${error.message}` }));
  };

  // A link may ask for what the figure cannot draw: then it shows what it shows at the start.
  const mount = async (place) => {
    const name = place.dataset.live;
    try {
      const definition = definitions.get(name);
      if (!definition) throw new Error(`there is no live figure ${name}`);
      const figure = new Figure(name, definition, place, await Live.kernels);
      figures[name] = figure;
      const wanted = Live.readFragment(location.hash);
      if (wanted?.name === name) figure.restore(wanted.texts);
      else figure.set({});
      if (place.classList.contains("live-failing")) figure.set(Live.parseTexts(figure.controls, new URLSearchParams()));
      if (place.classList.contains("live-failing")) throw new Error(figure.message.textContent);
      place.dataset.ready = "1";
      if (wanted?.name === name) show(place);
      else if (definition.play) playOnce(figure, definition.play);
    } catch (error) {
      fail(place, error);
    }
  };

  // Fonts, pictures and formulas above it may still move it: once more when the page is whole, unless the reader has moved.
  const show = (place) => {
    const go = () => place.scrollIntoView({ block: "start" });
    go();
    if (document.readyState === "complete") return;
    const calm = new AbortController();
    for (const event of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(event, () => calm.abort(), { signal: calm.signal, passive: true });
    addEventListener("load", () => { go(); calm.abort(); }, { signal: calm.signal });
  };

  // The first time it is seen, a figure may run one of its sliders to the end.
  const playOnce = (figure, control) => {
    if (Live.reducedMotion()) return;
    const watch = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      watch.disconnect();
      if (figure.speaking) return;   // the reader was first
      figure.automatic = true;
      for (const event of ["pointerdown", "keydown", "input"]) figure.part.addEventListener(event, () => { figure.automatic = false; }, true);
      figure.controls[control].start();
    }, { threshold: 0.6 });
    watch.observe(figure.part);
  };

  const followLink = () => {
    const wanted = Live.readFragment(location.hash);
    const figure = wanted && figures[wanted.name];
    if (!figure) return;
    figure.speaking = true;
    figure.restore(wanted.texts);
    figure.place.scrollIntoView({ block: "start" });
  };

  const open = () => {
    document.querySelectorAll("div.live[data-live]").forEach(mount);
    addEventListener("hashchange", followLink);
  };
  if (globalThis.document) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open);
    else setTimeout(open);   // the figures are further down in this script
  }
}
