// From a reply to what is seen.

import { checklist, sheetTools } from "./checklist.js";
import { button, el, linesOf, numbered, pieces } from "./elements.js";
import { canSpeak, hush, speak } from "./voice.js";

const THUMB = "M2 10h4v11H2zM8 21h9.2a2.6 2.6 0 0 0 2.5-1.9l2-7A2.4 2.4 0 0 0 19.4 9H14l.8-4.2A2.3 2.3 0 0 0 12.5 2L8 10z";
const EMERGENCY_NUMBERS = new Set(["110", "119", "120", "122", "12356"]);
const FACT = /^([\u4e00-\u9fff]{2,4}：)(.+)$/;

/** What the citizen said. */
export function said(text) {
  return el("div", { class: "citizen" }, el("span", { class: "unseen" }, "您问："), el("p", {}, text));
}

/** What came from the office: an agent's words, a notice, or what the citizen said on a page that was closed. */
export function spoken({ sender, author, text }) {
  if (sender === "citizen") return said(text);
  if (sender === "notice") return el("p", { class: "announcement" }, text);
  return el("div", { class: "person" }, el("p", { class: "author" }, `工作人员${author}`), el("p", { class: "card words" }, text));
}

/** Who has the conversation, above the input; nothing while the assistant has it. */
export function service(place, { state, agent, position, wait_minutes: minutes }) {
  const wait = minutes ? `，最近一般等${minutes}分钟左右` : "";
  const told = {
    waiting: position ? `正在为您找工作人员：您排在第${position}位${wait}。` : "正在为您找工作人员。",
    person: `现在由工作人员${agent || ""}接待您。`,
  };
  if (place.textContent !== (told[state] || "")) place.textContent = told[state] || "";
}

/** A failure with the way out of it. */
export function failed(message, retry) {
  const next = el("div", { class: "actions" }, retry && retryButton(retry), phone("拨打12345", "12345"));
  return el("div", { class: "assistant card failure" }, el("p", {}, message), next);
}

/**
 * A reply. `on` says what taps do: send(text), retry() or null, rate(helpful, comment) as a promise;
 * `rated` is the thumb given before.
 */
export function replied(reply, on, rated) {
  const seen = el("div", { class: `assistant ${reply.outcome}` }, el("span", { class: "unseen" }, "智问答："));
  if (reply.outcome === "handoff" && !reply.actions.length) {
    // Only that it has been delivered.
    seen.append(el("p", { class: "delivered" }, reply.text || "您说的话工作人员能看到，请稍等。"));
    return seen;
  }
  if (reply.degraded) {
    seen.append(el("p", { class: "notice" }, "系统有点忙，下面是直接查到的结果。如果不是您要问的，请换个说法再问一次。"));
  }
  const around = aroundAnswers(reply);
  if (around.before.length) seen.append(el("div", { class: "card" }, ...paragraphs(around.before)));
  seen.append(...reply.answers.map(card));
  if (around.after.length) seen.append(el("div", { class: "card" }, ...paragraphs(around.after)));
  if (reply.options.length) seen.append(options(reply.options, on.send));
  const actions = [...emergencyCalls(reply), ...reply.actions.map((action) => offered(action, on.send))].filter(Boolean);
  if (on.retry) actions.unshift(retryButton(on.retry));
  if (actions.length) seen.append(el("div", { class: "actions" }, ...actions));
  const rating = reply.actions.find((action) => action.kind === "rate");
  if (rating) seen.append(thumbs(rating.label, on, rated));
  return seen;
}

/** Take the choices of an earlier reply out of use; what was chosen stays marked. */
export function retire(turn, chosen) {
  for (const choice of turn.querySelectorAll("[data-sends]")) {
    choice.disabled = true;
    if (choice.dataset.sends === chosen) choice.classList.add("chosen");
  }
}

