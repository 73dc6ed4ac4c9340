// While a file is read its panel is brought up to date in place; without this script the page loads itself again.
"use strict";
(() => {
  const EVERY = 2000;
  const panel = document.querySelector(".reading");
  if (!panel || !window.fetch) return;

  async function look() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".reading");
      if (!fresh || !answer.ok) { location.reload(); return; }
      panel.querySelector(".reading-facts").replaceWith(fresh.querySelector(".reading-facts"));
    } catch { /* the connection was lost: look again */ }
    setTimeout(look, EVERY);
  }
  setTimeout(look, EVERY);
})();
