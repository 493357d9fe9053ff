"""一次性告知单: one complete notice of what is missing (行政许可法 32 条), its number, and the record of it.

The record holds what was missing and nothing of whose it was. The applicant's name is typed again for every print
and goes nowhere but onto the paper.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Engine, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker

from assistant.clerk.sheets import SheetView
from assistant.staff.audit import entry
from assistant.staff.roles import Member
from assistant.storage.desk_tables import NoticeRow
from knowledge.snapshot import Citation, Row
from knowledge.vocabulary import Facet

TRIES = 5
"""How often a number is asked for when others take it meanwhile; each time somebody else has got one."""
LATEST = 50
_NUMBER = re.compile(r"(?:告知)?(?:[〔(\[]?\d{4}[〕)\]])?(\d{1,9})号?")


class Content(BaseModel):
    """What a notice says, but for the applicant."""

    matter: str
    department: str
    materials: list[Row]
    lines: list[str]
    """What the clerk added; masked."""
    ground: str
    """Why everything is told at once, as published (补齐补正)."""
    citations: list[Citation]
    ask: list[tuple[str, str]] = Field(description="where to bring it and whom to ask: heading and text")


@dataclass(frozen=True)
class Notice:
    """A notice that was made."""

    id: int
    number: str
    made_at: datetime
    clerk: str
    subject: str
    content: Content


def content_of(sheet: SheetView, missing: Sequence[int], lines: Sequence[str]) -> Content:
    """What a notice on an item says.

    Args:
        sheet: of the item.
        missing: places in its list of materials, from 0; IndexError when there is no such place.
        lines: what the clerk adds.

    """
    texts = {text.facet: text for text in sheet.facets if text.facet}
    told = texts.get(Facet.SUPPLEMENT)
    where = [texts[facet] for facet in (Facet.PLACE, Facet.HOURS, Facet.PHONE) if facet in texts]
    return Content(
        matter=sheet.title,
        department=sheet.department,
        materials=[sheet.materials[place] for place in sorted(set(missing))],
        lines=list(lines),
        ground=told.text if told else "",
        citations=told.citations if told else [],
        ask=[(text.title, text.text) for text in where],
    )


class Notices:
    """All reads and writes of notices."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def make(self, content: Content, subject: str, snapshot: str, clerk: Member, key: str, moment: datetime) -> Notice:
        """Give a notice its number and keep it. The same key of the same clerk again gives the notice that is there.

        Args:
            content: what it says.
            subject: the item.
            snapshot: version of the knowledge that it was made from.
            clerk: who makes it.
            key: the page's own name for it.
            moment: of the place's own clock; the number counts within its year.

        """
        # One statement finds the next number and takes it: of two at once SQLite lets one wait, PostgreSQL one fail.
        taken = select(func.coalesce(func.max(NoticeRow.sequence), 0) + 1).where(NoticeRow.year == moment.year).scalar_subquery()
        for _ in range(TRIES):
            try:
                with self._sessions.begin() as session:
                    row = NoticeRow(
                        year=moment.year, sequence=taken, key=key, made_at=moment, clerk=clerk.name, subject=subject, snapshot=snapshot,
                        content=content.model_dump(mode="json"),
                    )  # fmt: skip
                    session.add(row)
                    session.flush()
                    session.add(entry(clerk.name, "notice", str(row.id), subject=subject))
                    return _notice(row)
            except IntegrityError:
                there = self._one(NoticeRow.clerk == clerk.name, NoticeRow.key == key)
                if there is not None:
                    return there
        raise RuntimeError("no number was to be had")

    def get(self, notice: int, member: Member) -> Notice | None:
        """A notice for the one who made it, or a supervisor; None for anybody else."""
        return self._one(NoticeRow.id == notice, _theirs(member))

    def latest(self, member: Member, words: str = "") -> list[Notice]:
        """The last ones that somebody made, newest first; a supervisor sees everybody's.

        Args:
            member: who looks.
            words: a number, as it stands on the paper or alone, or a part of the matter's name; empty for all.

        """
        number = _NUMBER.fullmatch(words)
        named = NoticeRow.content["matter"].as_string().contains(words, autoescape=True)
        wanted = NoticeRow.sequence == int(number[1]) if number else named
        with self._sessions() as session:
            rows = session.scalars(select(NoticeRow).where(_theirs(member), wanted).order_by(NoticeRow.id.desc()).limit(LATEST))
            return [_notice(row) for row in rows]

    def _one(self, *conditions: ColumnElement[bool]) -> Notice | None:
        with self._sessions() as session:
            row = session.scalars(select(NoticeRow).where(*conditions)).one_or_none()
            return None if row is None else _notice(row)


def _theirs(member: Member) -> ColumnElement[bool]:
    return true() if member.supervises else NoticeRow.clerk == member.name


def _notice(row: NoticeRow) -> Notice:
    content: dict[str, Any] = row.content
    return Notice(row.id, f"告知〔{row.year}〕{row.sequence}号", row.made_at, row.clerk, row.subject, Content.model_validate(content))
