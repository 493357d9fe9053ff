// Suggestions while typing: the combobox pattern, where the focus never leaves the input.

import { suggest } from "./api.js";
import { el } from "./elements.js";

const PAUSE = 150;
const MOST = 6;
const MOST_FOR_ELDERS = 3;

export class Suggestions {
  /** `choose(text)` is called with the suggestion taken; `announce(text)` tells screen readers. */
  constructor(input, list, choose, announce) {
    this.input = input;
    this.list = list;
    this.choose = choose;
    this.announce = announce;
    this.active = -1;
    this.request = null;
    this.timer = 0;
    input.addEventListener("input", (event) => event.isComposing || this.typed());
    input.addEventListener("compositionstart", () => this.close());
    input.addEventListener("compositionend", () => this.typed());
    input.addEventListener("blur", () => this.close());
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  typed() {
    this.close();
    const typed = this.input.value.trim();
    if (typed && !typed.includes("\n")) this.timer = setTimeout(() => this.fetch(typed), PAUSE);
  }

  async fetch(typed) {
    const request = new AbortController();
    this.request = request;
    try {
      const texts = await suggest(typed, request.signal);
      if (this.request === request) this.open(texts.slice(0, document.documentElement.classList.contains("elder") ? MOST_FOR_ELDERS : MOST));
    } catch (error) {
      // Suggestions are a convenience: without them the question is simply typed out.
    }
  }

  open(texts) {
    if (!texts.length) return;
    this.list.replaceChildren(...texts.map((text, index) => {
      return el("li", { role: "option", id: `suggestion-${index}`, "aria-selected": "false", click: () => this.take(text) }, text);
    }));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.announce(`有${texts.length}条建议，按上下键选择。`);
  }

  close() {
    clearTimeout(this.timer);
    if (this.request) this.request.abort();
    this.request = null;
    this.active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  take(text) {
    this.close();
    this.choose(text);
  }

  /** Whether the key was one for the list. */
  handles(event) {
    if (this.list.hidden) return false;
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && !event.shiftKey && this.active >= 0) this.take(this.list.children[this.active].textContent);
    else return false;
    event.preventDefault();
    return true;
  }

  // One place before the first stands for the input itself.
  move(step) {
    const places = this.list.children.length + 1;
    this.active = ((this.active + 1 + step + places) % places) - 1;
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === this.active)));
    const option = this.list.children[this.active];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  }
}
