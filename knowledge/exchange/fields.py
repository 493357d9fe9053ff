"""Reads what people write into cells: dates, offices, sources."""

import re
from collections.abc import Mapping
from datetime import date

from knowledge.exchange.plan import Refused
from knowledge.exchange.tidy import one_line
from knowledge.loader import Knowledge
from knowledge.schema import Dated, Source

FOREVER = "长期"
"""In the column of the last day: there is none."""
_DAYS = {"effective_from": "生效日期", "reviewed_on": "复核日期", "expires_on": "有效期至"}
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?$")
_URL = re.compile(r"\s*(https?://\S+)$")
_ARTICLE = re.compile(r"^(?P<title>.+?)(?P<locator>第[\d一二三四五六七八九十百零]+[条款章].*)?$")


def read_date(text: str, column: str) -> date | None:
    """A day, however it is written; None for an empty cell.

    Raises:
        Refused: it is no day.

    """
    text = one_line(text)
    if not text:
        return None
    found = _DATE.match(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else _no_date(text, column)
    except ValueError:
        return _no_date(text, column)


def _no_date(text: str, column: str) -> date:
    raise Refused(f"{column}“{text}”不是日期，要写成 2026-11-22 这样")


def read_dated(cells: Mapping[str, str]) -> dict[str, object]:
    """Region, fact status and days, those that the cells tell.

    Raises:
        Refused: a day is none.

    """
    told = {name: text for name, cell in cells.items() if (text := one_line(cell))}
    found: dict[str, object] = {name: told[name] for name in ("region", "fact_status") if name in told}
    for name in _DAYS.keys() & told.keys():
        found[name] = None if name == "expires_on" and told[name] == FOREVER else read_date(told[name], _DAYS[name])
    return found


def write_dated(record: Dated) -> dict[str, str]:
    """The cells that `read_dated` reads."""
    return {
        "region": record.region,
        "fact_status": record.fact_status,
        "effective_from": record.effective_from.isoformat(),
        "reviewed_on": record.reviewed_on.isoformat(),
        "expires_on": record.expires_on.isoformat() if record.expires_on else FOREVER,
    }


def read_department(text: str, knowledge: Knowledge) -> str:
    """An office by the name that departments.yml has for it, or as it is written."""
    text = one_line(text)
    if text in knowledge.departments:
        return text
    return next((name for name, office in knowledge.departments.items() if text in office.aliases), text)


def read_sources(text: str) -> tuple[Source, ...]:
    """Rules, one a line: 《title》, article, address."""
    return tuple(_source(line) for part in text.splitlines() if (line := one_line(part)))


def _source(line: str) -> Source:
    address = _URL.search(line)
    url = address[1] if address else None
    line = _URL.sub("", line)
    if line.startswith("《"):
        end = _closing(line)
        if end > 1:
            return Source(title=line[1:end], locator=line[end + 1 :].strip(), url=url)
    found = _ARTICLE.match(line)
    assert found is not None, "any line that is not empty matches"
    return Source(title=found["title"].strip(), locator=(found["locator"] or "").strip(), url=url)


def _closing(line: str) -> int:
    """Where the first 《 is closed; titles hold titles."""
    depth = 0
    for at, character in enumerate(line):
        depth += (character == "《") - (character == "》")
        if depth == 0:
            return at
    return -1


def write_source(source: Source) -> str:
    """A source as `read_sources` reads it."""
    return f"《{source.title}》{source.locator}" + (f" {source.url}" if source.url else "")
