// Drawing where the defect is: ellipse, brush, eraser; and moving about with the hand, one finger or two.

import { blob } from "./api.js";
import { $ } from "./dialogs.js";
import { saySomething } from "./review.js";
import { current, on } from "./state.js";
import { pan, view, zoom } from "./viewer.js";

const canvas = document.querySelector(".stage .mask");
const context = canvas.getContext("2d", { willReadFrequently: true });
const fingers = new Map();
let tool = "hand";
let stroke = null; // what is being drawn: where it began, and the mask before it
let drawn = null; // number and version of the verdict whose mask is on the canvas
let ready = false; // and whether it is there already: drawing before would lose it

export function useTool(name) {
  tool = name;
  for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-checked", String(button.dataset.tool === name));
  document.body.classList.toggle("drawing", name !== "hand");
}

export function resize(factor) {
  const size = $("size");
  size.value = String(Math.round(Math.max(1, Math.min(120, Number(size.value) * factor + Math.sign(factor - 1)))));
}

export async function showMask() {
  const row = current();
  const wanted = row ? `${row.id}:${row.version}` : "";
  if (drawn === wanted || (row?.pending && drawn?.startsWith(`${row.id}:`)) || stroke) return; // what is being drawn is newer
  if (drawn?.split(":")[0] !== String(row?.id)) {
    canvas.width = view.width; // which clears it
    canvas.height = view.height;
  }
  drawn = wanted;
  ready = false;
  const masked = row?.masked ? await blob(`/api/images/${row.id}/mask?v=${row.version}`).then(createImageBitmap, () => null) : null;
  if (drawn !== wanted) return;
  ready = true;
  canvas.width = view.width;
  canvas.height = view.height;
  if (!masked) return;
  context.drawImage(masked, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at]; // black is nothing
  context.putImageData(pixels, 0, 0);
  tint();
}

function tint() {
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colour();
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "source-over";
}

const colour = () => getComputedStyle(document.documentElement).getPropertyValue("--mask").trim();

export function clearMask() {
  context.clearRect(0, 0, canvas.width, canvas.height);
  keep();
}

// A stroke is a verdict of its own: it is saved when the pen is lifted, and taken back like any other.
async function keep() {
  const row = current();
  if (!row) return;
  const empty = !context.getImageData(0, 0, canvas.width, canvas.height).data.some((value, at) => at % 4 === 3 && value > 127);
  const mask = empty ? null : canvas.toDataURL("image/png").split(",")[1];
  saySomething(row, row.answer ?? (empty ? null : "defect"), { mask });
}

function point(event) {
  const box = $("pane-picture").getBoundingClientRect();
  return [(event.clientX - box.left - view.x) / view.scale, (event.clientY - box.top - view.y) / view.scale];
}

function begin(event) {
  const at = point(event);
  if (canvas.width !== view.width || canvas.height !== view.height) {
    canvas.width = view.width;
    canvas.height = view.height;
  }
  stroke = { from: at, last: at, before: context.getImageData(0, 0, canvas.width, canvas.height) };
  draw(at);
}

function draw(at) {
  context.fillStyle = context.strokeStyle = colour();
  if (tool === "ellipse") {
    context.putImageData(stroke.before, 0, 0);
    const [x0, y0] = stroke.from;
    context.beginPath();
    context.ellipse((x0 + at[0]) / 2, (y0 + at[1]) / 2, Math.abs(at[0] - x0) / 2, Math.abs(at[1] - y0) / 2, 0, 0, 2 * Math.PI);
    context.fill();
  } else {
    context.globalCompositeOperation = tool === "eraser" ? "destination-out" : "source-over";
    context.lineWidth = Number($("size").value);
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...stroke.last);
    context.lineTo(at[0] + 0.01, at[1]); // a point is a line too
    context.stroke();
    context.globalCompositeOperation = "source-over";
  }
  stroke.last = at;
}

export function cancelStroke() {
  if (!stroke) return false;
  context.putImageData(stroke.before, 0, 0);
  stroke = null;
  return true;
}

function down(event) {
  if (event.button > 1) return;
  event.preventDefault();
  event.currentTarget.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, [event.clientX, event.clientY]);
  if (fingers.size === 2) cancelStroke(); // the second finger means: move
  else if (tool !== "hand" && event.button === 0 && event.currentTarget.id === "pane-picture" && ready && !current()?.error) begin(event);
}

function moved(event) {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const now = [event.clientX, event.clientY];
  if (fingers.size === 2) pinch(event, before, now);
  else if (stroke) draw(point(event));
  else pan(now[0] - before[0], now[1] - before[1]);
  fingers.set(event.pointerId, now);
}

function pinch(event, before, now) {
  const [, other] = [...fingers].find(([id]) => id !== event.pointerId);
  const box = event.currentTarget.getBoundingClientRect();
  const apart = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
  pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  zoom(apart(now) / Math.max(1, apart(before)), [(now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top]);
}

function up(event) {
  fingers.delete(event.pointerId);
  if (!stroke) return;
  if (event.type === "pointercancel") {
    cancelStroke();
    return;
  }
  const unmoved = tool === "ellipse" && Math.hypot(stroke.last[0] - stroke.from[0], stroke.last[1] - stroke.from[1]) < 2;
  if (unmoved) {
    cancelStroke();
    return;
  }
  stroke = null;
  keep();
}

for (const pane of document.querySelectorAll(".pane")) {
  pane.addEventListener("pointerdown", down);
  pane.addEventListener("pointermove", moved);
  pane.addEventListener("pointerup", up);
  pane.addEventListener("pointercancel", up);
  pane.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = pane.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * 0.0015), [event.clientX - box.left, event.clientY - box.top]);
  }, { passive: false });
}
on("shown", () => showMask());
on("row", ({ row, redrawn }) => { if (row === current() && redrawn) showMask(); });
