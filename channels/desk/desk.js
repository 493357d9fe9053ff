// The desk: who is signed in, and which of its two sides is shown.

import { signedIn, signOut } from "/static/staff/signin.js";
import { byId, tried } from "/static/staff/page.js";
import * as find from "./find.js";
import * as people from "./handoffs.js";

const AT_DESK = new Set(["clerk", "agent", "supervisor"]);

async function start() {
  const self = await tried(() => signedIn(byId("signin")));
  if (!self) return;
  byId("me").textContent = `${self.title}（${self.role_title}，${self.department || "总台"}）`;
  byId("tools").replaceChildren(signOut(people.leaving));
  if (!AT_DESK.has(self.role)) {
    byId("problem").textContent = "您的账号不在窗口值班。维护知识、看报表请打开 /console。";
    return;
  }
  const serving = self.role !== "clerk";
  byId("tabs").hidden = false;
  byId("people-tab").hidden = !serving;
  find.start();
  if (serving) people.start(self);
  const turn = () => show(serving && location.hash !== "#find" ? "people" : "find");
  window.addEventListener("hashchange", turn);
  turn();
}

function show(side) {
  for (const name of ["find", "people"]) {
    byId(name).hidden = name !== side;
    const tab = document.querySelector(`.tabs a[href="#${name}"]`);
    if (name === side) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (side === "find") find.focus();
}

start();
