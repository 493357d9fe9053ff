"""What a form has been told so far, sealed, behind a one-time ticket. The thread and Rasa know the ticket's holder only.

A ticket belongs to one conversation, is good for a while, and for one use.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from assistant.storage.casework_tables import TicketRow
from assistant.vault import Vault

MINUTES = 30
"""People look for a receipt or are called away; what lies longer is asked for again."""

Told = dict[str, Any]


class Tickets:
    """All reads and writes of tickets."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._vault = vault

    def issue(self, conversation: str, told: Told) -> str:
        """Seal what was told; returns the new ticket."""
        ticket = secrets.token_urlsafe(24)
        with self._sessions.begin() as session:
            session.add(TicketRow(id=self._mark(ticket), conversation_id=conversation, sealed=self._seal(told), expires_at=_later(MINUTES)))
        return ticket

    def read(self, conversation: str, ticket: str) -> Told:
        """What was told; empty for a ticket that was used, is past its time, or is another conversation's."""
        with self._sessions() as session:
            found = select(TicketRow).where(*self._good(conversation, ticket))
            row = session.scalar(found)
            opened = self._vault.unseal(row.sealed) if row is not None else None
        return dict(json.loads(opened)) if opened is not None else {}

    def keep(self, conversation: str, ticket: str, told: Told) -> str:
        """Put what is told now behind a ticket; a new one when this one is no longer good. Returns the ticket."""
        with self._sessions.begin() as session:
            done = session.execute(
                update(TicketRow)
                .where(*self._good(conversation, ticket))
                .values(sealed=self._seal(told), expires_at=_later(MINUTES))
                .returning(TicketRow.id)
            )
            if done.first() is not None:
                return ticket
        return self.issue(conversation, told)

    def use(self, conversation: str, ticket: str) -> Told:
        """What was told, for the last time: afterwards the ticket is worth nothing."""
        told = self.read(conversation, ticket)
        with self._sessions.begin() as session:
            return told if self.spend(session, conversation, ticket) else {}

    def spend(self, session: Session, conversation: str, ticket: str) -> bool:
        """Use a ticket up within a transaction; False when it was not good any more (of two uses at once one wins)."""
        gone = session.execute(delete(TicketRow).where(*self._good(conversation, ticket)).returning(TicketRow.id))
        return gone.first() is not None

    def forget_expired(self) -> int:
        """Delete tickets past their time; returns how many."""
        with self._sessions.begin() as session:
            return len(session.execute(delete(TicketRow).where(TicketRow.expires_at < datetime.now(UTC)).returning(TicketRow.id)).all())

    def _mark(self, ticket: str) -> str:
        return self._vault.fingerprint("ticket", ticket)

    def _good(self, conversation: str, ticket: str) -> tuple[Any, ...]:
        return TicketRow.id == self._mark(ticket), TicketRow.conversation_id == conversation, TicketRow.expires_at >= datetime.now(UTC)

    def _seal(self, told: Told) -> str:
        return self._vault.seal(json.dumps(told, ensure_ascii=False))


def _later(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)
