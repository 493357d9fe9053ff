"""Tables of what is done for people. Whatever tells who somebody is, or what they said, is sealed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.tables import Base, Moment, now


class TicketRow(Base):
    """What a form has been told so far. The ticket itself is in the thread; here is its fingerprint."""

    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class AttemptRow(Base):
    """Tries of a number from a conversation or an address, both known by fingerprint alone."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class OutboxRow(Base):
    """Something promised to be delivered to an outside system."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    destination: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(40), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)
    next_at: Mapped[datetime] = mapped_column(Moment, default=now)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    receipt: Mapped[str] = mapped_column(String(200), default="")
    last_error: Mapped[str] = mapped_column(String(300), default="")


class WorkOrderRow(Base):
    """A work order that somebody confirmed. It outlives its conversation."""

    __tablename__ = "work_orders"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    ticket: Mapped[str] = mapped_column(String(64), unique=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    filed_at: Mapped[datetime] = mapped_column(Moment, default=now)


class RatingRow(Base):
    """A rating. A matter has one; it is known by its fingerprint."""

    __tablename__ = "ratings"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    matter: Mapped[str] = mapped_column(String(64), unique=True)
    about: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(20), index=True)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    comment: Mapped[str] = mapped_column(Text, default="")
    department: Mapped[str] = mapped_column(String(60), default="")
    rated_at: Mapped[datetime] = mapped_column(Moment, default=now)


class RectificationRow(Base):
    """What a bad rating asks a department to put right."""

    __tablename__ = "rectifications"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id", ondelete="CASCADE"), primary_key=True)
    department: Mapped[str] = mapped_column(String(60), index=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    due_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    handled_by: Mapped[str] = mapped_column(String(40), default="")
    opened_at: Mapped[datetime] = mapped_column(Moment, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