// The reply's text holds everything as plain text. The cards and buttons show most of it better;
// what they do not show (a question asked once more, a word before the answer) is kept around them.
function aroundAnswers({ text, answers, options: choices }) {
  const lines = linesOf(text);
  const labels = new Set(choices.map((choice) => choice.label));
  const shown = new Set(answers.flatMap((answer) => linesOf(answer.text)));
  const marks = answers.flatMap((answer) => [answer.title, answer.reviewed_on, ...answer.citations.map((c) => c.title)]).filter(Boolean);
  const before = [];
  const after = [];
  let passed = false;
  for (const line of lines) {
    if (labels.has(numbered(line)?.rest)) continue;
    if (shown.has(line) || marks.some((mark) => line.includes(mark))) passed = true;
    else (passed ? after : before).push(line);
  }
  if (!lines.length && !answers.length) {
    before.push("这次没有查到内容，请换个说法再问一次。");
  }
  return { before, after };
}

function retryButton(retry) {
  return button("重试", retry, { class: "retry primary" });
}

function card(answer) {
  const lines = linesOf(answer.text);
  const listed = answer.facet === "materials" ? lines.map(numbered).filter(Boolean).map(({ rest }) => rest) : [];
  const body = listed.length ? withChecklist(answer.entry, lines, listed) : paragraphs(lines);
  const updated = el("p", { class: "updated" }, "更新于 ", el("time", { datetime: answer.reviewed_on }, answer.reviewed_on));
  return el(
    "article", { class: "card answer" }, el("h2", {}, answer.title), ...body, listed.length ? sheetTools(answer, listed) : null,
    canSpeak ? readAloud(`${answer.title}\n${answer.text}`) : null, el("footer", {}, sources(answer.citations), updated),
  );
}

function withChecklist(entry, lines, listed) {
  const first = lines.findIndex(numbered);
  const rest = lines.filter((line, index) => index > first && !numbered(line));
  return [...paragraphs(lines.slice(0, first)), ...checklist(entry, listed), ...paragraphs(rest)];
}

function readAloud(text) {
  const read = button("读给我听", () => {
    const reading = read.getAttribute("aria-pressed") === "true";
    hush();
    if (reading) return;
    read.setAttribute("aria-pressed", "true");
    speak(text, () => read.setAttribute("aria-pressed", "false"));
  }, { class: "elder-only", "aria-pressed": "false" });
  return read;
}

function sources(citations) {
  if (!citations.length) return null;
  if (citations.length === 1) return el("p", { class: "sources" }, "依据：", cited(citations[0]));
  const list = el("ul", {}, ...citations.map((citation) => el("li", {}, cited(citation))));
  return el("details", { class: "sources" }, el("summary", {}, `依据（${citations.length}条）`), list);
}

function cited({ title, locator, url }) {
  const name = `《${title}》${locator || ""}`;
  const address = url ? safeAddress(url) : null;
  return address ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, name) : el("span", {}, name);
}

// Runs of numbered lines become ordered lists, runs of facts (“法定时限：60个自然日。”) a list of them, other lines paragraphs.
function paragraphs(lines) {
  const blocks = [];
  let next = 0;
  for (const line of lines) {
    const item = numbered(line);
    const fact = FACT.exec(line);
    if (item) {
      if (item.number !== next) blocks.push(el("ol", { start: item.number === 1 ? null : item.number }));
      blocks.at(-1).append(el("li", {}, ...pieces(item.rest)));
    } else if (fact) {
      if (blocks.at(-1)?.tagName !== "DL") blocks.push(el("dl", {}));
      blocks.at(-1).append(el("div", {}, el("dt", {}, fact[1]), el("dd", {}, ...pieces(fact[2]))));
    } else {
      blocks.push(el("p", {}, ...pieces(line)));
    }
    next = item ? item.number + 1 : 0;
  }
  return blocks;
}

function options(choices, send) {
  const items = choices.map((choice, index) => {
    const label = el("span", {}, choice.label);
    const number = el("span", { class: "number", "aria-hidden": "true" }, String(index + 1));
    const tap = el("button", { type: "button", "data-sends": choice.text, click: () => send(choice.text) }, number, label);
    return el("li", {}, tap);
  });
  return el("ul", { class: "choices options", "aria-label": "请选一个" }, ...items);
}

