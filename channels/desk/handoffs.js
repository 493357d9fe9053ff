// People who wait: the queue on the left, the conversation that one has in the middle, what could be said beside it.

import { me, freshKey } from "/static/staff/api.js";
import { button, el } from "/static/elements.js";
import * as api from "./api.js";
import { FACETS, asked, byId, field, select, tell, tried } from "/static/staff/page.js";

const AGAIN = 3000;
const OUTCOMES = {
  answered: "答了", clarify: "反问", no_answer: "没有答案", out_of_scope: "不归这里答", refused: "没有答应", emergency: "紧急",
  progress: "查进度", hotline: "投诉建议", rating: "评价", smalltalk: "寒暄", error: "出错",
};
const KINDS = { live: "在等人", message: "留言", callback: "请回电" };
const REASONS = [["solved", "答好了"], ["pointed", "指了路"], ["gone", "市民不说话了"], ["other", "其他"]];

const [queue, messages, words, to, reason] = ["queue", "messages", "words", "to", "reason"].map(byId);

/** Who has signed in. */
let self = null;
/** The conversation that is open: {id, seen, heard, candidates}; null when there is none. */
let talk = null;
let wire = null;
/** Words that are on their way, by key: sent again with the same key until they have arrived. */
const unsent = new Map();

/** Begin: who has signed in is told whatever concerns them. */
export function start(member) {
  self = member;
  reason.append(...REASONS.map(([value, label]) => el("option", { value }, label)));
  connect();
  showCanned();
}

// --- what the service tells -------------------------------------------------------------------

function connect() {
  wire = api.line(
    (frame) => (frame.queue ? showQueue(frame.queue) : heard(frame)),
    () => setTimeout(async () => { if (await tried(me)) connect(); else setTimeout(connect, AGAIN); }, AGAIN),
  );
  wire.opened.then(() => talk && wire.send({ handoff: talk.id, after: talk.seen }));
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
  unsent.delete(message.key);
  if (message.sender === "citizen") talk.heard = message.text;
  messages.append(message.sender === "notice" ? el("p", { class: "announcement" }, message.text) : spoken(message));
  messages.scrollTop = messages.scrollHeight;
}

function spoken({ sender, author, text, sequence }) {
  const asking = talk.heard;
  const keep = sender === "agent" ? button("存成问答", () => keepAnswer(sequence, text, asking), { class: "quiet" }) : null;
  return el("div", { class: `card from-${sender}` }, author ? el("p", { class: "small" }, author) : null, el("p", {}, text), keep);
}

function showQueue({ rows, online, waiting, open_hours: open }) {
  byId("waiting").textContent = waiting ? `（${waiting}）` : "";
  byId("duty").textContent = `${open ? "人工服务时间内" : "现在不是人工服务时间"}，在线${online}人，在等${waiting}个。`;
  queue.replaceChildren(...rows.map(row));
  if (self.role === "supervisor") showOverview();
}

function row({ id, state, kind, reason, department, subject, owner, mine, asked_at: asked, waiting_since: since }) {
  const what = state === "waiting" ? KINDS[kind] : mine ? "您在接待" : `${owner}在接待`;
  const minutes = Math.floor((Date.now() - Date.parse(asked)) / 60000);
  const take = { waiting: () => claim(id), person: () => open(id) }[state];
  const label = state === "waiting" ? "接待" : "打开";
  return el("li", { class: `card ${talk && talk.id === id ? "now" : ""} ${mine && since ? "unread" : ""}`, "data-handoff": id },
    el("strong", {}, `${what} · ${department || "总台"}`), button(label, take),
    el("span", { class: "small" }, `${subject || "还没说到事项"} · 来了${minutes}分钟${reason === "unhelped" ? " · 智问几次没帮上" : ""}`));
}

async function showOverview() {
  const found = await tried(api.overview);
  if (!found) return;
  byId("overview").hidden = false;
  byId("overview").tBodies[0].replaceChildren(...found.queues.map((q) => {
    const usual = q.usual_seconds === null ? "—" : told(q.usual_seconds);
    const cells = [q.department || "总台", q.waiting, told(q.longest_seconds), usual, q.talking, q.left, q.online];
    return el("tr", {}, ...cells.map((cell) => el("td", {}, String(cell))));
  }));
}

