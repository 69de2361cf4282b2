// Adding images: chosen, dropped, or from a folder on the server.

import { get, post } from "./api.js";
import { $, notice, show } from "./dialogs.js";
import { apply } from "./filters.js";
import { loadImages, move, state } from "./state.js";
import { t } from "./words.js";

const AT_ONCE = 20; // images in one request: the first ones appear while the rest is on its way

async function upload(files) {
  const images = [...files];
  if (!images.length) return;
  notice(t("uploading", { n: images.length }));
  const added = [];
  for (let begin = 0; begin < images.length; begin += AT_ONCE) {
    const form = new FormData();
    for (const file of images.slice(begin, begin + AT_ONCE)) form.append("files", file, file.name);
    try {
      const answer = await post("/api/images", form);
      added.push(...answer.images);
      for (const error of answer.errors) notice(t("addFailed", { reason: error }), null, 8);
    } catch (error) {
      notice(t("addFailed", { reason: error.message }), null, 8);
      break;
    }
  }
  await finish(added);
}

async function finish(added) {
  if (!added.length) return;
  await loadImages();
  await apply();
  const place = state.order.indexOf(added[0]);
  if (place >= 0) move(place);
  notice(t("added", { n: added.length }));
}

async function openAdding() {
  const dialog = show("add");
  const folders = await get("/api/folders");
  const items = folders.map((path) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = path;
    button.onclick = async () => {
      dialog.close();
      try {
        await finish((await post("/api/folders", { path })).images);
      } catch (error) {
        notice(t("addFailed", { reason: error.message }), null, 8);
      }
    };
    item.append(button);
    return item;
  });
  if (!items.length) {
    const item = document.createElement("li");
    item.className = "hint";
    item.textContent = t("noFolders");
    items.push(item);
  }
  $("folder-list").replaceChildren(...items);
}

let inside = 0;

addEventListener("dragenter", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  inside += 1;
  $("drop").hidden = false;
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("dragleave", () => {
  inside = Math.max(0, inside - 1);
  $("drop").hidden = inside === 0;
});
addEventListener("drop", (event) => {
  event.preventDefault();
  inside = 0;
  $("drop").hidden = true;
  upload(event.dataTransfer.files);
});
$("add").addEventListener("click", openAdding);
$("add-empty").addEventListener("click", openAdding);
$("choose").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", async (event) => {
  $("dialog-add").close();
  await upload(event.target.files);
  event.target.value = "";
});
