"""What the reference server keeps: sample records, and what was filed. SQLite."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, DateTime, String, UniqueConstraint, create_engine, delete, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from outside.models import System
from outside.reference.samples import samples


class Base(DeclarativeBase):
    """Base of the reference server's tables."""


class SampleRow(Base):
    """A record of a system under the key that it is asked by."""

    __tablename__ = "samples"

    system: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    record: Mapped[dict[str, Any]] = mapped_column(JSON)


class FilingRow(Base):
    """Something filed, once a key and once a matter."""

    __tablename__ = "filings"
    __table_args__ = (UniqueConstraint("system", "matter"), UniqueConstraint("number"))

    system: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    matter: Mapped[str | None] = mapped_column(String(250))
    digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def received(self) -> datetime:
        """When it was taken; SQLite keeps no time zone, and what is stored is UTC."""
        return self.received_at.replace(tzinfo=UTC)


class FilingRefused(Exception):
    """The filing contradicts an earlier one; the message is Chinese."""


class Store:
    """Reads samples and takes filings."""

    def __init__(self, path: Path, today: date) -> None:
        """Open or make the database, and date its samples around `today`, so that they never grow old."""
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{path}")

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")

        Base.metadata.create_all(engine)
        self._sessions = sessionmaker(engine)
        with self._sessions.begin() as session:
            session.execute(delete(SampleRow))
            session.add_all(SampleRow(system=system, key=key, record=record) for system, key, record in samples(today))

    def sample(self, system: System, key: str) -> dict[str, Any] | None:
        """The sample record of a system under a key."""
        with self._sessions() as session:
            row = session.get(SampleRow, (system.value, key))
            return None if row is None else row.record

    def file(self, system: System, key: str, body: dict[str, Any], prefix: str, matter: str | None = None) -> FilingRow:
        """Take a filing under its idempotency key; the same one again is the one taken first.

        `matter`, if given, is filed once only. Numbers are `prefix` and a count.

        Raises:
            FilingRefused: the key was used for something else, or the matter was filed under another key.

        """
        digest = hashlib.sha256(repr(sorted(body.items())).encode()).hexdigest()
        with self._sessions() as session:
            # One writer at a time from here on, so that a count is nobody else's.
            session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            earlier = session.get(FilingRow, (system.value, key))
            if earlier is not None:
                if earlier.digest != digest:
                    raise FilingRefused("同一个 Idempotency-Key 已经用来交过别的内容。")
                return earlier
            mine = select(func.count()).select_from(FilingRow).where(FilingRow.system == system.value)
            if matter is not None and session.scalar(mine.where(FilingRow.matter == matter)):
                raise FilingRefused("这件事已经评过了，一件事只评一次。")
            count = session.scalar(mine) or 0
            row = FilingRow(
                system=system.value, key=key, matter=matter, digest=digest,
                number=f"{prefix}{count + 1:06}", received_at=datetime.now(UTC), body=body,
            )  # fmt: skip
            session.add(row)
            session.commit()
            session.refresh(row)
            return row

    def filed(self, system: System, number: str) -> FilingRow | None:
        """What was filed under a number."""
        with self._sessions() as session:
            return session.scalar(select(FilingRow).where(FilingRow.system == system.value, FilingRow.number == number))
