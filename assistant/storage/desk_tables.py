"""Tables of the clerk's desk. None holds whose matter it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.tables import Base, Moment, now


class GapReportRow(Base):
    """An answer that somebody found wrong, missing or of no help. The maintainers' list of gaps takes it up."""

    __tablename__ = "gap_reports"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    text: Mapped[str] = mapped_column(Text)
    """What was asked; masked."""
    subject: Mapped[str] = mapped_column(String(80), default="")
    """The item or topic that it is about; empty where there is none."""
    facet: Mapped[str] = mapped_column(String(20), default="")
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    reporter: Mapped[str] = mapped_column(String(40))
    """Sign-in name."""
    department: Mapped[str] = mapped_column(String(60), default="", index=True)
    """Whose answer it is; empty where nobody knows."""
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    """What is wrong with it; masked."""


class NoticeRow(Base):
    """A 一次性告知单: which clerk made it, when, on which matter, and what was missing. For whom, nobody knows."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("year", "sequence", name="ux_notices_number"),
        UniqueConstraint("clerk", "key", name="ux_notices_key"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    """Counts up within the year, without gaps, as numbers of papers do."""
    key: Mapped[str] = mapped_column(String(64))
    """The page's own name for it: sent again it is the same notice."""
    made_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    clerk: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    snapshot: Mapped[str] = mapped_column(String(20))
    """The version of the knowledge that it was made from."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What is printed, but for the applicant."""
