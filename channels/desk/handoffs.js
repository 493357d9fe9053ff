// People who wait: the queue on the left, the conversation that one has in the middle, what could be said beside it.

import { me, freshKey } from "/static/staff/api.js";
import { button, el } from "/static/elements.js";
import * as api from "./api.js";
import { showOverview, showQueue } from "./queue.js";
import { FACETS, asked, byId, field, select, tell, tried } from "/static/staff/page.js";

const AGAIN = 3000;
const LOST = "和服务的连接断了，正在重新连。没送到的话连上了会自动再发。";
const OUTCOMES = {
  answered: "答了", clarify: "反问", no_answer: "没有答案", out_of_scope: "不归这里答", refused: "没有答应", emergency: "紧急",
  progress: "查进度", hotline: "投诉建议", rating: "评价", smalltalk: "寒暄", error: "出错",
};
const REASONS = [["solved", "答好了"], ["pointed", "指了路"], ["gone", "市民不说话了"], ["other", "其他"]];

const [messages, words, to, reason, canned] = ["messages", "words", "to", "reason", "canned"].map(byId);

/** Who has signed in. */
let self = null;
/** The conversation that is open: {id, seen, heard, candidates}; null when there is none. */
let talk = null;
/** How many conversations are one's own. */
let own = 0;
let wire = null;
/** What is typed and not sent, by conversation: words for one citizen must not get to another. */
const typed = new Map();
/** Words that are on their way, by key: sent again with the same key until they have arrived. */
const unsent = new Map();

/** Begin: who has signed in is told whatever concerns them. */
export function start(member) {
  self = member;
  reason.append(...REASONS.map(([value, label]) => el("option", { value }, label)));
  connect();
  showCanned();
}

/** Before signing out: whoever still has citizens is told what becomes of them. */
export function leaving(go) {
  const citizens = Math.max(own, talk ? 1 : 0); // the queue comes a second after a conversation was taken
  if (!citizens) return go();
  return asked("还有没结束的对话", [el("p", {}, `您还在接待${citizens}位市民。退出以后他们回到排队里，由别的同事接。`)], "退出", go);
}

// --- what the service tells -------------------------------------------------------------------

function connect() {
  wire = api.line((frame) => (frame.queue ? queued(frame.queue) : heard(frame)), reconnect);
  wire.opened.then(() => talk && wire.send({ handoff: talk.id, after: talk.seen }));
}

function reconnect() {
  byId("problem").textContent = LOST;
  setTimeout(async () => { if (await tried(me)) connect(); else reconnect(); }, AGAIN);
}

function queued(view) {
  own = view.rows.filter((row) => row.mine).length;
  showQueue(view, talk && talk.id, claim, open);
  if (self.role === "supervisor") showOverview();
}

function heard({ handoff, gone, messages: fresh }) {
  if (!talk || talk.id !== handoff) return;
  const before = talk.heard;
  for (const message of fresh || []) show(message);
  if (talk.heard !== before) suggest("");
  if (gone) leave("这段对话已经不归您接待了。");
}

/** Each message once, whichever way it comes. */
function show(message) {
  if (message.sequence <= talk.seen) return;
  talk.seen = message.sequence;
  taken(message.key);
  if (message.sender === "citizen") talk.heard = message.text;
  append(message.sender === "notice" ? el("p", { class: "announcement" }, message.text) : spoken(message));
}

function append(element) {
  messages.append(element);
  messages.scrollTop = messages.scrollHeight;
}

function spoken({ sender, author, text, sequence, at }) {
  const asking = talk.heard;
  const keep = sender === "agent" ? button("存成问答", () => keepAnswer(sequence, text, asking), { class: "quiet" }) : null;
  const time = new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  return el("div", { class: `card from-${sender}` }, el("p", { class: "small" }, `${author || "市民"} ${time}`), el("p", { class: "said" }, text), keep);
}

// --- a conversation ---------------------------------------------------------------------------

