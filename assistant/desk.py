"""The turns that are being worked on. Actions find here what the message, its thread and its snapshot are."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from assistant.answering import thresholds
from assistant.answering.answerer import Draft, respond
from assistant.answering.context import Context, Intent, OpenForm
from assistant.answering.library import Library
from assistant.answering.ranking import Ranking
from assistant.answering.thread import elliptical
from assistant.casework.words import asks
from assistant.screen import Screened
from knowledge.vocabulary import Outcome

_ABOUT = {
    "handoff": ("t-rengong",),
    "complaint": ("t-tousu", "t-12345"),
    "progress": ("t-jindu", "t-chaoshi"),
    "rating": ("t-haochaping",),
}
"""The topics that tell about an act. “我要投诉” and “怎么投诉” are alike; the first wants it done."""

_OUTRIGHT = {
    "complaint": re.compile(
        r"(?:我|必须|就|定)要?(?:投诉|举报|告)|要(?:投诉|举报|表扬)|投诉(?:你|他|她|它|那|这)|^(?:投诉|举报|表扬)[ ,，。:：]"
    ),
    "handoff": re.compile(r"(?:转|换|找|叫|接).{0,2}(?:人工|真人|客服)"),
    "progress": re.compile(r"(?:批|审|办|做|弄|搞)(?:出来|下来|好|完|成)?了?[没冇]有?(?=$|[ ,，。?？!！])|动静|受理号|在谁手[里上头]"),
}
"""What says outright what is wanted; then it is no question, however much it sounds like one that is published."""


_OUR_OWN = ("progress", "handoff", "rating")
"""Acts that are about our own cases and people: how far a parcel is, is not."""


@dataclass
class OpenTurn:
    """One turn on its way. The library is pinned: a newer snapshot counts from the next turn on."""

    message: Screened
    context: Context
    library: Library
    today: date
    conversation: str = ""
    address: str = ""
    """The client's network address; it is neither stored nor logged."""
    draft: Draft | None = None
    errand: Callable[[], Awaitable[Draft]] | None = None
    """What an outside system must be asked for the draft. It is run after Rasa has let go of the turn, so that a
    slow system keeps nobody else waiting."""
    heard: bool = False
    """Whether the open form has been asked if the message is for it."""
    by_form: bool = False
    """Whether a form decided the turn."""

    @property
    def decided(self) -> bool:
        """Whether the turn has its draft, or knows where to get it."""
        return self.draft is not None or self.errand is not None

    async def outcome(self) -> Draft:
        """The draft of a decided turn, after its errand."""
        if self.errand is not None:
            self.draft = await self.errand()
        assert self.draft is not None, "a turn is decided before its outcome is asked for"
        return self.draft

    def fill_in(self, draft: Draft, form: OpenForm | None) -> None:
        """End the turn with what a form says; the form stays open as given, or is closed."""
        self.draft, self.by_form = draft, True
        self.context = self.context.model_copy(update={"form": form})

    def answer(self, intent: Intent) -> Draft:
        """Search, decide, and keep the result for the reply."""
        self.draft, self.context = respond(self.library, self.message.query, self.context, intent, self.today)
        return self.draft

    def is_question(self, intent: Intent) -> bool:
        """Whether a message that looks like an act is plainly a question that is published, or a pick.

        “怎么查进度” is a question about progress and has an answer; “我的批了没有” is none. What is plainly a matter of
        others (“我的快递到哪了”) is a question too, and is said to be none of ours.
        """
        question, ranking = self.library.rank(self.message.query)
        best = ranking.best
        kind = self._kind(ranking)
        exact = best is not None and best.match.exact == 1
        unsure = intent.confidence < thresholds.ACT_SURE
        about = best is not None and best.match.subject in _ABOUT.get(intent.name, ())
        outright = intent.name in _OUTRIGHT and _OUTRIGHT[intent.name].search(question.text)
        if outright and not exact and not (about and asks(question.text)):
            return False
        # “隔壁工地半夜打桩” tells something; a published answer is for who asks.
        told = intent.confidence >= thresholds.ACT_TOLD and not question.facets and not asks(question.text)
        surer = ranking.confidence >= (thresholds.OWN_TOPIC if about else thresholds.ACT_OVERRIDE)
        published = kind in ("item", "topic") and (exact or unsure and surer and not told)
        others = kind == "boundary" and intent.name in _OUR_OWN and intent.confidence < thresholds.ACT_OF_OURS
        picking = bool(self.context.options) and unsure
        follows = self.context.subject is not None and unsure and (bool(question.facets) or elliptical(self.message.query))
        return published or (others and ranking.confidence >= thresholds.DECLINE) or picking or follows

    def names_matter(self, intent: Intent) -> bool:
        """Whether what sounds like small talk names a matter to be talked about (“喂，我那个驾驶证的事”)."""
        _, ranking = self.library.rank(self.message.query)
        named = self._kind(ranking) in ("item", "clarification") and ranking.confidence >= thresholds.ACT_OVERRIDE
        return named and intent.confidence < thresholds.SMALL_TALK

    def _kind(self, ranking: Ranking) -> str:
        """The kind of subject that comes first; nothing where none does."""
        return self.library.subject(ranking.best.match.subject).kind if ranking.best is not None else ""

    def act(self, outcome: Outcome, text: str, intent: Intent, draft: Draft | None = None) -> Draft:
        """End the turn with an act, unless the message is a question."""
        if self.is_question(intent):
            return self.answer(intent)
        self.draft = draft or Draft(outcome, text, explanation={"intent": intent.name, "intent_confidence": round(intent.confidence, 3)})
        return self.draft


class Desk:
    """Open turns by conversation; a conversation has one at a time."""

    def __init__(self) -> None:
        self._open: dict[str, OpenTurn] = {}

    def open(self, conversation_id: str, turn: OpenTurn) -> None:
        """Begin a turn."""
        self._open[conversation_id] = turn

    def turn(self, conversation_id: str) -> OpenTurn | None:
        """The open turn of a conversation; None when it was closed meanwhile (a late action)."""
        return self._open.get(conversation_id)

    def close(self, conversation_id: str) -> None:
        """End a turn."""
        self._open.pop(conversation_id, None)
