"""What a message means in the light of its thread: a pick, the same matter, a sibling, an earlier one, or something new.

A message in a thread leans on what was said before: “那过期的呢”, “结婚证没带能办吗”, “几天能下来”. It is read
three times, each time among the subjects that the thread makes likely: alone, behind the words of the question
that it follows, and behind the name of the matter that the thread is about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answering import thresholds
from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.answering.picks import named_by_one, picked_label, picked_number
from assistant.answering.question import Question
from assistant.answering.ranking import Ranking
from knowledge.snapshot import Subject
from knowledge.text import contains_any, distinct
from knowledge.vocabulary import Facet

_ELLIPSIS = ("那", "换成", "如果", "要是", "改成", "不是", "不对", "要的是")
_TAILS = re.compile(r"(?:呢|咧|嘞)(?:[?\uff1f!\uff01 。.]*$|[,，])")
_CORRECTION = re.compile(
    r"^(?:哦|噢|啊|哎呀?|诶|呃|不好意思|对不起|抱歉)*[,，。! ]*"
    r"(?:不对|不是这个(?:意思)?|(?:我?(?:说|讲|搞|打|写|弄|问)错)了?|错了|更正)(?:了|[,，。! ]|(?:说|讲|搞|打|写|弄)错了)*"
)
_DENIED = re.compile(
    r"^(?:我|他|她|哦|噢|也)*(?:不是|不要|不办|不用|不买|不租|不问|没有?要)[^,，。;； ]{1,14}[,，。;； ]+(?=[^,，。;；]{2})"
    r"|^[^,，。;；]{1,14}(?:都在|还在|都有|没丢|没事)[,，。;； ]+(?=[^,，。;；]{2})"
)
_BACK = re.compile(r"刚才|刚刚|之前说|前面(?:说|问|那)|回到|再问回|说回|回头说|言归正传")
_LEANING = re.compile(
    r"没带|冇带|忘带|忘了带|没拿|没有|冇得?|还没|不全|代替|顶替|拿.{1,8}(?:行|可以|去)"
    r"|要不要|用不用|要先|还要|是不是要|[行要]得?[啵不吗么]|可以[吗不啵么]|能[办行用].{0,2}[吗不啵么]|还是"
)


@dataclass(frozen=True)
class Meant:
    """The subject that the thread gives a message."""

    subject: str
    how: Literal["tapped", "picked", "kept", "moved", "returned"]


def place(
    library: Library, text: str, question: Question, alone: Ranking, context: Context, facets: Sequence[Facet], asking: bool
) -> Meant | None:
    """Find the subject that a message means in its thread.

    Args:
        library: the snapshot that answers.
        text: the message.
        question: the message as read.
        alone: its ranking without the thread.
        context: the thread.
        facets: facets that the message names itself.
        asking: whether the engine takes it for a question about some facet at all.

    Returns:
        None when the message stands on its own: it is something new, or there is no thread.

    """
    options = [o for o in context.options if library.knows(o)]
    if options:
        tapped = _tapped(library, text, question, options)
        if tapped is not None:
            return Meant(tapped, "tapped")
        if question.core:
            return _pick(library, text, context, options)
    if context.subject is None or not library.knows(context.subject):
        return None
    return _follow(library, text, question, alone, context, context.subject, facets, asking)


def elliptical(text: str) -> bool:
    """Whether a message leans on the one before (“那…”, “…呢”)."""
    return text.startswith(_ELLIPSIS) or bool(_TAILS.search(text))


def affirmed(text: str) -> str:
    """What a correction or a negation leaves standing: “不是换，我头一次办” is 我头一次办."""
    left = _DENIED.sub("", _CORRECTION.sub("", text).strip(" ,，。!！"))
    return left.removeprefix("是").removeprefix("就是").removeprefix("只要") or text


def _tapped(library: Library, text: str, question: Question, options: list[str]) -> str | None:
    """The option that a message picks by number, order, label, or a name that only one option has."""
    number = picked_number(text, len(options))
    if number is None:
        number = picked_label(text, library.labels(options))
    if number is None:
        number = named_by_one(question.core, [f"{s.title}{s.label}{s.department}" for s in map(library.subject, options)])
    return None if number is None else options[number]


def _pick(library: Library, text: str, context: Context, options: list[str]) -> Meant | None:
    """The option that a message means in its own words, or the matter that it names behind the open question."""
    words = affirmed(text)
    alone = library.rank(words)[1]
    together = library.rank(f"{context.question} {words}")[1]
    if _outside(library, alone, options) and _outside(library, together, options):
        return None
    best = together.best
    if best is not None and library.subject(best.match.subject).kind == "item" and _outside(library, together, options):
        return Meant(best.match.subject, "moved")
    found = _likeliest(library, options, [words, f"{context.question} {words}"], thresholds.PICK)
    return None if found is None else Meant(found, "picked")


def _follow(
    library: Library, text: str, question: Question, alone: Ranking, context: Context, current: str, facets: Sequence[Facet], asking: bool
) -> Meant | None:
    """Whether a message stays with the current subject, moves to a sibling, or goes back to an earlier one."""
    if not question.core:
        return Meant(current, "kept")
    if library.index.exact_phrase(question) is not None:
        return None
    here = library.subject(current)
    earlier = [s for s in context.recent if library.knows(s)]
    if _BACK.search(text) and earlier:
        back = _likeliest(library, distinct([current, *earlier]), [question.core], thresholds.KIN)
        if back is not None:
            return Meant(back, "returned")
    if here.kind != "item":
        return None
    words = affirmed(text)
    corrected = words != text
    if corrected:
        question, alone = library.rank(words)
    leaning = bool(_LEANING.search(text))
    if leaning and not corrected and (alone.confidence < thresholds.ANSWER or _only_mentioned(library, question, current)):
        return Meant(current, "kept")
    kin = [s.id for s in library.index.subjects.values() if s.kind == "item" and _related(s, here)]
    near = distinct([*kin, *earlier])
    if elliptical(text) or corrected or _names_another_situation(library, question, current, kin, alone):
        named = library.rank(f"{here.parent} {question.core}")[1]
        inside = named.best is not None and named.best.match.subject in kin and named.confidence >= thresholds.ANSWER
        if inside or not _outside(library, alone, near):
            moved = _likeliest(library, near, [words, f"{context.question} {words}", f"{here.parent} {question.core}"], thresholds.KIN)
            if moved is not None:
                return Meant(moved, "kept" if moved == current else "moved")
    if alone.confidence < thresholds.ANSWER and asking:
        return Meant(current, "kept")
    if facets and (alone.confidence < thresholds.NEW_QUESTION or _general(library, alone)):
        return Meant(current, "kept")
    return None


def _only_mentioned(library: Library, question: Question, current: str) -> bool:
    """Whether a message names a paper that the current matter asks for (“结婚证没带能办吗”), not a matter of its own."""
    listed = "".join(entry.text for (subject, _), entry in library.entries.items() if subject == current)
    papers = [t for t in library.index.reader.lexicon.terms if len(t) >= 2 and t in question.core]
    return any(paper in listed for paper in papers)


def _names_another_situation(library: Library, question: Question, current: str, kin: list[str], alone: Ranking) -> bool:
    """Whether a message that is no sure question of its own says the situation of a sibling alone."""
    if alone.confidence >= thresholds.ANSWER or contains_any(question.text, library.subject(current).situations):
        return False
    return any(contains_any(question.text, library.subject(s).situations) for s in kin if s != current)


def _outside(library: Library, ranking: Ranking, among: list[str]) -> bool:
    """Whether a ranking is sure of something outside a group."""
    best = ranking.best
    if best is None or best.match.subject in among:
        return False
    options = library.subject(best.match.subject).options
    return ranking.confidence >= thresholds.NEW_QUESTION and not set(options) & set(among)


def _general(library: Library, ranking: Ranking) -> bool:
    """Whether a ranking finds a general topic: in a thread about a matter, “能委托别人吗” is about that matter."""
    return ranking.best is not None and library.subject(ranking.best.match.subject).kind == "topic"


def _likeliest(library: Library, group: list[str], readings: list[str], least: float) -> str | None:
    """The one of a group that the readings of a message agree on most."""
    shares: dict[str, float] = {}
    for text in readings:
        read = library.index.reader.read(text)
        for candidate in library.ranker.rank(library.index, read, only=group).candidates:
            shares[candidate.match.subject] = shares.get(candidate.match.subject, 0.0) + candidate.share / len(readings)
    best = max(shares, key=lambda subject: shares[subject], default=None)
    return best if best is not None and shares[best] >= least else None


def _related(one: Subject, other: Subject) -> bool:
    """Whether two items are granules of one matter."""
    return one.parent == other.parent or (bool(one.families) and one.families[:1] == other.families[:1])
