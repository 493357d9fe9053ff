// The service's doors that this page uses, and what to tell a person when one of them fails.

const PATIENCE = 30000;

/** A failure whose message can be shown to a citizen as it is. */
export class Failure extends Error {
  constructor(message, { forget = false, again = false } = {}) {
    super(message);
    /** Whether it may well go through when it is sent again in a moment. */
    this.again = again;
    /** Whether the service no longer knows the conversation, so that the next try has to start a new one. */
    this.forget = forget;
  }
}

/**
 * Say something; gives the reply, and the conversation's token where it has just begun. `key` names this message:
 * sent again with the same one it still is one message. `stop` is the AbortController that ends the waiting.
 */
export async function ask(text, key, { id, token }, stop) {
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  const headers = { "Idempotency-Key": key, ...(token ? { "X-Conversation-Token": token } : {}) };
  try {
    const response = await post("/api/v1/chat", { conversation_id: id, text, channel: "web" }, { headers, signal: stop.signal });
    if (!response.ok) throw await told(response);
    return { reply: readable(await response.json()), token: response.headers.get("X-Conversation-Token") };
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(reason(error), { again: error.name === "TypeError" && navigator.onLine });
  } finally {
    clearTimeout(timer);
  }
}

/** Record whether a reply helped; gives what is offered to whom it did not: {text, actions}, or null. */
export async function rate(turnId, helpful, comment) {
  const response = await post("/api/v1/feedback", { turn_id: turnId, helpful, comment });
  if (!response.ok) throw await told(response);
  return response.status === 200 ? response.json() : null;
}

/** What people have said in a conversation after a number, and who has it now. */
export function talk({ id, token, seen }) {
  return get(`/api/v1/conversations/${id}/messages?after=${seen}`, { headers: { "X-Conversation-Token": token } });
}

/** Questions that begin like what is being typed. */
export async function suggest(typed, signal) {
  const found = await get(`/api/v1/suggest?q=${encodeURIComponent(typed)}`, { signal });
  return (found.suggestions || []).map((suggestion) => suggestion.text);
}

/** Everything published about one subject: {facets}. */
export function guide(subject) {
  return get(`/api/v1/items/${encodeURIComponent(subject)}`);
}

/** Everything that can be asked about. */
export async function items() {
  return (await get("/api/v1/items")).items || [];
}

function post(path, body, { headers, signal } = {}) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body), signal });
}

async function get(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw await told(response);
  return response.json();
}

// A login page of a public network also answers 200: whatever is not a reply must not pass for one.
function readable(reply) {
  if (!reply || typeof reply.outcome !== "string" || typeof reply.turn_id !== "string") throw new SyntaxError("not a reply");
  return { ...reply, text: reply.text || "", answers: reply.answers || [], options: reply.options || [], actions: reply.actions || [] };
}

function reason(error) {
  if (error.name === "AbortError") return "等了很久还没有收到答复，可能是网络太慢。请点“重试”。";
  if (error.name === "SyntaxError") return "没有收到正常的答复，请看看网络是不是要先登录，再点“重试”。";
  if (navigator.onLine === false) return "现在没有网络。连上以后会自动再发一次，您也可以点“重试”。";
  return "暂时连不上服务，可能是网络不稳，或者服务正在重启。请稍等几秒再点“重试”。";
}

async function told(response) {
  const detail = await problem(response);
  const forget = response.status === 404 || response.status === 410;
  if (detail) return new Failure(detail, { forget });
  if (response.status === 429) {
    const seconds = parseInt(response.headers.get("Retry-After"), 10);
    return new Failure(seconds > 0 ? `问得有点快，请过${seconds}秒再点“重试”。` : "问得有点快，请过一会儿再点“重试”。");
  }
  if (response.status >= 502 && response.status <= 504) return new Failure("服务正在重启，请稍等几秒再点“重试”。", { again: true });
  return new Failure("服务出了点问题，没有查到答案。请点“重试”。", { forget });
}

async function problem(response) {
  if (!/json/.test(response.headers.get("Content-Type") || "")) return "";
  try {
    const { detail } = await response.json();
    return typeof detail === "string" ? detail : "";
  } catch (error) {
    return "";
  }
}
