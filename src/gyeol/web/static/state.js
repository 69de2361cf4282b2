// What the page knows: the images, which of them are shown and in what order, and which one is looked at.

import { get } from "./api.js";

export const state = {
  rows: new Map(), // number of an image -> its row
  order: [], // numbers of the shown images
  at: -1, // place in `order` of the one that is looked at
  model: null,
  reviewer: localStorage.getItem("gyeol.reviewer") ?? "",
  last: 0, // the last event heard of
  counts: { images: -1, unjudged: -1 },
};

const listeners = new Map();

export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

export function tell(event, detail) {
  for (const listener of listeners.get(event) ?? []) listener(detail);
}

export const current = () => state.rows.get(state.order[state.at]);

export const called = (row) => (row.score === null ? null : row.score > state.model.threshold ? "defect" : "normal");

export async function loadImages() {
  const table = await get("/api/images");
  const names = Object.keys(table).filter((name) => name !== "folders");
  for (let n = 0; n < table.id.length; n++) {
    const known = state.rows.get(table.id[n]);
    if (known?.pending) continue; // what is on its way to the server is newer than what came from there
    const row = known ?? {};
    for (const name of names) row[name] = table[name][n];
    state.rows.set(row.id, row);
  }
  tell("rows");
}

export function take(verdict) {
  const row = state.rows.get(verdict.image);
  if (!row || verdict.version < row.version) return;
  const { version, answer, masked, reviewer, contested } = verdict;
  const redrawn = row.version !== version;
  Object.assign(row, { version, answer, masked, reviewer, contested });
  tell("row", { row, redrawn });
}

export function move(at) {
  if (!state.order.length) return;
  state.at = Math.max(0, Math.min(state.order.length - 1, at));
  tell("moved");
}
