// The model card, the export's links and the help.

import { text } from "./api.js";
import { $, show } from "./dialogs.js";
import { HELP } from "./keys.js";
import { t } from "./words.js";

async function openCard() {
  const markdown = await text("/api/model/card");
  $("card").replaceChildren(...blocks(markdown));
  show("model");
  $("card").scrollTop = 0;
}

// As much of Markdown as the card uses. Text only: nothing in it can become a tag.
function blocks(markdown) {
  return markdown.split(/\n{2,}|\n(?=#)|(?<=^#.*)\n/m).filter((block) => block.trim()).map((block) => {
    const heading = /^#+ (.*)/.exec(block);
    const element = document.createElement(heading ? "h3" : "p");
    const words = heading ? heading[1] : block;
    for (const [n, piece] of words.split(/\*\*|`/).entries()) {
      const part = document.createElement(n % 2 ? "strong" : "span");
      part.textContent = piece;
      element.append(part);
    }
    return element;
  });
}

export function openHelp() {
  const rows = HELP.flatMap(([keys, words]) => {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const element = document.createElement("kbd");
      element.textContent = key;
      term.append(element, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = t(words);
    return [term, meaning];
  });
  $("keys").replaceChildren(...rows);
}

// A refusal is told in the window instead of being saved as a file.
async function download(event) {
  const link = event.target.closest("a[download]");
  if (!link) return;
  event.preventDefault();
  const place = $("dialog-export").querySelector(".error");
  place.textContent = t("loading");
  const answer = await fetch(link.href);
  if (!answer.ok) {
    place.textContent = (await answer.json().catch(() => null))?.detail ?? `HTTP ${answer.status}`;
    return;
  }
  place.textContent = "";
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "review";
  const file = document.createElement("a");
  file.href = URL.createObjectURL(await answer.blob());
  file.download = name;
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60000);
}

$("open-model").addEventListener("click", openCard);
$("open-export").addEventListener("click", () => show("export"));
$("dialog-export").addEventListener("click", download);
$("open-help").addEventListener("click", () => show("help"));
