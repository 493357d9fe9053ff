// The agents' page: the queue on the left, the conversation that one has on the right.

import { button, el } from "/static/elements.js";
import * as api from "./api.js";

const AGAIN = 3000;
const OUTCOMES = {
  answered: "答了", clarify: "反问", no_answer: "没有答案", out_of_scope: "不归这里答", refused: "没有答应", emergency: "紧急",
  progress: "查进度", hotline: "投诉建议", rating: "评价", smalltalk: "寒暄", error: "出错",
};
const KINDS = { live: "在等人", message: "留言", callback: "请回电" };

const byId = (id) => document.getElementById(id);
const [queue, messages, words, to] = ["queue", "messages", "words", "to"].map(byId);

/** Who has signed in; null before. */
let self = null;
/** The conversation on the right: {id, seen}; null when there is none. */
let talk = null;
let wire = null;
/** Words that are on their way, by key: sent again with the same key until they have arrived. */
const unsent = new Map();

// --- signing in -------------------------------------------------------------------------------

async function start() {
  try {
    self = await api.me();
  } catch (error) {
    self = null;
  }
  byId("login").hidden = self !== null;
  byId("desk").hidden = byId("logout").hidden = self === null;
  byId("me").textContent = self ? `${self.title}（${self.role_title}，${self.department || "总台"}）` : "请先登录";
  if (self) connect();
  else byId("oidc").hidden = !((await tried(api.ways)) || {}).oidc;
}

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = event.target.querySelector(".problem");
  problem.textContent = "";
  try {
    await api.login(byId("name").value.trim(), byId("password").value);
    byId("password").value = "";
    await start();
  } catch (error) {
    problem.textContent = error.message;
  }
});

byId("logout").addEventListener("click", async () => {
  await tried(api.logout);
  location.reload();
});

/** Do something; a failure is told at the bottom, and a sign-in that is over leads back to the beginning. */
async function tried(action) {
  byId("problem").textContent = "";
  try {
    return await action();
  } catch (error) {
    if (error.status === 401) location.reload();
    byId("problem").textContent = error.message;
    return undefined;
  }
}

// --- what the service tells -------------------------------------------------------------------

function connect() {
  wire = api.line(
    (frame) => (frame.queue ? showQueue(frame.queue) : heard(frame)),
    () => setTimeout(async () => { if (await tried(api.me)) connect(); else if (self) setTimeout(connect, AGAIN); }, AGAIN),
  );
  wire.opened.then(() => talk && wire.send({ handoff: talk.id, after: talk.seen }));
}

function heard({ handoff, gone, messages: fresh }) {
  if (!talk || talk.id !== handoff) return;
  for (const message of fresh || []) show(message);
  if (gone) leave("这段对话已经不归您接待了。");
}

/** Each message once, whichever way it comes. */
function show(message) {
  if (message.sequence <= talk.seen) return;
  talk.seen = message.sequence;
  unsent.delete(message.key);
  const notice = message.sender === "notice";
  const who = message.author ? el("p", { class: "small" }, message.author) : null;
  messages.append(notice ? el("p", { class: "announcement" }, message.text) : el("div", { class: `card from-${message.sender}` }, who, el("p", {}, message.text)));
  messages.scrollTop = messages.scrollHeight;
}

function showQueue({ rows, online, waiting, open_hours: open }) {
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
  talk = { id: found.row.id, seen: 0 };
  byId("talk").hidden = false;
  byId("talk-title").textContent = found.subject_title ? `对话：${found.subject_title}` : "对话";
  byId("before").querySelector("div").replaceChildren(...before(found));
  messages.replaceChildren();
  found.messages.forEach(show);
  wire.send({ handoff: talk.id, after: talk.seen });
  words.focus();
  const people = await tried(api.colleagues);
  if (people) to.replaceChildren(...targets(people));
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
  byId("talk").hidden = true;
  byId("problem").textContent = why;
  wire.send({ handoff: "" });
}

async function send() {
  const text = words.value.trim();
  if (!text || !talk) return;
  words.value = "";
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
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
  send();
});
words.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  send();
});

async function done(action, why) {
  if (talk && (await tried(action)) !== undefined) leave(why);
}

byId("transfer").addEventListener("click", () => {
  const queued = to.value.startsWith(":");
  done(() => api.transfer(talk.id, queued ? "" : to.value, queued ? to.value.slice(1) : ""), "已经转过去了。");
});
byId("return").addEventListener("click", () => done(() => api.end(talk.id, "return"), "已经交回智问。"));
byId("close").addEventListener("click", () => done(() => api.end(talk.id, "close"), "已经结束。"));

start();
