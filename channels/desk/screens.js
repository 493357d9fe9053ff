// The second screen: a window of its own that follows, and asks the citizens' own interface what may be seen.

import { tell } from "/static/staff/page.js";

const CHANNEL = "zhiwen-screen";

export const screen = {
  window: null,
  shown: "",
  channel: null,

  /** Open it with an item, or close it. */
  toggle(id) {
    if (this.window && !this.window.closed) {
      this.window.close();
      this.window = null;
      tell("第二屏关了。");
      return;
    }
    if (!this.channel) {
      this.channel = new BroadcastChannel(CHANNEL);
      this.channel.addEventListener("message", ({ data }) => data.ready && this.send());
    }
    this.shown = id;
    this.window = window.open("/desk/screen", "zhiwen-screen", "popup,width=900,height=1000");
    tell(this.window ? "第二屏开了，把它拖到对着市民的屏幕上；打开别的事项它会跟着换。" : "浏览器拦住了新窗口，请允许这个网站弹出窗口，再按一次。");
  },

  /** Show another item there, if it is open. */
  follow(id) {
    this.shown = id;
    if (this.channel) this.send();
  },

  send() {
    this.channel.postMessage({ item: this.shown });
  },
};
