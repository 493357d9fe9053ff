// The conversation on a phone: said once, retried without doubling, followed while people have it, kept and deleted.

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Api } = require("../../channels/miniprogram/lib/api");
const { scene } = require("../../channels/miniprogram/lib/scene");
const { Store } = require("../../channels/miniprogram/lib/store");
const { Talk } = require("../../channels/miniprogram/lib/talk");
const { Phone } = require("./phone");
const { ANSWERED, CLARIFY, DELIVERED, ID, QUEUE, reply } = require("./replies");

const SERVICE = "https://zhiwen.example";
const ok = (data, header = {}) => ({ statusCode: 200, data, header });

/** A phone whose service knows sessions “s1”, “s2” … and answers chat with what `chat(request)` gives. */
function phoneWith(chat, { talk = () => ({ statusCode: 404, data: {} }), good = () => true, ...more } = {}) {
  let sessions = 0;
  return new Phone({
    codes: ["c1", "c2", "c3", "c4"],
    ...more,
    serve(request) {
      if (request.url.endsWith("/miniprogram/session")) return ok({ token: `s${(sessions += 1)}`, expires_in: 7200 });
      if (!good(request.header["X-Session-Token"])) return { statusCode: 401, data: { detail: "登录已经过期，请重新进入小程序。" }, header: {} };
      if (request.url.endsWith("/chat")) return chat(request);
      if (request.url.includes("/messages?after=")) return talk(request);
      return ok(null);
    },
  });
}

function talkOn(phone) {
  let changes = 0;
  const store = new Store(phone);
  const talk = new Talk(phone, new Api(phone, SERVICE), store, () => { changes += 1; });
  return { talk, store, shown: () => scene(talk, (entry) => store.ticked(entry)), changes: () => changes };
}

const asked = (phone) => phone.requests.filter(({ url }) => url.endsWith("/chat"));

test("a question is asked within a session and its conversation goes on", async () => {
  const phone = phoneWith(() => ok(CLARIFY, { "x-conversation-token": "t1" }));
  const { talk, shown } = talkOn(phone);
  assert.equal(await talk.say("  换身份证 "), true);
  await talk.say("丢了补领");
  const [first, second] = asked(phone);
  assert.deepEqual(first.data, { conversation_id: null, text: "换身份证", channel: "miniprogram" });
  assert.equal(first.header["X-Session-Token"], "s1");
  assert.match(first.header["Idempotency-Key"], /^[0-9a-f]{32}$/);
  assert.equal(second.data.conversation_id, ID);
  assert.equal(second.header["X-Conversation-Token"], "t1");
  assert.notEqual(first.header["Idempotency-Key"], second.header["Idempotency-Key"]);
  assert.equal(phone.requests.filter(({ url }) => url.endsWith("/session")).length, 1, "one login for both");
  assert.equal(shown().turns[0].newest, false, "the older reply's options are out of use");
  assert.equal(shown().turns[1].newest, true);
});

test("a session that has run out is opened again, and the message stays one", async () => {
  let dead = "";
  const phone = phoneWith(() => ok(ANSWERED), { good: (token) => token !== dead });
  const { talk } = talkOn(phone);
  await talk.say("一");
  dead = "s1";
  await talk.say("二");
  const [, before, after] = asked(phone);
  assert.deepEqual([before.header["X-Session-Token"], after.header["X-Session-Token"]], ["s1", "s2"]);
  assert.equal(before.header["Idempotency-Key"], after.header["Idempotency-Key"]);
  assert.equal(talk.conversation.turns[1].failure, undefined);
});

test("a session that is refused for good is told and no endless loop", async () => {
  const phone = phoneWith(() => ok(ANSWERED), { good: () => false });
  const { talk, shown } = talkOn(phone);
  await talk.say("一");
  assert.equal(shown().turns[0].failure, "登录已经过期，请重新进入小程序。");
  assert.equal(asked(phone).length, 1);
});

