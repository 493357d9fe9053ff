// The conversation: what was said, what came back, who has it now. `changed()` is called whenever there is something to show.

const { Live } = require("./live");
const { begun } = require("./store");

class Talk {
  constructor(wx, api, store, changed) {
    Object.assign(this, { wx, api, store, changed });
    this.conversation = store.load(Date.now());
    /** The turn whose reply is awaited; one question is answered at a time. */
    this.waiting = null;
    /** Who has the conversation, as the service last told. */
    this.view = null;
    this.live = new Live(wx, api, () => this.conversation, (view) => this.heard(view), () => this.lost());
    for (const turn of this.conversation.turns) {
      if (turn.text && !turn.reply && !turn.failure) turn.failure = "这个问题还没有收到答复。";
    }
  }

  /** Go on following people's words when the program is seen again. */
  resume() {
    if (this.conversation.open) this.live.follow();
  }

  pause() {
    this.live.stop();
  }

  /** Say something. Gives whether it was taken. */
  async say(text) {
    const words = text.trim();
    if (!words || this.waiting) return false;
    const turn = { text: words, key: "" };
    this.waiting = turn; // Before anything is awaited: a second tap must not say it twice.
    turn.key = await this.newKey();
    this.conversation.turns.push(turn);
    await this.answer(turn);
    return true;
  }

  /** Try the last turn once more, under its own key: it still is one message. */
  async retry() {
    const turn = this.conversation.turns.filter((other) => other.text).pop();
    if (turn && !this.waiting && (turn.failure || (turn.reply && turn.reply.outcome === "error"))) await this.answer(turn);
  }

  async answer(turn) {
    this.waiting = turn;
    delete turn.failure;
    delete turn.reply;
    this.show();
    const asked = this.conversation;
    try {
      const { reply, token } = await this.api.ask(turn.text, turn.key, asked);
      turn.reply = reply;
      if (asked.id !== reply.conversation_id) {
        this.live.stop();
        Object.assign(asked, { id: reply.conversation_id, token, seen: 0 });
      }
    } catch (error) {
      turn.failure = error.message;
      if (error.forget) asked.id = null;
    }
    if (asked !== this.conversation) return; // It was cleared meanwhile.
    this.waiting = null;
    this.show();
    if (turn.reply && turn.reply.outcome === "handoff" && asked.token) this.live.follow();
  }

  /** Rate a reply; gives what is offered to whom it did not help, or null. */
  async rate(turn, helpful) {
    const offer = await this.api.rate(turn.reply.turn_id, helpful);
    Object.assign(turn, { rated: helpful, offer });
    this.show();
    return offer;
  }

  /** Forget everything that was said. */
  clear() {
    this.live.stop();
    this.store.forget();
    this.conversation = begun();
    Object.assign(this, { waiting: null, view: null });
    this.changed();
  }

  heard(view) {
    const conversation = this.conversation;
    Object.assign(conversation, { state: view.state, open: view.open });
    this.view = view;
    for (const message of view.messages.filter((fresh) => fresh.sequence > conversation.seen)) {
      conversation.seen = message.sequence;
      const mine = message.sender === "citizen" && conversation.turns.some((turn) => turn.key === message.key);
      if (!mine) conversation.turns.push({ message });
    }
    if (!view.open) this.live.stop();
    this.show();
  }

  lost() {
    this.live.stop();
    Object.assign(this.conversation, { id: null, token: "", seen: 0, state: "bot", open: false });
    this.view = null;
    this.show();
  }

  show() {
    this.store.save(this.conversation, Date.now());
    this.changed();
  }

  // Such as nobody else can have: the reply is given again to whoever names it.
  async newKey() {
    const { randomValues } = await this.wx.getRandomValues({ length: 16 });
    return [...new Uint8Array(randomValues)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

module.exports = { Talk };
