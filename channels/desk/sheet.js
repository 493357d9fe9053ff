// One item on one screen. What only clerks may see is marked, and goes neither into a copy nor onto paper.

import { button, el } from "/static/elements.js";

const FIRST = ["time_limit", "fee", "online", "conditions", "process", "place", "hours", "phone"];

/** The item's content; `open(id)` goes to another, `compare(id)` puts another beside it. */
export function rendered(sheet, bar, open, compare) {
  const order = (text) => (FIRST.includes(text.facet) ? FIRST.indexOf(text.facet) : FIRST.length);
  const facets = sheet.facets.filter((text) => text.facet !== "materials" || !sheet.materials.length);
  return [
    head(sheet), bar,
    sheet.expired.length ? el("p", { class: "notice" }, `下面这些过了有效期，不能再照着答：${sheet.expired.join("、")}`) : null,
    points(sheet.review_points), materials(sheet), confused(sheet.confused_with, open, compare),
    bundle("包含的事项", sheet.parts, open), bundle("属于“一件事”", sheet.part_of, open),
    el("div", { class: "texts" }, ...facets.sort((a, b) => order(a) - order(b)).map(text)),
    sheet.manual.length ? el("details", { class: "manual" }, el("summary", {}, `答疑手册（${sheet.manual.length}条）`), el("div", { class: "texts" }, ...sheet.manual.map(text))) : null,
  ].filter(Boolean);
}

/** The item as plain text, for citizens. */
export function plain(sheet) {
  return [`【${sheet.title}】`, ...sheet.facets.map(({ title, text: words }) => `${title}\n${words}`)].join("\n\n");
}

function head({ title, label, id, department, kind, levels, window: where, handling, authority, contact }) {
  const facts = [["部门", department], ["窗口", where], ["办理方式", handling], ["事项类型", kind], ["层级", levels.join("、")], ["权限", authority], ["编号", id], ["问谁", contact]];
  return el("header", {}, el("h2", {}, title), el("p", { class: "small" }, label),
    el("dl", { class: "about" }, ...facts.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}

function points(lines) {
  if (!lines.length) return null;
  return el("section", { class: "card inside", "aria-label": "审查要点" }, el("h3", {}, "审查要点（只给窗口看）"), ...lines.map((line) => el("p", {}, line)));
}

function confused(near, open, compare) {
  if (!near.length) return null;
  return el("section", { class: "card", "aria-label": "容易弄混的" }, el("h3", {}, "容易弄混的"),
    el("ul", { class: "near" }, ...near.map(({ id, title, difference }) => el("li", {},
      button(title, () => open(id)), el("span", {}, difference), button("比较", () => compare(id), { "aria-label": `和${title}比较` })))));
}

function materials({ materials: rows, materials_note: note }) {
  if (!rows.length) return null;
  const cells = ({ name, form, asked, when, note: remark, exemption, source, wanted_by: users }, index) => el("tr", {},
    el("td", {}, String(index + 1)),
    el("td", {}, when ? el("span", { class: "when" }, `【${when}】`) : null, name, ...[remark, users && `用于：${users}`].filter(Boolean).map((line) => el("p", { class: "small" }, line))),
    el("td", {}, asked || form), el("td", {}, exemption ? el("span", { class: "free" }, exemption) : null),
    el("td", { class: "small" }, `《${source.title}》${source.locator}`));
  return el("section", { class: "card", "aria-label": "申请材料" }, el("h3", {}, `申请材料（${rows.length}件）`),
    el("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "材料表" }, el("table", { class: "materials" }, el("thead", {}, el("tr", {}, ...["", "材料", "形式、份数", "免交", "依据"].map((title) => el("th", { scope: "col" }, title || "序号")))),
      el("tbody", {}, ...rows.map(cells)))),
    note ? el("p", {}, note) : null);
}

function bundle(title, near, open) {
  if (!near.length) return null;
  return el("section", { class: "card", "aria-label": title }, el("h3", {}, title), el("div", { class: "actions" }, ...near.map(({ id, title: name }) => button(name, () => open(id)))));
}

function text({ title, text: words, citations, reviewed_on: day, sample }) {
  const rules = citations.map(({ title: rule, locator }) => `《${rule}》${locator}`).join("、");
  return el("section", { class: "card", "aria-label": title }, el("h3", {}, title), el("p", { class: "words" }, words),
    el("p", { class: "small source" }, `${rules ? `依据：${rules}。` : ""}更新于${day}${sample ? "，含示例值" : ""}`));
}