test("a lost reply is asked for again under the same key", async () => {
  let away = true;
  const phone = phoneWith(() => {
    if (away) throw new Error("request:fail timeout");
    return ok(ANSWERED, { "X-Conversation-Token": "t1" });
  });
  const { talk, shown } = talkOn(phone);
  await talk.say("身份证丢了");
  assert.match(shown().turns[0].failure, /网络太慢/);
  assert.equal(shown().turns[0].retry, true);
  away = false;
  await talk.retry();
  const [first, second] = asked(phone);
  assert.equal(first.header["Idempotency-Key"], second.header["Idempotency-Key"]);
  assert.equal(shown().turns.length, 1);
  assert.equal(shown().turns[0].cards[0].kind, "materials");
});

test("a login that failed is tried again with the next message", async () => {
  const phone = phoneWith(() => ok(ANSWERED), { codes: [] });
  const { talk, shown } = talkOn(phone);
  await talk.say("一");
  assert.match(shown().turns[0].failure, /微信登录没有成功/);
  phone.codes.push("c9");
  await talk.retry();
  assert.equal(shown().turns[0].cards.length > 0, true);
});

for (const [status, data, wanted] of [
  [503, "<html>", /正在重启/],
  [500, { detail: "服务出了点问题，请稍后再试；着急的话请打12345。" }, /12345/],
  [429, "", /有点快/],
  [200, "<html>请先登录</html>", /网络是不是要先登录/],
  [200, null, /网络是不是要先登录/],
]) {
  test(`an answer ${status} ${JSON.stringify(data)} is told kindly`, async () => {
    const { talk, shown } = talkOn(phoneWith(() => ({ statusCode: status, data, header: {} })));
    await talk.say("一");
    assert.match(shown().turns[0].failure, wanted);
  });
}

test("one question is answered at a time, and a double tap says it once", async () => {
  const phone = phoneWith(() => ok(ANSWERED));
  const { talk } = talkOn(phone);
  assert.deepEqual(await Promise.all([talk.say("一"), talk.say("一"), talk.say("二")]), [true, false, false]);
  assert.equal(asked(phone).length, 1);
  assert.equal(await talk.say("  "), false);
});

test("while people have it, their words come over the line, once and in order, and mine are not doubled", async () => {
  const phone = phoneWith(({ data }) => ok(data.text === "转人工" ? QUEUE : DELIVERED, { "X-Conversation-Token": "t1" }));
  const { talk, shown } = talkOn(phone);
  await talk.say("转人工");
  const [line] = phone.lines;
  assert.equal(line.url, `wss://zhiwen.example/api/v1/conversations/${ID}/live`);
  assert.ok(!line.url.includes("t1"), "the token is in no address");
  line.on.open();
  assert.deepEqual(line.sent, [{ token: "t1", after: 0 }]);
  line.says({ state: "waiting", open: true, position: 2, wait_minutes: 3, messages: [] });
  assert.equal(shown().service, "正在为您找工作人员：您排在第2位，最近一般等3分钟左右。");
  const came = { sequence: 1, sender: "notice", author: "", text: "小李来了，请说。", key: "n" };
  line.says({ state: "person", open: true, agent: "小李", messages: [came] });
  assert.equal(shown().service, "现在由工作人员小李接待您。");
  await talk.say("我的户口在外地");
  const mine = { sequence: 2, sender: "citizen", author: "", text: "我的户口在外地", key: talk.conversation.turns.at(-1).key };
  const theirs = { sequence: 3, sender: "agent", author: "小李", text: "请带户口簿。", key: "k" };
  line.says({ state: "person", open: true, agent: "小李", messages: [came, mine, theirs] });
  const turns = shown().turns.map((turn) => turn.words || turn.notice || turn.said);
  assert.deepEqual(turns, ["转人工", "小李来了，请说。", "我的户口在外地", "请带户口簿。"]);
  line.says({ state: "bot", open: false, messages: [] });
  assert.equal(shown().service, "");
  assert.equal(line.closed, true);
});

test("a line that breaks is asked after, and tried again from where it was", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const words = { sequence: 4, sender: "agent", author: "小李", text: "在吗", key: "k" };
  const phone = phoneWith(() => ok(QUEUE, { "X-Conversation-Token": "t1" }), {
    talk: () => ok({ state: "person", open: true, agent: "小李", messages: [words] }),
  });
  const { talk, shown } = talkOn(phone);
  await talk.say("转人工");
  phone.lines[0].on.close();
  await settled();
  assert.equal(shown().turns.at(-1).words, "在吗");
  context.mock.timers.tick(3000);
  assert.equal(phone.lines.length, 2);
  phone.lines[1].on.open();
  assert.deepEqual(phone.lines[1].sent, [{ token: "t1", after: 4 }]);
});