function offered({ kind, label, value }, send) {
  // 长辈模式 has a person and 12345 always at hand; there these two are not shown again.
  if (kind === "call") return phone(label, value, value === "12345" ? "button at-hand" : "button");
  if (kind === "handoff") return button(label, () => send(value), { class: value === "转人工" ? "at-hand" : null });
  // A work order is confirmed by such a button, so an old one must not be pressed again.
  if (kind === "hotline") return button(label, () => send(value), { "data-sends": value });
  const address = kind === "open" || kind === "download" ? safeAddress(value) : null;
  if (!address) return null;
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", download: kind === "download", class: "button" }, label);
}

function emergencyCalls({ outcome, text }) {
  if (outcome !== "emergency") return [];
  const numbers = [...new Set(text.match(/\d+/g) || [])].filter((number) => EMERGENCY_NUMBERS.has(number));
  return numbers.map((number) => phone(`拨打${number}`, number, "button primary"));
}

function phone(label, number, look = "button") {
  const shown = label.includes(number) ? label : `${label} ${number}`;
  return el("a", { href: `tel:${number.replace(/[^\d+*#,-]/g, "")}`, class: look }, shown);
}

function safeAddress(value) {
  try {
    const address = new URL(value, location.href);
    return /^https?:$/.test(address.protocol) ? address.href : null;
  } catch (error) {
    return null;
  }
}

function thumbs(label, on, rated) {
  let given = rated === undefined ? null : rated;
  const told = el("p", { class: "told", role: "status" }, given === null ? "" : "谢谢您的评价。");
  const help = el("div", { class: "help" });
  const yes = thumb("有帮助", "up", () => give(true));
  const no = thumb("没帮助", "down", () => give(false));
  const comment = commentForm(async (words) => {
    if (!(await sent(false, words, "谢谢，您的意见已经记下。"))) return;
    comment.hidden = true;
    no.focus();
  });

  function show() {
    yes.setAttribute("aria-pressed", String(given === true));
    no.setAttribute("aria-pressed", String(given === false));
  }
  async function sent(helpful, words, thanks) {
    try {
      offer(await on.rate(helpful, words));
    } catch (error) {
      told.textContent = "评价没有发出去，请再试一次。";
      return false;
    }
    told.textContent = thanks;
    return true;
  }
  function offer(made) {
    const buttons = made ? made.actions.map((action) => offered(action, on.send)).filter(Boolean) : [];
    help.replaceChildren(...(made ? [el("p", {}, made.text), el("div", { class: "actions" }, ...buttons)] : []));
  }
  async function give(helpful) {
    if (given === helpful) return;
    const before = given;
    given = helpful;
    show();
    comment.hidden = true;
    const done = await sent(helpful, "", helpful ? "谢谢您的评价。" : "谢谢您告诉我们，会有人来看这条回答。");
    if (!done) given = before;
    show();
    if (!done || helpful) return;
    comment.hidden = false;
    comment.scrollIntoView({ block: "nearest" });
  }

  show();
  return el("div", { class: "rating" }, el("div", { class: "thumbs", role: "group", "aria-label": label }, yes, no), told, help, comment);
}

function thumb(label, way, onclick) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", way);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", THUMB);
  picture.append(path);
  const tap = button("", onclick, { "aria-pressed": "false" });
  tap.append(picture, label);
  return tap;
}

function commentForm(send) {
  const words = el("textarea", { rows: "2", maxlength: "500" });
  const submit = (event) => {
    event.preventDefault();
    if (words.value.trim()) send(words.value.trim());
  };
  const label = el("label", {}, "哪里没帮上您？（可以不填）", words);
  return el("form", { class: "comment", hidden: true, submit }, label, el("button", { type: "submit" }, "提交意见"));
}
