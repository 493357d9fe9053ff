// Two items side by side. What differs was marked by the service.

import { button, el } from "/static/elements.js";

/** The comparison; `open(id)` goes to one of the two. */
export function compared({ left, right, difference, rows }, open) {
  const differing = rows.filter((row) => !row.same);
  const same = rows.filter((row) => row.same);
  return [
    el("h2", {}, "并排比较", el("span", { class: "small" }, el("kbd", {}, "Esc"), " 回到事项")),
    difference ? el("p", { class: "notice" }, `怎么分：${difference}`) : null,
    table("不一样的", left, right, differing, open),
    same.length ? el("details", {}, el("summary", {}, `一样的（${same.length}项）`), table("一样的", left, right, same, open)) : null,
  ].filter(Boolean);
}

function table(title, left, right, rows, open) {
  const item = (near) => el("th", { scope: "col" }, button(near.title, () => open(near.id)));
  return el("div", { class: "wide", tabindex: "0", role: "group", "aria-label": title }, el("table", { class: "compared" },
    el("caption", { class: "unseen" }, title),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "方面"), item(left), item(right))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.title), cell(row.left), cell(row.right))))));
}

function cell(lines) {
  if (!lines.length) return el("td", {}, el("span", { class: "small" }, "没有"));
  return el("td", {}, ...lines.map(({ text, differs }) => el("p", {}, differs ? el("mark", {}, el("span", { class: "unseen" }, "不同："), text) : text)));
}
