// Two curves over the threshold, on a logarithmic scale: a share of one in ten thousand matters here.

import { number, t } from "./words.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [660, 226, 56, 12, 26, 24];
const FLOOR = 1e-5;
let marker = null;

const make = (tag, attributes, words = "") => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = words;
  return element;
};
const across = (table, value) => LEFT + ((value - table.at[0]) / (table.at.at(-1) - table.at[0])) * (WIDTH - LEFT - RIGHT);
const down = (share) => TOP + (Math.log10(Math.max(share, FLOOR)) / Math.log10(FLOOR)) * (HEIGHT - TOP - BOTTOM);

export function chart(place, table) {
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${t("missed")}, ${t("alarms")}` });
  for (let power = 0; power >= -5; power--) {
    const y = down(10 ** power);
    svg.append(make("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y }));
    svg.append(make("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, `${number(100 * 10 ** power, Math.max(0, -2 - power))} %`));
  }
  for (let n = 0; n <= 5; n++) {
    const value = table.at[0] + (n / 5) * (table.at.at(-1) - table.at[0]);
    svg.append(make("text", { x: across(table, value), y: HEIGHT - 6, "text-anchor": "middle" }, number(value, 1)));
  }
  for (const name of ["missed", "alarms"]) {
    const points = table.at.map((value, n) => `${across(table, value).toFixed(1)},${down(table[name][n]).toFixed(1)}`);
    svg.append(make("polyline", { class: name, points: points.join(" ") }));
  }
  svg.append(make("text", { class: "alarms", x: WIDTH / 2 + 40, y: 14, "text-anchor": "start" }, `╌ ${t("alarms")}`));
  svg.append(make("text", { class: "missed", x: WIDTH / 2 + 10, y: 14, "text-anchor": "end" }, `— ${t("missed")}`));
  const old = across(table, table.threshold);
  svg.append(make("line", { class: "old", x1: old, x2: old, y1: TOP, y2: HEIGHT - BOTTOM }));
  marker = make("line", { class: "now", y1: TOP, y2: HEIGHT - BOTTOM });
  svg.append(marker);
  place.replaceChildren(svg);
}

export function mark(table, n) {
  const x = across(table, table.at[n]);
  marker.setAttribute("x1", x);
  marker.setAttribute("x2", x);
}