function told(seconds) {
  return seconds < 60 ? `${Math.round(seconds)}秒` : `${Math.round(seconds / 60)}分钟`;
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
  talk = { id: found.row.id, seen: 0, heard: lastAsked(found), subject: found.slots.subject, title: found.subject_title, candidates: found.candidates };
  byId("talk").hidden = byId("beside").hidden = false;
  byId("talk-title").textContent = found.subject_title ? `对话：${found.subject_title}` : "对话";
  byId("before").querySelector("div").replaceChildren(...before(found));
  messages.replaceChildren();
  found.messages.forEach(show);
  wire.send({ handoff: talk.id, after: talk.seen });
  words.focus();
  suggest("");
  const people = await tried(api.colleagues);
  if (people) to.replaceChildren(...targets(people));
}

/** Before a citizen has said anything to a person, what they asked the assistant. */
function lastAsked({ turns }) {
  return turns.length ? turns[turns.length - 1].text : "";
}

/** What the assistant knew: what was said, what it thought of, and how it decided. */
function before({ contact, facets, slots, turns, candidates, why }) {
  const said = turns.flatMap((turn) => [el("p", {}, `市民：${turn.text}`), el("p", { class: "small" }, `智问（${OUTCOMES[turn.outcome] || turn.outcome}）：${turn.reply}`)]);
  const thought = candidates.map((candidate) => el("details", {},
    el("summary", {}, `${candidate.title || candidate.subject}（${Math.round(candidate.share * 100)}%，像“${candidate.phrase}”）`),
    ...Object.entries(candidate.answers).map(([facet, text]) => el("p", {}, `【${facet}】${text}`))));
  return [
    contact && el("p", {}, "回电：", el("a", { href: `tel:${contact}` }, contact)),
    facets.length ? el("p", {}, `问的方面：${facets.join("、")}`) : null,
    ...said,
    thought.length ? el("p", {}, "智问想到过：") : null,
    ...thought,
    el("details", {}, el("summary", {}, "智问记着的和怎么定的"), el("p", { class: "small" }, JSON.stringify({ slots, why }, null, 1))),
  ].filter(Boolean);
}

function targets(people) {
  const departments = ["", ...new Set(people.map((person) => person.department).filter(Boolean))];
  return [
    ...departments.map((name) => el("option", { value: `:${name}` }, `${name || "总台"}（排队）`)),
    ...people.filter((person) => person.online).map((person) => el("option", { value: person.name }, `${person.title}（${person.department || "总台"}）`)),
  ];
}

function leave(why) {
  talk = null;
  byId("talk").hidden = byId("beside").hidden = true;
  tell(why);
  wire.send({ handoff: "" });
}

async function send(text) {
  if (!text || !talk) return;
  const key = freshKey();
  unsent.set(key, { id: talk.id, text });
  await deliver(key);
}

/** Send until it has arrived or been refused. What comes back over the line shows it; here it is only taken off. */
async function deliver(key) {
  const { id, text } = unsent.get(key) || {};
  if (!id) return;
  try {
    await api.say(id, text, key);
    unsent.delete(key);
    byId("problem").textContent = "";
  } catch (error) {
    byId("problem").textContent = error.message;
    if (error.status === 0 || error.status >= 500) setTimeout(() => deliver(key), AGAIN);
    else {
      unsent.delete(key);
      if (!words.value) words.value = text;
    }
  }
}

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  sendTyped();
});
words.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  sendTyped();
});

function sendTyped() {
  const text = words.value.trim();
  words.value = "";
  send(text);
}

async function done(action, why) {
  if (talk && (await tried(action)) !== undefined) leave(why);
}

byId("transfer").addEventListener("click", () => {
  const queued = to.value.startsWith(":");
  done(() => api.transfer(talk.id, queued ? "" : to.value, queued ? to.value.slice(1) : ""), "已经转过去了。");
});
byId("return").addEventListener("click", () => done(() => api.giveBack(talk.id), "已经交回智问。"));
byId("close").addEventListener("click", () => done(() => api.close(talk.id, reason.value), "已经结束。"));

// --- what could be said -----------------------------------------------------------------------

async function showCanned() {
  const phrases = await tried(api.canned);
  if (phrases) byId("canned").replaceChildren(el("option", { value: "" }, "选一句…"), ...phrases.map((phrase) => el("option", { value: phrase }, phrase)));
}

byId("canned").addEventListener("change", (event) => {
  if (event.target.value) change(event.target.value);
  event.target.value = "";
});

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
    const made = await api.draft(id, { sequence, subject: subject.value, facet: facet.value || null, question: question.value.trim() });
    tell(`存成草稿${made.draft}了，别的同事复核、发布以后才会用来回答市民。`);
  });
}
