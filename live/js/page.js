"use strict";
// A page: its figures are put over their pictures, a link to a setting is followed, and what fails leaves the picture.
globalThis.Live ??= {};

{
  const definitions = new Map();
  const figures = (Live.figures = {});   // by name, once mounted

  /** Define a figure; see the README. It appears in the `div.live[data-live=name]` of the page. */
  Live.figure = (name, definition) => definitions.set(name, definition);

  /** Set controls and redraw at once; gives the outputs. For tests, and for the console. */
  Live.set = (name, values) => figures[name].set(values);

  // The picture stays, and one line says why it does not move.
  const fail = (place, error) => {
    place.querySelector(":scope > .live-part")?.remove();
    place.classList.remove("live-on");
    place.dataset.ready = "error";
    delete figures[place.dataset.live];
    place.append(Live.element("p", { className: "live-failed", textContent: `This picture does not move here: ${error.message}` }));
  };

  // A link may ask for what the figure cannot draw: then it shows what it shows at the start.
  const mount = async (place) => {
    const name = place.dataset.live;
    try {
      const definition = definitions.get(name);
      if (!definition) throw new Error(`there is no live figure ${name}`);
      const figure = new Live.Figure(name, definition, place, await Live.kernels);
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
