// Reports of a period: figures and chart here, papers to take away.

import { el } from "/static/elements.js";
import { field, select, tried } from "/static/staff/page.js";
import * as api from "./api.js";
import { day, table } from "./parts.js";

export const TITLE = "报表";
const CHANNELS = [["", "全部渠道"], ["web", "网页"], ["miniprogram", "小程序"], ["wechat", "公众号"], ["clerk", "窗口"]];
const PAPERS = [["xlsx", "表格（xlsx）"], ["docx", "Word（docx）"], ["pdf", "PDF"], ["html", "网页"]];

export async function show({ self }) {
  const names = self.department && self.role !== "admin" ? [] : await api.departments();
  const own = self.department && self.role !== "admin";
  const department = own ? select([[self.department, self.department]], self.department) : select([["", "全部部门"], ...names.map((name) => [name, name])], "");
  const [first, last] = [el("input", { type: "date", required: true }), el("input", { type: "date", required: true })];
  const channel = select(CHANNELS, "");
  const results = el("div", { "aria-live": "polite" });
  const draw = async (event) => {
    if (event) event.preventDefault();
    const asked = new URLSearchParams({ first: first.value, last: last.value, department: department.value, channel: channel.value });
    results.replaceChildren("正在算…");
    const found = await tried(() => api.report(asked));
    results.replaceChildren(...(found ? shown(found, asked) : []));
  };
  const period = (from, to) => { first.value = from; last.value = to; draw(); };
  const weekday = (new Date(`${day(0)}T00:00`).getDay() + 6) % 7;
  const quick = [
    ["上周", () => period(day(-weekday - 7), day(-weekday - 1))], ["这周", () => period(day(-weekday), day(0))], ["最近30天", () => period(day(-29), day(0))],
  ].map(([label, pick]) => el("button", { type: "button", click: pick }, label));
  first.value = day(-weekday);
  last.value = day(0);
  draw();
  return [
    el("form", { class: "search", submit: draw }, field("从", first), field("到", last), field("部门", department), field("渠道", channel),
      el("button", { type: "submit", class: "primary" }, "看")),
    el("div", { class: "actions" }, ...quick), results,
  ];
}

function shown(found, asked) {
  if (!found.tables.some((one) => one.rows.length)) return [el("p", { class: "card" }, "这段时间没有人问过。换一段时间看看。")];
  const papers = PAPERS.map(([format, label]) => el("a", { class: "button", href: api.paper(asked, format), download: true }, label));
  const tables = found.tables.map((one) => el("section", {},
    el("h3", {}, one.title), one.rows.length ? table(one.title, one.columns, one.rows.map((row) => row.map(String))) : el("p", {}, "没有。"),
    one.rows.length && one.note ? el("p", { class: "small" }, one.note) : null));
  return [
    el("h3", {}, found.title),
    el("dl", { class: "facts" }, ...found.headline.flatMap(([name, told]) => [el("dt", {}, name), el("dd", {}, told)])),
    el("div", { class: "actions" }, el("span", {}, "下载："), ...papers),
    el("img", { class: "chart", src: api.chart(asked), alt: "每天多少句、问得最多的事、各部门；数字都在下面的表里。" }),
    ...tables,
  ];
}
