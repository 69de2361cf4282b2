// The page's words, in the language that was chosen, else the browser's, else English.

let words = {};
export let language = "en";

export async function useLanguage(wanted) {
  language = wanted ?? localStorage.getItem("gyeol.language") ?? (navigator.language.startsWith("ko") ? "ko" : "en");
  const answer = await fetch(`/static/words/${language}.json`);
  words = await answer.json();
  if (wanted) localStorage.setItem("gyeol.language", wanted);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of document.querySelectorAll("[data-t-title]")) element.title = t(element.dataset.tTitle);
}

export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

export function number(value, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
