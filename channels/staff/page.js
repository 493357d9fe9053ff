// What all pages for staff share: where things are told, a dialog, and trying what may fail.

import { button, el } from "/static/elements.js";

export const byId = (id) => document.getElementById(id);

export const FACETS = {
  materials: "申请材料", time_limit: "办理时限", fee: "收费", place: "办理地点", conditions: "受理条件", process: "办理流程",
  online: "网上办理", legal_basis: "设定依据", result: "审批结果", validity: "有效期", proxy: "代办委托", hours: "办理时间",
  delivery: "邮寄取件", supplement: "补齐补正", forms: "表格样表", cross_region: "异地通办", phone: "咨询电话", remedies: "权利救济",
  exempt: "材料免交",
};

/** Tell something that went well, to eyes and screen readers. */
export function tell(words) {
  byId("status").classList.remove("unseen");
  byId("status").textContent = words;
}

/** Do something; a failure is told at the top, and a sign-in that is over leads back to the beginning. */
export async function tried(action) {
  byId("problem").textContent = "";
  try {
    return await action();
  } catch (error) {
    if (error.status === 401) location.reload();
    byId("problem").textContent = error.message;
    return undefined;
  }
}

/** Do something while its button says so and cannot be pressed again. */
export async function busy(pressed, action) {
  const { textContent: label } = pressed;
  pressed.disabled = true;
  pressed.textContent = "请稍等…";
  try {
    return await action();
  } finally {
    pressed.disabled = false;
    pressed.textContent = label;
  }
}

/** Fields in a dialog; `send` gives whether it can be closed. Esc closes it, and the focus goes back to where it was. */
export function asked(title, fields, label, send) {
  const dialog = byId("dialog");
  const problem = el("p", { class: "problem", role: "alert" });
  const go = el("button", { type: "submit", class: "primary" }, label);
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = "";
    await busy(go, async () => {
      try {
        await send();
        dialog.close();
      } catch (error) {
        problem.textContent = error.message;
      }
    });
  };
  dialog.replaceChildren(el("form", { class: "fields", submit },
    el("h2", { id: "dialog-title" }, title), ...fields, problem,
    el("div", { class: "buttons" }, button("不用了", () => dialog.close()), go)));
  dialog.showModal();
  const first = dialog.querySelector("textarea, input, select");
  if (first) first.focus();
}

/** A label above its field. */
export function field(label, input) {
  return el("label", { class: "field" }, label, input);
}

export function select(options, chosen) {
  return el("select", {}, ...options.map(([value, label]) => el("option", { value, selected: value === chosen }, label)));
}
