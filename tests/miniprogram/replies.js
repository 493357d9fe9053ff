// Replies as the service gives them.

const ID = "a".repeat(32);

function reply(outcome, text, more = {}) {
  return { conversation_id: ID, turn_id: "b".repeat(32), outcome, degraded: false, text, answers: [], options: [], actions: [], ...more };
}

const CALL = { kind: "call", label: "拨打12345", value: "12345" };
const PERSON = { kind: "handoff", label: "找工作人员", value: "转人工" };
const RATE = { kind: "rate", label: "评价这次回答", value: "rate" };

const MATERIALS_TEXT = "请准备：\n1. 居民户口簿（原件）\n2. 身份证照片（示例值）\n丢了户口簿的，先补户口簿。";
const ANSWER = {
  subject: "gaj-sfz-bl", facet: "materials", entry: "gaj-sfz-bl#materials", title: "居民身份证补领（丢失）·申请材料", text: MATERIALS_TEXT,
  citations: [{ title: "中华人民共和国居民身份证法", locator: "第十一条", url: null }],
  version: "v1", effective_from: "2020-01-01", reviewed_on: "2026-11-22", confidence: 0.9,
};
const ANSWERED = reply(
  "answered",
  `【居民身份证补领（丢失）·申请材料】\n${MATERIALS_TEXT}\n依据：《中华人民共和国居民身份证法》第十一条\n更新于：2026-11-22\n刚才的工单还没交：要交就说“确认提交”。`,
  { answers: [ANSWER], actions: [RATE, CALL, PERSON] },
);
const CLARIFY = reply("clarify", "您要办哪一种？\n1. 到期换\n2. 丢了补", {
  options: [{ subject: "a", label: "到期换", text: "到期换领" }, { subject: "b", label: "丢了补", text: "丢了补领" }],
  actions: [PERSON],
});
const PROGRESS = reply("progress", "“食品经营许可”（示例数据）现在在“审查”环节。\n收件 → 受理 → 【审查】 → 决定\n正在审查。", { actions: [CALL] });
const DRAFT = reply("hotline", "请看一下，对不对？\n事情：3号窗口态度不好\n地点：社保窗口\n1. 确认提交\n2. 修改\n3. 不交了", {
  options: ["确认提交", "修改", "不交了"].map((text) => ({ subject: "form:hotline", label: text, text })),
});
const QUEUE = reply("handoff", "好的，正在为您找工作人员。您排在第1位。", {
  actions: [{ kind: "handoff", label: "不等了，让智问回答", value: "不等了" }, CALL],
});
const DELIVERED = reply("handoff", "已送到，小李会在这里回复您。");
const EMERGENCY = reply("emergency", "请马上离开，打119报火警；有人受伤打120。", { actions: [] });

module.exports = { ANSWERED, CLARIFY, DELIVERED, DRAFT, EMERGENCY, ID, PROGRESS, QUEUE, reply };
