// A form made of the parts that the service tells, so that no field is written by hand here.
//
// Every control has its element, `read()` for what stands in it, and `at(path)` for the element at a place in it.

import { button, el } from "/static/elements.js";
import { select } from "/static/staff/page.js";

const COMPOSITE = new Set(["group", "rows", "keyed"]);

/** The form of a record: its elements, what of it was changed, and a way to show what is wrong beside the field. */
export function recordForm(parts, content, locked) {
  const desk = { locked, cites: parts.some((part) => part.key === "sources"), sources: () => [] };
  const shown = parts.filter((part) => !part.fixed);
  const controls = Object.fromEntries(shown.map((part) => [part.key, control(part, content[part.key], desk)]));
  if (controls.sources) {
    desk.sources = () => Object.entries(controls.sources.read()).map(([key, source]) => [key, `${source.title || "（没写名称）"} ${source.locator || ""}`]);
    for (const one of Object.values(controls)) one.element.querySelectorAll("select[data-source]").forEach((source) => source.refill());
  }
  const before = JSON.stringify(read());
  function read() {
    return Object.fromEntries(Object.entries(controls).map(([key, one]) => [key, one.read()]));
  }
  function changed() {
    const was = JSON.parse(before);
    return Object.fromEntries(Object.entries(read()).filter(([key, now]) => JSON.stringify(now) !== JSON.stringify(was[key])));
  }
  return {
    elements: shown.map((part) => (COMPOSITE.has(part.kind) ? section(part, controls[part.key]) : controls[part.key].element)), changed,
    /** Put each cause beside its field, open what it stands in, and go to the first; those of the whole are given back. */
    point(faults, kind, go = true) {
      const placed = faults.filter((fault) => fault.place).map((fault) => {
        const [key, ...path] = fault.place.split(".");
        return [controls[key] && (controls[key].at(path) || controls[key].element), fault];
      });
      for (const [place, { cause }] of placed.filter(([element]) => element)) mark(place, cause, kind);
      const [first] = placed.map(([place]) => place).filter(Boolean);
      if (go && first) (first.querySelector("input, textarea, select, summary") || first).focus();
      return [...faults.filter((fault) => !fault.place), ...placed.filter(([place]) => !place).map(([, fault]) => fault)].map((fault) => fault.cause);
    },
  };
}

