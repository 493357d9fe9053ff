"""What a message means in the light of its thread: a pick, the same matter, a sibling, an earlier one, or something new.

A message in a thread leans on what was said before: “那过期的呢”, “结婚证没带能办吗”, “几天能下来”. It is read up to
three times: alone, behind the words of the question that it follows, and behind the name of the matter at hand. For
every subject that a reading or the thread brings up, learned weights set what the readings say against what the
thread makes likely (docs/decisions/0008-threads.md).
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answering import thresholds
from assistant.answering.context import Context
from assistant.answering.index import Match
from assistant.answering.library import Library
from assistant.answering.picks import named_by_one, picked_label, picked_number
from assistant.answering.question import Question
from assistant.answering.ranking import Ranked, Ranking, situation, softmax
from knowledge.snapshot import Subject
from knowledge.text import distinct

Floats = NDArray[np.float64]

FEATURES = (
    "alone", "together", "named", "alone_sure", "together_sure", "situation",
    "current", "kin", "earlier", "option", "topic_of_facet", "boundary", "clarification",
    "current_bare", "current_short", "current_elliptical", "current_facet", "current_leaning",
    "current_corrected", "current_back", "current_rival", "kin_elliptical", "earlier_back",
    "current_elliptical_facet", "kin_elliptical_facet", "kin_situation", "current_topic_facet", "earlier_after_topic",
)  # fmt: skip
_FLOOR = 0.004
"""Share of belief of a subject that a reading does not bring up at all; about the least that one has among twelve."""
_LIKELIEST = 6
"""Subjects that each reading brings up."""

_ELLIPSIS = ("那", "换成", "如果", "要是", "改成", "不是", "不对", "要的是", "还有", "万一")
_TAILS = re.compile(r"(?:呢|咧|嘞)(?:[?\uff1f!\uff01 。.]*$|[,，])|那种|那个的|那块|的话|顺[带便]|也一样")
_CORRECTION = re.compile(
    r"^(?:哦|噢|啊|哎呀?|诶|呃|不好意思|对不起|抱歉)*[,，。! ]*"
    r"(?:不对|不是这个(?:意思)?|我?(?:说|讲|搞|打|写|弄|问|看)(?:错|反|快)了?"
    r"|错了|更正)(?:了|[,，。! ]|不对|(?:说|讲|搞|打|写|弄|看)错了?)*"
    r"|^.{0,12}?(?:我的?意思是|我是说|我说的是)"
)
_DENIED = re.compile(
    r"^(?:我|他|她|哦|噢|也)*(?:不是|不要|不办|不用|不买|不租|不问|没有?要)[^,，。;； ]{1,14}[,，。;； ]+(?=[^,，。;；]{2})"
    r"|^[^,，。;；]{1,14}(?:都在|还在|都有|没丢|没坏|没掉|没过期|没到期|没事)[,，。;； ]+(?=[^,，。;；]{2})"
)
_BACK = re.compile(r"刚才|刚刚|刚[说问忘]|之前说|前面(?:说|问|那)|回到|[再问说讲]回|回头说|言归正传")
_LEANING = re.compile(
    r"没带|冇带|忘带|忘了带|没拿|没有|冇得?|还没|不全|代替|顶替|拿.{1,8}(?:行|可以|去)|要.{0,4}(?:带|上传)"
    r"|要不要|用不用|要先|还要|是不是要|[行要]得?[啵不吗么]|可以[吗不啵么]|能[办行用].{0,2}[吗不啵么]|还是"
)


def tapped(library: Library, text: str, question: Question, options: Sequence[str]) -> str | None:
    """The option that a message picks by number, order, label, or a name that only one option has."""
    number = picked_number(text, len(options))
    if number is None:
        number = picked_label(text, library.labels(options))
    if number is None:
        number = named_by_one(question.core, [f"{s.title}{s.label}{s.department}" for s in map(library.subject, options)])
    return None if number is None else options[number]


def elliptical(text: str) -> bool:
    """Whether a message leans on the one before (“那…”, “…呢”)."""
    return text.startswith(_ELLIPSIS) or bool(_TAILS.search(text))


def affirmed(text: str) -> str:
    """What a correction or a negation leaves standing: “不是换，我头一次办” is 我头一次办."""
    left = _DENIED.sub("", _CORRECTION.sub("", text).strip(" ,，。!！"))
    return left.removeprefix("是").removeprefix("就是").removeprefix("只要") or text


def rank_in_thread(library: Library, text: str, context: Context) -> Ranking | None:
    """Rank the subjects that a message may mean in its thread.

    Returns:
        None when there is no thread that the snapshot still knows, or when the message plainly stands on its own.

    """
    found = None if _stands_alone(library, text) else beliefs(library, text, context)
    if found is None:
        return None
    matches, rows = found
    shares = softmax(rows @ np.array(library.ranker.thread_weights))
    candidates = sorted((Ranked(m, float(share)) for m, share in zip(matches, shares, strict=True)), key=lambda c: -c.share)
    return Ranking(tuple(candidates), confidence=candidates[0].share, known=sum(c.share for c in candidates[:4]))


def _stands_alone(library: Library, text: str) -> bool:
    """Whether a message names a matter of its own for sure, and nothing in its wording leans on the thread."""
    question, alone = library.rank(text)
    leans = elliptical(text) or affirmed(text) != text or bool(_LEANING.search(text) or _BACK.search(text))
    return alone.confidence >= thresholds.STANDS_ALONE and len(question.core) > thresholds.SHORT and not leans


def beliefs(library: Library, text: str, context: Context) -> tuple[list[Match], Floats] | None:
    """The subjects that a message may mean in its thread, and one row of FEATURES for each; None without a thread."""
    current = context.subject if library.knows(context.subject) else None
    options = [o for o in context.options if library.knows(o)]
    if current is None and not options:
        return None
    here = library.subject(current) if current is not None else None
    earlier = [s for s in context.recent if library.knows(s)]
    kin = [s.id for s in library.index.subjects.values() if here is not None and related(s, here) and s is not here]
    words = affirmed(text)
    question, alone = library.rank(words)
    together = library.rank(f"{context.question} {words}")[1] if context.question else alone
    named = library.rank(f"{here.parent} {question.core or question.text}")[1] if here is not None and here.kind == "item" else None
    subjects = distinct(
        [*options, *([current] if current is not None else []), *earlier, *_likeliest(alone), *_likeliest(together)]
        + [s for s in _likeliest(named) if s in kin]
    )  # fmt: skip
    matches = library.index.match(question, limit=len(subjects), only=subjects)
    asks = bool(library.rank(text)[0].facets)
    bare, short = not question.core, len(question.core) <= thresholds.SHORT
    leaning, back = bool(_LEANING.search(text)), bool(_BACK.search(text))
    ellipsis, corrected = elliptical(text), words != text
    on_topic = here is not None and here.kind == "topic"
    first, second, third = (_shares(r) for r in (alone, together, named))

    def says(subject: Subject) -> float:
        return situation(question, subject, library.index.subjects)

    rows = []
    for match in matches:
        name = match.subject
        subject = library.subject(name)
        at_hand, sibling, before, offered = name == current, name in kin, name in earlier, name in options
        rows.append(
            (
                np.log(first.get(name, _FLOOR)), np.log(second.get(name, _FLOOR)),
                np.log(third.get(name, _FLOOR)) if named is not None else 0.0,
                first.get(name, 0.0) * alone.confidence, second.get(name, 0.0) * together.confidence, says(subject),
                at_hand, sibling, before, offered,
                subject.kind == "topic" and asks, subject.kind == "boundary", subject.kind == "clarification",
                at_hand and bare, at_hand and short, at_hand and ellipsis, at_hand and asks, at_hand and leaning,
                at_hand and corrected, at_hand and back, at_hand * alone.confidence, sibling and ellipsis, before and back,
                at_hand and ellipsis and asks, sibling and ellipsis and asks,
                sibling and here is not None and says(subject) > says(here), at_hand and on_topic and asks,
                on_topic and earlier[:1] == [name],
            )
        )  # fmt: skip
    return matches, np.array(rows, dtype=float)


def _likeliest(ranking: Ranking | None) -> list[str]:
    return [c.match.subject for c in ranking.candidates[:_LIKELIEST]] if ranking is not None else []


def _shares(ranking: Ranking | None) -> dict[str, float]:
    return {c.match.subject: max(c.share, _FLOOR) for c in ranking.candidates} if ranking is not None else {}


def related(one: Subject, other: Subject) -> bool:
    """Whether two items are granules of one matter."""
    granules = one.kind == other.kind == "item"
    return granules and (one.parent == other.parent or (bool(one.families) and one.families[:1] == other.families[:1]))
