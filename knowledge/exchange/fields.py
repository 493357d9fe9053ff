"""Reads what people write into cells: dates, offices, sources."""

import re
from datetime import date

from knowledge.exchange.plan import Refused
from knowledge.exchange.tidy import one_line
from knowledge.loader import Knowledge
from knowledge.schema import Source

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
