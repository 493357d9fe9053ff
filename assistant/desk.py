"""The turns that are being worked on. Actions find here what the message, its thread and its snapshot are."""

from dataclasses import dataclass
from datetime import date

from assistant.answering import thresholds
from assistant.answering.answerer import Draft, respond
from assistant.answering.context import Context, Intent
from assistant.answering.library import Library
from assistant.screen import Screened
from knowledge.vocabulary import Outcome

_ABOUT = {
    Outcome.HANDOFF: ("t-rengong",),
    Outcome.HOTLINE: ("t-tousu", "t-12345"),
    Outcome.PROGRESS: ("t-jindu",),
    Outcome.RATING: ("t-haochaping",),
}
"""The topics that tell about an act. “我要投诉” and “怎么投诉” are alike; the first wants it done."""


@dataclass
class OpenTurn:
    """One turn on its way. The library is pinned: a newer snapshot counts from the next turn on."""

    message: Screened
    context: Context
    library: Library
    today: date
    draft: Draft | None = None

    def answer(self, intent: Intent) -> Draft:
        """Search, decide, and keep the result for the reply."""
        self.draft, self.context = respond(self.library, self.message.query, self.context, intent, self.today)
        return self.draft

    def act(self, outcome: Outcome, text: str, intent: Intent, draft: Draft | None = None) -> Draft:
        """End the turn with an act, unless the message is plainly a question that is published.

        “怎么查进度” is a question about progress and has an answer; “我的批了没有” is none.
        """
        question, ranking = self.library.rank(self.message.query)
        best = ranking.best
        asked = best is not None and self.library.subject(best.match.subject).kind in ("item", "topic")
        exact = best is not None and best.match.exact == 1
        guess, unsure = intent.confidence < thresholds.ACT_GUESS, intent.confidence < thresholds.ACT_SURE
        enough = thresholds.GUESS_OVERRIDE if guess else thresholds.ACT_OVERRIDE
        if best is not None and best.match.subject in _ABOUT.get(outcome, ()):
            enough = thresholds.OWN_TOPIC
        published = asked and (exact or unsure and ranking.confidence >= enough)
        picking = bool(self.context.options) and unsure
        follows = self.context.subject is not None and guess and bool(question.facets)
        if published or picking or follows:
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
