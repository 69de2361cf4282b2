// One image: picture and heat map side by side, moved and magnified together.

import { $ } from "./dialogs.js";
import { bitmap, heatPath, lookAhead, picturePath } from "./pictures.js";
import { called, current, on, state, tell } from "./state.js";
import { number, t } from "./words.js";

const panes = $("panes");
const [picture, heat] = [$("pane-picture"), $("pane-heat")];
const [left, right, hot] = [picture.querySelector(".pixels"), heat.querySelector(".pixels"), heat.querySelector(".heat")];
export const view = { scale: 1, x: 0, y: 0, width: 1, height: 1, fit: true };
let shown = null; // number of the image whose pixels are drawn
const MOST = 32;

export async function look() {
  const row = current();
  caption();
  $("problem").hidden = Boolean(row) && !row.error;
  if (!row || row.error) {
    shown = null;
    $("problem").textContent = row?.error ?? "";
    return;
  }
  try {
    const image = await bitmap(picturePath(row));
    if (current() !== row) return; // the next key was faster
    const other = shown !== row.id;
    shown = row.id;
    paint(image, left, right);
    if (other) {
      clearCanvas(hot, image);
      document.body.dataset.shown = String(row.id);
      $("heat-state").textContent = t("loading");
    }
    if (other || view.width !== image.width || view.height !== image.height) {
      Object.assign(view, { width: image.width, height: image.height });
      if (view.fit) fit();
      else place();
    }
    tell("shown");
    const own = bitmap(heatPath(row)); // asked for before those of the next ones
    lookAhead();
    const layer = await own;
    if (current() !== row) return;
    paint(layer, hot);
    document.body.dataset.heat = String(row.id);
    $("heat-state").textContent = "";
  } catch (error) {
    if (current() !== row) return;
    $("heat-state").textContent = error.message;
  }
}

function paint(image, ...canvases) {
  for (const canvas of canvases) {
    clearCanvas(canvas, image);
    canvas.getContext("2d").drawImage(image, 0, 0);
  }
}

function clearCanvas(canvas, image) {
  canvas.width = image.width; // also clears it
  canvas.height = image.height;
}

export function caption() {
  const row = current();
  $("title").textContent = row?.title ?? "";
  const facts = [];
  if (row) {
    facts.push([`${number(state.at + 1)} / ${number(state.order.length)}`]);
    if (row.score !== null) {
      facts.push([`${t("score")} ${number(row.score, 2)} (${t("threshold")} ${number(state.model.threshold, 2)})`]);
      facts.push([t("modelSays", { answer: t(called(row)) }), called(row) === "defect" ? "over" : ""]);
      facts.push([`${t("kind")} ${row.kind}`]);
    }
    if (row.strange) facts.push([t("strange"), "over"]);
    if (row.answer) facts.push([`${row.reviewer}: ${t(row.answer)}`]);
    if (row.contested) facts.push([t("contested"), "over"]);
  }
  $("facts").replaceChildren(...facts.map(([words, kind]) => {
    const span = document.createElement("span");
    span.textContent = words;
    span.className = kind ?? "";
    return span;
  }));
  for (const button of document.querySelectorAll("[data-answer]")) {
    button.setAttribute("aria-pressed", String(row?.answer === button.dataset.answer));
    button.disabled = !row;
  }
}

// Where the image lies in a pane: at (x, y), `scale` screen pixels to one of its own.
function place() {
  for (const stage of panes.querySelectorAll(".stage")) {
    stage.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  }
  panes.classList.toggle("magnified", view.scale >= 2);
  $("zoom").textContent = `${Math.round(100 * view.scale)} %`;
}

export function fit() {
  const { clientWidth: width, clientHeight: height } = picture;
  view.fit = true;
  view.scale = Math.min(width / view.width, height / view.height) * 0.98;
  view.x = (width - view.width * view.scale) / 2;
  view.y = (height - view.height * view.scale) / 2;
  place();
}

export function zoom(factor, at = null) {
  const { clientWidth: width, clientHeight: height } = picture;
  const [x, y] = at ?? [width / 2, height / 2];
  const scale = Math.max(0.05, Math.min(MOST, view.scale * factor));
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  view.fit = false;
  place();
}

export function pan(dx, dy) {
  view.x += dx;
  view.y += dy;
  view.fit = false;
  place();
}

export const setOpacity = (percent) => { hot.style.opacity = String(percent / 100); };

new ResizeObserver(() => { if (view.fit) fit(); }).observe(picture);
on("moved", look);
on("threshold", look);
on("row", ({ row }) => { if (row === current()) caption(); });
