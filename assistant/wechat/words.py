"""How a reply reads where there is nothing but text: options become numbers, buttons become words to send."""

from typing import Any

from assistant.messages import Action, Reply
from assistant.privacy import mask
from knowledge.text import clean
from knowledge.vocabulary import Outcome

LONGEST = 2048
"""Bytes of one text message that WeChat takes."""
GO_ON = "继续"
"""What somebody sends to read the rest."""
LONGEST_ECHO = 60
"""Characters of recognised speech that are shown back."""

GREETING = (
    "您好，我是政务服务智能助手“智问”，答案都来自部门发布的办事指南。\n"
    "像平常说话一样问就行，比如：\n身份证丢了怎么补\n营业执照怎么办\n公积金怎么提取\n"
    "语音也可以。查办件进度回复“查进度”，投诉建议回复“我要投诉”，找工作人员回复“转人工”。\n"
    "请不要发证件号、银行卡号这些个人信息。"
)
UNREADABLE = "抱歉，我只看得懂文字，图片、位置和听不清的语音看不了。请打字说要办的事，比如“身份证丢了要带什么”。"
TOO_FAST = "您说得太快了，请过一分钟再试。"
SLOW = f"还在查，要多等一会儿。过几秒回复“{GO_ON}”看结果。"
DELIVERED = f"已送到。工作人员回了话，要您再发一句才看得到，比如“{GO_ON}”。"
"""What is said while a person has the conversation and their words cannot be sent as they come; else nothing is."""
_MORE = f"\n（没说完，回复“{GO_ON}”接着看。）"
_LAST = "\n（微信限制连着发的条数。请随便回一个字，才能接着收到后面的。）"
_TAIL = max(len(_MORE.encode()), len(_LAST.encode()))

MENU: dict[str, Any] = {
    "button": [
        {"type": "click", "name": "能问什么", "key": "你能做什么"},
        {
            "name": "查件评价",
            "sub_button": [
                {"type": "click", "name": "查办件进度", "key": "查办件进度"},
                {"type": "click", "name": "投诉建议", "key": "我要投诉"},
                {"type": "click", "name": "评价服务", "key": "我要评价"},
            ],
        },
        {"type": "click", "name": "人工服务", "key": "转人工"},
    ]
}
"""The account's menu (自定义菜单): a button says its key, as if it had been typed."""


def told(reply: Reply) -> str:
    """A whole reply as text."""
    lines = ["系统有点忙，下面是直接查到的结果。"] if reply.degraded else []
    lines.append(reply.text)
    if reply.options:
        lines.append("回复前面的数字选一个，比如“1”。")
    offers = [offer for action in reply.actions if (offer := _offer(action, reply.text))]
    if offers and reply.outcome is not Outcome.EMERGENCY:  # its text says whom to call, and nothing must stand beside that
        lines.append(f"还可以：{'；'.join(offers)}。")
    return "\n".join(lines)


def heard_as(text: str) -> str:
    """What speech was taken for, so that somebody sees when it was misheard; masked, for it may be kept until it is delivered."""
    shown = mask(clean(text))
    return f"您说的是：{shown[:LONGEST_ECHO]}{'…' if len(shown) > LONGEST_ECHO else ''}\n"


def joined(*parts: str) -> str:
    """Texts one below the other, with a line between them."""
    return "\n\n".join(part for part in parts if part)


def split(text: str) -> tuple[str, str]:
    """The longest beginning that fits into one message with a note under it, and the rest (empty: it fits whole)."""
    if len(text.encode()) <= LONGEST:
        return text, ""
    room = text.encode()[: LONGEST - _TAIL].decode(errors="ignore")
    # At a line's end where there is one in the second half, else at a sentence's; else wherever it is.
    end = next((at + 1 for mark in "\n。；" if (at := room.rfind(mark)) >= len(room) // 2), len(room))
    return text[:end].rstrip(), text[end:].lstrip()


def with_more(text: str) -> str:
    """A beginning, with the word that brings the rest."""
    return text + _MORE


def with_last(text: str) -> str:
    """The last message that WeChat lets us send for now."""
    return text + _LAST if len((text + _LAST).encode()) <= LONGEST else text


def _offer(action: Action, text: str) -> str:
    if action.kind == "call":
        return "" if action.value in text else f"打电话{action.value}"
    if action.kind in ("handoff", "hotline"):
        return f"回复“{action.value}”" + ("" if action.label == action.value else f"（{action.label}）")
    if action.kind in ("open", "download"):
        return f"{action.label} {action.value}"
    return ""  # a thumb has no words; “我要评价” rates the service
