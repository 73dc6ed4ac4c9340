// Display choices (theme, text size, contrast) kept in this browser only. Loaded before the page paints, so nothing flashes.
"use strict";
(() => {
  const root = document.documentElement;
  const choices = { theme: ["auto", "light", "dark"], text: ["normal", "large"], contrast: ["normal", "high"] };

  function read(name) {
    try {
      const kept = localStorage.getItem("kaifang." + name);
      return choices[name].includes(kept) ? kept : choices[name][0];
    } catch {
      return choices[name][0];
    }
  }

  function keep(name, value) {
    try {
      localStorage.setItem("kaifang." + name, value);
    } catch {
      // Private windows may refuse storage: the choice then holds for this page only.
    }
  }

  function apply(name, value) {
    if (value === choices[name][0]) {
      root.removeAttribute("data-" + name);
    } else {
      root.setAttribute("data-" + name, value);
    }
  }

  function connect(input) {
    const name = input.name.replace("display-", "");
    input.checked = read(name) === input.value;
    input.addEventListener("change", () => {
      keep(name, input.value);
      apply(name, input.value);
    });
  }

  root.classList.add("has-script");
  Object.keys(choices).forEach((name) => apply(name, read(name)));
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll('input[name^="display-"]').forEach(connect);
  });
})();
