"""Editing a record by hand: the texts that a person may change, and a record with them changed.

A field is known by its place in the record (`answers.process.text`). What is not listed here (sources, elements, rows
of materials) is changed in the file or by an import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from knowledge.exchange.drafts import Editable
from knowledge.exchange.errors import ExchangeError
from knowledge.loader import explain
from knowledge.schema import ManualEntry, Topic
from knowledge.vocabulary import FACET_TITLES


@dataclass(frozen=True)
class Field:
    """A text of a record that a person may change."""

    key: str
    title: str
    text: str
    lines: bool
    """One value a line, as similar questions are."""


_COMMON = {"label": "选项按钮上的字", "names": "名称（一行一个）"}
_DATES = {"expires_on": "有效期到（也是下次复核的日子）"}
_MANUAL = {"question": "问题", "similar": "相似问法（一行一句）", "answer": "答案"} | _DATES
_TOPIC = {"text": "答案"} | _COMMON | {"questions": "问法（一行一句）"} | _DATES
_GUIDE = {
    "fee.amount": "收费金额（元）", "fee.rule": "收费说明", "limits.promised.value": "承诺时限（天数）",
    "limits.statutory.value": "法定时限（天数）",
    "limits.note": "时限说明", "online.text": "网上办理说明", "materials_note": "材料说明",
    **{f"answers.{facet}.text": title for facet, title in FACET_TITLES.items()},
} | _COMMON | {
    "situations": "情形词（一行一个）", "questions.any": "问法（一行一句）",
    **{f"questions.{facet}": f"问“{title}”的问法（一行一句）" for facet, title in FACET_TITLES.items()},
} | _DATES  # fmt: skip
_LISTS = ("names", "similar", "situations", "questions")


def _titles(record: Editable) -> dict[str, str]:
    if isinstance(record, ManualEntry):
        return _MANUAL
    return _TOPIC if isinstance(record, Topic) else _GUIDE


def title_of(record: Editable) -> str:
    """What a record is called."""
    if isinstance(record, ManualEntry):
        return record.question
    return record.title if isinstance(record, Topic) else record.name


def fields(record: Editable) -> list[Field]:
    """The texts of a record that may be changed. One whose part of the record is not there is left out."""
    content = record.model_dump(mode="json")
    return [
        Field(key, title, _text(content, key), _is_list(key))
        for key, title in _titles(record).items()
        if _is_list(key) or isinstance(_parent(content, key), dict)
    ]


def edited(record: Editable, texts: Mapping[str, str]) -> Editable:
    """The record with some of its texts changed; as it was where they say the same.

    Raises:
        ExchangeError: a text is none that may be changed, or the record does not hold with it.

    """
    content = record.model_dump(mode="json")
    titles = {field.key: field.title for field in fields(record)}
    for key, text in texts.items():
        if key not in titles:
            raise ExchangeError(f"“{key}”不能在这里改。")
        if text.strip() != _text(content, key).strip():
            parent, name = _parent(content, key), key.rpartition(".")[2]
            parent[name] = _read(key, text)
            if key.startswith("questions.") and not parent[name]:
                del parent[name]
    try:
        return type(record).model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
        title = next((title for key, title in titles.items() if key == place or key.startswith(f"{place}.")), place)
        raise ExchangeError(f"“{title}”：{explain(first['type'], first['msg'])}") from error


def changes(old: Editable | None, new: Editable) -> list[tuple[str, str, str]]:
    """What a reviewer must look at: the name of each field that differs, with its text before and after."""
    before, after = ({} if r is None else _flat(r.model_dump(mode="json", exclude_defaults=True)) for r in (old, new))
    titles = _titles(new)
    keys = [key for key in dict.fromkeys([*before, *after]) if before.get(key) != after.get(key) and key not in _UNTOLD]
    return [(titles.get(key) or _named(key), before.get(key, ""), after.get(key, "")) for key in keys]


_UNTOLD = ("id", "reviewed_on")
"""The id stands above; the day of the review is that of the review."""
_PARTS = {
    "region": "地区", "fact_status": "可靠程度", "effective_from": "生效日期", "subject": "事项", "facet": "方面", "department": "部门",
    "sources": "依据", "title": "名称", "locator": "条款", "url": "网址", "materials": "材料", "name": "名称", "form": "形式",
    "original": "要原件", "copies": "份数", "when": "什么情况要", "note": "说明", "exempt": "免交", "source": "依据", "sample": "示例值",
    "fee": "收费", "unit": "单位", "limits": "时限", "statutory": "法定", "promised": "承诺", "value": "天数", "online": "网上办",
    "depth": "办到哪一步", "visits": "跑几次", "answers": "答复", "text": "文字", "elements": "要素", "window": "窗口", "kind": "类型",
    "parent": "大项", "review_points": "审查要点", "families": "容易混的一组", "similar": "相似问法", "questions": "问法",
    **{facet.value: title for facet, title in FACET_TITLES.items()},
}  # fmt: skip


def _named(key: str) -> str:
    """A place in a record as people call it."""
    return "·".join(_PARTS.get(part, part) for part in key.split("."))


def _is_list(key: str) -> bool:
    return key.split(".")[0] in _LISTS


def _parent(content: dict[str, Any], key: str) -> Any:
    found: Any = content
    for part in key.split(".")[:-1]:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _text(content: dict[str, Any], key: str) -> str:
    parent = _parent(content, key)
    value = parent.get(key.rpartition(".")[2]) if isinstance(parent, dict) else None
    return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _read(key: str, text: str) -> Any:
    if _is_list(key):
        return list(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))
    text = text.strip()
    if key in ("fee.amount", "expires_on") or key.endswith(".value"):
        return text or None
    return text


def _flat(content: Any, place: str = "") -> dict[str, str]:
    """Every text of a record by its place; a list of texts is one text of many lines."""
    if isinstance(content, dict):
        return {k: v for name, part in content.items() for k, v in _flat(part, f"{place}.{name}".lstrip(".")).items()}
    if isinstance(content, list) and not all(isinstance(part, str) for part in content):
        return {k: v for n, part in enumerate(content, 1) for k, v in _flat(part, f"{place}.{n}").items()}
    return {place: "\n".join(content) if isinstance(content, list) else _VALUES.get(str(content), str(content))}


_VALUES = {"True": "是", "False": "否", "checked": "对照过依据", "recalled": "凭专业知识", "local": "看当地口径", "any": "不分方面"} | {
    facet.value: title for facet, title in FACET_TITLES.items()
}
"""Words of the files as people read them."""
