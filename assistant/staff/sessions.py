"""Sign-ins: a random token in the browser's cookie, its hash in the database, an end after a working day."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import sessionmaker

from assistant.staff.accounts import member_of
from assistant.staff.audit import entry
from assistant.staff.roles import Member
from assistant.storage.tables import StaffRow, StaffSessionRow

SEEN_EVERY = timedelta(seconds=15)
"""How exactly it is known when somebody was last there; a write for every request would only wear the disk."""


class Sessions:
    """All reads and writes of sign-ins."""

    def __init__(self, engine: Engine, hours: float) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._lasts = timedelta(hours=hours)

    def open(self, member: Member) -> str:
        """Sign somebody in; returns the token, which is kept nowhere else."""
        token, moment = secrets.token_urlsafe(32), datetime.now(UTC)
        with self._sessions.begin() as session:
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.expires_at < moment))
            session.execute(update(StaffRow).where(StaffRow.name == member.name).values(seen_at=moment))
            session.add(StaffSessionRow(token_hash=_hash(token), name=member.name, expires_at=moment + self._lasts))
            session.add(entry(member.name, "sign_in", member.name))
        return token

    def member(self, token: str) -> Member | None:
        """Who holds a token, and that they are there; None when it is unknown, over, or of a disabled account."""
        moment = datetime.now(UTC)
        wanted = (
            select(StaffRow)
            .join(StaffSessionRow, StaffSessionRow.name == StaffRow.name)
            .where(StaffSessionRow.token_hash == _hash(token), StaffSessionRow.expires_at > moment, StaffRow.active)
        )
        with self._sessions.begin() as session:
            row = session.scalars(wanted).one_or_none()
            if row is None:
                return None
            if row.seen_at is None or row.seen_at < moment - SEEN_EVERY:
                row.seen_at = moment
            return member_of(row)

    def close(self, token: str, member: Member) -> None:
        """Sign out. Whoever is signed in nowhere else is no longer online."""
        with self._sessions.begin() as session:
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.token_hash == _hash(token)))
            left = session.scalar(select(func.count()).select_from(StaffSessionRow).where(StaffSessionRow.name == member.name))
            if not left:
                session.execute(update(StaffRow).where(StaffRow.name == member.name).values(seen_at=None))
            session.add(entry(member.name, "sign_out", member.name))


def _hash(token: str) -> str:
    # A fast hash will do: the token has 256 random bits, there is nothing to guess.
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
