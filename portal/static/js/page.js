// Small conveniences. Every page works without them.
"use strict";
(() => {
  function closeMenus(event) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      const outside = event.type === "click" && !menu.contains(event.target);
      if (outside || event.key === "Escape") {
        menu.open = false;
        if (event.key === "Escape") menu.querySelector("summary").focus();
      }
    });
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) return;
    await navigator.clipboard.writeText(source.textContent.trim());
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  // Empty fields of a GET form would only make the address longer.
  function trimForm(event) {
    const form = event.target;
    if (form.method !== "get" || "keep" in form.dataset) return;
    form.querySelectorAll("input[name], select[name]").forEach((field) => {
      if (field.value === "") field.disabled = true;
    });
    setTimeout(() => form.querySelectorAll("[disabled][name]").forEach((field) => { field.disabled = false; }));
  }

  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);
  document.addEventListener("submit", trimForm);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(button);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });
  if (window.matchMedia("(max-width: 60rem)").matches) {
    document.querySelectorAll("details[data-wide-open]").forEach((part) => { part.open = false; });
  }
})();
