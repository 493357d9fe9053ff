// 一次性告知单: tick what is missing, add a line, print. The applicant's name is on the paper and nowhere else.

import { freshKey } from "/static/staff/api.js";
import { button, el } from "/static/elements.js";
import * as api from "./api.js";
import { tell, tried } from "/static/staff/page.js";

const TIME = { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" };

/** Tick what is missing of an item, in `place`; `back()` leads back to it. */
export function newNotice(place, sheet, back) {
  const key = freshKey();
  const boxes = sheet.materials.map((row) => ({ row, box: el("input", { type: "checkbox", keydown: ticked }) }));
  const lines = el("ul", { class: "own" });
  const line = el("input", { type: "text", maxlength: "200", placeholder: "例如：照片要白底的" });
  const applicant = applicantField();
  const add = () => {
    const words = line.value.trim();
    line.value = "";
    line.focus();
    if (!words) return;
    const entry = el("li", { "data-line": words }, words);
    entry.append(button("去掉", () => { entry.remove(); line.focus(); }, { "aria-label": `去掉：${words}` }));
    lines.append(entry);
  };
  line.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    add();
  });
  const submit = async (event) => {
    event.preventDefault();
    if (line.value.trim()) add();
    const notice = {
      subject: sheet.id, version: sheet.version, key, missing: boxes.flatMap(({ box }, index) => (box.checked ? [index] : [])),
      lines: [...lines.children].map((entry) => entry.dataset.line),
    };
    const made = await tried(() => api.makeNotice(notice));
    if (!made) return;
    await shown(place, made, applicant.value, back);
    tell(`${made.number}开好了，一式两联。`);
  };
  place.replaceChildren(el("form", { class: "fields", submit },
    el("h2", {}, `一次性告知单：${sheet.title}`),
    el("fieldset", {}, el("legend", {}, "还缺哪些（空格键勾选）"), ...boxes.map(({ row, box }) => el("label", { class: "tick" }, box, el("span", {},
      row.when ? `【${row.when}】` : "", row.name, row.asked ? `（${row.asked}）` : "", row.exemption ? el("span", { class: "small free" }, row.exemption) : ""))),
    sheet.materials.length ? null : el("p", { class: "small" }, "这个事项没有逐件的材料，请在下面自己写。")),
    el("fieldset", {}, el("legend", {}, "另外要补的"), lines, el("div", { class: "row" }, el("label", { class: "grow" }, el("span", { class: "unseen" }, "自己加一行"), line), button("加上", add))),
    el("label", { class: "field" }, "申请人（印在抬头，不保存）", applicant),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "primary" }, "开单"), button("不开了", back))));
  const first = place.querySelector("input");
  if (first) first.focus();
}

/** Enter ticks too: it must not make a notice, which has a number for good, before all is ticked. */
function ticked(event) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  event.target.click();
}

/** The notices that were made; each can be printed again. */
export function madeNotices(place, notices, back) {
  if (!notices.length) return el("p", { class: "small" }, "没有找到。");
  return el("ul", { class: "near" }, ...notices.map((notice) => el("li", {},
    button(notice.number, () => shown(place, notice, "", back)),
    el("span", {}, `${notice.matter}，缺${notice.missing}样，${new Date(notice.made_at).toLocaleString("zh-CN", TIME)}`))));
}

function applicantField() {
  return el("input", { type: "text", maxlength: "60", autocomplete: "off" });
}

/** The paper, to print or to have as a PDF. */
async function shown(place, notice, name, back) {
  const applicant = applicantField();
  applicant.value = name;
  const frame = el("iframe", { title: `告知单 ${notice.number}`, class: "paper" });
  const draw = async () => {
    const made = await tried(async () => (await api.paper(notice.id, applicant.value.trim(), "html")).text());
    if (made) frame.srcdoc = made;
  };
  applicant.addEventListener("change", draw);
  const print = button("打印", () => { frame.contentWindow.focus(); frame.contentWindow.print(); }, { class: "primary" });
  const pdf = button("下载 PDF", async () => {
    const made = await tried(async () => (await api.paper(notice.id, applicant.value.trim(), "pdf")).blob());
    if (made) saved(made, `${notice.number}.pdf`);
  });
  place.replaceChildren(
    el("h2", {}, `一次性告知单 ${notice.number}`),
    el("label", { class: "field" }, "申请人（印在抬头，不保存）", applicant),
    el("div", { class: "actions" }, print, pdf, button("回到事项", back)),
    frame);
  await draw();
  print.focus();
}

function saved(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
