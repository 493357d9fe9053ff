"""The words of a hand-off, and what is known of one.

    bot → waiting → person → closed
            ↑  └──────┤         (a colleague or department, or an agent gone silent, and it waits again)
                      └→ returned, and the assistant goes on

“bot” is a conversation without an open hand-off.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a hand-off stands."""

    WAITING = "waiting"
    PERSON = "person"
    RETURNED = "returned"
    CLOSED = "closed"


OPEN = (State.WAITING, State.PERSON)


class Kind(StrEnum):
    """What the citizen was promised."""

    LIVE = "live"
    """Somebody soon: the citizen waits and the assistant is silent."""
    MESSAGE = "message"
    """An answer later: until somebody takes it, the assistant goes on answering."""
    CALLBACK = "callback"
    """A telephone call later; the number is sealed."""


class Reason(StrEnum):
    """Why there is a hand-off."""

    ASKED = "asked"
    UNHELPED = "unhelped"
    """Asked for after the assistant had not helped several times in a row."""
    LEFT = "left"
    """A message or a number was left while nobody was on duty."""


class CloseReason(StrEnum):
    """How a hand-off ended, as its agent sees it."""

    SOLVED = "solved"
    POINTED = "pointed"
    """Shown to the right place: a window, another office, 12345."""
    GONE = "gone"
    """The citizen said no more."""
    OTHER = "other"


class Sender(StrEnum):
    """Who speaks in a hand-off."""

    CITIZEN = "citizen"
    AGENT = "agent"
    NOTICE = "notice"
    """The office itself: who has come, that somebody else comes, that it is over."""


@dataclass(frozen=True)
class HandOff:
    """A hand-off as it was when it was read."""

    id: str
    conversation: str
    state: State
    kind: Kind
    reason: Reason
    department: str
    """Whose queue it is in; empty for the general desk."""
    owner: str | None
    """Sign-in name of the one person who has it."""
    owner_title: str
    contact: str
    """A sealed telephone number; empty when none was left."""
    asked_at: datetime
    queued_at: datetime
    claimed_at: datetime | None
    unanswered_since: datetime | None
    """When the citizen began to wait for a word."""

    @property
    def silences(self) -> bool:
        """Whether the assistant has to be silent: a person has it, or one is awaited any moment."""
        return self.state is State.PERSON or (self.state is State.WAITING and self.kind is Kind.LIVE)


@dataclass(frozen=True)
class Message:
    """What was said in a hand-off."""

    sequence: int
    """Its number in the conversation, from 1; what has been seen is known by it."""
    sender: Sender
    author: str
    """What a member of staff is called; empty for others."""
    text: str
    """Masked."""
    key: str
    """The client's own name for it."""
    at: datetime


class NotHere(Exception):
    """There is no such hand-off, or not for this person: the two are not told apart."""


class TakenMeanwhile(Exception):
    """It is no longer as it was: somebody else has it, or it is over. The message says who, in Chinese."""
