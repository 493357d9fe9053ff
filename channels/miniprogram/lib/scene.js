// From the conversation to what the page shows: plain data, made anew at every change.

const { cards, choices } = require("./cards");

const DELIVERED = "您说的话工作人员能看到，请稍等。";

/** Everything that is seen of a talk; `ticked(entry)` gives the ticked places of a checklist. */
function scene({ conversation, waiting, view }, ticked) {
  const last = conversation.turns.filter((turn) => turn.text).pop();
  return {
    turns: conversation.turns.map((turn, index) => ({ place: index, ...(turn.message ? spoken(turn.message) : told(turn, turn === last, ticked)) })),
    waiting: waiting ? (conversation.state === "bot" ? "正在查…" : "正在送…") : "",
    service: service(view),
  };
}

function spoken({ sender, author, text }) {
  if (sender === "citizen") return { said: text };
  return sender === "notice" ? { notice: text } : { author: `工作人员${author}`, words: text };
}

function told({ text, reply, failure, rated, offer }, newest, ticked) {
  if (!reply) return { said: text, failure: failure || "", retry: Boolean(failure) && newest };
  if (reply.outcome === "handoff" && !reply.actions.length) return { said: text, delivered: reply.text || DELIVERED };
  return {
    said: text,
    degraded: reply.degraded,
    retry: reply.outcome === "error" && newest,
    newest,
    cards: cards(reply).map((card) => (card.kind === "materials" ? withTicks(card, ticked(card.entry)) : card)),
    ...choices(reply),
    rated,
    offer: offer ? { text: offer.text, ...choices({ ...reply, options: [], actions: offer.actions }) } : null,
  };
}

function withTicks(card, places) {
  const items = card.items.map((text, place) => ({ text, place, ticked: places.includes(place) }));
  return { ...card, items, left: items.filter((item) => !item.ticked).length };
}

/** Who has the conversation, in words; empty while the assistant has it. */
function service(view) {
  if (!view) return "";
  const wait = view.wait_minutes ? `，最近一般等${view.wait_minutes}分钟左右` : "";
  if (view.state === "waiting") return view.position ? `正在为您找工作人员：您排在第${view.position}位${wait}。` : "正在为您找工作人员。";
  return view.state === "person" ? `现在由工作人员${view.agent || ""}接待您。` : "";
}

module.exports = { scene };
