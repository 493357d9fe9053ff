// From a reply to the cards that are seen. Only what the reply says: nothing is decided or added here.

const NUMBERED = /^(\d{1,2})(?:[.．](?!\d)|、)\s*(.+)$/;
const STAGES = /^[^→]+(?: → [^→]+)+$/;
const EMERGENCY_NUMBERS = ["110", "119", "120", "122", "12356"];
const CONFIRM = "确认提交";

/**
 * The cards of a reply, in order. Each has a `kind`:
 * text {lines}, answer {title, blocks, sources, updated}, materials {entry, title, before, items, after, sources, updated},
 * progress {stages, lines}, draft {lines}, queue {lines}.
 */
function cards(reply) {
  const { before, after } = aroundAnswers(reply);
  const around = (lines) => (lines.length ? [{ kind: kindOf(reply), ...parted(reply, lines) }] : []);
  return [...around(before), ...reply.answers.map(answerCard), ...around(after)];
}

/** What can be tapped below a reply: {options, buttons, calls, links, rating}. */
function choices(reply) {
  const of = (...kinds) => reply.actions.filter((action) => kinds.includes(action.kind));
  const emergency = reply.outcome === "emergency" ? [...new Set(reply.text.match(/\d+/g) || [])] : [];
  const urgent = emergency.filter((number) => EMERGENCY_NUMBERS.includes(number));
  const calls = of("call").map(({ label, value }) => ({ label: label.includes(value) ? label : `${label} ${value}`, number: value }));
  return {
    options: reply.options.map(({ label, text }, index) => ({ number: index + 1, label, text })),
    // A work order is confirmed by such a button, so an old one must not be pressed again.
    buttons: of("handoff", "hotline").map(({ kind, label, value }) => ({ label, text: value, once: kind === "hotline" })),
    calls: [...urgent.map((number) => ({ label: `拨打${number}`, number, urgent: true })), ...calls],
    links: of("open", "download").filter(({ value }) => /^https:\/\//.test(value)).map(({ label, value }) => ({ label, address: value })),
    rating: of("rate").map(({ label }) => label)[0] || "",
  };
}

/** A checklist as text, to send to somebody or to print. */
function checklist({ title, before, items, after, sources, updated }, ticked) {
  const marked = items.map((item, index) => `${ticked.includes(index) ? "☑" : "☐"} ${index + 1}. ${item}`);
  return [title, ...before, ...marked, ...after, `依据：${sources.join("、")}`, `更新于：${updated}`].join("\n");
}

function kindOf({ outcome, options, actions }) {
  if (outcome === "progress") return "progress";
  if (outcome === "hotline" && options.some(({ text }) => text === CONFIRM)) return "draft";
  return outcome === "handoff" && actions.length ? "queue" : "text";
}

function parted({ outcome }, lines) {
  if (outcome !== "progress") return { lines };
  const row = lines.find((line) => STAGES.test(line));
  if (!row) return { lines, stages: [] };
  const stages = row.split(" → ").map((name) => ({ name: name.replace(/[【】]/g, ""), now: name.startsWith("【") }));
  return { lines: lines.filter((line) => line !== row), stages };
}

// The reply's text holds everything as plain text. The cards and buttons show most of it better;
// what they do not show (a question asked once more, a word before the answer) is kept around them.
function aroundAnswers({ text, answers, options }) {
  const labels = options.map(({ label }) => label);
  const shown = new Set(answers.flatMap((answer) => split(answer.text)));
  const marks = answers.flatMap((answer) => [answer.title, answer.reviewed_on, ...answer.citations.map((c) => c.title)]).filter(Boolean);
  const before = [];
  const after = [];
  let passed = false;
  for (const line of split(text)) {
    const numbered = NUMBERED.exec(line);
    if (numbered && labels.includes(numbered[2])) continue;
    if (shown.has(line) || marks.some((mark) => line.includes(mark))) passed = true;
    else (passed ? after : before).push(line);
  }
  return { before, after };
}

function answerCard({ entry, facet, title, text, citations, reviewed_on: updated }) {
  const lines = split(text);
  const found = { title, sources: citations.map((c) => `《${c.title}》${c.locator || ""}`), updated };
  const first = lines.findIndex((line) => NUMBERED.test(line));
  if (facet !== "materials" || first < 0) return { kind: "answer", ...found, blocks: blocks(lines) };
  const numbered = lines.filter((line) => NUMBERED.test(line));
  const rest = lines.filter((line) => !NUMBERED.test(line));
  const before = rest.filter((line) => lines.indexOf(line) < first);
  const items = numbered.map((line) => NUMBERED.exec(line)[2]);
  return { kind: "materials", entry, ...found, before, items, after: rest.filter((line) => !before.includes(line)) };
}

// Runs of numbered lines are lists, every other line a paragraph.
function blocks(lines) {
  return lines.map((line) => {
    const numbered = NUMBERED.exec(line);
    return numbered ? { number: numbered[1], text: numbered[2] } : { number: "", text: line };
  });
}

function split(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

module.exports = { cards, checklist, choices };
