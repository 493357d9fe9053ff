// Import with a dry run, rows that can be mended on the spot, and the review by another person.

import { button, el } from "/static/elements.js";
import { asked, busy, byId, field, tell, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { badge, table } from "./parts.js";

export const TITLE = "导入和复核";
const MAX_MEGABYTES = 10;

let desk = null;

export async function show(given) {
  desk = given;
  if (desk.rest) return one(await api.draft(desk.rest));
  const waiting = await api.drafts();
  return [
    desk.keeps ? upload() : null,
    el("h3", {}, "等着复核的"),
    waiting.length ? el("ul", { class: "rows" }, ...waiting.map(row)) : el("p", {}, "没有等着复核的。"),
  ].filter(Boolean);
}

// --- import -----------------------------------------------------------------------------------

function upload() {
  const file = el("input", { type: "file", required: true, accept: ".xlsx,.csv,.docx,.json" });
  const results = el("div", { "aria-live": "polite" });
  const attempt = async (event) => {
    event.preventDefault();
    const [chosen] = file.files;
    if (!chosen) return;
    if (chosen.size > MAX_MEGABYTES * 1e6) { byId("problem").textContent = `文件超过 ${MAX_MEGABYTES} MB，请删掉图片，或者拆成几个文件。`; return; }
    results.replaceChildren("正在看每一行…");
    const found = await tried(() => api.takeFile(chosen.name, chosen, true));
    results.replaceChildren(...(found ? tried_out(chosen, found, results) : []));
  };
  return el("form", { class: "card fields", submit: attempt },
    el("h3", {}, "导入答疑手册或办事指南"),
    el("p", { class: "small" }, "表格要有“事项、问题、答案”这些列，也可以有“相似问、方面、部门、依据”；Word 里写成“问：…”“答：…”。先试一遍看看每一行行不行，这时什么也不会存。"),
    field("文件（xlsx、csv、docx、json）", file), el("div", {}, el("button", { type: "submit", class: "primary" }, "试导入")), results);
}

/** What became of each row. Rows that failed can be mended here; what is mended goes in after the file. */
function tried_out(file, found, results) {
  const mended = new Map();
  const place = el("tbody", {});
  const draw = () => place.replaceChildren(...found.rows.map((row, n) => {
    const now = mended.has(n) ? mended.get(n).row : row;
    const fix = row.failed && Object.keys(row.cells).length ? button(mended.has(n) ? "再改" : "改这一行", () => mend(n)) : null;
    return el("tr", {}, el("td", {}, row.where), el("td", {}, row.title), el("td", {}, badge(mended.has(n) ? `改好了：${now.verdict}` : now.verdict, now.failed)),
      el("td", {}, now.why || now.record), el("td", {}, fix || ""));
  }));
  const mend = (n) => {
    const cells = mended.has(n) ? mended.get(n).cells : found.rows[n].cells;
    const inputs = Object.entries(cells).filter(([name]) => name !== "原因")
      .map(([name, text]) => [name, el("textarea", { rows: text.length > 40 ? "4" : "1" }, text)]);
    asked(`改这一行：${found.rows[n].where}`, [el("p", {}, found.rows[n].why), ...inputs.map(([name, input]) => field(name, input))], "再试这一行", async () => {
      const changed = Object.fromEntries(inputs.map(([name, input]) => [name, input.value]));
      const { rows: [row] } = await api.takeFile(asJson(file.name), json([changed]), true);
      if (row.failed) throw new Error(`${row.verdict}：${row.why}`);
      mended.set(n, { cells: changed, row });
      draw();
    });
  };
  draw();
  const write = async () => {
    const told = [];
    const done = await tried(() => api.takeFile(file.name, file, false));
    if (!done) return;
    if (done.draft) told.push(done.draft);
    if (mended.size) {
      const more = await tried(() => api.takeFile(asJson(file.name), json([...mended.values()].map((one) => one.cells)), false));
      if (more && more.draft) told.push(more.draft);
      if (!more) return;
    }
    const shown = await tried(() => show(desk));
    if (shown) byId("body").replaceChildren(...shown);
    const left = found.rows.filter((one, n) => one.failed && !mended.has(n)).length;
    tell(told.length ? `写成了草稿“${told[0]}”，还没有生效，请另一位同事复核。${left ? `有${left}行没有改好，没写进去。` : ""}` : "没有可以导入的行。");
  };
  const good = found.rows.some((row) => !row.failed && row.verdict !== "重复");
  results.scrollIntoView({ block: "nearest" });
  return [
    el("p", {}, `试过了：${Object.entries(found.counts).map(([verdict, count]) => `${verdict}${count}行`).join("，")}。`),
    ...found.flaws.map((flaw) => el("p", { class: "small" }, flaw)),
    el("div", { class: "actions" }, button("写成草稿", ({ target }) => busy(target, write), { class: "primary" }), good ? null : el("span", { class: "small" }, "没有能导入的行，先改好下面的。")),
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "每一行的结果" }, el("table", {},
      el("thead", {}, el("tr", {}, ...["在哪里", "问题或事项", "结果", "说明", "改"].map((name) => el("th", { scope: "col" }, name)))), place)),
  ];
}

