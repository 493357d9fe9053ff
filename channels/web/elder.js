// For elders there is 长辈模式 with large type, strong contrast, fewer things to choose from, a person and 12345 always at hand,
// speaking instead of typing.

import { prefersElder, rememberElder } from "./store.js";
import { canListen, hush, listen } from "./voice.js";

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

/** `say(text)` sends; what is heard goes into `input`, what is to be told into `hint`; `measure()` fits the input to its text. */
export function setUpElder(say, input, hint, measure) {
  const toggle = byId("elder");
  const show = (elder) => {
    root.classList.toggle("elder", elder);
    toggle.setAttribute("aria-pressed", String(elder));
    if (!elder) hush();
    measure();
  };
  toggle.addEventListener("click", () => {
    const elder = !root.classList.contains("elder");
    show(elder);
    rememberElder(elder);
  });
  byId("person").addEventListener("click", () => say("转人工"));
  setUpSpeaking(byId("speak"), input, hint, measure);
  show(prefersElder());
}

function setUpSpeaking(speak, input, hint, measure) {
  if (!canListen) return speak.remove();
  let stop = null;
  const ended = (problem) => {
    stop = null;
    speak.textContent = "说话";
    speak.setAttribute("aria-pressed", "false");
    hint.textContent = problem || (input.value ? "听到的写在下面了。对的话点“发送”，不对就再说一次。" : "");
  };
  const heard = (text) => {
    input.value = text;
    measure();
  };
  return speak.addEventListener("click", () => {
    if (stop) return stop();
    hush();
    heard("");
    hint.textContent = "请说话，说完稍等一下。语音由您的浏览器转成文字。";
    speak.textContent = "说完了";
    speak.setAttribute("aria-pressed", "true");
    stop = listen(heard, ended);
    return undefined;
  });
}
