// The few things a page does: light or dark, and fields that keep their figures in view.
(function () {
  "use strict";
  const page = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const shown = () => (page.dataset.theme === "dark" || page.dataset.theme === "light")
    ? page.dataset.theme : (dark.matches ? "dark" : "light");

  function label(button) {
    const other = shown() === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to ${other}`);
    button.title = `Switch to ${other}`;
  }

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
  });
})();