const asJson = (name) => `${name.replace(/\.[^.]*$/, "")}.json`;
const json = (rows) => new Blob([JSON.stringify(rows)], { type: "application/json" });

// --- review -----------------------------------------------------------------------------------

function row(draft) {
  return el("li", { class: "card" },
    el("div", { class: "head" }, el("a", { href: `#drafts/${encodeURIComponent(draft.name)}` }, draft.origin), draft.mine ? badge("您的，要别人复核") : null),
    el("p", { class: "small" }, `${draft.count}条 · ${draft.departments.join("、")} · ${draft.imported_by} ${draft.imported_on}`));
}

/** A text with the lines marked that the other one has not. */
function marked(tag, text, other) {
  const same = new Set(other.split("\n"));
  return el("span", {}, ...text.split("\n").flatMap((line, n) => [n ? "\n" : "", same.has(line) ? line : el(tag, {}, line)]));
}

function one(draft) {
  const changes = draft.changes.map((change) => el("section", { class: "card" },
    el("h4", {}, change.title, " ", badge(change.new ? "新增" : "变更")),
    el("p", { class: "small" }, [change.about && `属于：${change.about}`, change.id].filter(Boolean).join(" · ")),
    table(`${change.title}改了什么`, ["哪里", "现在", "改成"], change.differences.map(({ field: name, before, after }) => [name, marked("del", before, after), marked("ins", after, before)]))));
  // Told after the list has come, which begins with nothing told.
  const leave = (words) => {
    window.addEventListener("hashchange", () => tell(words), { once: true });
    location.hash = "#drafts";
  };
  const accept = async () => {
    const ids = await tried(() => api.review(draft.name));
    if (ids) leave(`复核通过${ids.length}条。到“发布”里发布以后才生效。`);
  };
  const reason = el("input", { required: true, minlength: "2", maxlength: "200" });
  const drop = () => asked(`退回草稿：${draft.origin}`, [field("为什么", reason)], "不要这份草稿", async () => {
    await api.drop(draft.name, reason.value);
    leave("草稿不要了。");
  });
  return [
    el("p", {}, el("a", { href: "#drafts" }, "‹ 回到草稿")),
    el("h3", {}, draft.origin),
    el("p", { class: "small" }, `${draft.imported_by} ${draft.imported_on} · ${draft.departments.join("、")} · ${draft.count}条`),
    ...draft.problems.map((problem) => el("p", { class: "problem" }, problem)),
    draft.mine ? el("p", { class: "card notice" }, "这是您自己导入或改的，要由另一位同事复核。") : null,
    desk.keeps ? el("div", { class: "actions" },
      draft.mine ? null : button("复核通过", ({ target }) => busy(target, accept), { class: "primary", disabled: draft.problems.length > 0 }), button("不要这份草稿…", drop)) : null,
    ...changes,
  ].filter(Boolean);
}
