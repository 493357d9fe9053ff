"""A work order in the making: what it asks for, what a message tells of it, and how it is shown to its author.

A draft is a plain dictionary (`kind`, `what`, `where`, `when`, `wish`, `phone`, `name`), as it is sealed behind a
ticket. A field that was asked for and passed over is there and empty.
"""

import re
from collections.abc import Callable

from assistant.casework import words
from assistant.casework.given import Given
from knowledge.text import fold, typeset
from outside.models import WORK_ORDER_TITLES, WorkOrderKind

Told = dict[str, str]

WHAT, WHERE, WHEN, WISH, CONTACT = "order_what", "order_where", "order_when", "order_wish", "order_contact"
FIELDS = {WHAT: "what", WHERE: "where", WHEN: "when", WISH: "wish", CONTACT: "phone"}
SUBSTANCE = 4
"""Characters beside “我要投诉” from which a message tells what it is about."""
NAMED = 4
"""Characters from which a place is one in particular: “大厅” and “小区” are not, “社保窗口” is."""
LONGEST = 200
"""Characters of where, when and wish that a work order takes."""

ASKED_OF: dict[WorkOrderKind, tuple[str, ...]] = {
    WorkOrderKind.COMPLAINT: (WHAT, WHERE, WHEN, WISH, CONTACT),
    WorkOrderKind.REPORT: (WHAT, WHERE, WHEN, CONTACT),
    WorkOrderKind.SUGGESTION: (WHAT, CONTACT),
    WorkOrderKind.PRAISE: (WHAT, WHERE, CONTACT),
}
QUESTIONS = {
    WHAT: "请说说是什么事：谁、做了什么、影响了您什么，说得越清楚办得越快。",
    WHERE: "在哪里的事？比如哪个大厅哪个窗口、哪条路、哪个小区。说不清就说“跳过”。",
    WHEN: "什么时候的事？比如“昨天上午”“上个月开始一直这样”。记不清就说“跳过”。",
    WISH: "您希望怎么处理？没有就说“跳过”。",
    CONTACT: "要不要留个电话，方便承办单位回复您？要就把号码发来，不留就说“匿名”。号码加密保存，只交给12345。",
}
_KINDS = (
    (WorkOrderKind.REPORT, re.compile(r"举报|检举|线索|揭发")),
    (
        WorkOrderKind.PRAISE,
        re.compile(
            r"表扬|感谢信|锦旗|点个?赞|夸(?:一|奖|下|夸)|好人好事|要感谢|记(?:他|她|一|个|上)*功"
            r"|(?:太|真|很|特别)(?:耐心|热心|贴心|周到|负责)"
        ),
    ),
    (WorkOrderKind.SUGGESTION, re.compile(r"建议|提(?:个|点|条|些)?意见|希望(?:你们|大厅|政府|能)|改进")),
)
_LEAD = re.compile(
    r"您好|你好|请问|帮我|给我|我们?|想要?|要|来|必须|强烈|实名|匿名|打|拨|一下|一个|个|一封|给?(?:你们|政府|领导)|向|往|找|去|的|"
    r"投诉|透诉|举报|检举|反映|反应|反馈|建议|表扬|申诉|信访|上访|留言|登记|提|写|意见|情况|问题|工单|诉求|12345|市长热线|信|事情?|有|这|那|了"
)
_TIME = re.compile(
    r"(?:20\d\d年)?\d{1,2}月\d{1,2}[日号]?(?:[上下中]午|晚上|早上)?(?:\d{1,2}点半?)?|(?:今|昨|前|大前)天(?:[上下中]午|晚上|早上|一早)?(?:\d{1,2}点半?)?|"
    r"(?:今早|今晚|昨晚|刚才|刚刚|上个?(?:月|周|星期|礼拜)[一二三四五六日天末]?|这个?(?:月|周|星期|礼拜)[一二三四五六日天末]?|最近|去年|早上|晚上|中午|[上下]午|[上下中]午\d{1,2}点半?|每天|天天|一直)"
)
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:\d{1,3}|[一二三四五六七八九十]{1,2})号窗口|"
    r"[\u4e00-\u9fff\d]{1,10}?(?:政务中心|办事处|派出所|社区|街道|小区|医院|学校|车管所|大厅|窗口|公园|市场|工地|广场|路口|车站|商场|超市)"
)
_PLACE_LEAD = re.compile(r"[上下中]午|[今昨前]天|\d日|我们?|你们|在|去|到|对|给|的|想|要|投诉|举报|反映|表扬")
_CHANGE = re.compile(
    r"(内容|事情|地点|地方|位置|时间|日期|希望|要求|诉求|联系方式|联系电话|手机号?|电话|号码)"
    r"(?:要)?(?:改一?下|改成|改为|改到|改|写错了?|说错了?|填错了?|错了|不对|应该是|应为|换成|换|是|为|[,，:： ])*(.*)$"
)
_CHANGED_SLOT = {
    "内容": WHAT, "事情": WHAT, "地点": WHERE, "地方": WHERE, "位置": WHERE, "时间": WHEN, "日期": WHEN, "希望": WISH, "要求": WISH,
    "诉求": WISH, "联系方式": CONTACT, "联系电话": CONTACT, "手机": CONTACT, "手机号": CONTACT, "电话": CONTACT, "号码": CONTACT,
}  # fmt: skip
_ANONYMOUS = re.compile(r"匿名|不留|不(?:想|愿意?)(?:留|说|给)|不用(?:留|联系|回)|不需要|^不了?$|别留|不要(?:留|电话|联系)")
_NAME = re.compile(r"我(?:姓|叫|是)([\u4e00-\u9fff]{1,3})(?=[,，。 ]|$|电话|手机|\d)")
_IS_CHANGE = re.compile(r"改|错|不对|应该|换|^(?:时间|地点|地方|内容|希望|电话|号码|联系)")


