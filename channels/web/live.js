// Watches a conversation that people have or are awaited in: by WebSocket, and by asking again where there is none.

import { Failure, talk } from "./api.js";

const AGAIN = 3000;

export class Live {
  /**
   * `where()` gives {id, token, seen}, `saw(view)` takes what is new; `lost()` is called when the service no longer
   * knows the conversation.
   */
  constructor(where, saw, lost) {
    this.where = where;
    this.saw = saw;
    this.lost = lost;
    this.socket = null;
    this.timer = 0;
    this.following = false;
  }

  follow() {
    if (this.following) return;
    this.following = true;
    this.connect();
  }

  stop() {
    this.following = false;
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
  }

  connect() {
    const { id, token, seen } = this.where();
    const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/api/v1/conversations/${id}/live`);
    this.socket = socket;
    // In the first frame and not in the address, which ends up in logs.
    socket.addEventListener("open", () => socket.send(JSON.stringify({ token, after: seen })));
    socket.addEventListener("message", (event) => this.take(socket, JSON.parse(event.data)));
    socket.addEventListener("close", () => this.socket === socket && this.ask());
  }

  take(socket, view) {
    if (this.socket === socket && view.messages) this.saw(view);
  }

  // A line that breaks costs a look and a pause: what came meanwhile is asked for, then the line is tried again.
  async ask() {
    this.socket = null;
    const { id } = this.where();
    try {
      const view = await talk(this.where());
      if (this.following && this.where().id === id) this.saw(view);
    } catch (error) {
      if (error instanceof Failure && error.forget) return this.following && this.lost();
    }
    if (this.following) this.timer = setTimeout(() => this.connect(), AGAIN);
    return undefined;
  }
}