async function claim(id) {
  const found = await tried(() => api.claim(id));
  if (found) enter(found);
}

async function open(id) {
  const found = await tried(() => api.detail(id));
  if (found) enter(found);
}

async function enter(found) {
  putAside();
  talk = { id: found.row.id, seen: 0, heard: lastAsked(found), subject: found.slots.subject, title: found.subject_title, candidates: [] };
  byId("talk").hidden = byId("beside").hidden = false;
  byId("talk-title").textContent = found.subject_title ? `对话：${found.subject_title}` : "对话";
  byId("contact").hidden = !found.contact;
  byId("contact").replaceChildren("请回电：", el("a", { href: `tel:${found.contact}` }, found.contact));
  byId("before").querySelector("div").replaceChildren(...before(found));
  messages.replaceChildren();
  found.messages.forEach(show);
  for (const { id, shown } of unsent.values()) if (id === talk.id) append(shown);
  wire.send({ handoff: talk.id, after: talk.seen });
  words.value = typed.get(talk.id) || "";
  reason.value = REASONS[0][0];
  canned.open = false;
  words.focus();
  suggest("");
  const people = await tried(api.colleagues);
  if (people) to.replaceChildren(...targets(people));
}

function putAside() {
  if (talk) typed.set(talk.id, words.value);
}

/** Before a citizen has said anything to a person, what they asked the assistant. */
function lastAsked({ turns }) {
  return turns.length ? turns[turns.length - 1].text : "";
}

/** What was said before a person came. */
function before({ facets, turns }) {
  const said = turns.flatMap((turn) => [el("p", {}, `市民：${turn.text}`), el("p", { class: "small" }, `智问（${OUTCOMES[turn.outcome] || turn.outcome}）：${turn.reply}`)]);
  return [facets.length ? el("p", {}, `问的方面：${facets.join("、")}`) : "", ...(said.length ? said : [el("p", {}, "直接找的人工。")])];
}

function targets(people) {
  const departments = ["", ...new Set(people.map((person) => person.department).filter(Boolean))];
  return [
    el("option", { value: "" }, "选一位…"),
    ...people.filter((person) => person.online).map((person) => el("option", { value: person.name }, `${person.title}（${person.department || "总台"}）`)),
    ...departments.map((name) => el("option", { value: `:${name}` }, `${name || "总台"}（排队）`)),
  ];
}

function leave(why) {
  putAside();
  talk = null;
  words.value = "";
  byId("talk").hidden = byId("beside").hidden = true;
  tell(why);
  byId("queue-title").focus();
  wire.send({ handoff: "" });
}

function send(text) {
  if (!text || !talk) return;
  const key = freshKey();
  const shown = el("div", { class: "card from-agent" }, el("p", { class: "said" }, text), el("p", { class: "small" }, "正在发送…"));
  unsent.set(key, { id: talk.id, text, shown });
  append(shown);
  deliver(key);
}

/** Send until it has arrived or been refused. It is on the page all the while; what comes back over the line takes its place. */
async function deliver(key) {
  if (!unsent.has(key)) return;
  const { id, text, shown } = unsent.get(key);
  try {
    await api.say(id, text, key);
    shown.lastChild.textContent = "已送到";
  } catch (error) {
    if (error.status === 0 || error.status >= 500) {
      shown.lastChild.textContent = "还没送到，连上了会自动再发。";
      setTimeout(() => deliver(key), AGAIN);
      return;
    }
    byId("problem").textContent = error.message;
    taken(key);
    if (talk && talk.id === id) change(text);
    else typed.set(id, [typed.get(id), text].filter(Boolean).join("\n"));
  }
}

/** Words that have come back over the line, or will never. */
function taken(key) {
  if (unsent.has(key)) unsent.get(key).shown.remove();
  unsent.delete(key);
}

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  sendTyped();
});
words.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.shiftKey) return;
  const offer = event.key === "ArrowDown" && !words.value && byId("offers").querySelector("button");
  if (offer) offer.focus();
  else if (event.key === "Enter") sendTyped();
  else return;
  event.preventDefault();
});
byId("people").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !talk) return;
  canned.open = false;
  words.focus();
});

