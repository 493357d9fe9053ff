// The maintainers' desk: who is signed in, and which side of it is shown.

import { signedIn, signOut } from "/static/staff/signin.js";
import { byId, tried } from "/static/staff/page.js";
import * as checks from "./checks.js";
import * as drafts from "./drafts.js";
import * as entries from "./entries.js";
import * as gaps from "./gaps.js";
import * as publish from "./publish.js";
import * as reports from "./reports.js";
import * as test from "./test.js";

const SIDES = { gaps, entries, drafts, publish, checks, test, reports };
const KEEPING = new Set(["maintainer", "admin"]);
const READING = new Set([...KEEPING, "supervisor"]);

async function start() {
  const self = await tried(() => signedIn(byId("signin")));
  if (!self) return;
  byId("me").textContent = `${self.title}（${self.role_title}，${self.department || "总台"}）`;
  byId("tools").replaceChildren(signOut());
  if (!READING.has(self.role)) {
    byId("problem").textContent = "您的账号不能维护知识。接待市民、查事项请打开 /desk。";
    return;
  }
  byId("tabs").hidden = false;
  let here = location.hash;
  const turn = () => {
    if (unsaved() && !window.confirm("改的还没有保存，离开就没有了。要离开吗？")) {
      history.replaceState(null, "", here || "#");
      return null;
    }
    here = location.hash;
    return show(self);
  };
  window.addEventListener("hashchange", turn);
  window.addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
  await turn();
}

/** Whether something was typed that is not saved. */
const unsaved = () => document.querySelector("form[data-changed]") !== null;

/** Show the side that the address names; what follows a slash in it is the side's own. */
async function show(self) {
  const [name, ...rest] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const side = SIDES[name] ? name : KEEPING.has(self.role) ? "gaps" : "reports";
  for (const tab of document.querySelectorAll(".tabs a")) {
    if (tab.hash === `#${side}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  byId("status").textContent = "";
  byId("side").hidden = false;
  byId("side-title").textContent = SIDES[side].TITLE;
  byId("body").replaceChildren("正在取…");
  const here = location.hash;
  const shown = await tried(() => SIDES[side].show({ self, keeps: KEEPING.has(self.role), rest: rest.join("/") }));
  if (location.hash !== here) return; // somebody has gone on meanwhile
  byId("body").replaceChildren(...(shown || []));
}

start();
