// Everything can be read without this. It adds sorting and filtering of tables, and a read-out beside the pointer.
"use strict";
(() => {
  const say = document.body.dataset;

  const compare = (place, sign) => (a, b) => {
    const [one, two] = [a.cells[place], b.cells[place]];
    const [x, y] = [one.dataset.value, two.dataset.value];
    if (x !== undefined && y !== undefined) return sign * (Number(x) - Number(y));
    if (x !== undefined || y !== undefined) return x === undefined ? 1 : -1; // what has no number goes last
    return sign * one.textContent.localeCompare(two.textContent, document.documentElement.lang, { numeric: true });
  };

  for (const table of document.querySelectorAll("table.live")) {
    const body = table.tBodies[0];
    if (body.rows.length < 3) continue;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.title = say.sort;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const falling = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        body.append(...[...body.rows].sort(compare(place, falling ? -1 : 1)));
      });
    });
    if (body.rows.length < 9) continue;
    const field = document.createElement("input");
    field.type = "search";
    field.className = "filter";
    field.placeholder = say.filter;
    field.setAttribute("aria-label", say.filter + ": " + table.caption.textContent);
    field.addEventListener("input", () => {
      const wanted = field.value.toLocaleLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    });
    table.closest(".table").prepend(field);
  }

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const show = (mark, x, y) => {
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(right, x + 12)) + scrollX + "px";
    tip.style.top = y + 16 + scrollY + "px";
  };
  for (const mark of document.querySelectorAll("svg .mark")) {
    const title = mark.querySelector("title");
    mark.dataset.tip = title.textContent;
    title.remove(); // or the browser would show it as well
    mark.addEventListener("pointermove", (event) => show(mark, event.clientX, event.clientY));
    mark.addEventListener("pointerleave", () => { tip.hidden = true; });
  }
})();
