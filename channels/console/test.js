// The hit test: what would be answered, and why.

import { el } from "/static/elements.js";
import { field, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { table } from "./parts.js";

export const TITLE = "试问一句";
const OUTCOMES = {
  answered: "答", clarify: "反问", no_answer: "没有答案", out_of_scope: "不归这里答", refused: "拒绝", emergency: "紧急",
};
const SCORES = { exact: "一字不差", words: "词", core: "说的事", meaning: "意思", core_meaning: "事的意思", typical: "整体像", covered: "认得的" };

export async function show() {
  const words = el("input", { type: "search", required: true, maxlength: "2000", placeholder: "像市民那样问一句" });
  const results = el("div", { "aria-live": "polite" });
  const ask = async (event) => {
    event.preventDefault();
    const found = await tried(() => api.hitTest(words.value));
    if (found) results.replaceChildren(...explained(found));
  };
  return [
    el("p", { class: "small" }, "问的是正在用的版本，和聊天走同一段程序；不问对话引擎，不留记录。寒暄、投诉、查进度要到聊天页去试。"),
    el("form", { class: "search", role: "search", submit: ask }, field("问一句", words), el("button", { type: "submit", class: "primary" }, "试问")), results,
  ];
}

const percent = (share) => `${Math.round(share * 100)}%`;
const list = (facts) => el("dl", { class: "facts" }, ...facts.flatMap(([name, told]) => [el("dt", {}, name), el("dd", {}, told || "—")]));

function explained(found) {
  const link = (entry, title) => el("a", { href: `#entries/${encodeURIComponent(entry.split("#")[0])}` }, `${title}（${entry}）`);
  const facts = [
    ["结果", OUTCOMES[found.outcome] || found.outcome], ["有多大把握", percent(found.confidence)],
    ...found.answers.map((answer) => ["答的是", link(answer.entry, answer.title)]), ...found.options.map((option) => ["选项", option.label]),
  ];
  const reasons = [
    ["由什么定", found.decision], ["读成", found.read_as], ["检索词", found.terms.join("、")], ["说的事", found.core || "（没说）"],
    ["正确的在候选里", percent(found.known)], ...(found.manual ? [["最像的问答", `${found.manual.entry}，${found.manual.likeness}`]] : []),
  ];
  const candidates = (found.candidates || []).map((one) => [
    `${found.titles[one.subject]}（${one.subject}）`, percent(one.share), one.phrase,
    Object.entries(SCORES).map(([key, title]) => `${title} ${one[key]}`).join("，"),
  ]);
  return [
    el("p", { class: "card words" }, found.text),
    list(facts), el("details", {}, el("summary", {}, "为什么这样答"), list(reasons)),
    candidates.length ? table("候选", ["候选", "可能性", "最像的问法", "各项分数"], candidates) : null,
  ].filter(Boolean);
}
