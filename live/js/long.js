"use strict";
// The long run of a figure: started by a button or when the hand rests, shown chunk by chunk, ended by a new setting.
globalThis.Live ??= {};

{
  const REST = 150;   // ms before a run starts by itself

  Live.LongRun = class LongRun {
    #figure; #spec; #control; #progress; #soon; #runs = new Live.Runs();
    #generation = 0;   // what was heard from an earlier run is not shown

    constructor(figure) {
      [this.#figure, this.#spec] = [figure, figure.definition.long];
      this.#progress = Live.element("progress", { className: "live-progress live-hidden", max: 1, value: 0 });
      this.#progress.setAttribute("aria-label", "Progress");
      this.#control = figure.controls[this.#spec.button];
      if (this.#control) {
        this.#control.kept = false;   // that it was started is no setting
        this.#control.pressed = () => (this.#runs.running ? this.stop() : this.#start());
      }
      (this.#control?.element ?? figure.panel).append(this.#progress);
      this.#soon = Live.rested(REST, () => this.#start());
    }

    /** There is a new setting. */
    changed() {
      this.stop();
      if (!this.#control) this.#soon();
    }

    /** End the run; what it has drawn stays until the next setting. */
    stop() {
      this.#soon.cancel();
      this.#runs.cancel();
      this.#generation += 1;
      this.#look(false);
    }

    #look(running) {
      this.#progress.classList.toggle("live-hidden", !running);
      if (this.#control) this.#control.input.textContent = running ? "Stop" : this.#control.spec.label;
      this.#figure.place.toggleAttribute("data-running", running);
    }

    #start() {
      const { kernels, scratch } = this.#figure;
      const values = { ...this.#figure.values };
      const { kernel, chunks } = this.#spec;
      try {
        const given = this.#spec.arguments(values, { kernels, scratch });
        this.#progress.value = 0;
        this.#look(true);
        this.#runs.start(kernel, given, typeof chunks === "function" ? chunks(values) : chunks, (news) => this.#heard(news, values, given));
      } catch (error) {
        this.#look(false);
        this.#figure.report(error);
      }
    }

    #heard({ error, args, results, done, total }, values, given) {
      if (error !== undefined) {
        this.#look(false);
        return this.#figure.report(new Error(error));
      }
      const generation = this.#generation;
      requestAnimationFrame(() => {
        if (generation !== this.#generation) return;
        this.#progress.value = done / total;
        const news = { values, arguments: given.map((one, i) => args[i] ?? one), results, done, total };
        const failure = this.#figure.drawing(" (long)", (tools) => {
          this.#spec.show({ ...news, ...tools });
          for (const chart of Object.values(tools.charts)) chart.render();
        });
        if (failure) {
          this.stop();
          return this.#figure.report(failure);
        }
        if (done < total) return this.#runs.shown();
        this.#look(false);
        this.#figure.speakSoon();
      });
    }
  };
}
