// Elements of the page. Text only ever enters it as text nodes.

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
