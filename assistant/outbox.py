"""The transactional outbox: what is promised is written first, and delivered once, however often things crash.

A letter is written in the same transaction as what promises it. It is delivered with its key, by which the outside
system knows it again, until it is taken (delivered) or refused (parked, for people to look at).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog
from pydantic import BaseModel
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from assistant.privacy import mask
from assistant.staff.audit import entry
from assistant.storage.casework_tables import OutboxRow
from assistant.vault import Vault
from knowledge.text import clean
from outside.errors import OutsideRefused, OutsideUnavailable

log = structlog.get_logger()

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
"""Between tries, doubled each time: a restart is bridged in seconds, a weekend's outage costs 24 calls a day."""
GIVE_UP = timedelta(days=7)
"""An outside system that is away for longer needs people, and the letter waits for them."""
LEASE = timedelta(seconds=60)
"""While one process delivers a letter no other takes it; longer than any filing's time-out, and if the process
dies the next one delivers it again under the same key."""
LOOK_SECONDS = 2.0
"""How often to look for letters that are due, besides at once when one is written."""
BATCH = 20

Deliver = Callable[[str, str], Awaitable[str]]
"""Hands a letter (JSON) and its key to an outside system, and gives the number it got there."""


class State(StrEnum):
    """How far a letter is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    PARKED = "parked"


class Outbox:
    """All reads and writes of letters."""

    def __init__(self, engine: Engine, vault: Vault, deliveries: Mapping[str, Deliver]) -> None:
        """`deliveries` says how letters go to each destination."""
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._vault = vault
        self._deliveries = deliveries
        self._written = asyncio.Event()

    def write(self, session: Session, destination: str, about: str, key: str, letter: BaseModel) -> None:
        """Add a letter to the transaction of what promises it.

        Args:
            session: of that transaction.
            destination: which outside system.
            about: our own number of the matter, shown to operators.
            key: the idempotency key; unique.
            letter: what is delivered. It is stored sealed, and wiped once delivered.

        """
        sealed = self._vault.seal(letter.model_dump_json())
        session.add(OutboxRow(key=key, destination=destination, about=about, sealed=sealed, state=State.PENDING.value))

    def hurry(self) -> None:
        """Look for letters now: one has just been committed. Call on the event loop."""
        self._written.set()

    def find(self, about: str) -> OutboxRow | None:
        """The letter on a matter; None when there is none."""
        with self._sessions() as session:
            return session.scalar(select(OutboxRow).where(OutboxRow.about == about))

    def counts(self) -> dict[str, int]:
        """How many letters are in each state."""
        with self._sessions() as session:
            found = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all()
        return {state.value: next((number for name, number in found if name == state.value), 0) for state in State}

    def waiting(self, limit: int = 100) -> list[OutboxRow]:
        """Letters that are not delivered, oldest first, for operators. What they say stays sealed."""
        with self._sessions() as session:
            open_ = select(OutboxRow).where(OutboxRow.state != State.DELIVERED.value)
            return list(session.scalars(open_.order_by(OutboxRow.written_at).limit(limit)))

    def send_again(self, key: str, by: str) -> bool:
        """Take a parked letter out again, with the audit of who did; False when there is none."""
        with self._sessions.begin() as session:
            again = (
                update(OutboxRow)
                .where(OutboxRow.key == key, OutboxRow.state == State.PARKED.value)
                .values(state=State.PENDING.value, attempts=0, written_at=datetime.now(UTC), next_at=datetime.now(UTC))
            )
            if session.execute(again.returning(OutboxRow.key)).first() is None:
                return False
            session.add(entry(by, "outbox_again", key))
            return True

    async def run(self) -> None:
        """Deliver letters as they fall due, until cancelled."""
        while True:
            try:
                delivered = await self.deliver_due()
            except Exception:
                # The store is away for a moment; what is promised must not wait for a restart.
                log.exception("outbox_failed")
                delivered = 0
            if delivered < BATCH:
                self._written.clear()
                try:
                    await asyncio.wait_for(self._written.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue

    async def deliver_due(self) -> int:
        """Deliver what is due now; returns how many letters were tried."""
        letters = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._deliver(letter) for letter in letters))
        return len(letters)

    def _claim(self) -> list[OutboxRow]:
        now = datetime.now(UTC)
        due = (OutboxRow.state == State.PENDING.value, OutboxRow.next_at <= now)
        with self._sessions.begin() as session:
            keys = session.scalars(select(OutboxRow.key).where(*due).order_by(OutboxRow.next_at).limit(BATCH)).all()
            mine = update(OutboxRow).where(OutboxRow.key.in_(keys), *due).values(next_at=now + LEASE, attempts=OutboxRow.attempts + 1)
            return list(session.scalars(mine.returning(OutboxRow)))

    async def _deliver(self, letter: OutboxRow) -> None:
        content = self._vault.unseal(letter.sealed)
        if content is None:
            await asyncio.to_thread(self._park, letter, "sealed with another key")
            return
        try:
            receipt = await self._deliveries[letter.destination](content, letter.key)
        except OutsideRefused as error:
            await asyncio.to_thread(self._park, letter, f"{error.cause} {mask(clean(error.reason))}".strip())
        except OutsideUnavailable as error:
            await asyncio.to_thread(self._put_off, letter, error.cause)
        else:
            done = {"state": State.DELIVERED.value, "receipt": receipt, "delivered_at": datetime.now(UTC), "sealed": "", "last_error": ""}
            await asyncio.to_thread(self._note, letter, done)
            log.info("outbox_delivered", destination=letter.destination, about=letter.about, attempts=letter.attempts)

    def _put_off(self, letter: OutboxRow, cause: str) -> None:
        """Try again later, or leave it to people when it has been tried for days."""
        now = datetime.now(UTC)
        if now - letter.written_at > GIVE_UP:
            self._park(letter, f"undelivered for {GIVE_UP.days} days: {cause}")
            return
        wait = min(FIRST_WAIT * 2 ** min(letter.attempts - 1, 20), LONGEST_WAIT)
        self._note(letter, {"next_at": now + wait, "last_error": cause[:300]})
        log.warning("outbox_put_off", destination=letter.destination, about=letter.about, attempts=letter.attempts, cause=cause)

    def _park(self, letter: OutboxRow, cause: str) -> None:
        """Stop trying and raise the alarm: the log's error, and the operators' view."""
        self._note(letter, {"state": State.PARKED.value, "last_error": cause[:300]})
        log.error("outbox_parked", destination=letter.destination, about=letter.about, attempts=letter.attempts)

    def _note(self, letter: OutboxRow, values: dict[str, object]) -> None:
        with self._sessions.begin() as session:
            session.execute(update(OutboxRow).where(OutboxRow.key == letter.key, OutboxRow.state == State.PENDING.value).values(**values))
