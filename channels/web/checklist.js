// Materials as a list to tick, and the sheet that is printed, copied or sent to the telephone.

import { guide } from "./api.js";
import { button, el, linesOf, numbered, pieces } from "./elements.js";
import { rememberTicks, ticks } from "./store.js";

const WHERE = ["place", "hours", "phone"];

/** One box a material. The ticks stay on this device, by the entry that the list is of. */
export function checklist(entry, lines) {
  const ticked = ticks(entry);
  const count = el("p", { class: "count", role: "status" });
  // What only some have to bring must not leave everybody else short of it.
  const some = lines.filter((line) => line.startsWith("【")).length;
  const wanted = some ? `都要带的${lines.length - some}样，看情况带的${some}样` : `共${lines.length}样`;
  const tell = () => { count.textContent = `${wanted}，已备好${lines.filter((line) => ticked.has(line)).length}样。`; };
  const tick = (line, got) => {
    if (got) ticked.add(line);
    else ticked.delete(line);
    rememberTicks(entry, ticked);
    tell();
  };
  const rows = lines.map((line) => {
    const box = el("input", { type: "checkbox", change: () => tick(line, box.checked) });
    box.checked = ticked.has(line);
    return el("li", {}, el("label", {}, box, el("span", {}, ...pieces(line))));
  });
  tell();
  return [el("ul", { class: "checklist", "aria-label": "材料清单，备好一样勾一样" }, ...rows), count];
}

/** What can be done with a checklist beside ticking it. */
export function sheetTools(answer, lines) {
  const told = el("p", { class: "told", role: "status" });
  const tool = (label, use) => button(label, async () => { told.textContent = (await use(await sheet(answer, lines))) || ""; });
  const tools = [tool("打印清单", printed), navigator.share ? tool("发到手机", sent) : null, tool("复制清单", copied)].filter(Boolean);
  return el("div", { class: "sheet-tools" }, el("div", { class: "actions" }, ...tools), told);
}

// The list with its ticks, where and when to go, and what it rests on: a paper that is enough on its own.
async function sheet({ entry, subject, title, text, citations, reviewed_on: reviewed }, lines) {
  const ticked = ticks(entry);
  const listed = new Set(lines);
  const body = linesOf(text).map((line) => {
    const name = numbered(line)?.rest;
    return listed.has(name) ? `${ticked.has(name) ? "☑" : "☐"} ${name}` : line;
  });
  const rules = citations.map((citation) => `《${citation.title}》${citation.locator || ""}`).join("；");
  return [title, ...body, ...(await where(subject)), `依据：${rules}`, `更新于：${reviewed}`];
}

async function where(subject) {
  try {
    const { facets } = await guide(subject);
    return WHERE.flatMap((wanted) => facets.filter(({ facet }) => facet === wanted)).map(({ title, text }) => `${title}：${text.replaceAll("\n", "")}`);
  } catch (error) {
    return []; // The list is worth having without it.
  }
}

function printed([title, ...lines]) {
  const paper = el("section", { id: "paper" }, el("h1", {}, title), ...lines.map((line) => el("p", {}, line)));
  const done = () => { paper.remove(); document.documentElement.classList.remove("printing"); };
  document.body.append(paper);
  document.documentElement.classList.add("printing");
  window.addEventListener("afterprint", done, { once: true });
  window.print();
}

async function sent(lines) {
  try {
    await navigator.share({ title: lines[0], text: lines.join("\n") });
    return "";
  } catch (error) {
    return error.name === "AbortError" ? "" : "没有发成，请用“复制清单”。";
  }
}

async function copied(lines) {
  const text = lines.join("\n");
  const done = "已经复制，可以粘贴到微信或短信里。";
  try {
    await navigator.clipboard.writeText(text);
    return done;
  } catch (error) {
    // The clipboard needs HTTPS; a hall's own computers often have none.
    return copiedBySelection(text) ? done : "没有复制成，请选中文字后自己复制。";
  }
}

function copiedBySelection(text) {
  const before = document.activeElement;
  const field = el("textarea", { class: "unseen" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before.focus();
  return done;
}
