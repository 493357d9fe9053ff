"""What is kept of a conversation from one turn to the next."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.vocabulary import Facet

_REMEMBERED = 3
"""Subjects that “回到刚才的” may mean; people do not go back further."""


class FormName(StrEnum):
    """The forms: what is done for people in a few questions."""

    PROGRESS = "progress"
    HOTLINE = "hotline"
    RATING = "rating"


class OpenForm(BaseModel):
    """How far a form is. What was told is sealed behind the ticket and not here; Rasa's form mirrors this one."""

    model_config = ConfigDict(frozen=True)

    name: FormName
    asks: str
    """What the form asks for next: one of its slots, or what it offers."""
    given: tuple[str, ...] = ()
    """The slots that were given."""
    ticket: str = ""
    strayed: int = 0
    """Messages in a row that were about something else."""


class Context(BaseModel):
    """The thread: what was answered last, and what was asked back. Stored with the conversation."""

    model_config = ConfigDict(frozen=True)

    subject: str | None = None
    facets: tuple[Facet, ...] = ()
    options: tuple[str, ...] = ()
    """Subjects offered in the last turn; empty when nothing is open."""
    offered: tuple[str, ...] = ()
    """Subjects that were offered beside the one at hand: “医保那块呢” may mean one of them after another was picked."""
    asked_facets: tuple[Facet, ...] = ()
    """Facets of the question that the options are for: it is answered once one is picked."""
    question: str = ""
    """What the last question named as its matter, masked; what follows is read behind it."""
    recent: tuple[str, ...] = ()
    """Subjects answered before this one, latest first."""
    asked: Mapping[str, str] = {}
    """The `question` by which each subject of the thread first came up: “刚才那个批地基的” means what was asked for in these words."""
    failures: int = 0
    """Turns in a row that did not help."""
    leaving: Literal["", "offered", "message", "callback"] = ""
    """What the citizen is about to leave for people who are not there now."""
    region: str | None = None
    audience: str = "citizen"
    form: OpenForm | None = None
    """The form that is being filled in."""
    case: str = ""
    """A ticket for the case that was just reported: it may be rated without proving it once more."""

    def about(self, subject: str, facets: tuple[Facet, ...]) -> "Context":
        """The thread after an answer on a subject."""
        earlier = (self.subject, *self.recent) if self.subject not in (None, subject) else self.recent
        recent = tuple(s for s in dict.fromkeys(earlier) if s is not None and s != subject)[:_REMEMBERED]
        asked = {s: q for s, q in {subject: self.question, **self.asked}.items() if q and s in (subject, *recent)}
        offered = self.options or self.offered
        left = {"options": (), "asked_facets": (), "offered": offered if subject in offered else ()}
        return self.model_copy(update={"subject": subject, "facets": facets, "recent": recent, "asked": asked, **left})

    def elsewhere(self) -> "Context":
        """The thread when something else is asked and not yet answered: the subject at hand is one of before."""
        earlier = [s for s in (self.subject, *self.recent) if s is not None]
        return self.model_copy(update={"subject": None, "facets": (), "recent": tuple(earlier[:_REMEMBERED])})


class Intent(BaseModel):
    """What the dialogue engine makes of a message."""

    model_config = ConfigDict(frozen=True)

    name: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    """The likeliest intents with their confidence, the first included."""

    @property
    def facets(self) -> dict[Facet, float]:
        """How likely each facet is, if a facet is asked at all: the facets among the likeliest intents, adding up to 1."""
        named = {Facet(n.removeprefix("ask_")): c for n, c in self.ranking if n.startswith("ask_") and n != "ask_general"}
        total = sum(named.values())
        return {facet: confidence / total for facet, confidence in named.items()} if total else {}

    @property
    def strange(self) -> float:
        """How likely the message is no matter of this office: about something else, or about the assistant itself."""
        return sum(confidence for name, confidence in self.ranking if name in ("out_of_scope", "bot_identity"))


NO_INTENT = Intent(name="", confidence=0.0)
"""When the dialogue engine was not asked or did not answer."""
