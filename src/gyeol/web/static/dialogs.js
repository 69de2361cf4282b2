// Windows over the page, and short notices.

export const $ = (id) => document.getElementById(id);

export function show(name) {
  const dialog = $(`dialog-${name}`);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

// Show a form until `accept` is content: it returns null, or what is wrong.
export function ask(name, accept, values = {}) {
  const dialog = show(name);
  const form = dialog.querySelector("form");
  for (const [field, value] of Object.entries(values)) form.elements[field].value = value;
  dialog.addEventListener("cancel", hold);
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      const wrong = await accept(new FormData(form));
      const place = dialog.querySelector(".error");
      if (place) place.textContent = wrong ?? "";
      if (wrong !== null) return;
      dialog.removeEventListener("cancel", hold);
      form.onsubmit = null;
      dialog.close();
      resolve();
    };
  });
}

function hold(event) {
  event.preventDefault();
}

export function notice(words, action = null, seconds = 4) {
  const element = document.createElement("div");
  element.className = "notice";
  const span = document.createElement("span");
  span.textContent = words;
  element.append(span);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.onclick = () => { element.remove(); action.run(); };
    element.append(button);
  }
  while ($("notices").childElementCount > 2) $("notices").firstChild.remove();
  $("notices").append(element);
  setTimeout(() => element.remove(), (action ? 3 : 1) * seconds * 1000);
}
