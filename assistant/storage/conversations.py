"""The store of conversations: opens them, keeps their thread, records turns and feedback."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, delete, event, exists, or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from assistant.answering.context import Context
from assistant.messages import Reply
from assistant.storage.tables import ConversationRow, FeedbackRow, TurnRow
from knowledge.vocabulary import Outcome


def make_engine(url: str) -> Engine:
    """An engine; SQLite gets a write-ahead log, so that readers and the writer do not wait for each other."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


OPENING_KEY = 32
"""Least length of a key that opens a conversation: 32 random hex digits are nobody else's, “1” may be anybody's."""


class Conversations:
    """All reads and writes of conversations."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def context(self, conversation_id: str) -> Context | None:
        """The thread of a conversation; None when there is no such conversation."""
        with self._sessions() as session:
            row = session.get(ConversationRow, conversation_id)
            return None if row is None else Context.model_validate(row.context)

    def record(
        self,
        reply: Reply,
        channel: str,
        masked_text: str,
        context: Context | None,
        explanation: dict[str, object],
        milliseconds: float,
        key: str = "",
    ) -> None:
        """Write a turn and the conversation's new thread, in one transaction; None leaves the thread as it is.

        `key` is the client's name for the message. An error is not kept under it: sending again is to try again.
        """
        again = bool(key) and reply.outcome is not Outcome.ERROR
        answered = [{"entry": a.entry, "subject": a.subject, "facet": a.facet} for a in reply.answers]
        with self._sessions.begin() as session:
            self._save_conversation(session, reply.conversation_id, channel, context)
            session.add(
                TurnRow(
                    id=reply.turn_id, conversation_id=reply.conversation_id, text=masked_text, outcome=reply.outcome.value,
                    degraded=reply.degraded, reply=reply.text, milliseconds=milliseconds,
                    explanation=explanation | {"answered": answered},
                    key=key if again else "", sent=reply.model_dump(mode="json") if again else None,
                )
            )  # fmt: skip

    def sent(self, conversation_id: str | None, key: str) -> Reply | None:
        """The reply that a message got already, by the client's key for it; None for a message that is new.

        A message is looked for in its conversation. One that opened a conversation came without its number, or with one
        that nobody knew: its key stands alone, and must be such as nobody else can have. Later keys cannot stand alone:
        agents see those of what is said to them.
        """
        if not key:
            return None
        wanted = select(TurnRow.sent).where(TurnRow.key == key, TurnRow.sent.is_not(None))
        earlier = aliased(TurnRow)
        opened = ~exists().where(earlier.conversation_id == TurnRow.conversation_id, earlier.at < TurnRow.at)
        mine = TurnRow.conversation_id == conversation_id
        with self._sessions() as session:
            found = session.scalar(wanted.where(or_(mine, opened) if len(key) >= OPENING_KEY else mine).limit(1))
        return None if found is None else Reply.model_validate(found)

    @staticmethod
    def _save_conversation(session: Session, conversation_id: str, channel: str, context: Context | None) -> None:
        row = session.get(ConversationRow, conversation_id)
        if row is None:
            row = ConversationRow(id=conversation_id, channel=channel)
            session.add(row)
        if context is not None:
            row.context = context.model_dump(mode="json")
        row.updated_at = datetime.now(UTC)

    def rate(self, turn_id: str, helpful: bool, masked_comment: str) -> bool:
        """Keep a thumb for a turn; False when there is no such turn."""
        with self._sessions.begin() as session:
            if session.get(TurnRow, turn_id) is None:
                return False
            session.merge(FeedbackRow(turn_id=turn_id, helpful=helpful, comment=masked_comment))
            return True

    def turns(self, conversation_id: str, limit: int) -> list[TurnRow]:
        """The last turns of a conversation, oldest first."""
        wanted = select(TurnRow).where(TurnRow.conversation_id == conversation_id).order_by(TurnRow.at.desc()).limit(limit)
        with self._sessions() as session:
            return list(session.scalars(wanted))[::-1]

    def latest_turns(self, outcomes: Collection[str], limit: int) -> list[TurnRow]:
        """The latest turns that ended in one of these ways, newest first."""
        with self._sessions() as session:
            found = select(TurnRow).where(TurnRow.outcome.in_(outcomes)).order_by(TurnRow.at.desc()).limit(limit)
            return list(session.scalars(found))

    def forget_older_than(self, days: int) -> int:
        """Delete conversations that were last used more than `days` ago; returns how many."""
        limit = datetime.now(UTC) - timedelta(days=days)
        with self._sessions.begin() as session:
            result = session.execute(delete(ConversationRow).where(ConversationRow.updated_at < limit))
            return int(getattr(result, "rowcount", 0))
