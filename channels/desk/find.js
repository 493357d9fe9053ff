// Finding an item: one box, results while typing, one item on the screen, one key for each thing that is done with it.

import { button, el } from "/static/elements.js";
import * as api from "./api.js";
import { compared } from "./compare.js";
import { madeNotices, newNotice } from "./notice.js";
import { FACETS, asked, byId, field, select, tell, tried } from "/static/staff/page.js";
import { screen } from "./screens.js";
import { plain, rendered } from "./sheet.js";

const PAUSE = 60;
/** As many the service gives at most. */
const MOST = 20;
const KINDS = [["wrong", "答错了"], ["missing", "没有答案"], ["unhelpful", "没用"]];

const [q, results, place] = ["q", "results", "sheet"].map(byId);

/** Each key with what it does to the item on the screen; the keys count while the focus is on the item. */
const KEYS = [
  ["f", "复制", copy], ["d", "打印", () => window.print()], ["g", "告知单", () => newNotice(place, current, back)],
  ["b", "比较", chooseOther], ["e", "查证照", askLicences], ["p", "第二屏", () => screen.toggle(current.id)], ["w", "报错", () => reportGap("wrong")],
];

/** The sheet on the screen; null when there is none. */
let current = null;
/** The sheet that another is being chosen for to stand beside it; null most of the time. */
let beside = null;
let found = [];
/** What the results are for: a quick hand presses an arrow or Enter before they are there. */
let listed = "";
let active = -1;
let timer = 0;
let asking = 0;

export function start() {
  q.addEventListener("input", (event) => event.isComposing || typed());
  q.addEventListener("compositionend", typed);
  q.addEventListener("keydown", keyInBox);
  place.addEventListener("keydown", keyOnItem);
  byId("missing").addEventListener("click", () => reportGap("missing"));
  byId("made").addEventListener("toggle", listMade);
  byId("made-words").addEventListener("input", listMade);
  api.lookup("").catch(() => null); // the first look makes the index of names: now, and not while the first citizen waits
  place.replaceChildren(el("p", { class: "small" }, "打几个字就能找，例如：身份证丢了、sfz、公安局 居住证、gaj-sfz-bl。"));
}

export function focus() {
  q.focus();
}

// --- the box ----------------------------------------------------------------------------------

function typed() {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
}

async function search() {
  const words = q.value.trim();
  asking += 1;
  const mine = asking;
  const hits = words ? await tried(() => api.lookup(words)) : neighbours();
  if (mine === asking && hits) list(hits, words);
}

/** Before anything is typed for a comparison: what the item is taken for. */
function neighbours() {
  return beside ? beside.confused_with.map((near) => ({ ...near, how: near.difference, department: "" })) : [];
}

function list(hits, words) {
  listed = words;
  found = beside ? hits.filter((hit) => hit.id !== beside.id) : hits;
  results.replaceChildren(...found.map((hit, index) => el("li", { role: "option", id: `hit-${index}`, "aria-selected": "false", click: () => open(index) },
    el("strong", {}, hit.title), el("span", { class: "small" }, [hit.department, reached(hit)].filter(Boolean).join(" · ")))));
  q.setAttribute("aria-expanded", String(found.length > 0));
  byId("missing").hidden = !words || found.length > 2;
  byId("more").hidden = hits.length < MOST;
  byId("status").textContent = words ? `找到${found.length}个。` : "";
  move(found.length ? 0 : -1);
}

/** By what an item was found, where its name and department do not show it. */
function reached({ title, department, how, name }) {
  if (!name) return how;
  return name === title || name === department ? "" : `${how}：${name}`;
}

function move(to) {
  active = to;
  [...results.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === active)));
  const option = results.children[active];
  if (!option) return q.removeAttribute("aria-activedescendant");
  q.setAttribute("aria-activedescendant", option.id);
  return option.scrollIntoView({ block: "nearest" });
}

const KEYS_IN_BOX = {
  ArrowDown: () => found.length && move((active + 1) % found.length),
  ArrowUp: () => found.length && move((active - 1 + found.length) % found.length),
  Enter: () => active >= 0 && open(active),
  Escape: cleared,
};

