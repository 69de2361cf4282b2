// Which images are shown, and in what order. The list stays as it is while one works through it; a verdict does not
// make an image jump away. It is made anew when a filter changes, or by Refresh.

import { ANSWERS } from "./answers.js";
import { get } from "./api.js";
import { $ } from "./dialogs.js";
import { called, on, state, tell } from "./state.js";
import { number, t } from "./words.js";

const KEEP = {
  all: () => true,
  open: (row) => row.answer === null,
  ...Object.fromEntries(ANSWERS.map(({ word }) => [word, (row) => row.answer === word])),
  model: (row) => ["defect", "normal"].includes(row.answer) && called(row) !== null && row.answer !== called(row),
  contested: (row) => Boolean(row.contested),
  strange: (row) => Boolean(row.strange),
  error: (row) => row.error !== "",
};
const least = (row) => row.score ?? -Infinity;
const ORDERS = {
  high: (a, b) => least(b) - least(a) || a.id - b.id,
  low: (a, b) => (a.score ?? Infinity) - (b.score ?? Infinity) || a.id - b.id,
  near: (a, b) => distance(a) - distance(b) || a.id - b.id,
  title: (a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : a.id - b.id),
};
const distance = (row) => (row.score === null ? Infinity : Math.abs(row.score - state.model.threshold));
const form = $("filters");

export async function apply(keep = true) {
  const { show, kind, order, from, to } = Object.fromEntries(new FormData(form));
  localStorage.setItem("gyeol.filters", JSON.stringify({ show, kind, order, from, to }));
  const before = state.order[state.at];
  const fits = (row) => KEEP[show](row)
    && (kind === "" || row.kind === Number(kind))
    && (from === "" || (row.score !== null && row.score >= Number(from)))
    && (to === "" || (row.score !== null && row.score <= Number(to)));
  if (order === "next") {
    const ids = await get(`/api/next?limit=5000${kind === "" ? "" : `&kind=${kind}`}`);
    state.order = ids.filter((id) => state.rows.has(id) && fits(state.rows.get(id)));
  } else {
    state.order = [...state.rows.values()].filter(fits).sort(ORDERS[order]).map((row) => row.id);
  }
  state.at = keep ? Math.max(0, state.order.indexOf(before)) : 0;
  if (!state.order.length) state.at = -1;
  tell("order");
  tell("moved");
}

export function choose(name, value) {
  form.elements[name].value = value;
  return apply(false);
}

export function restore() {
  fillKinds();
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("gyeol.filters") ?? "{}");
  } catch { /* what is kept is no JSON: begin anew */ }
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements[name];
    if (!field) continue;
    field.value = value;
    if (field.selectedIndex === -1) field.selectedIndex = 0;
  }
}

function fillKinds() {
  const select = form.elements.kind;
  for (let kind = 0; kind < state.model.kinds.length; kind++) select.append(new Option(String(kind), String(kind)));
}

export function countShown() {
  let done = 0;
  for (const row of state.rows.values()) done += row.answer !== null;
  const all = state.rows.size;
  $("count").textContent = t("count", { shown: number(state.order.length), all: number(all), done: number(done) });
  $("bar").style.width = `${all ? (100 * done) / all : 0}%`;
  $("empty").hidden = state.order.length > 0;
}

$("unfold").addEventListener("click", () => {
  const folded = form.classList.toggle("folded");
  $("unfold").setAttribute("aria-expanded", String(!folded));
});
form.addEventListener("change", () => apply(false));
form.addEventListener("submit", (event) => event.preventDefault());
$("refresh").addEventListener("click", () => apply());
on("order", countShown);
let counting = 0;
on("row", () => {
  clearTimeout(counting);
  counting = setTimeout(countShown, 60); // after the next picture, and once for many
});
