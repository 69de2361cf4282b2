// The threshold and what it costs: missed defects against false alarms, and money.

import { get, post } from "./api.js";
import { $, notice, show } from "./dialogs.js";
import { chart, mark } from "./chart.js";
import { state, tell } from "./state.js";
import { number, t } from "./words.js";

let table = null;

export async function openThreshold() {
  table = await get("/api/threshold");
  show("threshold");
  const slider = $("t-slider");
  slider.max = String(table.at.length - 1);
  slider.value = String(nearest(table.threshold));
  $("c-share").value = String(Number((100 * table.prevalence).toPrecision(3)));
  $("dialog-threshold").querySelector(".error").textContent = "";
  chart($("chart"), table);
  follow();
}

const nearest = (value) => table.at.reduce((best, each, n) => (Math.abs(each - value) < Math.abs(table.at[best] - value) ? n : best), 0);

// Of a thousand images, so many are defects that pass and normals that are thrown away.
function cost(n) {
  const share = Math.min(1, Math.max(0, Number($("c-share").value) / 100));
  return 1000 * (share * table.missed[n] * Number($("c-missed").value) + (1 - share) * table.alarms[n] * Number($("c-alarm").value));
}

function macroF1(n) {
  const share = Math.min(1, Math.max(0, Number($("c-share").value) / 100));
  const [fn, fp] = [share * table.missed[n], (1 - share) * table.alarms[n]];
  const [tp, tn] = [share - fn, 1 - share - fp];
  return tp / (2 * tp + fp + fn || 1) + tn / (2 * tn + fp + fn || 1);
}

function follow() {
  const n = Number($("t-slider").value);
  const value = table.at[n];
  $("t-value").textContent = number(value, 2);
  $("t-slider").setAttribute("aria-valuetext", number(value, 2));
  let called = 0;
  let judged = 0;
  for (const row of state.rows.values()) {
    if (row.score === null) continue;
    judged += 1;
    called += row.score > value;
  }
  const share = (part) => `${number(100 * part, part < 0.001 ? 4 : 2)} %`;
  figures([
    ["missed", share(table.missed[n]), t("ofValidated", { n: table.seen_missed[n], all: number(table.defects) })],
    ["alarms", share(table.alarms[n]), t("ofValidated", { n: table.seen_alarms[n], all: number(table.normals) })],
    ["called", number(called), `/ ${number(judged)}`],
    ["cost", number(cost(n), 2), `Macro F1 ${number(macroF1(n), 4)}`],
  ]);
  mark(table, n);
}

function figures(rows) {
  $("t-figures").replaceChildren(...rows.map(([name, value, small]) => {
    const box = document.createElement("div");
    const [term, figure, more] = ["dt", "dd", "small"].map((tag) => document.createElement(tag));
    term.textContent = t(name);
    figure.textContent = value;
    more.textContent = small;
    figure.append(more);
    box.append(term, figure);
    return box;
  }));
}

function cheapest() {
  let best = 0;
  for (let n = 1; n < table.at.length; n++) if (cost(n) < cost(best)) best = n;
  // Where several cost the same, the middle of them is furthest from both kinds of mistake.
  let end = best;
  while (end + 1 < table.at.length && cost(end + 1) <= cost(best) * (1 + 1e-9)) end += 1;
  $("t-slider").value = String(Math.floor((best + end) / 2));
  follow();
}

async function save() {
  const place = $("dialog-threshold").querySelector(".error");
  const threshold = table.at[Number($("t-slider").value)];
  try {
    state.model = await post("/api/threshold", { threshold, who: state.reviewer, why: $("t-why").value });
    $("t-why").value = "";
    $("dialog-threshold").close();
    notice(t("savedAs", { name: state.model.name }));
    tell("threshold");
  } catch (error) {
    place.textContent = error.message;
  }
}

$("t-slider").addEventListener("input", follow);
for (const name of ["c-missed", "c-alarm", "c-share"]) $(name).addEventListener("input", follow);
$("t-cheapest").addEventListener("click", cheapest);
$("t-save").addEventListener("click", save);
$("open-threshold").addEventListener("click", openThreshold);
// Enter in a field must not close the window with what was set in it.
$("dialog-threshold").querySelector("form").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
});