async function keyInBox(event) {
  const run = KEYS_IN_BOX[event.key];
  if (!run || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (event.key !== "Escape" && q.value.trim() !== listed) {
    clearTimeout(timer);
    await search();
    if (q.value.trim() !== listed) return; // it failed, or was typed on: what is listed is not what was meant
  }
  run();
}

function cleared() {
  clearTimeout(timer);
  q.value = "";
  choosing(null);
  list([], "");
}

// --- the item ---------------------------------------------------------------------------------

async function open(index) {
  const id = found[index].id;
  if (beside) {
    const pair = await tried(() => api.compare(beside.id, id));
    if (!pair) return;
    choosing(null);
    show(compared(pair, (other) => openItem(other)));
  } else await openItem(id);
}

/** Show one item, and on the second screen too. */
async function openItem(id) {
  const sheet = await tried(() => api.sheet(id));
  if (!sheet) return;
  current = sheet;
  back();
  screen.follow(id);
}

async function listMade() {
  const words = byId("made-words").value.trim();
  const list = byId("made").open && await tried(() => api.notices(words));
  if (list && words === byId("made-words").value.trim()) byId("made").querySelector("div").replaceChildren(madeNotices(place, list, back));
}

/** The item again, after a notice or a comparison. */
function back() {
  listMade();
  if (!current) return focus();
  return show(rendered(current, bar(), openItem, compareWith));
}

function show(content) {
  byId("status").textContent = "";
  place.replaceChildren(...content);
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
}

function bar() {
  const keys = KEYS.map(([key, label, run]) => button("", run, { "aria-keyshortcuts": key }));
  keys.forEach((made, index) => made.append(KEYS[index][1], el("kbd", { "aria-hidden": "true" }, KEYS[index][0].toUpperCase())));
  return el("div", { class: "actions keys", role: "group", "aria-label": "对这个事项" }, ...keys);
}

function keyOnItem(event) {
  if (event.key === "Escape") {
    // First back to the item, then to the box.
    if (current && !place.querySelector(".keys")) back();
    else { q.focus(); q.select(); }
    event.preventDefault();
    return;
  }
  const writing = event.target.closest("input, textarea, select");
  if (writing || event.ctrlKey || event.altKey || event.metaKey || !current || !place.querySelector(".keys")) return;
  const known = KEYS.find(([key]) => key === event.key.toLowerCase());
  if (!known) return;
  event.preventDefault();
  known[2]();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(plain(current));
    tell("复制好了，审查要点没有复制。");
  } catch (error) {
    byId("problem").textContent = "浏览器不让复制，请选中文字再按 Ctrl+C。";
  }
}

// --- beside another ---------------------------------------------------------------------------

function choosing(sheet) {
  beside = sheet;
  byId("q-label").textContent = sheet ? `和“${sheet.title}”比较的是` : "找事项";
}

function chooseOther() {
  choosing(current);
  q.value = "";
  list(neighbours(), "");
  q.focus();
}

async function compareWith(id) {
  const pair = await tried(() => api.compare(current.id, id));
  if (pair) show(compared(pair, openItem));
}

// --- what need not be handed in ---------------------------------------------------------------

function askLicences() {
  if (!current.materials.length) return tell("这个事项不用交材料。");
  const code = el("input", { autocomplete: "off", minlength: "6", maxlength: "64", required: true });
  const agreed = el("input", { type: "checkbox", required: true });
  const fields = [field("市民手机上的电子证照授权码", code), el("label", {}, agreed, "市民同意这次查证照")];
  return asked("哪几样可以免交", fields, "查", async () => {
    const { may_skip: free } = await api.exemptions(current.id, code.value.trim());
    back();
    for (const at of free) place.querySelectorAll(".materials tbody tr")[at].cells[3].append(el("span", { class: "free" }, "证照库里有，可以免交"));
    tell(free.length ? `证照库里有${free.length}样，可以免交：${free.map((at) => current.materials[at].name).join("、")}。` : "证照库里没有能免交的，照常收。");
  });
}

// --- what is wrong ----------------------------------------------------------------------------

function reportGap(chosen) {
  const about = chosen === "missing" ? null : current;
  const kind = select(KINDS, chosen);
  const facet = select([["", "（不限）"], ...Object.entries(FACETS)], "");
  const text = el("textarea", { rows: "2", maxlength: "500" }, chosen === "missing" ? q.value : "");
  const note = el("textarea", { rows: "2", maxlength: "500" });
  const fields = [field("哪里不对，应该怎么说", note), field("市民怎么问的", text), field("哪种情况", kind)];
  if (about) fields.splice(2, 0, field("哪个方面", facet));
  asked(about ? `报错：${about.title}` : "没找到，报给知识维护", fields, "报上去", async () => {
    if (!text.value.trim() && !note.value.trim()) throw new Error("请写一句：哪里不对，或者市民怎么问的。");
    await api.reportGap({ kind: kind.value, text: text.value.trim(), note: note.value.trim(), subject: about ? about.id : "", facet: facet.value || null });
    tell("报上去了，谢谢。责任部门会看到。");
  });
}
