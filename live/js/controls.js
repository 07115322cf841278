"use strict";
// Controls: native inputs with a label and the value they stand at. A control knows its value, and reads it from a link.
globalThis.Live ??= {};

{
  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  Live.element = element;

  const PER_DECADE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  let number = 0;

  /** The round values of a logarithmic control, from `min` to `max`. */
  Live.roundValues = (min, max, factors = PER_DECADE) => {
    const found = [min];
    for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) {
      for (const factor of factors) {
        const value = Number(`${factor}e${e}`);
        if (value > min * (1 + 1e-9) && value < max * (1 - 1e-9)) found.push(value);
      }
    }
    return max > min ? [...found, max] : found;
  };

  // Sliders: positions 0 ... last, so that every value is exactly the one of the grid, whatever the browser rounds to.
  const grid = ({ min, max, step = 1, log, round, values }) => {
    if (values) return { last: values.length - 1, value: (i) => values[i], near: (wanted) => nearest(values, wanted, (v) => v) };
    if (log) {
      const all = Live.roundValues(min, max, round);
      return { last: all.length - 1, value: (i) => all[i], near: (wanted) => nearest(all, Math.max(wanted, min), Math.log) };
    }
    const last = Math.floor((max - min) / step + 1e-9);
    return {
      last,
      value: (i) => Number((min + i * step).toPrecision(12)),
      near: (wanted) => Math.max(0, Math.min(last, Math.round((wanted - min) / step))),
    };
  };
  const nearest = (all, wanted, measure) => {
    const distance = (value) => Math.abs(measure(value) - measure(wanted));
    return all.reduce((best, value, i) => (distance(value) < distance(all[best]) ? i : best), 0);
  };

  const slider = (name, spec, changed) => {
    const places = grid(spec);
    const show = spec.show ?? ((value) => (spec.log ? Live.count(value) : Live.short(value, 6)));
    const id = `live-control-${number++}`;
    const input = element("input", { type: "range", id, min: "0", max: String(places.last), step: "1", name });
    const output = element("output", { className: "live-value" });
    output.setAttribute("for", id);
    output.setAttribute("aria-live", "off");   // the slider says its value itself
    const head = element("div", { className: "live-control-head" }, element("label", { htmlFor: id, textContent: spec.label }), output);
    const row = element("div", { className: "live-slide" }, input);
    const shown = () => {
      const value = places.value(Number(input.value));
      const text = [show(value), spec.unit].filter(Boolean).join(" ");
      output.value = text;
      input.setAttribute("aria-valuetext", text);
      input.style.setProperty("--live-part", `${(100 * input.value) / Math.max(1, places.last)}%`);
    };
    input.addEventListener("input", () => { shown(); changed(); });
    const control = {
      element: element("div", { className: "live-control" }, head, row),
      get: () => places.value(Number(input.value)),
      set: (value) => { input.value = String(places.near(value)); shown(); },
      clean: (value) => places.value(places.near(value)),
      parse: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? places.value(places.near(Number(text))) : undefined),
      format: String,
    };
    if (spec.play) row.prepend(player(spec, input, places, () => { shown(); changed(); }, control));
    return control;
  };

  // Runs the slider from its place to the end. Where motion is unwelcome it is at the end at once.
  const player = ({ play, label }, input, places, moved, control) => {
    const button = element("button", { type: "button", className: "live-play" });
    let running = 0;
    const look = () => {
      button.classList.toggle("live-playing", running !== 0);
      button.setAttribute("aria-label", `${running ? "Pause" : "Play"}: ${label}`);
    };
    const stop = () => { cancelAnimationFrame(running); running = 0; look(); };
    const start = () => {
      if (Number(input.value) >= places.last) input.value = "0";
      const from = Number(input.value);
      if (Live.reducedMotion()) {
        input.value = String(places.last);
        moved();
        return;
      }
      let began = null;
      const frame = (now) => {
        began ??= now;
        const at = Math.min(places.last, Math.round(from + (places.last * (now - began)) / (1000 * play)));
        if (at !== Number(input.value)) { input.value = String(at); moved(); }
        if (at >= places.last) stop();
        else running = requestAnimationFrame(frame);
      };
      running = requestAnimationFrame(frame);
      look();
    };
    button.addEventListener("click", () => (running ? stop() : start()));
    input.addEventListener("input", stop);
    control.stop = stop;
    control.start = start;
    control.replay = () => {
      stop();
      input.value = Live.reducedMotion() ? String(places.last) : "0";
      moved();
      if (!Live.reducedMotion()) start();
    };
    look();
    return button;
  };

  const pairs = (choices) => (Array.isArray(choices) ? choices.map((one) => (Array.isArray(one) ? one : [one, one])) : Object.entries(choices));

  const choice = (name, spec, changed) => {
    const options = pairs(spec.choices).map(([value, label]) => [String(value), String(label)]);
    const known = (value) => options.some(([one]) => one === String(value));
    const common = { clean: (value) => (known(value) ? String(value) : spec.value), parse: (text) => (known(text) ? text : undefined), format: String };
    if (spec.select ?? options.length > 5) {
      const id = `live-control-${number++}`;
      const select = element("select", { id, name }, ...options.map(([value, label]) => element("option", { value, textContent: label })));
      select.addEventListener("change", changed);
      const head = element("div", { className: "live-control-head" }, element("label", { htmlFor: id, textContent: spec.label }));
      return { element: element("div", { className: "live-control" }, head, select), get: () => select.value, set: (value) => { select.value = value; }, ...common };
    }
    const group = `live-control-${number++}`;   // radios of two figures may not share a name
    const inputs = options.map(([value]) => element("input", { type: "radio", name: group, value }));
    inputs.forEach((input) => { input.dataset.control = name; input.addEventListener("change", changed); });
    const labels = options.map(([, label], i) => element("label", {}, inputs[i], element("span", { textContent: label })));
    const box = element("fieldset", { className: "live-control live-choices" }, element("legend", { textContent: spec.label }), element("div", { className: "live-options" }, ...labels));
    return {
      element: box,
      get: () => inputs.find((input) => input.checked)?.value ?? spec.value,
      set: (value) => inputs.forEach((input) => { input.checked = input.value === String(value); }),
      ...common,
    };
  };

  const checkbox = (name, spec, changed) => {
    const input = element("input", { type: "checkbox", name });
    input.addEventListener("change", changed);
    return {
      element: element("div", { className: "live-control live-check" }, element("label", {}, input, element("span", { textContent: spec.label }))),
      get: () => input.checked,
      set: (value) => { input.checked = Boolean(value); },
      clean: Boolean,
      parse: (text) => ({ 1: true, true: true, 0: false, false: false })[text],
      format: (value) => (value ? "1" : "0"),
    };
  };

  // How often it was pressed is its value: a seed, so that a link shows the same sample.
  const button = (name, spec, changed) => {
    let presses = 0;
    const input = element("button", { type: "button", className: "live-button", name, textContent: spec.label });
    const control = {
      element: element("div", { className: "live-control live-press" }, input),
      input,
      get: () => presses,
      set: (value) => { presses = value; },
      clean: (value) => Math.max(0, Math.min(1e6, Math.trunc(value) || 0)),
      parse: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
      format: String,
    };
    input.addEventListener("click", () => { if (!spec.press && !control.pressed) presses += 1; (control.pressed ?? changed)(); });
    return control;
  };

  const LONGEST = 4000;   // letters of a text that go into a link

  const text = (name, spec, changed) => {
    const id = `live-control-${number++}`;
    const input = element("textarea", { id, name, rows: spec.rows ?? 6, spellcheck: false });
    input.addEventListener("input", changed);
    const head = element("div", { className: "live-control-head" }, element("label", { htmlFor: id, textContent: spec.label }));
    return {
      element: element("div", { className: "live-control live-text" }, head, input),
      get: () => input.value,
      set: (value) => { input.value = value; },
      clean: String,
      parse: (written) => (written.length <= LONGEST ? written : undefined),
      format: (value) => (value.length <= LONGEST ? value : null),
    };
  };

  // The file stays on this machine: only its bytes are handed to the figure. It is not part of a link.
  const file = (name, spec, changed) => {
    let value = null;
    const id = `live-control-${number++}`;
    const input = element("input", { type: "file", id, name });
    if (spec.accept) input.accept = spec.accept;
    const take = async (one) => {
      if (!one) return;
      value = { name: one.name, bytes: new Uint8Array(await one.arrayBuffer()) };
      changed();
    };
    const head = element("div", { className: "live-control-head" }, element("label", { htmlFor: id, textContent: spec.label }));
    const box = element("div", { className: "live-control live-file" }, head, input);
    input.addEventListener("change", () => take(input.files[0]));
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
    return {
      element: box,
      get: () => value,
      set: (wanted) => { value = wanted; if (wanted === null) input.value = ""; },
      clean: (wanted) => wanted ?? null,
      parse: () => undefined,
      format: () => null,
    };
  };

  /** A control: its `element`, `get`, `set`, `clean` (the legal value nearest to one), `parse` and `format` for a link. */
  Live.control = (name, spec, changed) => {
    const make = spec.choices ? choice
      : spec.button ? button
        : spec.text ? text
          : spec.file ? file
            : spec.checkbox || typeof spec.value === "boolean" ? checkbox
              : slider;
    const control = make(name, spec, changed);
    const none = make === button ? 0 : make === text ? "" : make === file ? null : make === checkbox ? false : spec.min;
    control.initial = control.clean(spec.value ?? none);
    control.set(control.initial);
    control.spec = spec;
    return control;
  };

  /** Whether the reader asked for less motion. */
  Live.reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
}
