// Small things that several sides show.

import { el } from "/static/elements.js";

/** A word that tells a state; `bad` in the colour of what needs doing. */
export const badge = (text, bad) => el("span", { class: bad ? "badge bad" : "badge" }, text);

/** A moment as people here read it. */
export const when = (moment) => new Date(moment).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short" });

/** The day so many days from now, as a date field wants it (China's day). */
export function day(ahead) {
  // The service counts in China's days, wherever the browser is; sv-SE writes a date as 2026-11-24.
  return new Date(Date.now() + ahead * 86400000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** A table that a narrow screen scrolls sideways, by keyboard too. */
export function table(label, columns, rows) {
  return el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, el("table", {},
    el("thead", {}, el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, column)))),
    el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell)))))));
}
