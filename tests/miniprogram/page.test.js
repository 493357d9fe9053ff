// The page's parts fit together: what the markup names is there, and what is tapped does what it says.

const assert = require("node:assert/strict");
const { existsSync, readFileSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");
const { Phone } = require("./phone");
const { ANSWERED, CLARIFY } = require("./replies");

const ROOT = join(__dirname, "../../channels/miniprogram");
const MARKUP = readFileSync(join(ROOT, "pages/chat/chat.wxml"), "utf8");
const PATH = require.resolve("../../channels/miniprogram/pages/chat/chat.js");

/** The page as the platform makes it. */
function opened(phone) {
  let page;
  global.wx = phone;
  global.Page = (options) => { page = { ...options, data: structuredClone(options.data), setData(more) { Object.assign(this.data, structuredClone(more)); } }; };
  delete require.cache[PATH];
  require(PATH);
  page.onLoad();
  return page;
}

const tap = (dataset, value) => ({ currentTarget: { dataset }, detail: { value } });

function answering(reply) {
  return new Phone({ codes: ["c1"], serve: ({ url }) => ({ statusCode: 200, header: {}, data: url.endsWith("/session") ? { token: "s" } : reply }) });
}

test("every page of app.json is whole", () => {
  const app = JSON.parse(readFileSync(join(ROOT, "app.json"), "utf8"));
  for (const page of app.pages) for (const kind of ["js", "json", "wxml", "wxss"]) assert.ok(existsSync(join(ROOT, `${page}.${kind}`)), `${page}.${kind}`);
  assert.ok(existsSync(join(ROOT, app.sitemapLocation)));
});

test("the whole program is far below the 2 MB of a mini-program", () => {
  const size = (path) => (statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0) : statSync(path).size);
  assert.ok(size(ROOT) < 60_000, `${size(ROOT)} bytes`);
});

test("the markup is well formed, and each thing that it binds or uses is there", () => {
  const page = opened(answering(ANSWERED));
  for (const [, handler] of MARKUP.matchAll(/bind[a-z]+="(\w+)"/g)) assert.equal(typeof page[handler], "function", handler);
  const templates = [...MARKUP.matchAll(/<template name="(\w+)"/g)].map((found) => found[1]);
  for (const [, used] of MARKUP.matchAll(/<template [^>]*is="(\w+)"/g)) assert.ok(templates.includes(used), used);
  const open = [];
  for (const [, closing, tag, , selfClosing] of MARKUP.matchAll(/<(\/?)([a-z-]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g)) {
    if (closing) assert.equal(open.pop(), tag);
    else if (!selfClosing) open.push(tag);
  }
  assert.deepEqual(open, []);
});

test("the styles that the markup names are there", () => {
  const styles = readFileSync(join(ROOT, "pages/chat/chat.wxss"), "utf8");
  const plain = (value) => value.replace(/\{\{.*?\? '(.*?)' : '(.*?)'\}\}/g, "$1 $2").replace(/\{\{.*?\}\}/g, "");
  const names = [...MARKUP.matchAll(/class="([^"]*)"/g)].flatMap(([, value]) => plain(value).split(/\s+/)).filter(Boolean);
  assert.ok(names.includes("now") && names.includes("card"));
  for (const name of names) assert.match(styles, new RegExp(`\\.${name}[ ,.{\\[]`), name);
});

test("typing and sending shows the reply, and the input is empty again", async () => {
  const page = opened(answering(ANSWERED));
  page.typing(tap({}, "身份证丢了"));
  await page.send();
  assert.equal(page.data.typed, "");
  assert.equal(page.data.turns[0].cards[0].kind, "materials");
  assert.equal(page.data.scrollTo, "turn-0");
});

test("an option and an example are said when they are tapped", async () => {
  const phone = answering(CLARIFY);
  const page = opened(phone);
  await page.say(tap({ text: page.data.examples[0] }));
  await page.say(tap({ text: page.data.turns[0].options[1].text }));
  assert.deepEqual(phone.requests.filter(({ data }) => data.text).map(({ data }) => data.text), [page.data.examples[0], "丢了补领"]);
});

test("materials are ticked, and the list is copied as it stands", async () => {
  const phone = answering(ANSWERED);
  const page = opened(phone);
  await page.say(tap({ text: "身份证丢了" }));
  page.tick(tap({ entry: "gaj-sfz-bl#materials" }, ["1"]));
  assert.deepEqual(page.data.turns[0].cards[0].items.map(({ ticked }) => ticked), [false, true]);
  page.copyList(tap({ place: 0, entry: "gaj-sfz-bl#materials" }));
  assert.match(phone.done.at(-1)[1], /☐ 1\. 居民户口簿（原件）\n☑ 2\./);
});

test("a rating that fails is told", async () => {
  const phone = answering(ANSWERED);
  const page = opened(phone);
  await page.say(tap({ text: "身份证丢了" }));
  phone.serve = () => { throw new Error("request:fail"); };
  await page.rate(tap({ place: 0, helpful: true }));
  assert.deepEqual(phone.done.at(-1), ["toast", "评价没有发出去，请再试一次。"]);
});

test("large type is remembered, and clearing clears", async () => {
  const phone = answering(ANSWERED);
  const page = opened(phone);
  page.enlarge();
  assert.equal(opened(phone).data.large, true);
  await page.say(tap({ text: "身份证丢了" }));
  page.clear();
  assert.deepEqual(page.data.turns, []);
  page.call(tap({ number: "12345" }));
  assert.deepEqual(phone.done.at(-1), ["call", "12345"]);
});
