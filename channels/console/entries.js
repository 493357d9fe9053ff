// Entries: find one, change its texts and questions, stop answering from it.

import { button, el } from "/static/elements.js";
import { FACETS, asked, busy, byId, field, select, tell, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { recordForm, unmark } from "./form.js";
import { badge } from "./parts.js";

export const TITLE = "条目";
const KINDS = { item: "事项", guide: "办事指南", topic: "话题", manual: "问答", office: "部门" };
const WRITTEN = new Set(["materials", "time_limit", "fee", "online"]);

let desk = null;

export async function show(given) {
  desk = given;
  return desk.rest ? one(await api.record(desk.rest)).shown : list();
}

function list() {
  const words = el("input", { id: "words", type: "search", maxlength: "100", placeholder: "名称、编号、问法里的字" });
  const kind = select([["", "全部"], ...Object.entries(KINDS)], "");
  const results = el("div", { "aria-live": "polite" });
  let latest = 0;
  const find = async (event) => {
    if (event) event.preventDefault();
    latest += 1;
    const mine = latest;
    results.replaceChildren("正在找…");
    const found = (await tried(() => api.records(words.value.trim(), kind.value))) || [];
    if (mine !== latest) return; // something else was looked for meanwhile
    const rows = found.map((record) => el("li", {},
      el("a", { href: `#entries/${encodeURIComponent(record.id)}` }, record.title), " ", badge(KINDS[record.kind]), record.off ? badge("停答", true) : null,
      el("p", { class: "small" }, factsOf(record))));
    results.replaceChildren(
      el("p", { class: "small" }, found.length ? `找到${found.length}条${found.length === 100 ? "以上，只列前100条" : ""}。` : "没有找到，换个词试试。"),
      el("ul", { class: "rows" }, ...rows));
  };
  kind.addEventListener("change", find);
  find();
  return [el("form", { class: "search", role: "search", submit: find }, field("找条目", words), field("哪一类", kind), el("button", { type: "submit", class: "primary" }, "找")), results];
}

function one(record) {
  const form = recordForm(record.form, record.content, !desk.keeps);
  const problem = el("p", { class: "problem", role: "alert" });
  const save = async (event) => {
    event.preventDefault();
    unmark(event.target);
    problem.textContent = "";
    const content = form.changed();
    if (!Object.keys(content).length) { tell("没有改动。"); return; }
    await busy(event.submitter, async () => {
      try {
        const { draft, reminders } = await api.edit(record.id, content, record.seen);
        await again(record.id, reminders);
        tell(draft ? "写成了草稿，还没有生效。请另一位同事在“导入和复核”里复核，再发布。" : "没有改动。");
      } catch (error) {
        const whole = form.point(error.faults || [], "problem");
        problem.textContent = [error.message, ...whole].join("\n");
      }
    });
  };
  const off = Object.entries({ ...(record.off ? { [record.id]: record.off } : {}), ...record.off_parts });
  const shown = [
    el("p", {}, el("a", { href: "#entries" }, "‹ 回到条目")),
    el("h3", { id: "record-title" }, record.title, " ", badge(KINDS[record.kind])),
    el("p", { class: "small" }, factsOf(record)),
    record.draft ? el("p", { class: "card notice" }, "下面是改过、还没复核的内容。", el("a", { href: `#drafts/${encodeURIComponent(record.draft)}` }, "看改了什么")) : null,
    ...off.map(([what, why]) => el("p", { class: "card notice" }, `${partOf(what)}停答了：${why} `, desk.keeps ? button("恢复回答", () => turn(record, what, true)) : null)),
    desk.keeps && record.kind !== "office" ? el("div", { class: "actions" }, button("停答…", () => stop(record))) : null,
    el("form", { class: "fields", "aria-labelledby": "record-title", novalidate: true, submit: save, input: ({ currentTarget }) => { currentTarget.dataset.changed = "yes"; } },
      ...form.elements, desk.keeps ? el("div", { class: "keep actions" }, el("button", { type: "submit", class: "primary" }, "保存成草稿"), problem) : null),
  ].filter(Boolean);
  return { shown, form };
}

const factsOf = ({ id, department, reviewed_on: reviewed, expires_on: expires }) =>
  [id === department ? null : id, department, reviewed && `复核于 ${reviewed}`, expires && `有效期到 ${expires}`].filter(Boolean).join(" · ");

/** What of a record is switched off, as people call it. */
const partOf = (what) => (what.includes("#") ? `“${FACETS[what.split("#")[1]]}”` : "");

async function again(id, reminders = []) {
  const found = await tried(async () => one(await api.record(id)));
  if (!found) return;
  byId("body").replaceChildren(...found.shown);
  found.form.point(reminders, "reminder", false);
  window.scrollTo(0, 0);
}

function stop(record) {
  const facets = record.kind === "item" || record.kind === "guide"
    ? Object.entries(FACETS).filter(([facet]) => WRITTEN.has(facet) || facet in record.content.answers) : [];
  const what = el("select", {}, el("option", { value: record.id }, "整条"),
    ...facets.map(([facet, title]) => el("option", { value: `${record.id}#${facet}` }, `只停“${title}”`)));
  const reason = el("input", { required: true, minlength: "2", maxlength: "200", placeholder: "比如：标准核实中" });
  asked(`停答：${record.title}`, [field("停哪些", what), field("为什么", reason)], "马上停答", async () => {
    await api.turn(what.value, false, reason.value);
    await again(record.id);
    tell("停答了，几秒内生效。问到时会说清该找谁。");
  });
}

function turn(record, what) {
  const reason = el("input", { required: true, minlength: "2", maxlength: "200", placeholder: "比如：核实过了" });
  asked(`恢复回答：${record.title}${partOf(what)}`, [field("为什么", reason)], "恢复", async () => {
    await api.turn(what, true, reason.value);
    await again(record.id);
    tell("恢复了，几秒内生效。");
  });
}
