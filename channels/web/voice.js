// Reading aloud and listening, where the browser can do it.

const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;

export const canSpeak = "speechSynthesis" in window;
export const canListen = Boolean(Recognition);

/** Read a text aloud, line by line: browsers cut long utterances off. `ended` is called when it is over or stopped. */
export function speak(text, ended) {
  speechSynthesis.cancel();
  const lines = text.split("\n").filter((line) => line.trim());
  lines.forEach((line, index) => {
    const utterance = new SpeechSynthesisUtterance(line);
    utterance.lang = "zh-CN";
    utterance.rate = 0.9;
    utterance.addEventListener("error", ended);
    if (index === lines.length - 1) utterance.addEventListener("end", ended);
    speechSynthesis.speak(utterance);
  });
}

export function hush() {
  if (canSpeak) speechSynthesis.cancel();
}

/**
 * Listen to one sentence; gives a function that stops. `heard(text)` gets what is understood so far, `ended(problem)` is
 * called once, with what to tell the citizen or an empty text.
 */
export function listen(heard, ended) {
  const recognition = new Recognition();
  let problem = "";
  recognition.lang = "zh-CN";
  recognition.interimResults = true;
  recognition.addEventListener("result", ({ results }) => heard([...results].map(([best]) => best.transcript).join("")));
  recognition.addEventListener("error", ({ error }) => { problem = PROBLEMS[error] || "这次没有听成，请再点“说话”试一次，或者打字。"; });
  recognition.addEventListener("end", () => ended(problem));
  recognition.start();
  return () => recognition.stop();
}

const PROBLEMS = {
  aborted: "",
  "no-speech": "没有听到声音，请再点“说话”试一次。",
  "not-allowed": "浏览器没有让这个页面用话筒。请在浏览器里允许，或者打字。",
  "service-not-allowed": "这个浏览器不能把语音变成文字，请打字。",
  "audio-capture": "没有找到话筒，请打字。",
  network: "语音识别连不上，请打字。",
};