/** Take away what was wrong the last time. */
export function unmark(form) {
  form.querySelectorAll(".fault").forEach((fault) => fault.remove());
  form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

/** A cause inside its field's label, so that it is read with it; or at the head of a group. */
function mark(place, cause, kind) {
  const told = el("span", { class: `fault ${kind}` }, cause);
  for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  const input = place.matches("label") ? place.querySelector("input, textarea, select") : null;
  if (input && kind === "problem") input.setAttribute("aria-invalid", "true");
  if (input) place.append(told);
  else place.firstElementChild.after(told);
}

function section(part, { element, count }) {
  const summary = el("summary", {}, part.title, count ? el("span", { class: "small" }, count) : null);
  return el("details", { class: "card section" }, summary, part.note ? el("p", { class: "small" }, part.note) : null, element);
}

function control(part, value, desk) {
  if (part.kind === "group") return group(part, value, desk);
  if (part.kind === "rows" || part.kind === "keyed") return rows(part, value, desk);
  if (part.kind === "ticks") return ticks(part, value, desk);
  return single(part, value, desk);
}

// --- one value --------------------------------------------------------------------------------

function single(part, value, desk) {
  const input = inputOf(part, value, desk);
  const hint = part.note ? el("span", { class: "small" }, part.note) : null;
  // An office has no sources to choose from.
  const left = part.kind === "source" && !desk.cites;
  const element = part.kind === "tick" ? el("label", { class: "tick" }, input, el("span", {}, part.title, hint)) : el("label", { class: "field", hidden: left }, part.title, hint, input);
  return { element, read: () => readOf(part, input), at: () => element };
}

function inputOf(part, value, desk) {
  const { locked } = desk;
  const text = Array.isArray(value) ? value.join("\n") : value === null || value === undefined ? "" : String(value);
  if (part.kind === "tick") return el("input", { type: "checkbox", checked: value === true, disabled: locked });
  if (part.kind === "date") return el("input", { type: "date", value: text, readonly: locked });
  if (part.kind === "choice") {
    const choices = select([...(part.optional ? [["", "（没有）"]] : []), ...part.choices], text);
    choices.disabled = locked;
    return choices;
  }
  if (part.kind === "source") return sourceOf(part, text, desk);
  const long = part.kind === "long" || part.kind === "lines";
  const rows = String(Math.min(12, Math.max(2, Math.ceil(text.length / 50), text.split("\n").length)));
  if (long) return el("textarea", { rows, readonly: locked }, text);
  return el("input", { value: text, readonly: locked, inputmode: part.kind === "number" ? "decimal" : null });
}

/** A choice among the sources as they stand in this form now. */
function sourceOf(part, text, desk) {
  const choice = el("select", { "data-source": true, disabled: desk.locked });
  choice.refill = () => {
    const chosen = choice.options.length ? choice.value : text;
    const known = [...(part.optional || !chosen ? [["", part.optional ? "（不写，算第一条依据）" : "（请选一条）"]] : []), ...desk.sources()];
    if (chosen && !known.some(([key]) => key === chosen)) known.push([chosen, "（已经删掉的依据，请另选）"]);
    choice.replaceChildren(...known.map(([key, title]) => el("option", { value: key, selected: key === chosen }, title)));
  };
  choice.addEventListener("focus", choice.refill);
  choice.refill();
  return choice;
}

function readOf(part, input) {
  if (part.kind === "tick") return input.checked;
  const text = input.value.trim();
  if (part.kind === "lines") return [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
  return text === "" && part.optional ? null : text;
}

function ticks(part, value, { locked }) {
  const boxes = part.choices.map(([key, title]) => [key, title, el("input", { type: "checkbox", checked: (value || []).includes(key), disabled: locked })]);
  const element = el("fieldset", {}, el("legend", {}, part.title), el("div", { class: "actions" }, ...boxes.map(([, title, box]) => el("label", { class: "tick" }, box, title))));
  return { element, read: () => boxes.filter(([, , box]) => box.checked).map(([key]) => key), at: () => element };
}

// --- several values ---------------------------------------------------------------------------

function group(part, value, desk) {
  const given = value || {};
  const parts = Object.fromEntries(part.parts.map((one) => [one.key, control(one, one.key in given ? given[one.key] : one.initial, desk)]));
  const body = el("div", { class: "fields" }, ...Object.values(parts).map(({ element }) => element));
  const there = part.optional ? el("input", { type: "checkbox", checked: Boolean(value), disabled: desk.locked }) : null;
  const open = () => { body.hidden = Boolean(there) && !there.checked; };
  if (there) there.addEventListener("change", open);
  open();
  const element = el("fieldset", {}, el("legend", {}, part.title), there && el("label", { class: "tick" }, there, "有这一项"), body);
  return {
    element,
    read: () => (there && !there.checked ? null : Object.fromEntries(Object.entries(parts).map(([key, one]) => [key, one.read()]))),
    at: ([key, ...path]) => (parts[key] ? parts[key].at(path) : element),
  };
}

/** Rows of a list, or of a table by key. A row that was thrown out stays in sight until the record is saved. */
function rows(part, value, desk) {
  const keyed = part.kind === "keyed";
  const list = el("div", { class: "fields" });
  const all = [];
  const kept = () => all.filter((one) => !one.gone);
  const titleOf = (key) => (part.choices.find(([choice]) => choice === key) || [key, ""])[1];
  const whole = (one) => keyed && Array.isArray(one.control.read()) && !one.control.read().length;
  const add = (key, content) => {
    const one = row(part, content, desk, part.choices.length ? titleOf(key) : "");
    one.key = key;
    all.push(one);
    list.append(one.element);
    return one;
  };
  const given = keyed ? Object.entries(value || {}) : (value || []).map((content, n) => [n, content]);
  for (const [key, content] of given) add(key, content);
  const element = el("div", { class: "fields" }, list, desk.locked ? null : adding());
  return {
    element, count: ` ${all.length}条`,
    read: () => (keyed ? Object.fromEntries(kept().filter((one) => !whole(one)).map((one) => [one.key, one.control.read()])) : kept().map((one) => one.control.read())),
    at: ([key, ...path]) => {
      const one = keyed ? all.find((other) => other.key === key) : kept()[Number(key)];
      return one && path.length ? one.control.at(path) : one ? one.element : element;
    },
  };

  function adding() {
    const key = part.choices.length ? select([], "") : null;
    const fill = () => key && key.replaceChildren(...part.choices.filter(([choice]) => !all.some((one) => one.key === choice)).map(([choice, title]) => el("option", { value: choice }, title)));
    fill();
    const begin = () => {
      if (key && !key.value) return;
      const one = add(key ? key.value : freeKey(all), part.parts[0].key ? undefined : part.parts[0].initial);
      fill();
      one.element.open = true;
      one.element.querySelector("input, textarea, select").focus();
    };
    return el("div", { class: "actions" }, key && el("label", { class: "field" }, "哪方面", key), button("加一条", begin, { "aria-label": `${part.title}：加一条` }));
  }
}

function freeKey(all) {
  let n = all.length + 1;
  while (all.some((one) => one.key === `s${n}`)) n += 1;
  return `s${n}`;
}

function row(part, content, desk, title) {
  const whole = !part.parts[0].key;
  const inner = whole ? control({ ...part.parts[0], title }, content, desk) : group({ ...part, title: part.title, optional: false }, content, desk);
  const name = el("span", {});
  const one = { gone: false, control: inner };
  const call = () => { name.textContent = title || summaryOf(inner.read(), part) || "（新的一条）"; };
  const drop = button("删掉", () => {
    one.gone = !one.gone;
    one.element.classList.toggle("gone", one.gone);
    drop.textContent = one.gone ? "不删了" : "删掉";
    drop.dispatchEvent(new Event("input", { bubbles: true }));
  });
  one.element = el("details", { class: "part", change: call, input: call }, el("summary", {}, name), inner.element, desk.locked ? null : el("div", { class: "actions" }, drop));
  call();
  return one;
}

/** What a row is known by: its first field, and what stands in its short ones. */
function summaryOf(value, part) {
  const [first, ...rest] = part.parts;
  const told = rest.filter((one) => ["choice", "text"].includes(one.kind) && value[one.key]).map((one) => value[one.key]);
  return [value[first.key], ...told].filter(Boolean).join(" · ");
}
