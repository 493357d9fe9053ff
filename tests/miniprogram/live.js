// The program on a phone against a running service: argv is its address, and the login codes that WeChat gives.
// Prints what the citizen sees in the end as one JSON line. Called by tests/unit/test_miniprogram.py.

const { Api } = require("../../channels/miniprogram/lib/api");
const { scene } = require("../../channels/miniprogram/lib/scene");
const { Store } = require("../../channels/miniprogram/lib/store");
const { Talk } = require("../../channels/miniprogram/lib/talk");
const { Phone } = require("./phone");

const PATIENCE = 10000;

async function main([service, ...codes]) {
  const phone = new Phone({ codes, sockets: "real" });
  const api = new Api(phone, service);
  const store = new Store(phone);
  let look = () => {};
  const talk = new Talk(phone, api, store, () => look());
  const shown = () => scene(talk, (entry) => store.ticked(entry));
  const seen = (wanted) => new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`not seen: ${wanted} in ${JSON.stringify(shown())}`)), PATIENCE);
    look = () => shown().turns.some((turn) => (turn.words || turn.notice || "").includes(wanted)) && done(clearTimeout(timer));
    look();
  });

  await talk.say("换身份证要带什么");
  await talk.say(shown().turns[0].options[2].text);
  api.session = Promise.resolve("a session that is over");
  await talk.say("要多久");
  await talk.rate(talk.conversation.turns[2], true);
  await talk.say("转人工");
  await seen("来了");
  await talk.say("我的户口在外地");
  await seen("请带户口簿");
  await seen("结束");
  talk.pause();
  process.stdout.write(JSON.stringify({ ...shown(), logins: codes.length - phone.codes.length }) + "\n");
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
