"""What staff did: a row an action, written in the transaction of the action itself."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

from assistant.storage.tables import AuditRow

SYSTEM = "system"
"""Who acts when a time has run out."""


def entry(actor: str, action: str, about: str, **detail: str) -> AuditRow:
    """A row to add to the session of the action. `detail` holds names and states, never what was said."""
    return AuditRow(actor=actor, action=action, about=about, detail=detail)


class Audit:
    """Reads the audit, and writes what has no transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def write(self, actor: str, action: str, about: str, **detail: str) -> None:
        """Write one row."""
        with self._sessions.begin() as session:
            session.add(entry(actor, action, about, **detail))

    def latest(self, limit: int, about: str = "") -> list[AuditRow]:
        """The latest rows, newest first; of one subject when it is named."""
        found = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        with self._sessions() as session:
            return list(session.scalars(found.where(AuditRow.about == about) if about else found))
