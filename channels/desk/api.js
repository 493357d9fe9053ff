// The desk's doors: what window clerks and agents call.

import { call, raw } from "/static/staff/api.js";

export const lookup = (typed) => call("GET", `lookup?q=${encodeURIComponent(typed)}`);
export const sheet = (id) => call("GET", `sheets/${encodeURIComponent(id)}`);
export const compare = (left, right) => call("GET", `compare?left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`);
export const exemptions = (id, code) => call("POST", `sheets/${encodeURIComponent(id)}/exemptions`, { code });
export const reportGap = (gap) => call("POST", "gaps", gap);

export const notices = (words) => call("GET", `notices?q=${encodeURIComponent(words)}`);
export const makeNotice = (notice) => call("POST", "notices", notice);
export const paper = (id, applicant, format) => raw("POST", `notices/${id}/paper`, { applicant, format });

export const colleagues = () => call("GET", "colleagues");
export const overview = () => call("GET", "overview");
export const canned = () => call("GET", "canned");
export const detail = (id) => call("GET", `handoffs/${id}`);
export const claim = (id) => call("POST", `handoffs/${id}/claim`);
export const say = (id, text, key) => call("POST", `handoffs/${id}/messages`, { text, key });
export const transfer = (id, to, department) => call("POST", `handoffs/${id}/transfer`, { to, department });
export const giveBack = (id) => call("POST", `handoffs/${id}/return`);
export const close = (id, reason) => call("POST", `handoffs/${id}/close`, { reason });
export const suggestions = (id, words) => call("GET", `handoffs/${id}/suggestions?q=${encodeURIComponent(words)}`);
export const draft = (id, answer) => call("POST", `handoffs/${id}/drafts`, answer);

/** A line to the service: `got(frame)` takes what comes, `down()` is called when it breaks. Gives a function that sends. */
export function line(got, down) {
  const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/api/v1/staff/live`);
  socket.addEventListener("message", (event) => got(JSON.parse(event.data)));
  socket.addEventListener("close", down);
  return {
    send: (frame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame)),
    opened: new Promise((done) => { socket.addEventListener("open", done); }),
  };
}
