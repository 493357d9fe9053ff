// Elements of the page, and the lines of a published text. Text only ever enters the page as text nodes.

const NUMBERED = /^(\d{1,2})(?:[.．](?!\d)|、)\s*(.+)$/;
const ASIDE = /(（示例[^（）]*）|【[^【】]*】)/;

/** An element with attributes and children; a string child becomes text. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", click: onclick, ...attributes }, label);
}

/** A line with what is said aside (a condition, a sample value) set off. */
export function pieces(line) {
  return line.split(ASIDE).filter(Boolean).map((piece) => {
    if (!ASIDE.test(piece)) return piece;
    return el("span", { class: piece.startsWith("【") ? "when" : "sample" }, piece);
  });
}

/** The lines of a text that say something. */
export function linesOf(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

/** The number of a numbered line and what stands behind it; null for any other line. */
export function numbered(line) {
  const found = NUMBERED.exec(line);
  return found && { number: Number(found[1]), rest: found[2] };
}
