// What the citizen sees beside the clerk: the item that the clerk has open, as it is published for citizens and no more.

import { el } from "/static/elements.js";

const FIRST = ["materials", "time_limit", "fee", "process", "place", "hours"];
const channel = new BroadcastChannel("zhiwen-screen");
const guide = document.getElementById("guide");

channel.addEventListener("message", ({ data }) => data.item && show(data.item));
channel.postMessage({ ready: true });

async function show(id) {
  let item;
  try {
    const response = await fetch(`/api/v1/items/${encodeURIComponent(id)}`);
    if (!response.ok) throw new Error("not there");
    item = await response.json();
  } catch (error) {
    guide.replaceChildren(el("p", {}, "这个事项暂时显示不了，请问工作人员。"));
    return;
  }
  const order = ({ facet }) => (FIRST.includes(facet) ? FIRST.indexOf(facet) : FIRST.length);
  guide.replaceChildren(el("h2", {}, item.name), ...item.facets.sort((a, b) => order(a) - order(b)).map(({ title, text, reviewed_on: day }) => el("section", { class: "card" },
    el("h3", {}, title), el("p", { class: "words" }, text), el("p", { class: "small" }, `更新于${day}`))));
  window.scrollTo(0, 0);
}
