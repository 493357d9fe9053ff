"""Answers that somebody found wrong, missing or of no help."""

from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from assistant.staff.audit import entry
from assistant.staff.roles import Member
from assistant.storage.desk_tables import GapReportRow


class GapKind(StrEnum):
    """What is the matter with an answer."""

    WRONG = "wrong"
    MISSING = "missing"
    UNHELPFUL = "unhelpful"


class GapReports:
    """Writes reports; the maintainers' gap list reads them."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def add(self, kind: GapKind, text: str, note: str, subject: str, facet: str, department: str, channel: str, by: Member) -> int:
        """Keep a report; returns its number.

        Args:
            kind: what is the matter.
            text: what was asked; masked.
            note: what is wrong with the answer; masked.
            subject: the item or topic; empty where there is none.
            facet: of it; empty for all of it.
            department: whose answer it is; empty where nobody knows.
            channel: where it was found.
            by: who reports.

        """
        with self._sessions.begin() as session:
            row = GapReportRow(
                kind=kind, text=text, note=note, subject=subject, facet=facet, department=department, channel=channel, reporter=by.name
            )
            session.add(row)
            session.flush()
            session.add(entry(by.name, "gap_report", str(row.id), kind=kind, subject=subject))
            return row.id
