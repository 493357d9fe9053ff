"""Tables. The migrations under storage/migrations make them; tests prove that the two agree."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables."""


def now() -> datetime:
    """The present moment in UTC; every stored time is."""
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """A time that is kept and comes back in UTC; SQLite forgets the zone that PostgreSQL keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Keep a time of another zone in UTC."""
        return value.astimezone(UTC) if value is not None and value.tzinfo is not None else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a stored time its zone back."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class ConversationRow(Base):
    """One conversation and its thread."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, index=True)
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class TurnRow(Base):
    """One message with its reply. The message is masked before it comes here."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_conversation_at", "conversation_id", "at"), Index("ix_turns_at", "at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20), index=True)
    degraded: Mapped[bool] = mapped_column(Boolean, default=False)
    reply: Mapped[str] = mapped_column(Text)
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    milliseconds: Mapped[float] = mapped_column(Float)
    key: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True)
    """The client's own name for the message."""
    sent: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The reply as it was sent, for the same message sent again; only where it came with a key."""


class FeedbackRow(Base):
    """A thumb for one turn; a later one for the same turn takes its place."""

    __tablename__ = "feedback"

    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    helpful: Mapped[bool] = mapped_column(Boolean)
    comment: Mapped[str] = mapped_column(Text, default="")


class StaffRow(Base):
    """An account of somebody who works here. It is never deleted, for the audit names it."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    department: Mapped[str] = mapped_column(String(60), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)


class StaffSessionRow(Base):
    """A sign-in. The token itself is with the browser alone."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("staff.name", ondelete="CASCADE"), index=True)
    opened_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class AuditRow(Base):
    """Something that somebody did."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    actor: Mapped[str] = mapped_column(String(60), index=True)
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(80), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class HandOffRow(Base):
    """A conversation that is handed to people. It has one owner at a time, and a conversation has one open hand-off."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "ux_handoffs_open", "conversation_id", unique=True,
            sqlite_where=text("state IN ('waiting', 'person')"), postgresql_where=text("state IN ('waiting', 'person')"),
        ),
        Index("ix_handoffs_queue", "state", "department", "queued_at"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(20))
    department: Mapped[str] = mapped_column(String(60), default="")
    owner: Mapped[str | None] = mapped_column(ForeignKey("staff.name"), index=True)
    contact: Mapped[str] = mapped_column(Text, default="")
    last_sequence: Mapped[int] = mapped_column(Integer, default=0)
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    queued_at: Mapped[datetime] = mapped_column(Moment, default=now)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    waited_seconds: Mapped[float | None] = mapped_column(Float)
    unanswered_since: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    close_reason: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """How it ended, in the word of who ended it; empty while it is open, and where nobody said."""


class HandOffMessageRow(Base):
    """A message between a citizen and a person. Its number counts up within the conversation, whoever speaks."""

    __tablename__ = "handoff_messages"
    __table_args__ = (UniqueConstraint("conversation_id", "sender", "key", name="ux_handoff_messages_key"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    handoff_id: Mapped[str] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    sender: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
