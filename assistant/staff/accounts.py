"""Accounts: who may sign in, with which password, and how often one may guess."""

import re
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from assistant.staff.audit import entry
from assistant.staff.roles import SERVING, Member, Role
from assistant.storage.tables import StaffRow, StaffSessionRow

MAX_FAILURES = 5
LOCKED = timedelta(minutes=15)
"""Wrong passwords in a row that lock an account, and for how long: 480 guesses a day, none of them worth making."""

SHORTEST_PASSWORD = 10
"""Length and nothing else, as NIST SP 800-63B advises against rules on the kinds of characters; it asks for 8 at least."""

ONLINE = timedelta(minutes=1)
"""Who has been seen within this is online; an open staff page is seen every few seconds."""

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")


class StaffError(Exception):
    """An account cannot be made or changed so; the message says why, in Chinese."""


class Accounts:
    """All reads and writes of accounts."""

    def __init__(self, engine: Engine, hasher: PasswordHasher | None = None) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._hasher = hasher or PasswordHasher()
        self._decoy: str | None = None

    def add(self, name: str, title: str, role: Role, department: str, password: str, by: str) -> None:
        """Make an account; raises StaffError when the name is taken or not usable, or the password too weak."""
        if not _NAME.fullmatch(name):
            raise StaffError("登录名用小写字母开头，只能有小写字母、数字、点、横线和下划线，2到40个字符。")
        _check_password(name, password)
        with self._sessions.begin() as session:
            if session.get(StaffRow, name) is not None:
                raise StaffError(f"已经有账号“{name}”了。")
            hashed = self._hasher.hash(password)
            session.add(StaffRow(name=name, title=title or name, role=role.value, department=department, password_hash=hashed))
            session.add(entry(by, "staff_add", name, role=role.value, department=department))

    def set_password(self, name: str, password: str, by: str) -> None:
        """Give an account a new password, unlock it, and end its sessions; raises StaffError."""
        _check_password(name, password)
        with self._sessions.begin() as session:
            row = _existing(session, name)
            row.password_hash, row.failures, row.locked_until = self._hasher.hash(password), 0, None
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.name == name))
            session.add(entry(by, "staff_password", name))

    def set_active(self, name: str, active: bool, by: str) -> None:
        """Let an account sign in, or shut it out at once, its open sessions included; raises StaffError."""
        with self._sessions.begin() as session:
            row = _existing(session, name)
            row.active = active
            if not active:
                row.seen_at = None
                session.execute(delete(StaffSessionRow).where(StaffSessionRow.name == name))
            session.add(entry(by, "staff_enable" if active else "staff_disable", name))

    def all(self) -> list[StaffRow]:
        """Every account, by name."""
        with self._sessions() as session:
            return list(session.scalars(select(StaffRow).order_by(StaffRow.name)))

    def titles(self) -> dict[str, str]:
        """What everybody is called, by sign-in name."""
        return {row.name: row.title for row in self.all()}

    def check(self, name: str, password: str) -> Member | None:
        """Check a password.

        An attempt counts as failed before it is checked, so that many at once get no more guesses than one
        after the other. An unknown name takes as long as a wrong password.

        Returns:
            Who signed in; None for a wrong password, an unknown, disabled or locked account alike.

        """
        moment = datetime.now(UTC)
        unlocked = or_(StaffRow.locked_until.is_(None), StaffRow.locked_until < moment)
        attempt = update(StaffRow).where(StaffRow.name == name, StaffRow.active, unlocked).values(failures=StaffRow.failures + 1)
        with self._sessions.begin() as session:
            row = session.scalars(attempt.returning(StaffRow)).one_or_none()
            if row is not None and row.failures >= MAX_FAILURES:
                row.failures, row.locked_until = 0, moment + LOCKED
        if not self._fits(row.password_hash if row is not None else self._decoy_hash(), password) or row is None:
            with self._sessions.begin() as session:
                session.add(entry(name[:40], "sign_in_failed", name[:40]))
            return None
        with self._sessions.begin() as session:
            session.execute(update(StaffRow).where(StaffRow.name == name).values(failures=0, locked_until=None))
        return member_of(row)

    def vouched(self, name: str) -> Member | None:
        """Who has been vouched for by the organisation's own sign-in; None without an account that may sign in."""
        with self._sessions() as session:
            row = session.get(StaffRow, name)
            return member_of(row) if row is not None and row.active else None

    def online(self, department: str | None = None) -> int:
        """How many who talk to citizens are there now; those of one department when it is named."""
        found = select(func.count()).select_from(StaffRow).where(_online())
        if department:
            found = found.where(StaffRow.department == department)
        with self._sessions() as session:
            return session.scalar(found) or 0

    def colleagues(self) -> list[tuple[Member, bool]]:
        """Everybody who talks to citizens, and whether they are online."""
        wanted = select(StaffRow, _online()).where(StaffRow.active, StaffRow.role.in_(SERVING)).order_by(StaffRow.name)
        with self._sessions() as session:
            return [(member_of(row), bool(here)) for row, here in session.execute(wanted)]

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerificationError:
            return False

    def _decoy_hash(self) -> str:
        if self._decoy is None:
            self._decoy = self._hasher.hash("nobody has this password")
        return self._decoy


def member_of(row: StaffRow) -> Member:
    """An account as the rest of the program sees it."""
    return Member(row.name, row.title, Role(row.role), row.department)


def _online() -> ColumnElement[bool]:
    since = datetime.now(UTC) - ONLINE
    return (StaffRow.seen_at > since) & StaffRow.active & StaffRow.role.in_(SERVING)


def _existing(session: Session, name: str) -> StaffRow:
    row = session.get(StaffRow, name)
    if row is None:
        raise StaffError(f"没有账号“{name}”。")
    return row


def _check_password(name: str, password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise StaffError(f"口令至少{SHORTEST_PASSWORD}个字符，可以用一句话。")
    if name in password.lower():
        raise StaffError("口令里不要有登录名。")
    if len(set(password)) < SHORTEST_PASSWORD // 2:
        raise StaffError("口令里重复的字符太多了。")
