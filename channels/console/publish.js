// Publication: the difference, the gate, the versions, the way back.

import { button, el } from "/static/elements.js";
import { asked, byId, field, tell, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { badge, table, when } from "./parts.js";

export const TITLE = "发布";
const AGAIN = 1000;
const SIGNS = { "+": "新增：", "-": "撤下：", "~": "变更：" };

let desk = null;

export async function show(given) {
  desk = given;
  const [versions, job] = await Promise.all([api.versions(), api.publication()]);
  const difference = el("div", {});
  compare(difference);
  const progress = el("div", { "aria-live": "polite" });
  if (job && job.state !== "done") follow(job, progress);
  return [
    el("h3", {}, "现在发布会改变什么"), difference, progress, el("h3", {}, "发布过的版本"),
    table("发布过的版本", ["版", "什么时候", "谁", "为什么", "停答", ""], versions.map(version)),
  ];
}

async function compare(place) {
  place.replaceChildren("正在比较…");
  const found = await tried(api.difference);
  if (!found) { place.replaceChildren("有错误，发布不了，见上面。改好再来。"); return; }
  place.replaceChildren(...[
    el("p", {}, found.lines.length ? `${found.summary}。` : "条目和问法都和正在用的一样。"),
    found.lines.length ? el("details", { open: found.lines.length < 20 }, el("summary", {}, `${found.lines.length}处`), el("ul", {}, ...found.lines.map((line) => el("li", {}, line.replace(/^[-+~] /, (sign) => SIGNS[sign[0]]))))) : null,
    desk.keeps ? el("div", { class: "actions" }, button("发布…", ask, { class: "primary" })) : null,
  ].filter(Boolean));
}

function version({ number, live, at, by, reason, back_to: back, off }) {
  const told = `${back ? `退回到第${back}版。` : ""}${reason}`;
  const stopped = Object.entries(off).map(([what, why]) => `${what}（${why}）`).join("、");
  return [`${number}`, at ? when(at) : "", by, told, stopped, live ? badge("在用") : desk.keeps ? button("退回到这版…", () => back_to(number)) : ""];
}

function ask() {
  const reason = el("input", { required: true, minlength: "2", maxlength: "200", placeholder: "比如：收费标准改了" });
  const accept = el("input", { type: "checkbox" });
  const gate = el("label", { class: "tick" }, accept, "试问时有原来对、以后不对的，也发布");
  asked("发布", [el("p", {}, "会先检查，再拿维护的问题试问一遍，一般半分钟左右。有一处不过就不发布，正在用的不受影响。"), field("为什么发布", reason), gate], "发布", async () => {
    const job = await api.publish(reason.value, accept.checked);
    const place = byId("body").querySelector("[aria-live]");
    follow(job, place);
  });
}

/** What a publication tells, until it is over. */
async function follow(job, place) {
  const titles = { running: "正在发布，一般半分钟左右，离开这一页也会接着做。", done: "发布好了。", failed: "没有发布，正在用的版本不受影响。" };
  place.replaceChildren(el("section", { class: `card job ${job.state}` }, el("p", {}, el("strong", {}, titles[job.state]), ` （${job.by}）`),
    el("pre", { tabindex: "0", "aria-label": "发布的过程" }, job.lines.join("\n"))));
  if (job.state !== "running") return;
  await new Promise((done) => { setTimeout(done, AGAIN); });
  if (!place.isConnected) return;
  const next = await tried(api.publication);
  if (next && next.state === "done") {
    const shown = await tried(() => show(desk));
    if (shown) byId("body").replaceChildren(...shown);
    follow(next, byId("body").querySelector("[aria-live]"));
    tell("发布好了，几秒内生效。可以到“试问”里问一句看看。");
  } else follow(next || job, place);
}

function back_to(number) {
  const reason = el("input", { required: true, minlength: "2", maxlength: "200", placeholder: "比如：期限写错了" });
  asked(`退回到第${number}版`, [el("p", {}, "马上生效，一直到下次发布。改过的条目还在，下次发布又会带上，不要的话把条目也改回去。"), field("为什么", reason)], "退回", async () => {
    const live = await api.rollBack(number, reason.value);
    const shown = await tried(() => show(desk));
    if (shown) byId("body").replaceChildren(...shown);
    tell(`现在是第${live.number}版，内容和第${number}版一样。`);
  });
}
