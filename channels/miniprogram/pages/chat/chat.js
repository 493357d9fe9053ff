// The one page: binds what is tapped and typed to the talk, and the talk to what is seen.

const { Api } = require("../../lib/api");
const { cards, checklist } = require("../../lib/cards");
const { scene } = require("../../lib/scene");
const { Store } = require("../../lib/store");
const { Talk } = require("../../lib/talk");
const config = require("../../config");

Page({
  data: {
    turns: [],
    waiting: "",
    service: "",
    typed: "",
    large: false,
    examples: ["身份证丢了补办要带什么", "驾驶证到期了去哪里换", "社保卡丢了怎么补", "结婚登记要带什么", "查办件进度", "我要投诉"],
  },

  onLoad() {
    this.store = new Store(wx);
    this.talk = new Talk(wx, new Api(wx, config.service), this.store, () => this.show());
    this.setData({ large: this.store.large() });
    this.show();
  },

  onShow() {
    this.talk.resume();
  },

  onHide() {
    this.talk.pause();
  },

  onUnload() {
    this.talk.pause();
  },

  show() {
    const before = this.data.turns.length;
    const seen = scene(this.talk, (entry) => this.store.ticked(entry));
    // The question goes to the top, so that a long answer is read from its beginning.
    const scroll = seen.turns.length > before ? { scrollTo: `turn-${seen.turns.length - 1}` } : {};
    this.setData({ ...seen, ...scroll });
  },

  typing(event) {
    this.setData({ typed: event.detail.value });
  },

  async send() {
    const { typed } = this.data;
    if (!typed.trim() || this.talk.waiting) return;
    this.setData({ typed: "" });
    await this.talk.say(typed);
  },

  say(event) {
    return this.talk.say(event.currentTarget.dataset.text);
  },

  retry() {
    return this.talk.retry();
  },

  call(event) {
    wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.number, fail() {} }); // Whoever thinks better of it has not failed.
  },

  copyLink(event) {
    wx.setClipboardData({ data: event.currentTarget.dataset.address });
  },

  tick(event) {
    this.store.tick(event.currentTarget.dataset.entry, event.detail.value.map(Number));
    this.show();
  },

  copyList(event) {
    const { place, entry } = event.currentTarget.dataset;
    const card = cards(this.talk.conversation.turns[place].reply).find((other) => other.entry === entry);
    wx.setClipboardData({ data: checklist(card, this.store.ticked(entry)) });
  },

  async rate(event) {
    const { place, helpful } = event.currentTarget.dataset;
    try {
      await this.talk.rate(this.talk.conversation.turns[place], helpful);
    } catch (error) {
      wx.showToast({ title: "评价没有发出去，请再试一次。", icon: "none" });
    }
  },

  enlarge() {
    const large = !this.data.large;
    this.store.rememberLarge(large);
    this.setData({ large });
  },

  clear() {
    wx.showModal({
      title: "清空对话",
      content: "清空这台手机上的对话和勾选，重新开始？",
      confirmText: "清空",
      cancelText: "不清空",
      success: ({ confirm }) => confirm && this.talk.clear(),
    });
  },
});
