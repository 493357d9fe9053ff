// Signing in and out, the same on every page for staff.

import { button, el } from "/static/elements.js";
import * as api from "./api.js";

/** Who is signed in; asks for name and password in `place` until somebody is. */
export async function signedIn(place) {
  try {
    return await api.me();
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  const ways = await api.ways().catch(() => ({}));
  return new Promise((done) => { place.replaceChildren(form(done, ways.oidc)); place.querySelector("input").focus(); });
}

/** The button that signs out; `leaving(go)` may ask before it lets go. */
export function signOut(leaving = (go) => go()) {
  return button("退出", () => leaving(async () => {
    await api.logout().catch(() => null);
    location.reload();
  }));
}

function form(done, oidc) {
  const name = el("input", { autocomplete: "username", required: true, maxlength: "40" });
  const password = el("input", { type: "password", autocomplete: "current-password", required: true, maxlength: "200" });
  const shown = el("input", { type: "checkbox", change: () => { password.type = shown.checked ? "text" : "password"; } });
  const problem = el("p", { class: "problem", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      const member = await api.login(name.value.trim(), password.value);
      event.target.remove();
      done(member);
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  return el("form", { class: "card signin", "aria-label": "登录", submit },
    el("label", {}, "登录名", name), el("label", {}, "口令", password), el("label", { class: "tick" }, shown, "显示打的字"), el("button", { type: "submit", class: "primary" }, "登录"),
    oidc ? el("a", { class: "button", href: "/api/v1/staff/oidc/start" }, "用单位的统一账号登录") : null, problem,
    el("p", { class: "small" }, "没有账号、忘了口令、账号锁了，请找管理员。"));
}
