// What the checks find, and what is due for review.

import { el } from "/static/elements.js";
import * as api from "./api.js";
import { badge, table } from "./parts.js";

export const TITLE = "检查和复核期";

export async function show() {
  const [problems, due] = await Promise.all([api.problems(), api.due()]);
  const link = (id) => el("a", { href: `#entries/${encodeURIComponent(id)}` }, id);
  const errors = problems.filter((problem) => !problem.warning).length;
  return [
    el("h3", {}, "六十天内到期、该复核的"),
    due.length ? table("该复核的", ["到期", "条目", "名称", "部门"], due.map((one) => [one.expires_on, link(one.id), one.title, one.department])) : el("p", {}, "没有。"),
    el("p", { class: "small" }, "打开条目，核对内容，把有效期改到下一次复核的日子，再由另一位同事复核。"),
    el("h3", {}, "检查发现的"),
    el("p", {}, problems.length ? `${errors}处错误，${problems.length - errors}处提醒。有错误就不能发布。` : "没有发现问题。"),
    problems.length ? table("检查发现的", ["", "文件", "哪里", "现在的值", "为什么"],
      problems.map((one) => [badge(one.warning ? "提醒" : "错误", !one.warning), one.file, one.entry, one.value, one.cause])) : null,
  ].filter(Boolean);
}
