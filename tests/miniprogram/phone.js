// A phone with the platform's functions, as far as the program uses them. `serve(request)` answers requests:
// {statusCode, data, header}, or throws an errMsg. Without it requests go out for real.

class Phone {
  constructor({ serve, codes = [], sockets = true } = {}) {
    this.serve = serve || real;
    this.codes = [...codes];
    this.sockets = sockets;
    this.storage = new Map();
    this.requests = [];
    this.lines = [];
    this.done = [];
  }

  login({ success, fail }) {
    const code = this.codes.shift();
    if (code) success({ code });
    else fail({ errMsg: "login:fail" });
  }

  request(request) {
    this.requests.push(request);
    Promise.resolve()
      .then(() => this.serve(request))
      .then(request.success, (error) => request.fail({ errMsg: error.message || String(error) }));
  }

  connectSocket({ url }) {
    const line = this.sockets === "real" ? new RealLine(url) : new PlayedLine(url);
    this.lines.push(line);
    return line;
  }

  async getRandomValues({ length }) {
    return { randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer };
  }

  // What is stored is stored as text: what comes out is never the object that went in.
  getStorageSync(name) {
    return this.storage.has(name) ? JSON.parse(this.storage.get(name)) : "";
  }

  setStorageSync(name, value) {
    this.storage.set(name, JSON.stringify(value));
  }

  removeStorageSync(name) {
    this.storage.delete(name);
  }

  makePhoneCall({ phoneNumber }) {
    this.done.push(["call", phoneNumber]);
  }

  setClipboardData({ data }) {
    this.done.push(["copy", data]);
  }

  showToast({ title }) {
    this.done.push(["toast", title]);
  }

  showModal({ success }) {
    success({ confirm: true });
  }
}

class PlayedLine {
  constructor(url) {
    Object.assign(this, { url, sent: [], on: {}, closed: false });
  }

  onOpen(listener) { this.on.open = listener; }
  onMessage(listener) { this.on.message = listener; }
  onClose(listener) { this.on.close = listener; }
  onError(listener) { this.on.error = listener; }
  send({ data }) { this.sent.push(JSON.parse(data)); }
  close() { this.closed = true; }
  says(view) { this.on.message({ data: JSON.stringify(view) }); }
}

class RealLine {
  constructor(url) {
    this.socket = new WebSocket(url);
  }

  onOpen(listener) { this.socket.addEventListener("open", listener); }
  onMessage(listener) { this.socket.addEventListener("message", ({ data }) => listener({ data })); }
  onClose(listener) { this.socket.addEventListener("close", listener); }
  onError(listener) { this.socket.addEventListener("error", listener); }
  send({ data }) { this.socket.send(data); }
  close() { this.socket.close(); }
}

async function real({ url, method, data, header }) {
  const body = method === "GET" ? undefined : JSON.stringify(data);
  const response = await fetch(url, { method, headers: header, body });
  const text = await response.text();
  return { statusCode: response.status, header: Object.fromEntries(response.headers), data: parsed(text) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return text;
  }
}

module.exports = { Phone };
