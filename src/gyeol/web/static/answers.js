// What a person may say of an image: the word that is kept (review/verdicts.py has the same), its key, and its sign,
// which tells it apart without its colour (base.css). The buttons and the filter are made from this table.

import { $ } from "./dialogs.js";

export const ANSWERS = [
  { word: "defect", key: "d", sign: "✕" },
  { word: "normal", key: "n", sign: "✓" },
  { word: "unsure", key: "u", sign: "?" },
];
export const SIGNS = Object.fromEntries(ANSWERS.map(({ word, sign }) => [word, sign]));

function button({ word, key, sign }) {
  const made = $("answer").content.firstElementChild.cloneNode(true);
  made.id = word;
  made.dataset.answer = word;
  made.querySelector(".sign").textContent = sign;
  made.querySelector("[data-t]").dataset.t = word;
  made.querySelector("kbd").textContent = key;
  return made;
}

function option({ word }) {
  const made = new Option(word, word);
  made.dataset.t = word;
  return made;
}

$("answer").after(...ANSWERS.map(button));
$("open").after(...ANSWERS.map(option));
