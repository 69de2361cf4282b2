// The grid of thumbnails. Only what can be seen is in the page, whatever the number of images.

import { SIGNS } from "./answers.js";
import { $ } from "./dialogs.js";
import { called, move, on, state } from "./state.js";
import { number, t } from "./words.js";

const WIDEST = 128;
const SPARE = 2; // rows above and below
const REST_MS = 80; // without scrolling, before pictures that were jumped to are asked for
const grid = $("grid");
const sheet = $("sheet");
const cells = new Map(); // place in the order -> element
const free = [];
let columns = 1;
let side = WIDEST;
let waiting = false;
let shownTop = 0;
let hurrying = false; // so fast that what is asked for now is gone before it comes
let resting = 0;

function measure() {
  const width = grid.clientWidth;
  columns = Math.max(3, Math.ceil(width / WIDEST));
  side = Math.floor(width / columns);
  sheet.style.height = `${Math.ceil(state.order.length / columns) * side}px`;
}

function draw() {
  waiting = false;
  hurrying = Math.abs(grid.scrollTop - shownTop) > grid.clientHeight;
  shownTop = grid.scrollTop;
  clearTimeout(resting);
  if (hurrying) resting = setTimeout(draw, REST_MS);
  const first = Math.max(0, Math.floor(grid.scrollTop / side) - SPARE) * columns;
  const rows = Math.ceil(grid.clientHeight / side) + 2 * SPARE + 1;
  const end = Math.min(state.order.length, first + rows * columns);
  for (const [place, cell] of cells) {
    if (place >= first && place < end) continue;
    cells.delete(place);
    free.push(cell);
  }
  for (let place = first; place < end; place++) fill(place);
  for (const cell of free.splice(0)) cell.remove();
}

function fill(place) {
  let cell = cells.get(place);
  const row = state.rows.get(state.order[place]);
  if (!cell) {
    cell = free.pop() ?? make();
    cells.set(place, cell);
    if (!cell.isConnected) sheet.append(cell);
  }
  cell.place = place;
  cell.id = `image-${row.id}`;
  cell.style.transform = `translate(${(place % columns) * side}px, ${Math.floor(place / columns) * side}px)`;
  cell.style.width = cell.style.height = `${side}px`;
  const [image, score, badge] = cell.children;
  const source = `/api/images/${row.id}/thumbnail`;
  if (image.getAttribute("src") !== source) {
    // A browser that is asked for thousands of pictures a second refuses all requests, a verdict's, too.
    if (hurrying) image.removeAttribute("src");
    else image.setAttribute("src", source);
  }
  score.textContent = row.score === null ? (row.error ? "!" : "…") : number(row.score, 1);
  score.className = called(row) === "defect" ? "score over" : "score";
  badge.hidden = row.answer === null;
  badge.className = `badge ${row.answer ?? ""}${row.contested ? " contested" : ""}${row.pending ? " pending" : ""}`;
  badge.textContent = SIGNS[row.answer] ?? "";
  const said = row.answer ? `, ${t(row.answer)}` : "";
  cell.setAttribute("aria-label", `${row.title}, ${score.textContent}${said}`);
  cell.setAttribute("aria-selected", String(place === state.at));
  cell.setAttribute("aria-posinset", String(place + 1));
  cell.setAttribute("aria-setsize", String(state.order.length));
}

function make() {
  const cell = document.createElement("div");
  cell.className = "cell";
  cell.setAttribute("role", "option");
  const image = document.createElement("img");
  image.alt = "";
  image.decoding = "async";
  image.draggable = false;
  const score = document.createElement("span");
  const badge = document.createElement("span");
  cell.append(image, score, badge);
  return cell;
}

function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(draw);
}

function reveal() {
  if (state.at < 0) {
    grid.removeAttribute("aria-activedescendant");
    return;
  }
  const top = Math.floor(state.at / columns) * side;
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + side > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + side - grid.clientHeight;
  draw();
  grid.setAttribute("aria-activedescendant", `image-${state.order[state.at]}`);
}

export const perRow = () => columns;

grid.addEventListener("scroll", soon, { passive: true });
grid.addEventListener("click", (event) => {
  const cell = event.target.closest(".cell");
  if (!cell) return;
  move(cell.place);
  document.body.classList.add("viewing");
});
new ResizeObserver(() => { measure(); draw(); }).observe(grid);
on("order", () => { measure(); draw(); });
on("moved", reveal);
on("row", soon);
on("rows", soon);
on("threshold", soon);
