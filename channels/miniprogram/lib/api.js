// The service's doors that the program uses, its session, and what to tell a person when one of them fails.

const PATIENCE = 30000;
const AWAY = [502, 503, 504];

/** A failure whose message can be shown to a citizen as it is. */
class Failure extends Error {
  constructor(message, { forget = false } = {}) {
    super(message);
    /** Whether the service no longer knows the conversation, so that the next try has to start a new one. */
    this.forget = forget;
  }
}

class Api {
  /** `wx` is the platform; `service` the service's address without a slash at its end. */
  constructor(wx, service) {
    this.wx = wx;
    this.service = service;
    this.session = null;
  }

  /**
   * Say something; gives the reply, and the conversation's token where it has just begun. `key` names this message:
   * sent again with the same one it still is one message.
   */
  async ask(text, key, { id, token }) {
    const headers = { "Idempotency-Key": key, ...(token ? { "X-Conversation-Token": token } : {}) };
    const body = { conversation_id: id, text, channel: "miniprogram" };
    const answer = await this.call("POST", "/api/v1/chat", { body, headers });
    const reply = answer.data;
    // A login page of a public network also answers 200: whatever is not a reply must not pass for one.
    if (!reply || typeof reply.outcome !== "string" || typeof reply.turn_id !== "string") {
      throw new Failure("没有收到正常的答复，请看看网络是不是要先登录，再点“重试”。");
    }
    return { reply, token: header(answer, "X-Conversation-Token") };
  }

  /** What people have said in a conversation after a number, and who has it now. */
  async talk({ id, token, seen }) {
    const path = `/api/v1/conversations/${id}/messages?after=${seen}`;
    return (await this.call("GET", path, { headers: { "X-Conversation-Token": token } })).data;
  }

  /** Record whether a reply helped; gives what is offered to whom it did not: {text, actions}, or null. */
  async rate(turnId, helpful) {
    const answer = await this.call("POST", "/api/v1/feedback", { body: { turn_id: turnId, helpful } });
    return answer.statusCode === 200 ? answer.data : null;
  }

  /** The address of a conversation's open line. */
  line(id) {
    return `${this.service.replace(/^http/, "ws")}/api/v1/conversations/${id}/live`;
  }

  /** One call within a session; where that has run out meanwhile, once more in a new one. */
  async call(method, path, { body, headers } = {}) {
    const fresh = !this.session;
    this.session = this.session || this.login();
    const answer = await this.send(method, path, body, { ...headers, "X-Session-Token": await this.opened() });
    if (answer.statusCode !== 401 || fresh) return told(answer);
    this.session = this.login();
    return told(await this.send(method, path, body, { ...headers, "X-Session-Token": await this.opened() }));
  }

  async opened() {
    try {
      return await this.session;
    } catch (error) {
      this.session = null;
      throw error;
    }
  }

  /** Exchange a login code of the platform for a session token. */
  async login() {
    const code = await new Promise((done, fail) => {
      this.wx.login({ success: (result) => done(result.code), fail: () => fail(new Failure("微信登录没有成功，请稍后再试。")) });
    });
    return told(await this.send("POST", "/api/v1/miniprogram/session", { code }, {})).data.token;
  }

  send(method, path, body, headers) {
    return new Promise((done, fail) => {
      this.wx.request({
        url: this.service + path,
        method,
        data: body,
        header: { "Content-Type": "application/json", ...headers },
        timeout: PATIENCE,
        success: done,
        fail: ({ errMsg }) => fail(new Failure(reason(errMsg || ""))),
      });
    });
  }
}

function reason(errMsg) {
  if (/timeout/.test(errMsg)) return "等了很久还没有收到答复，可能是网络太慢。请点“重试”。";
  return "暂时连不上服务，可能是没有网络，或者服务正在重启。请稍等几秒再点“重试”。";
}

function told(answer) {
  const { statusCode: status, data } = answer;
  if (status >= 200 && status < 300) return answer;
  const forget = status === 404 || status === 410;
  const detail = data && typeof data.detail === "string" ? data.detail : "";
  if (detail) throw new Failure(detail, { forget });
  if (status === 429) throw new Failure("问得有点快，请过一会儿再点“重试”。");
  if (AWAY.includes(status)) throw new Failure("服务正在重启，请稍等几秒再点“重试”。");
  throw new Failure("服务出了点问题，没有查到答案。请点“重试”。", { forget });
}

// Platforms differ in how they write a header's name.
function header({ header: all }, name) {
  const found = Object.keys(all || {}).find((key) => key.toLowerCase() === name.toLowerCase());
  return found ? all[found] : "";
}

module.exports = { Api, Failure };
