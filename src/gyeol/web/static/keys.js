// The keyboard, and what the buttons do.

import { ANSWERS } from "./answers.js";
import { $, notice, show } from "./dialogs.js";
import { choose } from "./filters.js";
import { perRow } from "./grid.js";
import { cancelStroke, clearMask, resize, useTool } from "./mask.js";
import { saySomething, undo } from "./review.js";
import { current, move, state } from "./state.js";
import { fit, setOpacity, zoom } from "./viewer.js";
import { t } from "./words.js";

export const HELP = [
  ["j k", "keyMove"], [ANSWERS.map(({ key }) => key).join(" "), "keyAnswer"], ["z", "keyUndo"], ["h e b r", "keyDraw"], ["[ ]", "keySize"],
  ["+ − 0", "keyZoom"], ["m", "keyHeat"], ["w", "keyFilter"], ["?", "help"],
];

export function answer(word) {
  const row = current();
  if (!row) return;
  saySomething(row, word);
  step(1);
}

export function step(by) {
  if (by > 0 && state.at + by >= state.order.length) notice(t("end"), null, 1.5);
  move(state.at + by);
}

let strength = "65";

function toggleHeat() {
  const slider = $("opacity");
  if (slider.value === "0") slider.value = strength;
  else [strength, slider.value] = [slider.value, "0"];
  setOpacity(Number(slider.value));
}

function leave() {
  if (!cancelStroke()) {
    useTool("hand");
    document.body.classList.remove("viewing");
  }
}

// By what is printed on the key, and where another script is being typed (ㅇ for d), by where the key is.
const KEYS = {
  j: () => step(1), k: () => step(-1), z: undo,
  ...Object.fromEntries(ANSWERS.map(({ word, key }) => [key, () => answer(word)])),
  h: () => useTool("hand"), e: () => useTool("ellipse"), b: () => useTool("brush"), r: () => useTool("eraser"),
  "[": () => resize(1 / 1.3), "]": () => resize(1.3), "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: fit,
  m: toggleHeat, w: () => choose("order", "next"), "?": () => show("help"), Escape: leave,
};
const IN_GRID = {
  ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => step(perRow()), ArrowUp: () => step(-perRow()),
  Home: () => move(0), End: () => move(state.order.length - 1), Enter: () => document.body.classList.add("viewing"),
};

addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input:not([type=range]), select, textarea");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
    event.preventDefault();
    undo();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const place = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  const name = event.key.length === 1 && event.key.charCodeAt(0) > 127 ? place : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const inGrid = event.target === $("grid") || event.target === document.body;
  const run = (inGrid && IN_GRID[name]) || KEYS[name];
  if (!run || (event.key === "Enter" && event.target.closest("button, a"))) return;
  event.preventDefault();
  run();
});

for (const button of document.querySelectorAll("[data-answer]")) button.addEventListener("click", () => answer(button.dataset.answer));
for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => useTool(button.dataset.tool));
$("next").addEventListener("click", () => step(1));
$("previous").addEventListener("click", () => step(-1));
$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clearMask);
$("back").addEventListener("click", leave);
$("zoom-in").addEventListener("click", () => zoom(1.4));
$("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
$("zoom-fit").addEventListener("click", fit);
setOpacity(Number($("opacity").value));
$("opacity").addEventListener("input", (event) => setOpacity(Number(event.target.value)));
