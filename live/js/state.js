"use strict";
// A setting in the fragment of the address: #live-waiting?servers=8&law=constant. Only what differs from the start is written.
globalThis.Live ??= {};

{
  const FORM = /^#live-([a-z0-9-]+)(?:\?(.*))?$/s;

  /** The figure and the texts that a fragment names, or null. Nothing in a fragment is an error. */
  Live.readFragment = (fragment) => {
    const match = FORM.exec(fragment);
    return match && { name: match[1], texts: new URLSearchParams(match[2] ?? "") };
  };

  /** The fragment of a setting. */
  Live.writeFragment = (name, controls, values) => {
    const texts = new URLSearchParams();
    for (const [key, control] of Object.entries(controls)) {
      const text = control.kept === false || values[key] === control.initial ? null : control.format(values[key]);
      if (text !== null) texts.set(key, text);
    }
    const query = texts.toString();
    return `#live-${name}${query && `?${query}`}`;
  };

  /** The values that a fragment's texts give to controls: what is missing or makes no sense stays as at the start. */
  Live.parseTexts = (controls, texts) => {
    const values = {};
    for (const [key, control] of Object.entries(controls)) {
      const text = texts.get(key);
      values[key] = (text === null ? undefined : control.parse(text)) ?? control.initial;
    }
    return values;
  };

  /** Put a fragment into the address without a step in the history. Some pages may not: then the address stays. */
  Live.replaceFragment = (fragment) => {
    try {
      history.replaceState(history.state, "", fragment || location.pathname + location.search);
    } catch { /* a sandboxed page */ }
  };

  /** Copy a text; false where the browser does not allow it. */
  Live.copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {   // no permission, or a page that is not secure (plain http, file://)
      const area = Live.element("textarea", { value: text, className: "live-unseen" });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
}
