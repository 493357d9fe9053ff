// What is kept on this device: the conversation until the tab is closed (or longer, where its owner says so), a hand-off to
// people until it is over, the ticks of checklists and 长辈模式 until they are cleared.

const CONVERSATION = "zhiwen.conversation";
const HANDOFF = "zhiwen.handoff";
const KEEPS = "zhiwen.keeps";
const ELDER = "zhiwen.elder";
const TICKS = "zhiwen.ticks";
const KEPT_TURNS = 50;
const KEPT_LISTS = 30;

// A browser may forbid storage or have no room left; the page works without it.
function tried(action) {
  try {
    return action();
  } catch (error) {
    return null;
  }
}

const read = (storage, key) => tried(() => JSON.parse(window[storage].getItem(key)));
const write = (storage, key, value) => tried(() => window[storage].setItem(key, JSON.stringify(value)));
const remove = (storage, key) => tried(() => window[storage].removeItem(key));

/**
 * The conversation as it was left: {id, token, seen, state, turns}. A turn is what the citizen said,
 * {text, key, reply?, failure?, rated?}, or what came from people, {message}.
 */
export function load() {
  const kept = read("sessionStorage", CONVERSATION) || read("localStorage", CONVERSATION);
  if (kept && Array.isArray(kept.turns)) return { ...begun(), ...kept };
  return { ...begun(), ...read("localStorage", HANDOFF) };
}

/** A conversation that has not begun. */
export function begun() {
  return { id: null, token: "", seen: 0, state: "bot", open: false, turns: [] };
}

export function save(conversation) {
  const kept = { ...conversation, turns: conversation.turns.slice(-KEPT_TURNS) };
  write("sessionStorage", CONVERSATION, kept);
  if (keeps()) write("localStorage", CONVERSATION, kept);
  else remove("localStorage", CONVERSATION);
  // Who waits for people may close the page and come back: so much is kept beyond the tab, and only so long.
  if (conversation.open) write("localStorage", HANDOFF, { id: conversation.id, token: conversation.token, open: true });
  else remove("localStorage", HANDOFF);
}

/** Forget everything but how the page is to look. */
export function forget() {
  remove("sessionStorage", CONVERSATION);
  for (const key of [CONVERSATION, HANDOFF, TICKS]) remove("localStorage", key);
}

/** Whether the conversation is kept when the tab is closed. */
export function keeps() {
  return read("localStorage", KEEPS) === true;
}

export function rememberKeeps(kept) {
  write("localStorage", KEEPS, kept);
}

export function prefersElder() {
  return read("localStorage", ELDER) === true;
}

export function rememberElder(elder) {
  write("localStorage", ELDER, elder);
}

/** The lines of an entry's checklist that are ticked. */
export function ticks(entry) {
  return new Set((read("localStorage", TICKS) || {})[entry] || []);
}

/** Keep them; the lists ticked last are kept. */
export function rememberTicks(entry, lines) {
  const { [entry]: _, ...others } = read("localStorage", TICKS) || {};
  const all = Object.entries(lines.size ? { ...others, [entry]: [...lines] } : others);
  write("localStorage", TICKS, Object.fromEntries(all.slice(-KEPT_LISTS)));
}
