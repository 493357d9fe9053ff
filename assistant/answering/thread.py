"""What a message means in the light of its thread: a pick, the same matter, a sibling, an earlier one, or something new.

A message in a thread leans on what was said before: “那过期的呢”, “结婚证没带能办吗”, “几天能下来”. It is read up to
four times: alone, behind the words of the question that it follows, behind the name of the matter at hand, and among
the thread's own subjects only. For every subject that a reading or the thread brings up, a learned network sets what
the readings say against what the thread makes likely (docs/decisions/0008-threads.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.answering import thresholds
from assistant.answering.context import Context
from assistant.answering.index import Match
from assistant.answering.library import Library
from assistant.answering.network import Floats
from assistant.answering.picks import named_by_one, picked_label, picked_number
from assistant.answering.question import Question
from assistant.answering.ranking import Ranked, Ranking, situation, softmax
from knowledge.snapshot import Subject
from knowledge.text import contains_any, distinct

FEATURES = (
    "alone", "together", "named", "here", "alone_sure", "together_sure", "covered", "meaning", "likely", "situation", "set_aside", "echo",
    "current", "kin", "earlier", "latest", "option", "topic", "boundary", "clarification", "stranger",
    "bare", "short", "elliptical", "asks", "leaning", "corrected", "back", "on_topic", "choosing",
    "alone_confidence", "together_confidence", "situation_at_hand",
)  # fmt: skip
"""What the network is told of a subject: what each reading says, what it is to the thread, and, alike for all subjects of a
message, what its wording says of the thread."""
_FLOOR = 0.004
"""Share of belief of a subject that a reading does not bring up at all; about the least that one has among twelve."""
_AT_HAND = 0.5
"""Share of what is set aside that the matter at hand knows: then it is that matter which is set aside, and the message is read
without it (“不跑网约车 改拉货呢”). Else a new question that happens to hold a 不 would lose half its words."""
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
_SET_ASIDE = re.compile(
    r"(?<![能是要会可行用对差好得])(?:不是|没有?要|不[要办用买租问跑做开]|不(?!动产|好意思|知道|晓得|小心|见|少|同|过))"
    r"([^,，。;； ]{1,12})[,，。;； ]+(?=[^,，。;；]{2})"
)
"""What a message sets aside before it says what is meant: 到期 in “老公刚讲不是到期 是丢了”. “能不能…” sets nothing aside."""
_BACK = re.compile(r"刚才|刚刚|刚[说问忘]|之前说|前面(?:说|问|那)|回到|[再问说讲]回|回头说|言归正传")
_LED_BACK = re.compile(r"^(?:那|哎|再)?(?:回到|说回|问回|讲回|回头[说讲])?(?:刚才|刚刚|之前|前面)?(?:[说问讲])?(?:的|那个|那)?|言归正传")
"""The words that lead back, which name nothing themselves."""
_LEANING = re.compile(
    r"[没冇不]带|忘了?[带拿]|[没不]在(?:身边|手[边头里上])|落在?(?:家|屋|车|单位)|没拿|没有|冇得?|还没|不全|代替|顶替"
    r"|拿.{1,8}(?:行|可以|去)|要.{0,4}(?:带|上传)"
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


def rank_alone(library: Library, text: str) -> tuple[Question, Ranking]:
    """Read and rank a message without a thread. A matter that it sets aside is not what it means (“我不是补身份证 是户口本没了”)."""
    question, ranking = library.rank(text)
    denied = _SET_ASIDE.search(text)
    aside = library.rank(denied[1])[1].best if denied else None
    if denied is None or aside is None or ranking.best is None:
        return question, ranking
    meant, not_meant = (library.subject(candidate.match.subject) for candidate in (ranking.best, aside))
    return library.rank(text.replace(denied[0], "", 1)) if meant is not_meant or related(meant, not_meant) else (question, ranking)


def rank_in_thread(library: Library, text: str, context: Context) -> Ranking | None:
    """Rank the subjects that a message may mean in its thread.

    Returns:
        None when there is no thread that the snapshot still knows, or when the message stands on its own: it names its
        matter for sure, or has nothing to do with the thread (“今天热不热”).

    """
    network = library.ranker.thread
    if network is None or _stands_alone(library, text, context):
        return None
    found = beliefs(library, text, context)
    if found is None:
        return None
    matches, rows = found
    *shares, stranger = softmax(network.scores(rows)).tolist()
    candidates = sorted((Ranked(m, share) for m, share in zip(matches, shares, strict=True)), key=lambda c: -c.share)
    if stranger >= candidates[0].share:
        return None
    return Ranking(tuple(candidates), confidence=candidates[0].share, known=sum(c.share for c in candidates[:4]))


def _stands_alone(library: Library, text: str, context: Context) -> bool:
    """Whether a message names a matter of its own for sure, and nothing in its wording leans on the thread."""
    question, alone = library.rank(text)
    if elliptical(text) or affirmed(text) != text or _LEANING.search(text) or _BACK.search(text):
        return False
    sure = alone.confidence >= thresholds.STANDS_ALONE and len(question.core) > thresholds.SHORT
    return sure or _names_another_family(library, question, alone, context)


def _names_another_family(library: Library, question: Question, alone: Ranking, context: Context) -> bool:
    """Whether a message names by its own word a family of matters that the thread has nothing of, and no more
    (“居住证多久领到” after a question on housing money): which of them is asked, instead of answering on the money.
    """
    if alone.best is None or context.options or "也" in question.text or alone.confidence < thresholds.ANSWER:
        return False
    family = [library.subject(o) for o in library.subject(alone.best.match.subject).options if library.knows(o)]
    named = bool(family) and contains_any(question.core, library.index.reader.lexicon.terms)
    return named and all(related(family[0], member) and member.id not in (context.subject, *context.recent) for member in family)


@dataclass(frozen=True)
class _Thread:
    """The subjects that a conversation has come to so far, those that the snapshot still knows."""

    here: Subject | None
    """The matter at hand."""
    kin: Sequence[str]
    """Its siblings, and what was offered beside it."""
    earlier: Sequence[str]
    options: Sequence[str]

    @classmethod
    def of(cls, library: Library, context: Context) -> "_Thread":
        here = library.subject(context.subject) if context.subject is not None and library.knows(context.subject) else None
        others = [s for s in library.index.subjects.values() if here is not None and s is not here]
        return cls(
            here=here,
            kin=[s.id for s in others if here is not None and (related(s, here) or s.id in context.offered)],
            earlier=[s for s in context.recent if library.knows(s)],
            options=[o for o in context.options if library.knows(o)],
        )

    @property
    def own(self) -> list[str]:
        """All but the kin."""
        return distinct([*self.options, *([self.here.id] if self.here is not None else []), *self.earlier])


def beliefs(library: Library, text: str, context: Context) -> tuple[list[Match], Floats] | None:
    """The subjects that a message may mean in its thread, and FEATURES of each and, last, of none of them.

    Returns:
        The matches, and rows of shape (matches + 1, features); None without a thread.

    """
    thread = _Thread.of(library, context)
    here = thread.here
    if here is None and not thread.options:
        return None
    words = affirmed(text)
    denied = _SET_ASIDE.search(words)
    aside = _ranked_among(library, denied[1] if denied else "", [*thread.own, *thread.kin])
    left = words.replace(denied[0], "", 1) if denied and _is_at_hand(aside, here) else words
    question, alone = library.rank(_LED_BACK.sub("", left, count=1) if _BACK.search(left) else left)
    together = library.rank(f"{context.question} {words}")[1] if context.question else alone
    named = library.rank(f"{here.parent} {question.core or question.text}")[1] if here is not None and here.kind == "item" else None
    subjects = distinct([*thread.own, *_likeliest(alone), *_likeliest(together), *(s for s in _likeliest(named) if s in thread.kin)])
    among = library.ranker.rank(library.index, question, only=distinct([*subjects, *thread.kin]))
    readings = [_shares(r) for r in (alone, together, named, _only(among, [*thread.own, *thread.kin]))]
    set_aside = _shares(aside)
    wording = (
        not question.core, len(question.core) <= thresholds.SHORT, elliptical(text), bool(library.rank(text)[0].facets),
        bool(_LEANING.search(text)), words != text, bool(_BACK.search(text)), here is not None and here.kind == "topic",
        bool(thread.options), alone.confidence, together.confidence,
        here is not None and situation(question, here, library.index.subjects),
    )  # fmt: skip
    matches = [c.match for c in among.candidates if c.match.subject in subjects]
    rows = []
    for match in matches:
        name, subject = match.subject, library.subject(match.subject)
        rows.append(
            (
                *np.log([shares.get(name, _FLOOR) for shares in readings]),
                readings[0].get(name, 0.0) * alone.confidence, readings[1].get(name, 0.0) * together.confidence,
                match.covered, match.meaning, match.likely,
                situation(question, subject, library.index.subjects), set_aside.get(name, 0.0),
                _echo(question.core, context.asked.get(name, "")),
                subject is here, name in thread.kin, name in thread.earlier, thread.earlier[:1] == [name], name in thread.options,
                subject.kind == "topic", subject.kind == "boundary", subject.kind == "clarification", False, *wording,
            )
        )  # fmt: skip
    nothing_of_it = [0.0] * (len(FEATURES) - len(wording))
    nothing_of_it[FEATURES.index("stranger")] = 1.0
    return matches, np.array([*rows, (*nothing_of_it, *wording)], dtype=float)


def _ranked_among(library: Library, text: str, subjects: Sequence[str]) -> Ranking:
    """A text ranked among these subjects; nothing when it names no matter."""
    question = library.index.reader.read(text)
    return library.ranker.rank(library.index, question, only=subjects) if question.core else Ranking((), 0.0, 0.0)


def _is_at_hand(aside: Ranking, here: Subject | None) -> bool:
    """Whether what is set aside is the matter at hand."""
    return any(here is not None and c.match.subject == here.id and c.match.covered >= _AT_HAND for c in aside.candidates)


def _echo(core: str, asked: str) -> float:
    """Share of a message's pairs of characters that come back from the question by which a subject was asked for, 0 to 1."""
    pairs = {core[n : n + 2] for n in range(len(core) - 1)}
    return len(pairs & {asked[n : n + 2] for n in range(len(asked) - 1)}) / max(len(pairs), 1)


def _likeliest(ranking: Ranking | None) -> list[str]:
    return [c.match.subject for c in ranking.candidates[:_LIKELIEST]] if ranking is not None else []


def _shares(ranking: Ranking | None) -> dict[str, float]:
    return {c.match.subject: max(c.share, _FLOOR) for c in ranking.candidates} if ranking is not None else {}


def _only(ranking: Ranking, subjects: Sequence[str]) -> Ranking:
    """A ranking of these subjects alone, whose belief adds up to 1 again."""
    found = [c for c in ranking.candidates if c.match.subject in subjects]
    total = sum(c.share for c in found)
    return replace(ranking, candidates=tuple(replace(c, share=c.share / total) for c in found))


def related(one: Subject, other: Subject) -> bool:
    """Whether two items are granules of one matter."""
    granules = one.kind == other.kind == "item"
    return granules and (one.parent == other.parent or (bool(one.families) and one.families[:1] == other.families[:1]))
