// Puts the chat on a department's own site: <script src="https://…/widget.js" async></script>
// A classic script and not a module: only so does it know where it came from.

(() => {
  const service = new URL(document.currentScript.src).origin;

  // In a shadow root and by a constructed sheet: the site's styles stay outside, and its policy needs no unsafe-inline.
  const STYLE = `
    :host { all: initial; }
    button, p { font: 16px/1.5 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif; }
    button { position: fixed; right: 16px; bottom: 16px; z-index: 2147483646; min-height: 48px; padding: 8px 20px; border: 2px solid #fff;
      border-radius: 24px; background: #164b94; color: #fff; box-shadow: 0 2px 10px rgb(0 0 0 / 30%); cursor: pointer; }
    button:focus-visible { outline: 3px solid #164b94; outline-offset: 3px; }
    section { position: fixed; right: 16px; bottom: 76px; z-index: 2147483646; width: min(420px, 100vw - 32px); height: min(680px, 100vh - 92px);
      overflow: hidden; border: 1px solid #75869a; border-radius: 12px; background: #fff; color: #1b2430; box-shadow: 0 4px 24px rgb(0 0 0 / 25%); }
    section[hidden] { display: none; }
    p { margin: 24px; }
    a { color: #1a56a8; }
    iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; visibility: hidden; }
    iframe.ready { visibility: visible; }
    @media (max-width: 480px), (max-height: 420px) {
      section { inset: 0 0 56px; width: auto; height: auto; border-radius: 0; }
      button { right: 4px; bottom: 4px; }
    }`;

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  const link = element("a", { href: service, target: "_blank", rel: "noopener" }, "在新窗口打开智问");
  const panel = element("section", { "aria-label": "智问", hidden: "" }, element("p", {}, "正在打开。一直没有打开的话，请", link, "。"));
  const toggle = element("button", { type: "button", "aria-expanded": "false" }, "办事问答");
  let frame = null;

  function show(open) {
    panel.hidden = !open;
    toggle.textContent = open ? "收起" : "办事问答";
    toggle.setAttribute("aria-expanded", String(open));
    if (!open) return toggle.focus();
    if (!frame) {
      frame = element("iframe", { src: `${service}/embed`, title: "智问：政务办事问答", allow: "microphone; clipboard-write; web-share" });
      panel.append(frame);
    }
    return frame.focus();
  }

  toggle.addEventListener("click", () => show(panel.hidden));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  window.addEventListener("message", ({ origin, source, data }) => {
    if (!frame || origin !== service || source !== frame.contentWindow) return;
    if (data === "zhiwen:ready") {
      frame.classList.add("ready");
      frame.focus(); // What was not to be seen could not have it before.
    }
    if (data === "zhiwen:close" && !panel.hidden) show(false);
  });

  const host = element("zhiwen-chat", {});
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  root.append(panel, toggle);
  const place = () => document.body.append(host);
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
