// Gaps: what citizens asked in vain, who fills it until when, and that it is answered now.

import { button, el } from "/static/elements.js";
import { asked, byId, field, select, tell, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { badge, day, when } from "./parts.js";

export const TITLE = "知识缺口";

let desk = null;
let done = false;

export async function show(given) {
  desk = given;
  const found = await api.gaps(done);
  const lists = [["还要补的", false], ["补上的和不用补的", true]];
  const turn = lists.map(([label, value]) => button(label, () => { done = value; again(); }, { "aria-pressed": String(done === value) }));
  return [
    el("p", { class: "small" }, "八周里没答上的、评价没用的、窗口报错的问题，意思相同的放在一起，问得多的在前。个人信息已经遮盖。"),
    el("div", { class: "actions" }, ...turn),
    found.length ? el("ul", { class: "rows" }, ...found.map(row)) : el("p", { class: "card" }, done ? "还没有补上的。" : "没有要补的缺口。"),
  ];
}

async function again() {
  byId("body").replaceChildren(...((await tried(() => show(desk))) || []));
}

function row(gap) {
  const place = el("div", { class: "asked-again", "aria-live": "polite" });
  const others = gap.questions.slice(1);
  const facts = [
    `${gap.count}次`, ...Object.entries(gap.kinds).map(([title, count]) => `${title}${count}`), gap.department || "说不准哪个部门",
    gap.due_on && `${gap.due_on} 前补好`, gap.entry && `由 ${gap.entry} 回答`, gap.last_at && `最近 ${when(gap.last_at)}`, gap.decided_by && `${gap.decided_by} 处理`,
  ];
  return el("li", { class: `card ${gap.overdue ? "late" : ""}` },
    el("div", { class: "head" }, el("h3", {}, gap.question), badge(gap.overdue ? "过期了" : gap.state_title, gap.overdue), trend(gap.weeks)),
    el("p", { class: "small" }, facts.filter(Boolean).join(" · ")),
    gap.note ? el("p", {}, gap.note) : null,
    others.length ? el("details", {}, el("summary", {}, `还有${others.length}种问法`), el("ul", {}, ...others.map((text) => el("li", {}, text)))) : null,
    gap.notes.length ? el("details", {}, el("summary", {}, "他们说哪里不对"), el("ul", {}, ...gap.notes.map((text) => el("li", {}, text)))) : null,
    el("div", { class: "actions" },
      button("再问一遍", () => askAgain(gap, place)),
      ...(desk.keeps ? [button("补一条", () => write(gap)), button("分给部门", () => assign(gap)), button("不用补", () => dismiss(gap))] : [])),
    place);
}

/** Eight weeks as bars; the numbers stand in its label. */
function trend(weeks) {
  const most = Math.max(...weeks, 1);
  const label = `最近八周每周${weeks.join("、")}次`;
  const bars = weeks.map((count) => el("progress", { max: String(most), value: String(count), "aria-hidden": "true" }));
  return el("span", { class: "trend", role: "img", "aria-label": label, title: label }, ...bars);
}

async function askAgain(gap, place) {
  const found = await tried(() => api.answers(gap.question));
  if (!found) return;
  const entries = [...new Set(found[0].entries)];
  place.replaceChildren(...[
    el("p", { class: "label" }, "现在会这样答："),
    ...found.map((one, n) => el("details", { open: n === 0 },
      el("summary", {}, `${one.question} → ${one.titles.length ? one.titles.join("、") : "没有答"}`), el("p", { class: "words" }, one.text))),
    entries.length && desk.keeps && !done
      ? el("div", { class: "actions" }, ...entries.map((entry, n) => button(`答对了：由“${found[0].titles[n]}”补上`, () => close(gap, entry), { class: "primary" })))
      : null,
  ].filter(Boolean));
}

async function close(gap, entry) {
  if (!(await tried(() => api.close(gap.question, entry)))) return;
  tell(`“${gap.question}”补上了。`);
  await again();
}

async function assign(gap) {
  const names = (await tried(api.departments)) || [];
  const department = select(names.map((name) => [name, name]), gap.department);
  const due = el("input", { type: "date", required: true, min: day(0), value: gap.due_on || day(7) });
  const note = el("textarea", { rows: "2", maxlength: "500" }, gap.note);
  asked(`分给部门：${gap.question}`, [field("部门", department), field("最晚哪天补好", due), field("说明（可以不写）", note)], "分派", async () => {
    await api.assign({ question: gap.question, department: department.value, due_on: due.value, note: note.value });
    tell(`分给了${department.value}。`);
    await again();
  });
}

function dismiss(gap) {
  const reason = el("textarea", { rows: "2", maxlength: "500", required: true, minlength: "2", placeholder: "比如：不归政务大厅办" });
  asked(`不用补：${gap.question}`, [field("为什么", reason)], "不用补", async () => {
    await api.dismiss(gap.question, reason.value);
    tell("记下了。");
    await again();
  });
}

/** A new entry of the 答疑手册 with the gap's questions; it waits for review like any other. */
async function write(gap) {
  const known = el("datalist", { id: "subjects" }, ...((await tried(api.subjects)) || []).map((name) => el("option", { value: name })));
  const subject = el("input", { required: true, maxlength: "100", list: "subjects", placeholder: "打几个字，从单子里选" });
  const question = el("input", { required: true, minlength: "2", maxlength: "200", value: gap.question });
  const similar = el("textarea", { rows: "4", maxlength: "5000" }, gap.questions.slice(1).join("\n"));
  const answer = el("textarea", { rows: "5", maxlength: "5000", required: true, minlength: "2" });
  const fields = [field("是哪个事项或话题", subject), known, field("问题", question), field("相似问法（一行一句）", similar), field("答案", answer)];
  asked("给答疑手册补一条", fields, "写成草稿", async () => {
    const written = await api.addEntry({ subject: subject.value, question: question.value, similar: similar.value, answer: answer.value });
    tell(`写成了草稿“${written.draft}”。请另一位同事在“导入和复核”里复核，发布以后回来点“再问一遍”。`);
  });
}
