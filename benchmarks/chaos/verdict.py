"""Holds what people were told against what the databases keep. Everything found here is a broken promise."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from assistant.people.states import OPEN, Sender
from assistant.storage.casework_tables import OutboxRow, WorkOrderRow
from assistant.storage.conversations import make_engine
from assistant.storage.tables import AuditRow, HandOffMessageRow, HandOffRow, TurnRow
from benchmarks.chaos.ledger import Ledger
from knowledge.vocabulary import Outcome
from outside.models import System
from outside.reference.store import FilingRow

Violation = tuple[str, str]
"""What kind, and about what."""


def judge(database: str, reference: Path, ledger: Ledger) -> list[Violation]:
    """Every violation; empty when all promises were kept."""
    with Session(make_engine(database)) as session:
        messages = list(session.scalars(select(HandOffMessageRow).order_by(HandOffMessageRow.conversation_id, HandOffMessageRow.sequence)))
        handoffs = list(session.scalars(select(HandOffRow)))
        turns = list(session.scalars(select(TurnRow)))
        audit = list(session.scalars(select(AuditRow).where(AuditRow.action.startswith("handoff_")).order_by(AuditRow.at, AuditRow.id)))
        orders = list(session.scalars(select(WorkOrderRow)))
        letters = list(session.scalars(select(OutboxRow).where(OutboxRow.destination == System.HOTLINE.value)))
    with Session(create_engine(f"sqlite:///{reference}")) as session:
        filings = list(session.scalars(select(FilingRow).where(FilingRow.system == System.HOTLINE.value)))
    return [
        *(("seen by the people", what) for what in ledger.violations),
        *_messages(messages, handoffs, ledger),
        *_screens(messages, ledger),
        *_owners(handoffs, messages, audit),
        *_silence(handoffs, turns),
        *_work_orders(orders, letters, [str(filing.body["reference"]) for filing in filings], ledger),
    ]


def _messages(messages: Iterable[HandOffMessageRow], handoffs: Iterable[HandOffRow], ledger: Ledger) -> Iterator[Violation]:
    """No message lost, doubled, made up, or out of order."""
    said: dict[str, list[str]] = defaultdict(list)
    answered: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        if message.sender == Sender.CITIZEN:
            said[message.conversation_id].append(message.text)
        elif message.sender == Sender.AGENT:
            answered[message.handoff_id].append(message.text)
    for conversation, texts in ledger.delivered.items():
        yield from (("message lost", text) for text in texts - set(said[conversation]))
    for handoff, texts in ledger.answered.items():
        yield from (("answer lost", text) for text in texts - set(answered[handoff]))
    for conversation, kept in said.items():
        yield from (("message doubled", text) for text, count in Counter(kept).items() if count > 1)
        sent = ledger.sent[conversation]
        yield from (("message made up", text) for text in set(kept) - set(sent))
        if [text for text in dict.fromkeys(kept) if text in sent] != [text for text in sent if text in kept]:
            yield "messages out of order", conversation
    for kept in answered.values():
        yield from (("answer doubled", text) for text, count in Counter(kept).items() if count > 1)
        yield from (("answer made up", text) for text in set(kept) - ledger.tried)


def _screens(messages: Iterable[HandOffMessageRow], ledger: Ledger) -> Iterator[Violation]:
    """A page that fetches what is new shows everything, once, in order."""
    kept: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for message in messages:
        kept[message.conversation_id].append((message.sequence, message.text))
    for conversation, screen in ledger.screens.items():
        if screen != kept[conversation][: len(screen)]:
            yield "screen differs", conversation


def _owners(handoffs: Iterable[HandOffRow], messages: Iterable[HandOffMessageRow], audit: Iterable[AuditRow]) -> Iterator[Violation]:
    """One open hand-off a conversation, one owner at a time, and nobody else speaks in it."""
    open_ones = Counter(handoff.conversation_id for handoff in handoffs if handoff.state in OPEN)
    yield from (("two open hand-offs", conversation) for conversation, count in open_ones.items() if count > 1)
    history: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
    for row in audit:
        owner, past = _owner_after(row), history[row.about]
        if row.action == "handoff_claim" and past and past[-1][1] is not None:
            yield "two owners", f"{row.about}: {past[-1][1]} and {row.actor}"
        if row.action != "handoff_refused":
            past.append((row.at, owner))
    for message in messages:
        if message.sender == Sender.AGENT:
            owner = next((who for at, who in reversed(history[message.handoff_id]) if at <= message.at), None)
            if owner != message.author:
                yield "somebody else spoke", f"{message.handoff_id}: {message.author} for {owner}"


def _owner_after(row: AuditRow) -> str | None:
    """Whose a hand-off is after an action. Accounts here have their name as title; a transfer to nobody's name is to a queue."""
    detail: dict[str, Any] = row.detail or {}
    if row.action == "handoff_claim":
        return row.actor
    to = str(detail.get("to", ""))
    return to if row.action == "handoff_transfer" and to.isascii() else None


def _silence(handoffs: Iterable[HandOffRow], turns: Iterable[TurnRow]) -> Iterator[Violation]:
    """From the moment that a person was asked for until it was over, the assistant said nothing of its own."""
    spans = defaultdict(list)
    for handoff in handoffs:
        spans[handoff.conversation_id].append((handoff.asked_at, handoff.ended_at))
    for turn in turns:
        if turn.outcome == Outcome.HANDOFF:
            continue
        at = turn.at.replace(tzinfo=UTC)  # SQLite keeps no time zone, and what is stored is UTC
        for asked, ended in spans[turn.conversation_id]:
            if asked < at and (ended is None or at < ended):
                yield "the assistant spoke for a person", f"{turn.conversation_id}: {turn.outcome}"


def _work_orders(orders: Iterable[WorkOrderRow], letters: Iterable[OutboxRow], filed: list[str], ledger: Ledger) -> Iterator[Violation]:
    """Every work order that was promised is at 12345, once, and nothing else is."""
    known = {order.number for order in orders}
    yield from (("work order lost here", number) for number in set(ledger.orders) - known)
    yield from (("work order not delivered", number) for number in known - set(filed))
    yield from (("work order doubled there", number) for number, count in Counter(filed).items() if count > 1)
    yield from (("work order made up", number) for number in set(filed) - known)
    per_conversation = Counter(order.conversation_id for order in orders)
    yield from (("work order doubled here", conversation) for conversation, count in per_conversation.items() if count > 1)
    yield from (("letter left", letter.about) for letter in letters if letter.state != "delivered")
