// The citizens' chat page: keeps the conversation, sends what is said, shows what comes back.

import { ask, items, rate } from "./api.js";
import { setUpElder } from "./elder.js";
import { button, el } from "./elements.js";
import { Live } from "./live.js";
import { setUpRecord } from "./record.js";
import { failed, replied, retire, said, service, spoken } from "./render.js";
import { begun, forget, load, save } from "./store.js";
import { Suggestions } from "./suggest.js";
import { hush } from "./voice.js";

const SLOW = 6000;
/** What is sent again by itself, and after how many milliseconds: a service that is restarted is back in seconds. */
const AGAIN = [1000, 2000, 4000];
const NEARLY_FULL = 1800;
const MOST = 2000;

const byId = (id) => document.getElementById(id);
const [log, input, hint, status, typing, welcome] = ["log", "input", "hint", "status", "typing", "welcome"].map(byId);

let conversation = load();
const live = new Live(() => conversation, heard, lost);
/** While a reply is awaited: the AbortController that ends the waiting. */
let waiting = null;

const suggestions = new Suggestions(input, byId("suggestions"), (text) => say(text), (text) => { status.textContent = text; });

// --- a turn -----------------------------------------------------------------------------------

/** Say something. Gives whether it was sent: one question is answered at a time. */
function say(text) {
  const words = text.trim();
  if (!words) return false;
  if (waiting) {
    hint.textContent = "上一个问题还在查，请等一下再发。";
    return false;
  }
  const turn = { text: words, key: newKey() };
  retireEarlier(words);
  conversation.turns.push(turn);
  const place = show(turn);
  clearInput();
  refocus(place);
  answer(turn, place);
  return true;
}

/** Get the reply to a turn that is already on the page: the first time, and at every retry. */
async function answer(turn, place) {
  if (waiting) return;
  waiting = new AbortController();
  delete turn.failure;
  delete turn.reply;
  save(conversation);
  fill(turn, place);
  const asked = conversation;
  const coming = waited(delivered(turn, asked, waiting));
  scrollTo(place); // Only now: that it is being looked for must not be below the screen.
  try {
    const { reply, token } = await coming;
    turn.reply = reply;
    if (asked.id !== reply.conversation_id) {
      live.stop();
      Object.assign(asked, { id: reply.conversation_id, token, seen: 0 });
    }
  } catch (error) {
    turn.failure = error.message;
    turn.offline = !navigator.onLine;
    if (error.forget) asked.id = null;
  }
  if (asked !== conversation) return; // It was cleared meanwhile.
  waiting = null;
  hint.textContent = "";
  save(conversation);
  fill(turn, place);
  scrollTo(place);
  if (turn.reply && turn.reply.answers.length) makeRoom(place);
  if (turn.reply && turn.reply.outcome === "handoff" && conversation.token) live.follow();
}

// The key makes it safe: however often a message is sent, it is one message.
async function delivered(turn, asked, stop) {
  for (const pause of AGAIN) {
    try {
      return await ask(turn.text, turn.key, asked, stop);
    } catch (error) {
      if (!error.again || stop.signal.aborted) throw error;
    }
    byId("typing-text").textContent = "暂时连不上，正在自动再试…";
    status.textContent = "暂时连不上，正在自动再试。";
    await new Promise((resolve) => { setTimeout(resolve, pause); });
  }
  return ask(turn.text, turn.key, asked, stop);
}

// Not crypto.randomUUID: it is missing where the page is served without HTTPS.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function waited(reply) {
  const text = byId("typing-text");
  text.textContent = conversation.state === "bot" ? "正在查…" : "正在送…";
  status.textContent = conversation.state === "bot" ? "正在查，请稍等。" : "正在送，请稍等。";
  typing.hidden = false;
  const slow = setTimeout(() => {
    text.textContent = "网络有点慢，还在查，请再等一等…";
    status.textContent = "还在查，请再等一等。";
  }, SLOW);
  try {
    return await reply;
  } finally {
    clearTimeout(slow);
    typing.hidden = true;
    status.textContent = "";
  }
}

// --- people -----------------------------------------------------------------------------------

/** Something new from the office: who has the conversation, the place in the queue, what was said. */
function heard(view) {
  const fresh = view.messages.filter((message) => message.sequence > conversation.seen);
  Object.assign(conversation, { state: view.state, open: view.open });
  for (const message of fresh) {
    conversation.seen = message.sequence;
    if (message.sender === "citizen" && conversation.turns.some((turn) => turn.key === message.key)) continue;
    const turn = { message };
    conversation.turns.push(turn);
    show(turn).scrollIntoView({ block: "nearest" });
  }
  save(conversation);
  service(byId("service"), view);
  if (!view.open) live.stop();
}

function lost() {
  live.stop();
  Object.assign(conversation, { id: null, token: "", seen: 0, state: "bot", open: false });
  save(conversation);
  service(byId("service"), conversation);
}

// --- what is seen -----------------------------------------------------------------------------

function show(turn) {
  if (turn.message) {
    const words = el("div", { class: "turn" }, spoken(turn.message));
    log.append(words);
    return words;
  }
  const place = el("div", { class: "turn", tabindex: "-1" }, said(turn.text));
  log.append(place);
  return place;
}

