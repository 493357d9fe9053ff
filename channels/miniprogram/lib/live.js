// Watches a conversation that people have or are awaited in: over an open line, and by asking again where there is none.

const AGAIN = 3000;

class Live {
  /**
   * `where()` gives {id, token, seen}, `saw(view)` takes what is new; `lost()` is called when the service no longer
   * knows the conversation.
   */
  constructor(wx, api, where, saw, lost) {
    Object.assign(this, { wx, api, where, saw, lost, line: null, timer: 0, following: false });
  }

  follow() {
    if (this.following) return;
    this.following = true;
    this.connect();
  }

  stop() {
    this.following = false;
    clearTimeout(this.timer);
    const line = this.line;
    this.line = null;
    if (line) line.close({});
  }

  connect() {
    const { id, token, seen } = this.where();
    const line = this.wx.connectSocket({ url: this.api.line(id) });
    this.line = line;
    // In the first frame and not in the address, which ends up in logs.
    line.onOpen(() => line.send({ data: JSON.stringify({ token, after: seen }) }));
    line.onMessage(({ data }) => this.take(line, data));
    const over = () => this.line === line && this.ask();
    line.onClose(over);
    line.onError(over);
  }

  take(line, data) {
    const view = JSON.parse(data);
    if (this.line === line && view.messages) this.saw(view);
  }

  // A line that breaks costs a look and a pause: what came meanwhile is asked for, then the line is tried again.
  async ask() {
    this.line = null;
    const { id } = this.where();
    try {
      const view = await this.api.talk(this.where());
      if (this.following && this.where().id === id) this.saw(view);
    } catch (error) {
      if (error.forget) return this.following && this.lost();
    }
    if (this.following) this.timer = setTimeout(() => this.connect(), AGAIN);
    return undefined;
  }
}

module.exports = { Live };
