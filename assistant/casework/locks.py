"""Who has tried a number too often: five failures lock it for that conversation and that address for a quarter of an hour.

Neither number nor address is stored, only their keyed fingerprints.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, and_, case, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assistant.storage.casework_tables import AttemptRow
from assistant.vault import Vault

FAILURES = 5
"""Wrong tries of one number. Of 10,000 possible four digits, five tries hit one in 2,000."""
FAILURES_IN_ALL = 30
"""Wrong tries of any numbers from one address: who goes through numbers is stopped, a hall's shared address is not."""
LOCK = timedelta(minutes=15)
"""How long a lock lasts, and how long failures are counted together."""


class Locks:
    """Counts tries and locks. A try is counted before it is made, so that many at once do not slip through."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._sessions = sessionmaker(engine)
        self._vault = vault

    def attempt(self, number: str, conversation: str, address: str) -> int | None:
        """Count one try of a number, which may exist or not.

        Returns:
            How many more may fail after this one; None when it is locked and must not be made.

        """
        keys = self._keys(number, conversation, address)
        with self._sessions.begin() as session:
            now = datetime.now(UTC)
            locked = select(AttemptRow.key).where(AttemptRow.key.in_(keys), AttemptRow.locked_until > now)
            if session.scalars(locked).first() is not None:
                return None
            return min(most - self._count(session, key, most, now) for key, most in keys.items())

    def forgive(self, number: str, conversation: str, address: str) -> None:
        """Take one try back: it succeeded, or nobody could tell."""
        with self._sessions.begin() as session:
            session.execute(
                update(AttemptRow)
                .where(AttemptRow.key.in_(self._keys(number, conversation, address)), AttemptRow.failures > 0)
                .values(failures=AttemptRow.failures - 1, locked_until=None)
            )

    def forget_old(self) -> int:
        """Delete counts that no longer matter; returns how many."""
        past = datetime.now(UTC) - LOCK
        with self._sessions.begin() as session:
            gone = delete(AttemptRow).where(
                AttemptRow.last_at < past, or_(AttemptRow.locked_until.is_(None), AttemptRow.locked_until < datetime.now(UTC))
            )
            return len(session.execute(gone.returning(AttemptRow.key)).all())

    @staticmethod
    def _count(session: Session, key: str, most: int, now: datetime) -> int:
        # One statement, so that two processes do not both count from the same number.
        stale = or_(AttemptRow.last_at < now - LOCK, and_(AttemptRow.locked_until.is_not(None), AttemptRow.locked_until <= now))
        failures = case((stale, 1), else_=AttemptRow.failures + 1)
        counted = (
            update(AttemptRow)
            .where(AttemptRow.key == key)
            .values(failures=failures, last_at=now, locked_until=case((failures >= most, now + LOCK), else_=None))
            .returning(AttemptRow.failures)
        )
        so_far = session.scalar(counted)
        if so_far is not None:
            return int(so_far)
        try:
            with session.begin_nested():
                session.add(AttemptRow(key=key, failures=1, last_at=now))
        except IntegrityError:
            return int(session.scalar(counted) or most)
        return 1

    def _keys(self, number: str, conversation: str, address: str) -> dict[str, int]:
        """The counts that a try goes to, and how many failures each bears."""
        keys = {self._vault.fingerprint("attempt", f"{number}|{conversation}"): FAILURES}
        if address:
            keys[self._vault.fingerprint("attempt", f"{number}|{address}")] = FAILURES
            keys[self._vault.fingerprint("attempt", address)] = FAILURES_IN_ALL
        return keys
