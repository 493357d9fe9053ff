// The service's doors for staff. Each call gives the answer, or throws a Failure whose message can be shown.

export class Failure extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export const ways = () => call("GET", "ways");
export const me = () => call("GET", "me");
export const login = (name, password) => call("POST", "login", { name, password });
export const logout = () => call("POST", "logout");
export const colleagues = () => call("GET", "colleagues");
export const overview = () => call("GET", "overview");
export const detail = (id) => call("GET", `handoffs/${id}`);
export const claim = (id) => call("POST", `handoffs/${id}/claim`);
export const say = (id, text, key) => call("POST", `handoffs/${id}/messages`, { text, key });
export const transfer = (id, to, department) => call("POST", `handoffs/${id}/transfer`, { to, department });
export const end = (id, how) => call("POST", `handoffs/${id}/${how}`);

/** A line to the service: `got(frame)` takes what comes, `down()` is called when it breaks. Gives a function that sends. */
export function line(got, down) {
  const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/api/v1/staff/live`);
  socket.addEventListener("message", (event) => got(JSON.parse(event.data)));
  socket.addEventListener("close", down);
  return {
    send: (frame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame)),
    opened: new Promise((done) => { socket.addEventListener("open", done); }),
  };
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/api/v1/staff/${path}`, {
      method,
      headers: { "X-Requested-With": "fetch", ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
  } catch (error) {
    throw new Failure("连不上服务，请稍等几秒再试。", 0);
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(answer.detail || "没有成功，请再试一次。", response.status);
  return answer;
}
