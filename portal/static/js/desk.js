// Conveniences of the workspaces. Every page works without them.
"use strict";
(() => {
  // Ask before unsaved words are lost.
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    let touched = false;
    form.addEventListener("input", () => { touched = true; });
    form.addEventListener("submit", () => { touched = false; });
    window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
  });

  // A button that was pressed once is not pressed again while the answer is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // Of the format types only those of the chosen category.
  const category = document.getElementById("f-format_category");
  const type = document.querySelector("select[data-depends]");
  if (category && type) {
    const narrow = () => {
      const chosen = category.selectedOptions[0].textContent;
      type.querySelectorAll("optgroup").forEach((group) => {
        group.hidden = Boolean(category.value) && group.label !== chosen;
      });
    };
    category.addEventListener("change", narrow);
    narrow();
  }

  // A link into a fold opens it.
  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();
})();
