// What is kept on this device: the conversation until the tab is closed, a hand-off to people until it is over, the type size for longer.

const CONVERSATION = "zhiwen.conversation";
const HANDOFF = "zhiwen.handoff";
const LARGE = "zhiwen.large";
const KEPT_TURNS = 50;

// A browser may forbid storage or have no room left; the page works without it.
function tried(action) {
  try {
    return action();
  } catch (error) {
    return null;
  }
}

/**
 * The conversation as it was left: {id, token, seen, state, turns}. A turn is what the citizen said,
 * {text, key, reply?, failure?, rated?}, or what came from people, {message}.
 */
export function load() {
  const kept = tried(() => JSON.parse(sessionStorage.getItem(CONVERSATION)));
  if (kept && Array.isArray(kept.turns)) return { ...begun(), ...kept };
  return { ...begun(), ...tried(() => JSON.parse(localStorage.getItem(HANDOFF))) };
}

/** A conversation that has not begun. */
export function begun() {
  return { id: null, token: "", seen: 0, state: "bot", open: false, turns: [] };
}

export function save(conversation) {
  const kept = { ...conversation, turns: conversation.turns.slice(-KEPT_TURNS) };
  tried(() => sessionStorage.setItem(CONVERSATION, JSON.stringify(kept)));
  // Who waits for people may close the page and come back: so much is kept beyond the tab, and only so long.
  if (conversation.open) tried(() => localStorage.setItem(HANDOFF, JSON.stringify({ id: conversation.id, token: conversation.token, open: true })));
  else tried(() => localStorage.removeItem(HANDOFF));
}

export function forget() {
  tried(() => sessionStorage.removeItem(CONVERSATION));
  tried(() => localStorage.removeItem(HANDOFF));
}

export function prefersLarge() {
  return tried(() => localStorage.getItem(LARGE)) === "1";
}

export function rememberLarge(large) {
  tried(() => localStorage.setItem(LARGE, large ? "1" : "0"));
}