/** Put the turn's present state under what was said. */
function fill(turn, place) {
  const isLast = conversation.turns.filter((other) => !other.message).pop() === turn;
  const retry = isLast ? () => { refocus(place); answer(turn, place); } : null;
  while (place.children.length > 1) place.lastChild.remove();
  if (turn.failure) place.append(failed(turn.failure, retry));
  if (!turn.reply) return;
  const on = { send: say, retry: turn.reply.outcome === "error" ? retry : null, rate: (helpful, comment) => rated(turn, helpful, comment) };
  place.append(replied(turn.reply, on, turn.rated));
}

async function rated(turn, helpful, comment) {
  const offer = await rate(turn.reply.turn_id, helpful, comment);
  turn.rated = helpful;
  save(conversation);
  return offer;
}

/** Only the newest reply's choices and its retry can be used. */
function retireEarlier(chosen) {
  welcome.classList.add("earlier");
  const last = [...log.children].filter((turn) => turn.querySelector(".citizen, .assistant")).pop();
  if (!last) return;
  retire(last, chosen);
  for (const retry of last.querySelectorAll(".retry")) retry.remove();
}

function restore() {
  log.setAttribute("aria-live", "off"); // What was said before is not news.
  for (const turn of conversation.turns) {
    if (turn.message) {
      show(turn);
      continue;
    }
    retireEarlier(turn.text);
    if (!turn.reply && !turn.failure) turn.failure = "这个问题还没有收到答复。";
    fill(turn, show(turn));
  }
  if (log.lastElementChild) log.lastElementChild.scrollIntoView();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

// The question goes to the top, so that a long answer is read from its beginning.
function scrollTo(place) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  place.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

// On a touch screen the keyboard must not jump up over the answer to a tapped question.
function refocus(place) {
  if (document.activeElement === input) return;
  const target = matchMedia("(pointer: fine)").matches || document.activeElement === byId("send") ? input : place;
  target.focus({ preventScroll: true });
}

// An answer is long, and the keyboard of a touch screen takes half of it; whoever types on already keeps it.
function makeRoom(place) {
  if (document.activeElement === input && !input.value && !matchMedia("(pointer: fine)").matches) place.focus({ preventScroll: true });
}

// --- the input --------------------------------------------------------------------------------

function clearInput() {
  input.value = "";
  suggestions.close();
  measure();
}

function measure() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  hint.textContent = input.value.length >= NEARLY_FULL ? `已写${input.value.length}个字，最多${MOST}个字。` : "";
}

input.addEventListener("input", measure);
input.addEventListener("keydown", (event) => {
  // While Chinese is being composed, keys belong to the input method; Safari only tells by code 229.
  if (event.isComposing || event.keyCode === 229 || suggestions.handles(event)) return;
  if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  say(input.value);
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  say(input.value);
  input.focus();
});

// --- first screen and tools -------------------------------------------------------------------

for (const offered of ["examples", "services"]) {
  byId(offered).addEventListener("click", (event) => {
    const tapped = event.target.closest("button");
    if (tapped) say(tapped.dataset.says || tapped.textContent);
  });
}

byId("browse").addEventListener("toggle", async () => {
  const place = byId("catalogue");
  if (place.childElementCount) return;
  place.replaceChildren(el("p", {}, "正在取…"));
  try {
    place.replaceChildren(...catalogue(await items()));
  } catch (error) {
    place.replaceChildren();
    byId("browse").open = false;
    hint.textContent = "事项目录暂时取不到，请稍后再点一次。";
  }
});

function catalogue(all) {
  const themes = new Map();
  for (const item of all) {
    const theme = item.theme || "一般问题";
    themes.set(theme, [...(themes.get(theme) || []), item]);
  }
  return [...themes].map(([theme, some]) => {
    const names = some.map((item) => el("li", {}, button(item.name, () => say(item.name))));
    return el("details", {}, el("summary", {}, `${theme}（${some.length}）`), el("ul", { class: "choices" }, ...names));
  });
}

function clear() {
  live.stop();
  hush();
  forget();
  conversation = begun();
  service(byId("service"), conversation);
  if (waiting) waiting.abort();
  waiting = null;
  log.replaceChildren();
  welcome.classList.remove("earlier");
  clearInput();
  status.textContent = "已经清空。";
  window.scrollTo(0, 0);
  input.focus({ preventScroll: true });
}

window.addEventListener("offline", () => { hint.textContent = "网络断了，连上以后可以接着问。"; });
window.addEventListener("online", () => {
  hint.textContent = "";
  const last = conversation.turns.at(-1);
  if (last && last.offline && last.failure) answer(last, log.lastElementChild);
});

setUpElder(say, input, hint, measure);
setUpRecord(() => conversation, clear);
restore();
measure();
if (conversation.open) live.follow();

// Inside another site: that all is well, and that Escape closes. It names no secret, so whoever frames the page may hear it.
if (window.parent !== window) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing && !document.querySelector("dialog[open]")) {
      window.parent.postMessage("zhiwen:close", "*");
    }
  });
  window.parent.postMessage("zhiwen:ready", "*");
}
