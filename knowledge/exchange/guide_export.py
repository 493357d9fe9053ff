"""Rows from item guides, which an import reads back as the same guides."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.fields import write_dated, write_source
from knowledge.exchange.files import Grid
from knowledge.exchange.guides import GuideImport, replaced_columns, unlisted_sources
from knowledge.exchange.mapping import GuideField, GuideMapping, map_grid
from knowledge.exchange.plan import Refused, Setting
from knowledge.loader import Knowledge
from knowledge.schema import Guide, Limit, Limits, Material
from knowledge.vocabulary import FACET_TITLES
from knowledge.writer import plain, to_yaml

_FIRST = {"name", "department", "sources"}
"""What an import reads other fields by: names come from the name, materials rest on the first source."""


def export_guides_table(guides: list[Guide], mapping: GuideMapping, knowledge: Knowledge) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of an export.

    Raises:
        ExchangeError: the mapping has no column for what no other column can tell.

    """
    # Against no guides at all: each row has to tell its guide alone.
    reader = GuideImport(Setting(replace(knowledge, guides={}), "CN", date.today()))
    columns = {str(field): names[0] for field, names in mapping.columns.items()}
    return list(columns.values()), [_row(guide, columns, mapping, reader) for guide in guides]


def _row(guide: Guide, columns: dict[str, str], mapping: GuideMapping, reader: GuideImport) -> list[str]:
    """A guide in words; what does not read back as it is goes into the details, and its columns stay empty."""
    cells, details = write_guide(guide), dict[str, object]()
    for fields in (_FIRST, Guide.model_fields.keys()):
        told = _read_back(cells, columns, mapping, reader)
        details |= {name: value for name, value in _untold(guide, told).items() if name in fields}
        cells |= dict.fromkeys(replaced_columns(details), "") | {GuideField.DETAILS: to_yaml(details) if details else ""}
    if details and GuideField.DETAILS not in columns:
        raise ExchangeError(f"列名对照文件里没有 {GuideField.DETAILS} 这一列，{guide.id} 的内容放不下。")
    return [cells.get(field, "") for field in columns]


def _read_back(cells: dict[str, str], columns: dict[str, str], mapping: GuideMapping, reader: GuideImport) -> Guide | None:
    """What an import would read from the cells; None where it would refuse them."""
    table = map_grid(Grid("", [list(columns.values()), [cells.get(field, "") for field in columns]]), [mapping])
    try:
        return reader.read(table.rows[0]) if table is not None else None
    except Refused:
        return None


def _untold(guide: Guide, told: Guide | None) -> dict[str, Any]:
    """The fields of a guide that what was read back does not tell as they are."""
    fields = plain(guide)
    if told is None:
        return fields
    found = {name: value for name, value in fields.items() if getattr(guide, name) != getattr(told, name)}
    if "answers" in found:
        found["answers"] = {f: text for f, text in found["answers"].items() if guide.answers[f] != told.answers.get(f)}
    return found


def write_guide(guide: Guide) -> dict[str, str]:
    """The cells of a guide, by fields, as people write them."""
    limits = guide.limits or Limits()
    has_basis = guide.sources != unlisted_sources(guide.name, guide.department)
    return {
        GuideField.CODE: guide.id,
        GuideField.NAME: guide.name,
        GuideField.PARENT: guide.parent,
        GuideField.DEPARTMENT: guide.department,
        GuideField.ALIASES: "\n".join(name for name in guide.names if name != guide.name),
        GuideField.SOURCES: "\n".join(map(write_source, guide.sources.values())) if has_basis else "",
        # The semicolon says where one ends; an import takes long lines without it for one that was wrapped.
        GuideField.MATERIALS: "；\n".join(map(_material, guide.materials)),
        GuideField.STATUTORY: _limit(limits.statutory, "法定时限", limits.note),
        GuideField.PROMISED: _limit(limits.promised, "承诺时限", limits.note),
        GuideField.FEE: guide.fee.rule if guide.fee else "",
        GuideField.LABEL: guide.label,
        GuideField.SITUATIONS: "\n".join(guide.situations),
        GuideField.QUESTIONS: _questions(guide),
        GuideField.MATERIALS_NOTE: guide.materials_note,
        GuideField.REVIEW_POINTS: "\n".join(guide.review_points),
        **{facet: answer.text for facet, answer in guide.answers.items()},
        **write_dated(guide),
    }


def _material(material: Material) -> str:
    """A material with what there is to say of it in brackets: 营业执照（原件、复印件2份）."""
    copies = f"复印件{material.copies}份" if material.copies else ""
    shown = "原件" if material.original and copies else ""
    paper = "" if material.original or copies else {"电子": "电子", "纸质或电子": "纸质、电子"}.get(material.form, "")
    aside = material.note or "、".join(filter(None, (shown, copies, paper)))
    return f"{material.name}（{aside}）" if aside else material.name


def _limit(limit: Limit | None, name: str, note: str) -> str:
    """A limit in days, or the words that the note has of it (3个月)."""
    if limit is not None:
        return f"{limit.value}{limit.unit}" if limit.value else limit.unit
    found = re.search(rf"{name}：(.+?)。(?:法定时限：|$)", note)
    return found[1] if found else ""


def _questions(guide: Guide) -> str:
    return "\n".join(
        question if facet == "any" else f"{FACET_TITLES[facet]}：{question}"
        for facet, questions in guide.questions.items()
        for question in questions
    )
