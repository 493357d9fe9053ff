// Entries: find one, change its texts and questions, stop answering from it.

import { button, el } from "/static/elements.js";
import { asked, byId, field, tell, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { badge } from "./parts.js";

export const TITLE = "条目";
const KINDS = { item: "事项", guide: "办事指南", topic: "话题", manual: "问答" };
const LONG = 60;

let desk = null;

export async function show(given) {
  desk = given;
  return desk.rest ? one(await api.record(desk.rest)) : list();
}

function list() {
  const words = el("input", { id: "words", type: "search", maxlength: "100", placeholder: "名称、编号、问法里的字" });
  const results = el("div", { "aria-live": "polite" });
  const find = async (event) => {
    if (event) event.preventDefault();
    const found = await tried(() => api.records(words.value.trim()));
    if (!found) return;
    const rows = found.map((record) => el("li", {},
      el("a", { href: `#entries/${encodeURIComponent(record.id)}` }, record.title), " ", badge(KINDS[record.kind]), record.off ? badge("停答", true) : null,
      el("p", { class: "small" }, `${record.id} · ${record.department} · 复核于 ${record.reviewed_on}${record.expires_on ? ` · 有效期到 ${record.expires_on}` : ""}`)));
    results.replaceChildren(
      el("p", { class: "small" }, found.length ? `找到${found.length}条${found.length === 100 ? "以上，只列前100条" : ""}。` : "没有找到，换个词试试。"),
      el("ul", { class: "rows" }, ...rows));
  };
  find();
  return [el("form", { class: "search", role: "search", submit: find }, field("找条目", words), el("button", { type: "submit", class: "primary" }, "找")), results];
}

function one(record) {
  const inputs = record.fields.map((given) => [given, input(given)]);
  const unasked = ([given]) => given.key.startsWith("questions.") && !given.text;
  const save = async (event) => {
    event.preventDefault();
    const before = Object.fromEntries(record.fields.map((given) => [given.key, given.text]));
    const changed = [...event.target.querySelectorAll("[data-key]")].filter((input) => input.value !== before[input.dataset.key]);
    const texts = Object.fromEntries(changed.map((input) => [input.dataset.key, input.value]));
    const draft = changed.length ? await tried(() => api.edit(record.id, texts)) : null;
    if (draft === undefined) return;
    await again(record.id);
    tell(draft ? "写成了草稿，请另一位同事在“导入和复核”里复核。" : "没有改动。");
  };
  const off = Object.entries({ ...(record.off ? { [record.id]: record.off } : {}), ...record.off_parts });
  return [
    el("p", {}, el("a", { href: "#entries" }, "‹ 回到条目")),
    el("h3", { id: "record-title" }, record.title, " ", badge(KINDS[record.kind])),
    el("p", { class: "small" }, `${record.id} · ${record.department} · 复核于 ${record.reviewed_on}`),
    record.draft ? el("p", { class: "card notice" }, "下面是改过、还没复核的内容。", el("a", { href: `#drafts/${encodeURIComponent(record.draft)}` }, "看改了什么")) : null,
    ...off.map(([what, why]) => el("p", { class: "card notice" }, `${what} 停答了：${why} `, desk.keeps ? button("恢复回答", () => turn(record, what, true)) : null)),
    desk.keeps ? el("div", { class: "actions" }, button("停答…", () => stop(record))) : null,
    el("form", { class: "fields", "aria-labelledby": "record-title", submit: save },
      ...inputs.filter((one) => !unasked(one)).map(([, shown]) => shown),
      inputs.some(unasked) ? el("details", {}, el("summary", {}, "还没有问法的方面"), el("div", { class: "fields" }, ...inputs.filter(unasked).map(([, shown]) => shown))) : null,
      desk.keeps ? el("div", { class: "keep" }, el("button", { type: "submit", class: "primary" }, "保存成草稿")) : null),
  ].filter(Boolean);
}

function input(given) {
  const long = given.lines || given.text.length > LONG || /说明|答案|流程|条件/.test(given.title);
  const attributes = { "data-key": given.key, readonly: !desk.keeps };
  if (given.key === "expires_on") return field(given.title, el("input", { ...attributes, type: "date", value: given.text }));
  const rows = String(Math.min(12, Math.max(2, Math.ceil(given.text.length / 50), given.text.split("\n").length)));
  return field(given.title, long ? el("textarea", { ...attributes, rows }, given.text) : el("input", { ...attributes, value: given.text }));
}

async function again(id) {
  const shown = await tried(async () => one(await api.record(id)));
  if (shown) byId("body").replaceChildren(...shown);
}

function stop(record) {
  const parts = record.fields.filter((given) => given.key.startsWith("answers.")).map((given) => [given.key.split(".")[1], given.title]);
  const facets = record.kind === "item" || record.kind === "guide" ? [["materials", "申请材料"], ["time_limit", "办理时限"], ["fee", "收费"], ["online", "网上办"], ...parts] : [];
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
  asked(`恢复回答：${what}`, [field("为什么", reason)], "恢复", async () => {
    await api.turn(what, true, reason.value);
    await again(record.id);
    tell("恢复了，几秒内生效。");
  });
}
