// Who waits and who is being talked to: the list on the left, and the count on the tab and in the window's title.

import { button, el } from "/static/elements.js";
import * as api from "./api.js";
import { byId, tried } from "/static/staff/page.js";

const KINDS = { live: "在等人", message: "留言", callback: "请回电" };
const TITLE = document.title;

const [queue, duty] = ["queue", "duty"].map(byId);

/** Show a queue. `shown` is the hand-off that is open, `claim(id)` takes one, `open(id)` goes to one that somebody has. */
export function showQueue({ rows, online, waiting, open_hours: hours }, shown, claim, open) {
  const calling = waiting + rows.filter(unanswered).length;
  document.title = calling ? `（${calling}）${TITLE}` : TITLE;
  byId("waiting").textContent = waiting ? `（${waiting}）` : "";
  const told = `${hours ? "人工服务时间内" : "现在不是人工服务时间"}，在线${online}人，在等${waiting}个。`;
  if (duty.textContent !== told) duty.textContent = told; // the same words again would be read out again
  const at = queue.contains(document.activeElement) ? document.activeElement.closest("li").dataset.handoff : "";
  const none = el("li", { class: "small" }, "现在没有人在等。这一页开着，您就在线；有人来会排在这里。");
  put(rows.length ? rows.map((row) => line(row, shown, claim, open)) : [none]);
  if (at && !queue.contains(document.activeElement)) (queue.querySelector(`[data-handoff="${at}"] button`) || byId("queue-title")).focus();
}

/** The list comes anew every few seconds. What has not changed is left alone: a hand may be just about to click it. */
function put(lines) {
  const old = [...queue.children];
  const kept = lines.map((line) => old.find((there) => there.isEqualNode(line)) || line);
  for (const there of old) if (!kept.includes(there)) there.remove();
  kept.forEach((line, place) => queue.children[place] === line || queue.insertBefore(line, queue.children[place] || null));
}

function unanswered({ mine, waiting_since: since }) {
  return mine && since !== null;
}

function line(row, shown, claim, open) {
  const { id, state, kind, reason, department, owner, mine, asked_at: asked } = row;
  const waits = state === "waiting";
  const what = waits ? KINDS[kind] : mine ? (unanswered(row) ? "等您回话" : "您在接待") : `${owner}在接待`;
  const subject = row.subject || "还没说到事项";
  const minutes = Math.floor((Date.now() - Date.parse(asked)) / 60000);
  const act = waits ? "接待" : "打开";
  return el("li", { class: `card ${shown === id ? "now" : ""} ${unanswered(row) ? "unread" : ""}`, "data-handoff": id },
    el("strong", {}, `${what} · ${department || "总台"}`),
    button(act, () => (waits ? claim : open)(id), { "aria-label": `${act}：${subject}` }),
    el("span", { class: "small" }, `${subject} · 来了${minutes}分钟${reason === "unhelped" ? " · 智问几次没帮上" : ""}`));
}

/** Queues and waits, for a supervisor. */
export async function showOverview() {
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
