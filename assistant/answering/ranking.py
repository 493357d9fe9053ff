"""One combined score, two calibrated confidences: three small logistic models say which subject is the right one, how often
the first one is right, and how often the right one is at least among those that could be offered. `ranking_fitting` learns them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from assistant.answering.index import Match, SearchIndex
from assistant.answering.network import Floats, Network
from assistant.answering.question import Question
from knowledge.snapshot import Subject
from knowledge.text import contains_any

FEATURES = (
    "words", "core", "meaning", "core_meaning", "typical", "covered", "likely", "situation",
    "clarification", "long_clarification", "boundary", "topic",
)  # fmt: skip
CONFIDENCE_FEATURES = (
    "share", "among", "margin", "words", "core", "meaning", "core_meaning", "typical", "covered", "likely", "length",
)  # fmt: skip
KNOWN_FEATURES = (
    "first", "first_two", "first_four", "words", "core", "meaning", "core_meaning", "typical", "covered", "length", "score",
)  # fmt: skip
_LONG = 30
"""Characters of a message's matter from which more make no difference."""
OFFERED = 4
"""Candidates that could be offered as options."""
EXACT_CONFIDENCE = 0.99
"""A message that is, letter for letter, a published question."""


@dataclass(frozen=True)
class Ranked:
    """A subject with its share of belief among the candidates and what it rests on."""

    match: Match
    share: float
    """Softmax over the candidates: how much of the belief this one has, 0 to 1."""


@dataclass(frozen=True)
class Ranking:
    """Candidates best first."""

    candidates: tuple[Ranked, ...]
    confidence: float
    """Probability that the first is right."""
    known: float
    """Probability that the right one is among the first four, or among what they offer."""

    @property
    def best(self) -> Ranked | None:
        """The first candidate."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True)
class Ranker:
    """Weights learned by `ranking_fitting`; stored as JSON beside the encoder that they belong to."""

    weights: tuple[float, ...]
    confidence_weights: tuple[float, ...]
    confidence_bias: float
    known_weights: tuple[float, ...]
    known_bias: float
    thread: Network | None = None
    """Scores rows of `thread.FEATURES`; fitted apart, on threads. None until then."""

    def rank(self, index: SearchIndex, question: Question, only: Sequence[str] | None = None) -> Ranking:
        """Rank the subjects for a question.

        Args:
            index: where to look.
            question: the message as read.
            only: consider these subjects alone (picking among options, staying in a family).

        """
        matches = index.match(question, only=only)
        if not matches:
            return Ranking((), 0.0, 0.0)
        exact = next((m for m in matches if m.exact), None)
        scores = features(matches, question, index.subjects) @ np.array(self.weights)
        shares = softmax(scores)
        order = np.argsort(-scores)
        candidates = [Ranked(matches[i], float(shares[i])) for i in order]
        if exact is not None:
            candidates.sort(key=lambda c: c.match.subject != exact.subject)
            return Ranking(tuple(candidates), EXACT_CONFIDENCE, EXACT_CONFIDENCE)
        first = confidence_features(candidates, question, index.subjects) @ np.array(self.confidence_weights) + self.confidence_bias
        known = known_features(candidates, question, float(scores.max())) @ np.array(self.known_weights) + self.known_bias
        return Ranking(tuple(candidates), _probability(first), _probability(known))

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def features(matches: Sequence[Match], question: Question, subjects: Mapping[str, Subject]) -> Floats:
    """One row a candidate, columns as in FEATURES.

    Who says much about a matter has said which one: a known ambiguity is believed the less, the longer the message is.
    """
    length = min(len(question.core), _LONG) / _LONG
    rows = []
    for m in matches:
        subject = subjects[m.subject]
        vague = subject.kind == "clarification"
        rows.append(
            (
                m.words, m.core, m.meaning, m.core_meaning, m.typical, m.covered, m.likely, situation(question, subject, subjects),
                vague, vague * length, subject.kind == "boundary", subject.kind == "topic",
            )
        )  # fmt: skip
    return np.array(rows, dtype=float)


def situation(question: Question, subject: Subject, subjects: Mapping[str, Subject]) -> float:
    """1 when the message says this subject's situation (丢, 坏, 到期 …), else 0.

    A known ambiguity gets -1 when the message says the situation of one of its options: then it is none. What is
    common to all of them (“证丢了”: of which paper?) tells nothing.
    """
    if subject.kind == "clarification":
        said = [contains_any(question.text, subjects[o].situations) for o in subject.options if o in subjects]
        return -float(any(said) and not all(said))
    return float(contains_any(question.text, subject.situations))


def confidence_features(candidates: Sequence[Ranked], question: Question, subjects: Mapping[str, Subject]) -> Floats:
    """One row: CONFIDENCE_FEATURES and their products.

    A known ambiguity beside its own option is no rival: `among` and `margin` leave clarifications out.
    """
    first = candidates[0]
    rivals = [c for c in candidates if subjects[c.match.subject].kind != "clarification"]
    rest = sum(c.share for c in rivals) or 1.0
    among = first.share / rest if first in rivals else first.share
    second = next((c.share / rest for c in rivals if c is not first), 0.0)
    m = first.match
    return _with_products(
        first.share, among, among - second, m.words, m.core, m.meaning, m.core_meaning, m.typical, m.covered, m.likely,
        min(len(question.text), 60) / 60,
    )  # fmt: skip


def known_features(candidates: Sequence[Ranked], question: Question, score: float) -> Floats:
    """One row: KNOWN_FEATURES, which are what the first four have together, and their products."""
    offered = candidates[:OFFERED]
    best = [max(getattr(c.match, name) for c in offered) for name in KNOWN_FEATURES[3:9]]
    shares = [sum(c.share for c in offered[:n]) for n in (1, 2, OFFERED)]
    return _with_products(*shares, *best, min(len(question.text), 60) / 60, score / 10)


def _with_products(*values: float) -> Floats:
    """The values and the product of each two: how much likeness is worth depends on how far ahead it is."""
    row = np.array(values)
    return np.concatenate((row, np.outer(row, row)[np.triu_indices(len(row))]))


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def softmax(scores: Floats) -> Floats:
    """Shares of belief that add up to 1."""
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())
