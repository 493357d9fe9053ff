// The service's doors for staff. Each call gives the answer, or throws a Failure whose message can be shown.

export class Failure extends Error {
  constructor(message, status, faults = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

export const ways = () => call("GET", "ways");
export const me = () => call("GET", "me");
export const login = (name, password) => call("POST", "login", { name, password });
export const logout = () => call("POST", "logout");

/** The answer to a request as JSON; null where there is none. */
export async function call(method, path, body) {
  const response = await raw(method, path, body);
  return response.status === 204 ? null : response.json();
}

/** The answer to a request as it came: a paper, a file. A Blob is sent as it is, anything else as JSON. */
export async function raw(method, path, body) {
  const file = body instanceof Blob;
  let response;
  try {
    response = await fetch(`/api/v1/staff/${path}`, {
      method,
      headers: { "X-Requested-With": "fetch", ...(body && !file ? { "Content-Type": "application/json" } : {}) },
      body: file ? body : body && JSON.stringify(body),
    });
  } catch (error) {
    throw new Failure("连不上服务，请稍等几秒再试。", 0);
  }
  if (!response.ok) {
    const { detail, faults } = await response.json().catch(() => ({}));
    throw new Failure(detail || "没有成功，请再试一次。", response.status, faults);
  }
  return response;
}

/** A name of one's own for something that is sent, so that sent again it is still the same. */
export function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
