"""Editing a record by hand: a record with parts of it changed, and what a reviewer must look at."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from knowledge.exchange.drafts import Editable
from knowledge.exchange.errors import ExchangeError, Fault, Unsound
from knowledge.exchange.form import form, told
from knowledge.loader import explain
from knowledge.schema import ManualEntry, Office, Topic


def title_of(record: Editable) -> str:
    """What a record is called."""
    if isinstance(record, ManualEntry):
        return record.question
    if isinstance(record, Office):
        return f"{record.id}的地点、时间、电话"
    return record.title if isinstance(record, Topic) else record.name


def edited(record: Editable, content: Mapping[str, Any]) -> Editable:
    """The record with some of its fields replaced.

    Raises:
        ExchangeError: a field is none that may be changed.
        Unsound: the record does not hold with it.

    """
    foreign = content.keys() - {part.key for part in form(type(record)) if not part.fixed}
    if foreign:
        raise ExchangeError(f"“{'、'.join(sorted(foreign))}”不能在这里改。")
    try:
        return type(record).model_validate({**record.model_dump(), **content})
    except ValidationError as error:
        raise Unsound([Fault(".".join(map(str, e["loc"])), explain(e["type"], e["msg"])) for e in error.errors()]) from error


def changes(old: Editable | None, new: Editable) -> list[tuple[str, str, str]]:
    """What a reviewer must look at: the name of each field that differs, with its text before and after."""
    before, after = ({} if old is None else told(old)), told(new)
    keys = [key for key in dict.fromkeys([*before, *after]) if before.get(key) != after.get(key) and key not in _UNTOLD]
    return [(key, before.get(key, ""), after.get(key, "")) for key in keys]


_UNTOLD = ("编号", "复核日期")
"""The id stands above; the day of the review is that of the review."""
