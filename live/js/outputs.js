"use strict";
// Read-outs: what a figure found, in words for the reader and in full precision for who compares.
globalThis.Live ??= {};

{
  const shown = (value) => (typeof value === "number" ? Live.digits(value) : String(value));

  /** Read-outs by name: `element` holds them, `values` is what a figure writes to. */
  Live.Outputs = class Outputs {
    #all = {};

    constructor(specs, figure) {
      this.element = Live.element("dl", { className: "live-outputs" });
      this.element.classList.toggle("live-hidden", Object.keys(specs).length === 0);
      for (const [key, spec] of Object.entries(specs)) this.#add(key, spec);
      this.values = new Proxy({}, {
        get: (_, key) => this.#all[key]?.value,
        set: (_, key, given) => {
          if (!this.#all[key]) throw new Error(`figure ${figure} has no output ${String(key)}`);
          this.#write(this.#all[key], typeof given === "object" && given !== null ? given : { value: given });
          return true;
        },
      });
    }

    #add(key, spec) {
      const value = Live.element("output");
      value.dataset.name = key;
      value.setAttribute("aria-live", "off");   // an output is a live region of its own: one voice is enough
      const unit = Live.element("span", { className: "live-unit", textContent: spec.unit ?? "" });
      const note = Live.element("span", { className: "live-note" });
      const row = Live.element("div", { className: spec.role ? `live-role-${spec.role}` : "" });
      row.append(Live.element("dt", { textContent: spec.label }), Live.element("dd", {}, value, " ", unit, " ", note));
      this.element.append(row);
      this.#all[key] = { spec, element: value, note };
    }

    #write(output, { value, text, note = "" }) {
      output.value = typeof value === "bigint" ? Number(value) : value;
      output.element.dataset.value = String(value);
      const words = text ?? (output.spec.show ?? shown)(output.value);
      if (output.element.value !== words) output.element.value = words;
      if (output.note.textContent !== note) output.note.textContent = note;
    }

    /** Their values, by name. */
    read() { return Object.fromEntries(Object.entries(this.#all).map(([key, { value }]) => [key, value])); }

    /** An old number beside a new setting is false. */
    clear() { for (const output of Object.values(this.#all)) this.#write(output, { value: NaN, text: "–" }); }

    /** All of them as a sentence. */
    get sentence() {
      const parts = Object.values(this.#all).map(({ spec, element, note }) => [spec.label, element.value, spec.unit, note.textContent].filter(Boolean).join(" "));
      return parts.length ? `${parts.join(", ")}.` : "";
    }
  };
}
