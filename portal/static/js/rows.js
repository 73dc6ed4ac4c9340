// The form over a table of rows: each column offers only what can be asked of it. Without this the server says so.
"use strict";
(() => {
  // Field whose column is chosen → field whose choices follow.
  const FOLLOWERS = { _c: "_o", _gc: "_gb", _mc: "_mk" };

  function follow(select) {
    const line = select.closest(".condition");
    const follower = line && line.querySelector(`select[name="${FOLLOWERS[select.name]}"]`);
    const chosen = select.selectedOptions[0];
    if (!follower || !chosen) return;
    const offers = chosen.dataset.offers === undefined ? null : chosen.dataset.offers.split(" ");
    for (const option of follower.options) {
      option.disabled = offers !== null && option.value !== "" && !offers.includes(option.value);
    }
    if (follower.selectedOptions[0] && follower.selectedOptions[0].disabled) {
      follower.value = [...follower.options].find((option) => !option.disabled).value;
    }
  }

  // The last line is always a spare one: using it adds another.
  function grow(line) {
    const list = line.parentElement;
    if (line !== list.lastElementChild || list.children.length >= Number(list.dataset.most || 20)) return;
    const spare = line.cloneNode(true);
    spare.querySelectorAll("select").forEach((field) => { field.selectedIndex = 0; });
    spare.querySelectorAll("input").forEach((field) => { field.value = ""; });
    spare.querySelectorAll("option").forEach((option) => { option.disabled = false; });
    spare.setAttribute("aria-label", line.getAttribute("aria-label").replace(/\d+/, list.children.length + 1));
    list.append(spare);
  }

  document.querySelectorAll(".condition select").forEach((select) => { if (select.name in FOLLOWERS) follow(select); });
  document.addEventListener("change", (event) => {
    const line = event.target.closest(".condition");
    if (!line) return;
    if (event.target.name in FOLLOWERS) follow(event.target);
    if (event.target.value !== "") grow(line);
  });
})();
