// What is kept on this device: the conversation until the tab is closed, the type size for longer.

const CONVERSATION = "zhiwen.conversation";
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

/** The conversation as it was left: {id, turns: [{text, reply?, failure?, rated?}]}. */
export function load() {
  const kept = tried(() => JSON.parse(sessionStorage.getItem(CONVERSATION)));
  return kept && Array.isArray(kept.turns) ? kept : { id: null, turns: [] };
}

export function save(conversation) {
  const kept = { id: conversation.id, turns: conversation.turns.slice(-KEPT_TURNS) };
  tried(() => sessionStorage.setItem(CONVERSATION, JSON.stringify(kept)));
}

export function forget() {
  tried(() => sessionStorage.removeItem(CONVERSATION));
}

export function prefersLarge() {
  return tried(() => localStorage.getItem(LARGE)) === "1";
}

export function rememberLarge(large) {
  tried(() => localStorage.setItem(LARGE, large ? "1" : "0"));
}
