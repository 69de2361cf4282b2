// Begins: the words, the model, the images, the reviewer's name; then everything waits for keys.

import { get } from "./api.js";
import "./adding.js";
import { openHelp } from "./card.js";
import { $, ask } from "./dialogs.js";
import { apply, countShown, restore } from "./filters.js";
import "./grid.js";
import "./keys.js";
import "./mask.js";
import { listen, resume } from "./review.js";
import { loadImages, on, state, tell } from "./state.js";
import "./threshold.js";
import { caption } from "./viewer.js";
import { number, t, useLanguage } from "./words.js";

async function askName() {
  await ask("name", async (form) => {
    state.reviewer = form.get("name").trim();
    return state.reviewer ? null : "✕";
  }, { name: state.reviewer });
  localStorage.setItem("gyeol.reviewer", state.reviewer);
  $("reviewer").textContent = state.reviewer;
}

function sync({ unsent, trouble = false }) {
  const words = unsent ? t(trouble ? "offline" : "saving", { n: unsent }) : trouble ? t("offline", { n: 0 }) : t("saved");
  const judging = state.counts.unjudged > 0 ? `${t("judging", { n: number(state.counts.unjudged) })} · ` : "";
  $("sync").textContent = judging + words;
  $("sync").classList.toggle("trouble", trouble);
}

on("sync", sync);
on("threshold", () => { caption(); countShown(); });
// While nothing is looked at yet, the list follows what is being judged; later it stays as it is.
on("counts", (old) => { if (old.images >= 0 && old.images !== state.counts.images) apply(); });

await useLanguage();
openHelp();
$("language").value = document.documentElement.lang;
$("language").addEventListener("change", async (event) => {
  await useLanguage(event.target.value);
  openHelp();
  caption();
  countShown();
  tell("rows");
});
$("reviewer").addEventListener("click", askName);
state.model = await get("/api/model");
await loadImages();
restore();
resume();
await apply();
document.body.dataset.ready = "true";
if (state.reviewer) $("reviewer").textContent = state.reviewer;
else await askName();
$("grid").focus({ preventScroll: true });
listen();
