"""Who talks to us by WeChat: known by a keyed fingerprint, with the conversation and what is still to be told.

An openid is needed in clear to tell somebody something later. It is kept sealed, only while something may have to be
told (people have the conversation, or a reply was too slow or too long), and wiped after.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import sessionmaker

from assistant.storage.tables import ConversationRow
from assistant.storage.wechat_tables import WeChatPersonRow
from assistant.vault import Vault
from assistant.wechat.door import Kind

PURPOSE = "wechat"
"""What the vault makes fingerprints of openids for."""
AFTER_WORDS = (5, timedelta(hours=48))
AFTER_TAP = (3, timedelta(minutes=1))
"""How many messages WeChat lets an account send after somebody has said something, or tapped a button or come, and for
how long (its rules since 2023-06-12)."""

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """One follower of the account as they are now."""

    id: str
    """The fingerprint of the openid."""
    conversation: str | None = None
    openid: str = field(default="", repr=False)
    """Empty unless something may have to be told."""
    owed: str = field(default="", repr=False)
    """Masked or published text that was not delivered yet."""
    seen: int = 0
    """Up to which message people's words in the conversation have been delivered, or are owed."""
    quota: int = 0
    """Messages that WeChat lets us send…"""
    quota_until: datetime = NEVER
    """…until then."""
    heard_at: datetime = NEVER

    def heard(self, kind: Kind, moment: datetime) -> "Person":
        """After a sign of life: what WeChat allows for it is not added to what was left, it takes its place where it is more."""
        count, lasts = AFTER_TAP if kind in (Kind.TAPPED, Kind.CAME) else AFTER_WORDS
        left = self.quota if self.quota_until > moment else 0
        return replace(self, quota=max(left, count), quota_until=max(self.quota_until, moment + lasts), heard_at=moment)


class People:
    """All reads and writes of them."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._vault = vault

    def id_of(self, openid: str) -> str:
        """The fingerprint by which somebody is known."""
        return self._vault.fingerprint(PURPOSE, openid)

    def find(self, person: str) -> Person:
        """Somebody as they were left; new ones have nothing yet."""
        with self._sessions() as session:
            row = session.get(WeChatPersonRow, person)
            return Person(person) if row is None else self._person(row)

    def followed(self) -> list[Person]:
        """Everybody who may have to be told something."""
        with self._sessions() as session:
            return [self._person(row) for row in session.scalars(select(WeChatPersonRow).where(WeChatPersonRow.openid != ""))]

    def keep(self, person: Person) -> None:
        """Write somebody down. A conversation that could not be recorded is not kept, and begins anew."""
        with self._sessions.begin() as session:
            known = person.conversation and session.get(ConversationRow, person.conversation) is not None
            session.merge(
                WeChatPersonRow(
                    id=person.id, conversation_id=person.conversation if known else None, owed=person.owed, seen=person.seen,
                    openid=self._vault.seal(person.openid) if person.openid else "",
                    quota=person.quota, quota_until=person.quota_until, heard_at=person.heard_at,
                )
            )  # fmt: skip

    def forget(self, person: str) -> None:
        """Forget who it is; the conversation stays for as long as all do, and nobody can be found by it."""
        with self._sessions.begin() as session:
            session.execute(delete(WeChatPersonRow).where(WeChatPersonRow.id == person))

    def forget_older_than(self, days: int) -> None:
        """Forget those who have not been heard of for so long."""
        with self._sessions.begin() as session:
            session.execute(delete(WeChatPersonRow).where(WeChatPersonRow.heard_at < datetime.now(UTC) - timedelta(days=days)))

    def _person(self, row: WeChatPersonRow) -> Person:
        openid = self._vault.unseal(row.openid) if row.openid else ""
        return Person(row.id, row.conversation_id, openid or "", row.owed, row.seen, row.quota, row.quota_until, row.heard_at)
