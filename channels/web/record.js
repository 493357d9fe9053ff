// The record of the conversation: kept on this device, downloaded, cleared.

import { keeps, rememberKeeps, save } from "./store.js";

const byId = (id) => document.getElementById(id);

/** `conversation()` gives it as it is now; `clear()` forgets it. */
export function setUpRecord(conversation, clear) {
  const [record, confirmation] = ["record", "confirm-clear"].map(byId);
  byId("open-record").addEventListener("click", () => {
    const empty = !conversation().turns.length;
    byId("keep").checked = keeps();
    byId("downloaded").textContent = "";
    for (const id of ["download", "clear"]) byId(id).disabled = empty;
    record.showModal();
  });
  byId("keep").addEventListener("change", (event) => {
    rememberKeeps(event.target.checked);
    save(conversation());
  });
  byId("download").addEventListener("click", () => {
    download(transcript(conversation().turns));
    byId("downloaded").textContent = "已经交给浏览器保存，一般在“下载”里。";
  });
  byId("clear").addEventListener("click", () => {
    record.close();
    confirmation.returnValue = "";
    confirmation.showModal();
  });
  confirmation.addEventListener("close", () => confirmation.returnValue === "clear" && clear());
}

function transcript(turns) {
  const parts = turns.map(({ message, text, reply, failure }) => {
    if (message) return message.sender === "citizen" ? `您：${message.text}` : `${message.author ? `工作人员${message.author}：` : ""}${message.text}`;
    return `您：${text}\n智问：${reply ? reply.text : failure || "（没有收到答复）"}`;
  });
  return `智问对话记录，${new Date().toLocaleString("zh-CN")}保存\n\n${parts.join("\n\n")}\n`;
}

function download(text) {
  // The mark at the start tells old Windows editors that it is UTF-8.
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `智问对话记录-${new Date().toISOString().slice(0, 10)}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