test("a conversation that the service no longer knows is begun anew", async () => {
  const phone = phoneWith(() => ok(QUEUE, { "X-Conversation-Token": "t1" }));
  const { talk } = talkOn(phone);
  await talk.say("转人工");
  phone.lines[0].on.close();
  await settled();
  assert.deepEqual([talk.conversation.id, talk.conversation.open], [null, false]);
});

test("what was said is there when the program is opened again, for half a day, and longer while people are awaited", async () => {
  const phone = phoneWith(() => ok(ANSWERED, { "X-Conversation-Token": "t1" }));
  await talkOn(phone).talk.say("身份证丢了");
  assert.equal(talkOn(phone).shown().turns[0].cards[0].kind, "materials");
  const kept = phone.getStorageSync("zhiwen.conversation");
  phone.setStorageSync("zhiwen.conversation", { ...kept, at: Date.now() - 13 * 3600 * 1000 });
  assert.deepEqual(talkOn(phone).shown().turns, []);
  phone.setStorageSync("zhiwen.conversation", { ...kept, open: true, at: Date.now() - 13 * 3600 * 1000 });
  const { talk } = talkOn(phone);
  talk.resume();
  assert.equal(phone.lines.length, 1);
  talk.pause();
  assert.equal(phone.lines[0].closed, true);
});

test("a question that was under way when the program ended can be asked again", () => {
  const phone = phoneWith(() => ok(ANSWERED));
  phone.setStorageSync("zhiwen.conversation", { id: null, token: "", seen: 0, turns: [{ text: "一", key: "k".repeat(32) }], at: Date.now() });
  assert.equal(talkOn(phone).shown().turns[0].retry, true);
});

test("ticks are kept and counted, and all is gone when it is cleared", async () => {
  const phone = phoneWith(() => ok(ANSWERED));
  const { talk, store, shown } = talkOn(phone);
  await talk.say("身份证丢了");
  assert.equal(shown().turns[0].cards[0].left, 2);
  store.tick("gaj-sfz-bl#materials", [0]);
  const [card] = shown().turns[0].cards;
  assert.deepEqual([card.left, card.items.map(({ ticked }) => ticked)], [1, [true, false]]);
  talk.clear();
  assert.deepEqual(shown().turns, []);
  assert.deepEqual([...phone.storage.keys()], []);
});

test("a reply that comes after it was cleared is not shown", async () => {
  let answer;
  const phone = phoneWith(() => new Promise((done) => { answer = () => done(ok(ANSWERED)); }));
  const { talk, shown } = talkOn(phone);
  const said = talk.say("一");
  await settled();
  talk.clear();
  answer();
  await said;
  assert.deepEqual([shown().turns, shown().waiting], [[], ""]);
});

test("a phone without storage still works", async () => {
  const phone = phoneWith(() => ok(ANSWERED));
  phone.setStorageSync = phone.getStorageSync = () => { throw new Error("full"); };
  const { talk, shown } = talkOn(phone);
  await talk.say("一");
  assert.equal(shown().turns.length, 1);
});

test("whom an answer did not help is offered a way on", async () => {
  const offer = { text: "抱歉没帮上您。", actions: [{ kind: "handoff", label: "找工作人员", value: "转人工" }] };
  const phone = phoneWith(() => ok(ANSWERED));
  const { talk, shown } = talkOn(phone);
  await talk.say("一");
  phone.serve = () => ok(offer);
  await talk.rate(talk.conversation.turns[0], false);
  assert.deepEqual(phone.requests.at(-1).data, { turn_id: "b".repeat(32), helpful: false });
  assert.deepEqual([shown().turns[0].rated, shown().turns[0].offer.buttons], [false, [{ label: "找工作人员", text: "转人工", once: false }]]);
});

test("an error of the service can be tried again", async () => {
  const phone = phoneWith(() => ok(reply("error", "抱歉，刚才出了点问题。")));
  const { talk, shown } = talkOn(phone);
  await talk.say("一");
  assert.equal(shown().turns[0].retry, true);
});

function settled() {
  return new Promise((done) => setImmediate(() => setImmediate(done)));
}
