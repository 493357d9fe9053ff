"""Which column of a table is which field: small files that an office edits for its own platform."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.files import Grid
from knowledge.loader import Problem, read_file
from knowledge.schema import Record, Text
from knowledge.text import fold
from knowledge.vocabulary import FACET_TITLES, Facet

NOTHING = ("", "无", "/", "-", "—", "--", "暂无", "null", "none")
"""What platforms write where there is nothing."""
SHORT = 4
"""A facet told in so few characters (是, 0次) says nothing without its column's name."""
_BRACKETS = re.compile(r"\s*[（(]([^（(]*)[)）]\s*$")
HEADER_ROWS = 10
"""The header is looked for in so many rows: above it stand titles and notes."""


class ManualField(StrEnum):
    """Fields of an entry of a 答疑手册."""

    ID = "id"
    SUBJECT = "subject"
    FACET = "facet"
    QUESTION = "question"
    SIMILAR = "similar"
    ANSWER = "answer"
    DEPARTMENT = "department"
    SOURCES = "sources"
    SAMPLE = "sample"
    FACT_STATUS = "fact_status"
    REGION = "region"
    EFFECTIVE_FROM = "effective_from"
    REVIEWED_ON = "reviewed_on"
    EXPIRES_ON = "expires_on"


class GuideField(StrEnum):
    """Fields of an item guide that are no facet told in words."""

    NAME = "name"
    CODE = "code"
    PARENT = "parent"
    DEPARTMENT = "department"
    ALIASES = "aliases"
    SOURCES = "sources"
    MATERIALS = "materials_list"
    STATUTORY = "statutory"
    STATUTORY_UNIT = "statutory_unit"
    PROMISED = "promised"
    PROMISED_UNIT = "promised_unit"
    FEE = "fee_text"
    LABEL = "label"
    SITUATIONS = "situations"
    QUESTIONS = "questions"
    MATERIALS_NOTE = "materials_note"
    REVIEW_POINTS = "review_points"
    FACT_STATUS = "fact_status"
    REGION = "region"
    EFFECTIVE_FROM = "effective_from"
    REVIEWED_ON = "reviewed_on"
    EXPIRES_ON = "expires_on"
    DETAILS = "details"
    """Whatever no column tells in words, as it stands in a knowledge file."""


class ManualMapping(Record):
    """Names of the columns of a 答疑手册; the first of each is what an export calls it."""

    kind: Literal["manual"]
    columns: dict[ManualField, Annotated[tuple[Text, ...], Field(min_length=1)]]


class GuideMapping(Record):
    """Names of the columns of item guides, as a platform exports them; the first of each is what an export calls it.

    Several columns of one field are read one below another.
    """

    kind: Literal["guide"]
    columns: dict[GuideField | Facet, Annotated[tuple[Text, ...], Field(min_length=1)]]


Mapping = ManualMapping | GuideMapping
_REQUIRED: dict[str, tuple[str, ...]] = {
    "manual": (ManualField.QUESTION, ManualField.ANSWER),
    "guide": (GuideField.NAME, GuideField.DEPARTMENT),
}


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        ExchangeError: it is missing or wrong.

    """
    problems: list[Problem] = []
    found: Mapping | None = read_file(path, Annotated[Mapping, Field(discriminator="kind")], path.name, problems)
    if found is None:
        raise ExchangeError("列名对照文件用不了：\n" + "\n".join(map(str, problems)))
    return found


@dataclass(frozen=True)
class Row:
    """One row of a table, with its fields found."""

    where: str
    cells: dict[str, str]
    original: dict[str, str]
    """Column -> text as it stands in the file."""


@dataclass(frozen=True)
class MappedTable:
    """A table whose columns are known."""

    mapping: Mapping
    rows: list[Row]


def map_grid(grid: Grid, mappings: list[Mapping]) -> MappedTable | None:
    """Find the header and the mapping that it fits; None when the table is about something else."""
    for top, header in enumerate(grid.rows[:HEADER_ROWS]):
        names = [_key(name) for name in header]
        for mapping in mappings:
            places = {field: [names.index(_key(n)) for n in known if _key(n) in names] for field, known in mapping.columns.items()}
            if all(places.get(field) for field in _REQUIRED[mapping.kind]):  # type: ignore[call-overload]
                return MappedTable(mapping, _rows(grid, top, header, {str(f): at for f, at in places.items() if at}))
    return None


def _key(column: str) -> str:
    """A column's name as it is compared: without what stands in brackets behind it (必填, 工作日)."""
    return fold(_BRACKETS.sub("", column))


def _rows(grid: Grid, top: int, header: list[str], places: dict[str, list[int]]) -> list[Row]:
    rows = []
    for number, cells in enumerate(grid.rows[top + 1 :], top + 2):
        if not any(text.strip() for text in cells) or cells == header:
            continue
        padded = cells + [""] * (len(header) - len(cells))
        found = {field: _text(field, [(header[p].strip(), padded[p]) for p in at]) for field, at in places.items()}
        original = {name.strip(): text for name, text in zip(header, padded, strict=False) if name.strip()}
        rows.append(Row(f"{grid.name}第{number}行", found, original))
    return rows


def _text(field: str, columns: list[tuple[str, str]]) -> str:
    """The text of a field. Of a facet that several columns tell, or that a bare “是” tells, the columns are named."""
    columns = [(name, _with_unit(name, text)) for name, text in columns]
    if field not in FACET_TITLES:
        return "\n".join(text for _, text in columns if text.strip())
    told = [(_BRACKETS.sub("", name), text) for name, text in columns if text.strip().lower() not in NOTHING]
    if len(told) == 1 and len(told[0][1].strip()) > SHORT:
        return told[0][1]
    return "\n".join(f"{name}：{text.strip().rstrip('。')}。" for name, text in told)


def _with_unit(column: str, text: str) -> str:
    """A bare number with the unit that its column's name has in brackets: 承诺时限（工作日）."""
    unit = _BRACKETS.search(column)
    return f"{text.strip()}{unit[1]}" if unit and text.strip().isdigit() else text
