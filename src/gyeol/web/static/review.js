// Saying what an image is. The page goes on at once; what is not yet on the server is kept in the browser, survives a
// reload, and is sent in order. A verdict that somebody else was faster with is never written over.

import { ApiError, get, post, put } from "./api.js";
import { notice } from "./dialogs.js";
import { loadImages, move, on, state, take, tell } from "./state.js";
import { t } from "./words.js";

const KEPT = "gyeol.unsent";
let unsent = load(); // {image, version, answer, reviewer, mask?}
let sending = false;
const EVERY = 3000;

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(KEPT, JSON.stringify(unsent));
  } catch { /* the browser's store is full: they are still in memory and being sent */ }
  tell("sync", { unsent: unsent.length });
}

export function saySomething(row, answer, extra = {}) {
  const waits = unsent.some((job) => job.image === row.id);
  // The version that the person has seen. Behind a job of one's own for the same image it is what that one leads to.
  unsent.push({ image: row.id, version: waits ? null : row.version, answer, reviewer: state.reviewer, ...extra });
  row.answer = answer;
  row.reviewer = state.reviewer;
  row.pending = true;
  keep();
  tell("row", { row, redrawn: false });
  setTimeout(send, 30); // the next picture first; what was said is kept already
}

export async function send() {
  if (sending) return;
  sending = true;
  let pause = 500;
  while (unsent.length) {
    const job = unsent[0];
    const known = state.rows.get(job.image);
    try {
      const { image, ...body } = job;
      settle(job, await put(`/api/images/${image}/verdict`, { ...body, version: job.version ?? known?.version ?? 0 }));
      pause = 500;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        conflict(job, error.body.current);
      } else if (error instanceof ApiError && error.status < 500 && error.status !== 429 && error.status !== 408) {
        notice(t("refused", { reason: error.message }));
        settle(job, await get(`/api/images/${job.image}/verdict`).catch(() => null));
      } else {
        tell("sync", { unsent: unsent.length, trouble: true });
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, 8000);
      }
    }
  }
  sending = false;
  tell("idle");
}

function settle(job, verdict) {
  unsent = unsent.filter((each) => each !== job);
  const row = state.rows.get(job.image);
  const more = unsent.find((each) => each.image === job.image);
  if (more && verdict) more.version = verdict.version; // it was said on top of this one
  if (row && !more) row.pending = false;
  keep();
  if (!verdict || !row) return;
  if (more) row.version = verdict.version; // what is shown is what comes after it
  else take(verdict);
}

function conflict(job, theirs) {
  const mine = theirs.reviewer === job.reviewer && theirs.answer === job.answer && !("mask" in job);
  unsent = unsent.filter((each) => each === job || each.image !== job.image); // what was said on top of it falls too
  settle(job, theirs);
  if (mine) return; // our own, whose confirmation was lost on the way
  const words = (answer) => (answer ? t(answer) : "–");
  const again = () => {
    const row = state.rows.get(job.image);
    if (row) saySomething(row, job.answer, "mask" in job ? { mask: job.mask } : {});
  };
  notice(t("conflict", { who: theirs.reviewer, theirs: words(theirs.answer), mine: words(job.answer) }), { label: t("useMine"), run: again });
}

export async function undo() {
  if (unsent.length) await new Promise((resolve) => { once("idle", resolve); });
  try {
    const { verdict } = await post("/api/undo", { reviewer: state.reviewer });
    if (!verdict) {
      notice(t("nothingToUndo"));
      return;
    }
    take(verdict);
    const place = state.order.indexOf(verdict.image);
    if (place >= 0) move(place);
    notice(t("undone", { title: state.rows.get(verdict.image)?.title ?? "" }), null, 2);
  } catch (error) {
    if (error.status !== 409) {
      notice(error.message);
      return;
    }
    take(error.body.current);
    notice(t("undoStale", { who: error.body.current.reviewer }));
  }
}

const waiting = new Map();

function once(event, run) {
  waiting.set(event, [...(waiting.get(event) ?? []), run]);
}

on("idle", () => {
  for (const run of waiting.get("idle") ?? []) run();
  waiting.delete("idle");
});

// What the others said since, and whether there are new images or scores.
export async function listen() {
  try {
    const news = await get(`/api/changes?since=${state.last}`);
    state.last = news.last;
    for (const verdict of news.verdicts) {
      if (!unsent.some((job) => job.image === verdict.image)) take(verdict);
    }
    const { images, unjudged } = news;
    const old = state.counts;
    state.counts = { images, unjudged };
    if (old.images >= 0 && (old.images !== images || old.unjudged !== unjudged)) await loadImages();
    tell("counts", old);
    tell("sync", { unsent: unsent.length });
  } catch {
    tell("sync", { unsent: unsent.length, trouble: true });
  }
  setTimeout(listen, document.hidden ? 5 * EVERY : EVERY);
}

export function resume() {
  for (const job of unsent) {
    const row = state.rows.get(job.image);
    if (row) Object.assign(row, { answer: job.answer, pending: true });
  }
  keep();
  send();
}

