// Pictures and heat maps, fetched and decoded ahead, so that the next image is there before its key is pressed.

import { blob } from "./api.js";
import { on, state } from "./state.js";

const AHEAD = 6;
const BEHIND = 2;
const HEAT_AHEAD = 3;
const KEPT = 40;
const kept = new Map(); // address -> promise of an ImageBitmap, the longest unused first

export function bitmap(path) {
  let found = kept.get(path);
  if (found) {
    kept.delete(path);
  } else {
    found = blob(path).then(createImageBitmap);
    found.catch(() => kept.delete(path)); // ask again next time
  }
  kept.set(path, found);
  for (const [old, image] of kept) {
    if (kept.size <= KEPT) break;
    kept.delete(old);
    // Closed a little later: it may be on its way to the screen.
    image.then((each) => setTimeout(() => each.close(), 5000), () => {});
  }
  return found;
}

export const picturePath = (row) => `/api/images/${row.id}/picture`;
export const heatPath = (row) => `/api/images/${row.id}/heat?t=${state.model.threshold}`;

// One heat map after another: each is work for the server, and the one that is looked at must not wait behind them.
let round = 0;

export async function lookAhead() {
  const mine = ++round;
  const rows = (from, to) => state.order.slice(Math.max(0, state.at + from), state.at + to + 1)
    .map((id) => state.rows.get(id)).filter((row) => row && !row.error);
  for (const row of [...rows(1, AHEAD), ...rows(-BEHIND, -1)]) bitmap(picturePath(row)).catch(() => {});
  for (const row of rows(1, HEAT_AHEAD)) {
    await bitmap(heatPath(row)).catch(() => {});
    if (mine !== round) return;
  }
}

on("threshold", () => {
  for (const path of [...kept.keys()]) if (path.includes("/heat")) kept.delete(path);
});