def begun(said: str) -> Told:
    """A draft from the first message, with what it tells already."""
    kind = next((kind for kind, pattern in _KINDS if pattern.search(said)), WorkOrderKind.COMPLAINT)
    told = {"kind": kind.value}
    if tells(said):
        tell(told, WHAT, said)
    return told


def kind_of(told: Told) -> WorkOrderKind:
    """What a draft wants of 12345."""
    return WorkOrderKind(told["kind"])


def missing(told: Told) -> tuple[str, ...]:
    """What is still to be asked, in order."""
    return tuple(slot for slot in ASKED_OF[kind_of(told)] if FIELDS[slot] not in told)


def tells(said: str) -> bool:
    """Whether a message says more than that somebody wants to complain."""
    return len(_LEAD.sub("", fold(said))) >= SUBSTANCE and not words.agrees(said) and not words.at_once(said)


def tell(told: Told, slot: str, said: str) -> None:
    """Put a message into a field of the draft; where and when are read out of a story in its author's own words."""
    told[FIELDS[slot]] = said if slot == WHAT else said[:LONGEST]
    asked = ASKED_OF[kind_of(told)]
    place, time = _PLACE.search(said), _TIME.search(said)
    if slot == WHAT and place and WHERE in asked and len(where := _PLACE_LEAD.split(place.group())[-1]) >= NAMED:
        told.setdefault("where", where)
    if slot in (WHAT, WHERE) and time and WHEN in asked:
        told.setdefault("when", time.group())


def tell_contact(told: Told, text: str, clear: str, given: Given) -> str:
    """Read how to reach the author into the draft.

    Args:
        told: the draft.
        text: the message without personal data.
        clear: the message as it was typed.
        given: what was taken out of it.

    Returns:
        What is wrong with it, in words that help; empty when it was read.

    """
    if given.phone:
        told["phone"] = given.phone
        if name := _NAME.search(clear):
            told["name"] = name.group(1)
        return ""
    if refuses_contact(text) or words.skips(text):
        told["phone"] = ""
        return ""
    digits = re.sub(r"\D", "", clear)
    if len(digits) >= 5:
        return f"这个号码是{len(digits)}位，手机号要11位，座机请带上区号（如 0791-88880000）。请重新发，不留就说“匿名”。"
    return "请把电话号码发来。" if words.agrees(text) else QUESTIONS[CONTACT]


def refuses_contact(text: str) -> bool:
    """Whether somebody wants to stay unnamed."""
    return bool(_ANONYMOUS.search(text))


def change_in(said: str, named: bool) -> tuple[str, str] | None:
    """What a message wants changed, as slot and new value (empty when it names none).

    `named` is whether the message is known to be about a change; otherwise it must say so.
    """
    found = _CHANGE.search(said)
    if found is None or not (named or _IS_CHANGE.search(said)):
        return None
    return _CHANGED_SLOT[found.group(1)], found.group(2).strip(" ,，。")


def shown(told: Told, mask: Callable[[str], str]) -> str:
    """The draft for its author to check. Numbers and names are masked, for replies are kept; 12345 gets what was written."""
    titles = (("what", "什么事"), ("where", "地点"), ("when", "时间"), ("wish", "希望"))
    masked = {field: typeset(mask(told[field])) for field, _ in titles if told.get(field)}
    lines = [
        "请看一遍，没问题就提交：",
        f"类型：{WORK_ORDER_TITLES[kind_of(told)]}",
        *(f"{title}：{masked[field]}" for field, title in titles if field in masked),
        f"联系方式：{'留了电话（加密保存，这里不显示）' if told.get('phone') else '匿名'}",
    ]
    if any("[" in text for text in masked.values()):
        lines.append("方括号里是遮住的个人信息，提交时按您写的交。")
    return "\n".join(lines)