function sendTyped() {
  const text = words.value.trim();
  words.value = "";
  send(text);
}

async function done(action, why) {
  const ended = talk;
  if (ended && (await tried(action)) !== undefined && talk === ended) leave(why);
}

byId("transfer").addEventListener("click", () => {
  if (!to.value) {
    byId("problem").textContent = "请先选转给谁。";
    to.focus();
    return;
  }
  const queued = to.value.startsWith(":");
  done(() => api.transfer(talk.id, queued ? "" : to.value, queued ? to.value.slice(1) : ""), `已经转给${to.selectedOptions[0].text}。`);
});
byId("return").addEventListener("click", () => done(() => api.giveBack(talk.id), "已经交回智问。"));
byId("close").addEventListener("click", () => done(() => api.close(talk.id, reason.value), "已经结束。"));

// --- what could be said -----------------------------------------------------------------------

async function showCanned() {
  const phrases = await tried(api.canned);
  const put = (phrase) => { canned.open = false; change(phrase); };
  if (phrases) canned.querySelector("div").replaceChildren(...phrases.map((phrase) => button(phrase, () => put(phrase))));
}

/** Put words into the box, behind what is there, to be changed before they are sent. */
function change(text) {
  words.value = [words.value.trim(), text].filter(Boolean).join("\n");
  words.focus();
}

async function suggest(asking) {
  const { id } = talk;
  const found = await tried(() => api.suggestions(id, asking));
  if (!found || !talk || talk.id !== id) return;
  talk.candidates = found.suggestions;
  byId("offers").replaceChildren(
    el("p", { class: "small" }, found.asked ? `照“${found.asked}”找的，是已发布的原文。` : "市民还没有说要办什么。"),
    ...found.suggestions.map(suggested));
}

/** The first is open, the others open at a tap: all of them would not fit beside a conversation. */
function suggested({ title, share, text }, index) {
  const sent = button("发送", () => { sent.disabled = true; send(text); }, { class: "primary", "aria-label": `发送：${title}` });
  const edited = button("改了再发", () => change(text), { "aria-label": `改了再发：${title}` });
  return el("article", { class: "card" }, el("h3", {}, title),
    el("details", { open: index === 0 }, el("summary", {}, `像${Math.round(share * 100)}%，看原文`), el("p", { class: "words" }, text)),
    el("div", { class: "actions" }, sent, edited));
}

byId("ask-again").addEventListener("submit", (event) => {
  event.preventDefault();
  if (talk) suggest(byId("ask").value.trim());
});

/** An answer of one's own becomes a draft of the 答疑手册; what it is on is filled in as far as it is known. */
function keepAnswer(sequence, text, asking) {
  const { id, candidates, subject: current, title: named } = talk;
  const known = current ? [[current, named]] : [];
  const subjects = new Map([...known, ...candidates.map(({ subject, title }) => [subject, title.split("·")[0] || subject])]);
  if (!subjects.size) {
    byId("problem").textContent = "还不知道是哪个事项。请先在右边“换句话查”里打事项的名字，再存。";
    return;
  }
  const subject = select([...subjects], "");
  const first = candidates.find((candidate) => candidate.facet);
  const facet = select([["", "（一般话题，不分方面）"], ...Object.entries(FACETS)], first ? first.facet : "");
  const question = el("textarea", { rows: "2", maxlength: "200", required: true }, asking);
  asked("存成问答", [el("p", { class: "words small" }, text), field("市民一般怎么问", question), field("哪个事项", subject), field("哪个方面", facet)], "存成草稿", async () => {
    await api.draft(id, { sequence, subject: subject.value, facet: facet.value || null, question: question.value.trim() });
    tell("存成草稿了，别的同事复核、发布以后才会用来回答市民。");
  });
}
