"""The form of a record: every field that its class has, what it is called, how it is filled in, and a record's values told by it.

Made from the typed classes, so that a new field is in every form at once; only what people call it is written here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from knowledge.schema import Dated, FactStatus
from knowledge.vocabulary import FACET_TITLES


class Kind(StrEnum):
    """How a part of a form is filled in."""

    TEXT = "text"
    LONG = "long"
    LINES = "lines"
    """One value a line."""
    NUMBER = "number"
    DATE = "date"
    TICK = "tick"
    CHOICE = "choice"
    TICKS = "ticks"
    """Several of the choices."""
    SOURCE = "source"
    """One of the record's own sources."""
    GROUP = "group"
    ROWS = "rows"
    KEYED = "keyed"
    """Rows by key: one of the choices, or where there are none a key that nobody needs to see."""


@dataclass(frozen=True)
class Part:
    """One field of a class."""

    key: str
    title: str
    kind: Kind
    note: str = ""
    """What to know before filling it in."""
    optional: bool = False
    """May be left out."""
    fixed: bool = False
    """Says what the record is, and is not edited."""
    initial: Any = None
    """What a new row begins with."""
    choices: tuple[tuple[str, str], ...] = ()
    """Values and what they are called."""
    parts: tuple["Part", ...] = ()
    """Of a group; of each row, where one whose key is empty is the whole row."""


_FIXED = ("id", "department", "region", "reviewed_on", "subject", "parts")
_LONG = ("text", "answer", "rule", "note", "how", "difference", "authority", "scope", "rights", "duties", "clerk_text", "materials_note")
_TITLES = {
    "id": "编号", "name": "名称", "title": "名称", "label": "选项按钮上的字", "parent": "大项", "department": "部门",
    "families": "容易混的一组", "region": "地区", "fact_status": "可靠程度", "effective_from": "生效日期", "reviewed_on": "复核日期",
    "expires_on": "有效期到（也是下次复核的日子）",
    "elements": "要素（十五同）", "kind": "类型", "audience": "服务对象", "theme": "主题", "levels": "行使层级", "authority": "权限划分",
    "scope": "行使内容", "rights": "申请人的权利", "duties": "申请人的义务", "window": "窗口", "handling": "办理方式",
    "sources": "依据", "locator": "第几条", "url": "网址", "source": "依据",
    "materials": "申请材料", "form": "形式", "original": "要原件", "copies": "复印件（份）", "when": "什么情况要",
    "note": "说明",
    "exempt": "可以免交", "by": "凭什么免", "how": "怎么免", "materials_note": "材料说明",
    "limits": "办理时限", "statutory": "法定时限", "promised": "承诺时限", "value": "天数", "unit": "单位", "sample": "示例值",
    "fee": "收费", "amount": "金额（元）", "rule": "收费说明", "online": "网上办理", "depth": "办到哪一步", "visits": "要跑几次",
    "answers": "各方面的答复", "text": "答复",
    "review_points": "审查要点（只给窗口看，一行一条）", "names": "平常的叫法（一行一个）",
    "situations": "情形词（一行一个）", "questions": "问法（一行一句）", "negatives": "像这件、其实是别件的问法",
    "confused_with": "容易混的",
    "subject": "事项或话题的编号", "difference": "差别在哪里", "parts": "包含的事项", "facet": "方面", "question": "问题",
    "similar": "相似问法（一行一句）", "answer": "答案", "clerk_text": "另外给窗口看的话",
    "aliases": "别的叫法（一行一个）", "place": "地点", "hours": "时间", "phone": "电话",
}  # fmt: skip
"""What fields are called, whatever class they are of."""
_OWN_TITLES = {
    "Online.text": "说明", "Topic.text": "答案", "Topic.audience": "给谁看", "Negative.text": "问法",
    "Source.title": "规定的名称（有文号的写上）", "Fee.unit": "按什么收（元/证、元/次）", "Elements.kind": "事项类型",
    "Window.kind": "窗口类型", "Window.name": "窗口名称",
}  # fmt: skip
_NOTES = {
    "when": "总是要的空着。", "value": "当场办结的空着。", "amount": "没有固定金额的空着；不收费写 0。",
    "sample": "打勾的，答复后面会写“示例值，以当地窗口公布为准”。", "families": "内部的代号，同一组的互相比着认。不清楚就不动。",
    "answers": "写在这里的压过自动生成的答复和部门的地点、时间、电话。", "expires_on": "过了这一天就不再答这一条。",
    "situations": "市民说到这些词，多半是这一件，比如“丢了”“到期”。",
}  # fmt: skip
_WORDS: dict[str, str] = {
    FactStatus.CHECKED: "对照过依据", FactStatus.RECALLED: "凭专业知识", FactStatus.LOCAL: "看当地口径", "any": "不分方面",
    "citizen": "市民", "clerk": "窗口", "both": "都给", **{facet.value: title for facet, title in FACET_TITLES.items()},
}  # fmt: skip
"""Words of the files as people read them; others are such words already."""


