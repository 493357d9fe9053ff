// A reply becomes cards that hold all of it once.

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { cards, checklist, choices } = require("../../channels/miniprogram/lib/cards");
const { ANSWERED, CLARIFY, DELIVERED, DRAFT, EMERGENCY, PROGRESS, QUEUE, reply } = require("./replies");

test("materials are a checklist with what stands before and after it, source and date", () => {
  const [card, reminder] = cards(ANSWERED);
  assert.deepEqual(card, {
    kind: "materials", entry: "gaj-sfz-bl#materials", title: "居民身份证补领（丢失）·申请材料", before: ["请准备："],
    items: ["居民户口簿（原件）", "身份证照片（示例值）"], after: ["丢了户口簿的，先补户口簿。"],
    sources: ["《中华人民共和国居民身份证法》第十一条"], updated: "2026-11-22",
  });
  assert.deepEqual(reminder, { kind: "text", lines: ["刚才的工单还没交：要交就说“确认提交”。"] });
});

test("a checklist to send says what is ready", () => {
  const text = checklist(cards(ANSWERED)[0], [1]);
  assert.match(text, /☐ 1\. 居民户口簿（原件）\n☑ 2\. 身份证照片（示例值）\n丢了户口簿的/);
  assert.match(text, /更新于：2026-11-22$/);
});

test("another facet is paragraphs and numbered lines", () => {
  const answer = { ...ANSWERED.answers[0], facet: "process", text: "分两步：\n1. 申请\n2. 领证" };
  const [card] = cards(reply("answered", answer.text, { answers: [answer] }));
  assert.equal(card.kind, "answer");
  assert.deepEqual(card.blocks, [{ number: "", text: "分两步：" }, { number: "1", text: "申请" }, { number: "2", text: "领证" }]);
});

test("materials without a list are an answer like any other", () => {
  const answer = { ...ANSWERED.answers[0], text: "不用带材料。" };
  assert.equal(cards(reply("answered", "不用带材料。", { answers: [answer] }))[0].kind, "answer");
});

test("options are buttons and not said twice", () => {
  assert.deepEqual(cards(CLARIFY), [{ kind: "text", lines: ["您要办哪一种？"] }]);
  assert.deepEqual(choices(CLARIFY).options, [{ number: 1, label: "到期换", text: "到期换领" }, { number: 2, label: "丢了补", text: "丢了补领" }]);
});

test("a case's progress shows its stages", () => {
  const [card] = cards(PROGRESS);
  assert.equal(card.kind, "progress");
  assert.deepEqual(card.stages.map(({ name, now }) => [name, now]), [["收件", false], ["受理", false], ["审查", true], ["决定", false]]);
  assert.deepEqual(card.lines, ["“食品经营许可”（示例数据）现在在“审查”环节。", "正在审查。"]);
  assert.deepEqual(cards(reply("progress", "请把办件编号发给我。")), [{ kind: "progress", lines: ["请把办件编号发给我。"], stages: [] }]);
});

test("a work order is a draft to look over, and other words on it are words", () => {
  const [card] = cards(DRAFT);
  assert.equal(card.kind, "draft");
  assert.deepEqual(card.lines, ["请看一下，对不对？", "事情：3号窗口态度不好", "地点：社保窗口"]);
  assert.equal(cards(reply("hotline", "登记好了，编号 GD123456789012。"))[0].kind, "text");
});

test("a queue is a card with its way out, and a delivered message is none", () => {
  assert.equal(cards(QUEUE)[0].kind, "queue");
  assert.deepEqual(choices(QUEUE).buttons, [{ label: "不等了，让智问回答", text: "不等了", once: false }]);
  assert.equal(cards(DELIVERED)[0].kind, "text");
});

test("in danger the numbers can be dialled", () => {
  assert.deepEqual(choices(EMERGENCY).calls.map(({ number, urgent }) => [number, urgent]), [["119", true], ["120", true]]);
});

test("only https addresses are links", () => {
  const open = (value) => ({ kind: "open", label: "打开", value });
  const made = choices(reply("answered", "", { actions: [open("https://x.cn/a"), open("javascript:alert(1)"), open("http://x.cn")] }));
  assert.deepEqual(made.links, [{ label: "打开", address: "https://x.cn/a" }]);
});
