// The few things a page does by itself: light or dark, blocks that scroll within reach of the keyboard, quotes in a search.
(function () {
  "use strict";
  const page = document.documentElement;
  // Before the first paint, so that a dark page is never drawn light first.
  try { page.dataset.theme = localStorage.getItem("theme") || "auto"; } catch {}
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const shown = () => (page.dataset.theme === "dark" || page.dataset.theme === "light")
    ? page.dataset.theme : (dark.matches ? "dark" : "light");

  function label(button) {
    const other = shown() === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to ${other}`);
    button.title = `Switch to ${other}`;
  }

  const BLOCKS = ".highlight pre, .pst-scrollable-table-container, div.math > mjx-container";
  function reach() {
    for (const block of document.querySelectorAll(BLOCKS)) {
      if (block.scrollWidth > block.clientWidth + 1) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  }

  window.addEventListener("resize", reach);
  window.addEventListener("load", function () {
    reach();
    window.MathJax?.startup?.promise?.then(reach);
  });

  document.addEventListener("DOMContentLoaded", function () {
    for (const button of document.querySelectorAll(".theme-toggle")) {
      button.hidden = false;
      label(button);
      button.addEventListener("click", function () {
        page.dataset.theme = shown() === "dark" ? "light" : "dark";
        try { localStorage.setItem("theme", page.dataset.theme); } catch {}
        label(button);
      });
      dark.addEventListener("change", () => label(button));
    }
    if (typeof Search !== "undefined") Search.htmlToText = quoted(Search.htmlToText);
  });

  // A quoted line has no formulas to show: displayed ones are left out, those in the text are spelled out.
  function quoted(plain) {
    const spell = (_, tex) => tex.replace(/[\\{}]/g, "");
    return (html, anchor) => plain(html.replace(/\\\[[^]*?\\\]/g, "").replace(/\\\(([^]*?)\\\)/g, spell), anchor);
  }
})();