_EMPTY: dict[Kind, Any] = {Kind.LINES: [], Kind.TICKS: [], Kind.ROWS: [], Kind.KEYED: {}, Kind.GROUP: {}, Kind.TICK: False}
"""What a required field begins with; text, with nothing."""


@cache
def form(model: type[BaseModel]) -> tuple[Part, ...]:
    """The parts of a class's form, in the order of its fields; what every entry carries comes last."""
    fields = sorted(model.model_fields.items(), key=lambda field: field[0] in Dated.model_fields)
    return tuple(_part(key, of.annotation, model.__name__, None if of.is_required() else of.get_default()) for key, of in fields)


def _part(key: str, annotation: Any, owner: str, default: Any) -> Part:
    kind, choices, parts, optional = _shape(key, annotation)
    initial = default
    if default is None and not optional:
        initial = choices[0][0] if kind is Kind.CHOICE else _EMPTY.get(kind, "")
    title = _OWN_TITLES.get(f"{owner}.{key}") or _TITLES.get(key, key)
    fixed = key in _FIXED and owner not in ("Negative", "Confusion")
    return Part(key, title, kind, _NOTES.get(key, ""), optional, fixed, initial, choices, parts)


def _shape(key: str, annotation: Any) -> tuple[Kind, tuple[tuple[str, str], ...], tuple[Part, ...], bool]:
    """Kind, choices, parts of a type, and whether it may be left out."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(key, inner[0])
    if origin in (Union, UnionType) and NoneType in inner:
        (kept,) = (one for one in inner if one is not NoneType)
        return *_shape(key, kept)[:3], True
    if origin is tuple:
        kind, choices, parts, _ = _shape(key, inner[0])
        return {Kind.GROUP: Kind.ROWS, Kind.CHOICE: Kind.TICKS}.get(kind, Kind.LINES), choices, parts, False
    if origin is dict:
        kind, _, parts, _ = _shape("", inner[1])
        return Kind.KEYED, tuple(_choices(inner[0])), parts or (Part("", "", kind),), False
    if choices := tuple(_choices(annotation)):
        return Kind.CHOICE, choices, (), False
    if issubclass(annotation, BaseModel):
        return Kind.GROUP, (), form(annotation), False
    if key == "source":
        return Kind.SOURCE, (), (), False
    kinds: dict[type, Kind] = {bool: Kind.TICK, int: Kind.NUMBER, Decimal: Kind.NUMBER, date: Kind.DATE}
    return kinds.get(annotation, Kind.LONG if key in _LONG else Kind.TEXT), (), (), False


def _choices(annotation: Any) -> Iterator[tuple[str, str]]:
    """The words that a type allows, and what they are called; none where it allows any."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        yield from ((word, _WORDS.get(word, word)) for word in inner)
    elif origin in (Union, UnionType):
        for one in inner:
            yield from _choices(one)
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from ((str(word.value), _WORDS.get(str(word.value), str(word.value))) for word in annotation)


def named(model: type[BaseModel], keys: Iterable[str]) -> str:
    """What some fields of a class are called."""
    return "、".join(part.title.partition("（")[0] for part in form(model) if part.key in keys)


def told(record: BaseModel) -> dict[str, str]:
    """Every value of a record as people read it, by what its place is called."""
    content = record.model_dump(mode="json")
    sources = content.get("sources", {})
    named = {key: _as_line(source) for key, source in sources.items()} if isinstance(sources, dict) else {}
    return dict(told for part in form(type(record)) for told in _told(part, content[part.key], part.title, named))


def _told(part: Part, value: Any, place: str, sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The values below a part."""
    if value is None or value in ("", [], {}):
        return
    if part.kind is Kind.GROUP:
        for inner in part.parts:
            yield from _told(inner, value[inner.key], f"{place}·{inner.title}", sources)
    elif part.kind is Kind.KEYED and part.choices:
        row = Part("", "", Kind.GROUP, parts=part.parts) if part.parts[0].key else part.parts[0]
        for key, title in part.choices:
            yield from _told(row, value.get(key), f"{place}·{title}", sources)
    elif part.kind is Kind.KEYED:
        yield place, "\n".join(sources.values())
    elif part.kind is Kind.ROWS:
        names = [str(row[part.parts[0].key]) for row in value]
        yield f"{place}（清单）", "\n".join(names)
        for n, row in enumerate(value):
            again = names[:n].count(names[n])
            name = f"{names[n]}（{again + 1}）" if again else names[n]
            for inner in part.parts[1:]:
                yield from _told(inner, row[inner.key], f"{place}·{name}·{inner.title}", sources)
    else:
        yield place, _as_text(part, value, sources)


def _as_text(part: Part, value: Any, sources: Mapping[str, str]) -> str:
    """A single value."""
    words = dict(part.choices)
    if isinstance(value, list):
        return "\n".join(words.get(one, str(one)) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return sources.get(value, str(value)) if part.kind is Kind.SOURCE else words.get(str(value), str(value))


def _as_line(source: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (f"《{source['title']}》", source["locator"], source["url"])))
