// What is kept on this phone: the conversation, ticked materials, the type size. All of it can be deleted.

const CONVERSATION = "zhiwen.conversation";
const TICKED = "zhiwen.ticked";
const LARGE = "zhiwen.large";
const KEPT_TURNS = 50;
const KEPT_HOURS = 12;

/** A conversation that has not begun. */
function begun() {
  return { id: null, token: "", seen: 0, state: "bot", open: false, turns: [] };
}

class Store {
  constructor(wx) {
    this.wx = wx;
  }

  /** The conversation as it was left, for half a day; for longer while people are awaited in it. */
  load(now) {
    const kept = this.read(CONVERSATION);
    const fresh = kept && Array.isArray(kept.turns) && (kept.open || now - kept.at < KEPT_HOURS * 3600 * 1000);
    return fresh ? { ...begun(), ...kept } : begun();
  }

  save(conversation, now) {
    this.write(CONVERSATION, { ...conversation, turns: conversation.turns.slice(-KEPT_TURNS), at: now });
  }

  /** Which materials of an entry are ticked, by their place in the list. */
  ticked(entry) {
    return (this.read(TICKED) || {})[entry] || [];
  }

  tick(entry, places) {
    this.write(TICKED, { ...this.read(TICKED), [entry]: places });
  }

  large() {
    return this.read(LARGE) === true;
  }

  rememberLarge(large) {
    this.write(LARGE, large);
  }

  /** Delete what was said and ticked. */
  forget() {
    for (const name of [CONVERSATION, TICKED]) this.wx.removeStorageSync(name);
  }

  read(name) {
    try {
      return this.wx.getStorageSync(name) || null;
    } catch (error) {
      return null; // The program works without.
    }
  }

  write(name, value) {
    try {
      this.wx.setStorageSync(name, value);
    } catch (error) {
      // The phone is full: what was said is lost with the program's end, and no sooner.
    }
  }
}

module.exports = { Store, begun };
