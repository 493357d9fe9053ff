"""Questions that are the same, or as good as the same, and belong to different subjects: nobody could tell which is meant."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from knowledge.loader import Knowledge, Problem
from knowledge.text import Lexicon, fold

NEAR = 0.92
"""Likeness from which two questions are told to be alike. In a short question a single character makes the difference
(迁残疾证要带什么, 残疾证要带什么: 0.91), in one of twenty it seldom does."""

Grams = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Asked:
    """A question as it stands in a file and as it is read."""

    record: str
    subject: str
    text: str
    standard: str
    """Standardised."""
    key: str
    """Folded besides."""
    said: str


def all_questions(knowledge: Knowledge) -> Iterator[tuple[str, list[str]]]:
    """Every record with its questions (without names and negatives)."""
    for item in (*knowledge.items.values(), *knowledge.guides.values()):
        yield item.id, [q for questions in item.questions.values() for q in questions]
    for group in (knowledge.topics, knowledge.clarifications, knowledge.boundaries):
        for record in group.values():
            yield record.id, list(record.questions)
    for entry in knowledge.manual.values():
        yield entry.id, [entry.question, *entry.similar]


def read_questions(knowledge: Knowledge) -> Iterator[Asked]:
    """All questions as messages are read."""
    known = _read_before(knowledge.lexicon)
    for record, questions in all_questions(knowledge):
        entry = knowledge.manual.get(record)
        for question in questions:
            if question not in known:
                standard = knowledge.lexicon.standardise(question)
                known[question] = standard, fold(standard), said(standard, knowledge.lexicon)
            yield Asked(record, entry.subject if entry else record, question, *known[question])


@lru_cache(maxsize=1)
def _read_before(_lexicon: Lexicon) -> dict[str, tuple[str, str, str]]:
    """What questions were read as with these words: most are the same from check to check, and reading all takes seconds."""
    return {}


def lost_questions(knowledge: Knowledge, asked: list[Asked]) -> Iterator[Problem]:
    """Questions that their own answer cannot win, because a boundary's pattern takes them before any search.

    Every other published question wins: repeated letter for letter it is found as itself.
    """
    patterns = [(b.id, pattern) for b in knowledge.boundaries.values() for pattern in b.patterns]
    for one in asked:
        if one.record in knowledge.boundaries:
            continue
        for boundary, pattern in patterns:
            if re.search(pattern, one.standard):
                yield _problem(
                    knowledge, one, f"{knowledge.files[boundary]} 的 {boundary} 有一条 patterns 会先接走这句，它自己的答案永远答不到"
                )
                break


def alike_questions(knowledge: Knowledge, asked: list[Asked]) -> Iterator[Problem]:
    """Questions of two records that are the same, and those of two subjects that are as good as the same."""
    known: dict[str, Asked] = {}
    for one in asked:
        other = known.setdefault(one.key, one)
        if other.record != one.record:
            yield _problem(knowledge, one, f"同一句问法也写在 {knowledge.files[other.record]} 的 {other.record} 里，请留一处")
    for other, one in _near(list({(q.key, q.subject): q for q in asked}.values())):
        if other.key == one.key:
            continue
        where = f"{knowledge.files[other.record]} 的 {other.record} 里有“{other.text}”"
        if other.said == one.said:
            yield _problem(knowledge, one, f"{where}，只差语气词，请留一处")
        else:
            yield _problem(knowledge, one, f"{where}，几乎一样，请看看是不是同一件事", warning=True)


def likeness(one: Grams, other: Grams) -> float:
    """Dice's coefficient: 0 with nothing in common, 1 for the same runs of two characters, as often."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def said(standard: str, lexicon: Lexicon) -> str:
    """Standardised text without punctuation and fillers."""
    return "".join(lexicon.words(standard)) or standard


def grams(text: str) -> Grams:
    """The runs of two characters of a text, with how often each occurs."""
    return frozenset(Counter(text[i : i + 2] for i in range(len(text) - 1)).items())


def _problem(knowledge: Knowledge, asked: Asked, cause: str, warning: bool = False) -> Problem:
    entry = knowledge.manual.get(asked.record)
    field = "questions" if entry is None else "similar" if asked.text in entry.similar else "question"
    return Problem(knowledge.files[asked.record], f"{asked.record}.{field}", asked.text, cause, warning)


def _near(asked: list[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """Pairs of two subjects whose likeness is NEAR or more.

    Two texts that are so like each other share one of their rarest runs (prefix filtering: Chaudhuri, Ganti,
    Kaushik 2006), so that only those with such a run in common are compared: 0.2 s for 16,000 questions.
    """
    sets = [grams(one.said) for one in asked]
    common = Counter(gram for found in sets for gram in found)
    holders: dict[tuple[str, int], list[int]] = defaultdict(list)
    for at, found in enumerate(sets):
        rarest = sorted(found, key=lambda gram: (common[gram], gram))
        needed = math.ceil(len(rarest) * NEAR / (2 - NEAR))  # so many a text as like as NEAR must share
        prefix = rarest[: len(rarest) - needed + 1]
        for other in {holder for gram in prefix for holder in holders[gram]}:
            if asked[other].subject != asked[at].subject and likeness(found, sets[other]) >= NEAR:
                yield asked[other], asked[at]
        for gram in prefix:
            holders[gram].append(at)
