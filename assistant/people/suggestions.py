"""What the assistant would say, beside a conversation that a person has: theirs to send, to change, or to leave."""

from datetime import date

from pydantic import BaseModel, Field

from assistant.answering.context import NO_INTENT, Context
from assistant.answering.library import Library
from assistant.desk import OpenTurn
from assistant.messages import Answer
from assistant.screen import screen
from knowledge.render import is_expired
from knowledge.snapshot import Citation, Entry
from knowledge.vocabulary import FACET_TITLES, Facet

SHOWN = 4
"""Suggestions at once: more are not read while somebody waits."""


LEAST = 0.05
"""What the search gives a smaller share of its belief is not shown: it was thought of and dismissed."""


class Suggestion(BaseModel):
    """可以发给市民的一条已发布的原文。"""

    subject: str
    facet: Facet | None
    entry: str
    title: str
    share: float = Field(ge=0, le=1, description="有几分像，0到1")
    text: str = Field(description="连同依据和日期，可以直接发")


class Suggestions(BaseModel):
    """对市民这句话，智问会怎么答。"""

    asked: str = Field(description="看的是哪句话，遮盖过")
    suggestions: list[Suggestion]


def suggest(library: Library, asked: str, context: Context, today: date) -> Suggestions:
    """Ask the same search as the chat does, in the same thread: its answer first, then what else it thought of.

    Args:
        library: what is live.
        asked: the citizen's words, or the agent's own.
        context: the thread of the conversation.
        today: what is expired on it is not suggested.

    """
    message = screen(asked)
    if message.empty:
        return Suggestions(asked=message.masked, suggestions=[])
    turn = OpenTurn(message, context, library, today)
    draft = turn.answer(NO_INTENT)
    found = [_of_answer(answer) for answer in draft.answers]
    facets = turn.context.facets or turn.context.asked_facets or (Facet.PROCESS, Facet.MATERIALS)
    candidates = draft.explanation.get("candidates", [])
    for candidate in candidates if isinstance(candidates, list) else []:
        for_clerks = library.knows(candidate["subject"]) and library.subject(candidate["subject"]).audience == "clerk"
        if for_clerks or candidate["share"] < LEAST:
            continue
        for facet in (None, *facets):
            entry = library.entries.get((candidate["subject"], facet))
            if entry is not None and not is_expired(entry.expires_on, today) and all(entry.id != other.entry for other in found):
                found.append(_of_entry(entry, candidate["share"]))
    return Suggestions(asked=message.masked, suggestions=found[:SHOWN])


def _of_answer(answer: Answer) -> Suggestion:
    text = _signed(answer.text, answer.citations, answer.reviewed_on)
    return Suggestion(
        subject=answer.subject, facet=answer.facet, entry=answer.entry, title=answer.title, share=answer.confidence, text=text
    )


def _of_entry(entry: Entry, share: float) -> Suggestion:
    title = entry.title if entry.facet is None or FACET_TITLES[entry.facet] in entry.title else f"{entry.title}·{FACET_TITLES[entry.facet]}"
    text = _signed(entry.text, list(entry.citations), entry.reviewed_on)
    return Suggestion(subject=entry.subject, facet=entry.facet, entry=entry.id, title=title, share=share, text=text)


def _signed(text: str, citations: list[Citation], reviewed_on: date) -> str:
    """The published words, what they rest on, and how old they are."""
    rules = "、".join(f"《{c.title}》{c.locator}" for c in citations)
    return f"{text}\n依据：{rules}；更新于{reviewed_on}。"
