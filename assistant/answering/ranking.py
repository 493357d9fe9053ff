"""One combined score, two calibrated confidences. All are learned from our own phrases, held out in turn.

No weight is set by hand: each phrase is hidden once, searched for by the others, and three small logistic
models learn from that which subject is the right one, how often the first one is right, and how often the
right one is at least among those that could be offered. In each round some whole subjects are hidden as well,
so that both learn what a matter that we do not have looks like.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from assistant.answering.encoder import Encoder
from assistant.answering.index import Match, SearchIndex
from assistant.answering.network import Floats, Network
from assistant.answering.question import Question, QuestionReader
from knowledge.snapshot import Phrase, Snapshot, Subject
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
FOLDS = 4
HIDDEN_SUBJECTS = 0.06
"""Share of subjects hidden whole in a round; about the share of questions that are near but not ours."""
_LONG = 30
"""Characters of a message's matter from which more make no difference."""
_SHRINK = 1e-4
"""Weight of the squared weights beside the mean log loss; it keeps what hardly occurs from growing without end."""
_OFFERED = 4
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
    """Weights learned by `fit_ranker`; stored as JSON beside the encoder that they belong to."""

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
        first = _confidence_features(candidates, question, index.subjects) @ np.array(self.confidence_weights) + self.confidence_bias
        known = _known_features(candidates, question, float(scores.max())) @ np.array(self.known_weights) + self.known_bias
        return Ranking(tuple(candidates), _probability(first), _probability(known))

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def features(matches: Sequence[Match], question: Question, subjects: dict[str, Subject]) -> Floats:
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


def situation(question: Question, subject: Subject, subjects: dict[str, Subject]) -> float:
    """1 when the message says this subject's situation (丢, 坏, 到期 …), else 0.

    A known ambiguity gets -1 when the message says the situation of one of its options: then it is none. What is
    common to all of them (“证丢了”: of which paper?) tells nothing.
    """
    if subject.kind == "clarification":
        said = [contains_any(question.text, subjects[o].situations) for o in subject.options if o in subjects]
        return -float(any(said) and not all(said))
    return float(contains_any(question.text, subject.situations))


def _confidence_features(candidates: Sequence[Ranked], question: Question, subjects: dict[str, Subject]) -> Floats:
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


def _known_features(candidates: Sequence[Ranked], question: Question, score: float) -> Floats:
    """One row: KNOWN_FEATURES, which are what the first four have together, and their products."""
    offered = candidates[:_OFFERED]
    best = [max(getattr(c.match, name) for c in offered) for name in KNOWN_FEATURES[3:9]]
    shares = [sum(c.share for c in offered[:n]) for n in (1, 2, _OFFERED)]
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


def fit_ranker(
    snapshot: Snapshot,
    reader: QuestionReader,
    make_encoder: Callable[[Sequence[Phrase]], Encoder],
    seed: int = 11,
) -> Ranker:
    """Learn the weights and the calibration by hiding phrases in turn.

    Args:
        snapshot: whose phrases are hidden and searched for.
        reader: reads the phrases.
        make_encoder: gives an encoder for the phrases that are not hidden; training it anew in each round
            keeps the vectors from having seen what they are asked to find.
        seed: makes the result repeatable.

    """
    rounds = list(_rounds(snapshot, reader, make_encoder, seed))
    weights = _fit_weights([(rows, right) for rows, right, *_ in rounds if right is not None])
    subjects = {s.id: s for s in snapshot.subjects}
    firsts, knowns, first_right, known_right = [], [], [], []
    for rows, right, matches, question, meant in rounds:
        scores = rows @ weights
        shares = softmax(scores)
        candidates = [Ranked(matches[i], float(shares[i])) for i in np.argsort(-scores)]
        offered = [subjects[c.match.subject] for c in candidates[:_OFFERED]]
        firsts.append(_confidence_features(candidates, question, subjects))
        knowns.append(_known_features(candidates, question, float(scores.max())))
        first_right.append(right is not None and int(np.argmax(scores)) == right)
        known_right.append(any(meant == s.id or meant in s.options for s in offered))
    return Ranker(tuple(map(float, weights)), *_fit_probability(firsts, first_right), *_fit_probability(knowns, known_right))


def _fit_probability(rows: Sequence[Floats], right: Sequence[bool]) -> tuple[tuple[float, ...], float]:
    """Weights and bias of a logistic model. It is fitted on scaled columns; the scaling is folded into what is returned."""
    from sklearn.linear_model import LogisticRegression  # 60 MB, for those who fit
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    model = LogisticRegression(max_iter=3000).fit(scaler.fit_transform(np.array(rows)), np.array(right))
    weights = model.coef_[0] / scaler.scale_
    return tuple(map(float, weights)), float(model.intercept_[0] - weights @ scaler.mean_)


def _rounds(
    snapshot: Snapshot, reader: QuestionReader, make_encoder: Callable[[Sequence[Phrase]], Encoder], seed: int
) -> list[tuple[Floats, int | None, list[Match], Question, str]]:
    """For every hidden phrase: features of the candidates, the right one's row, the matches, the question, its subject."""
    generator = np.random.default_rng(seed)
    subjects = {s.id: s for s in snapshot.subjects}
    fold = generator.integers(0, FOLDS, len(snapshot.phrases))
    seen = []
    for number in range(FOLDS):
        hidden_subjects = {s for s in subjects if generator.random() < HIDDEN_SUBJECTS}
        # Entries of the 答疑手册 stay in the index, as they do when people ask; how a subject itself is asked is hidden.
        hidden = [p for p, f in zip(snapshot.phrases, fold, strict=True) if f == number and p.kind == "question" and p.entry is None]
        out = {id(p) for p in hidden}
        kept = [p for p in snapshot.phrases if id(p) not in out and p.subject not in hidden_subjects]
        index = SearchIndex(snapshot.model_copy(update={"phrases": tuple(kept)}), reader, make_encoder(kept))
        for phrase in hidden:
            question = reader.read(phrase.text)
            matches = index.match(question)
            if matches:
                right = next((i for i, m in enumerate(matches) if m.subject == phrase.subject), None)
                seen.append((features(matches, question, subjects), right, matches, question, phrase.subject))
    return seen


def _fit_weights(examples: Sequence[tuple[Floats, int]]) -> Floats:
    """Conditional logit: the weights under which the right candidate gets the most of the belief.

    The likelihood is concave, so the start does not matter; features of such different spread need second-order steps.
    Source: McFadden 1974, Conditional logit analysis of qualitative choice behavior.
    """
    from scipy.optimize import minimize  # for those who fit

    width = max(len(rows) for rows, _ in examples)
    rows = np.zeros((len(examples), width, len(FEATURES)))
    mask = np.full((len(examples), width), -np.inf)
    right = np.zeros(len(examples), dtype=int)
    for n, (values, at) in enumerate(examples):
        rows[n, : len(values)], mask[n, : len(values)], right[n] = values, 0.0, at
    each = np.arange(len(rows))

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights + mask
        powers = np.exp(scores - scores.max(1, keepdims=True))
        shares = powers / powers.sum(1, keepdims=True)
        gradient = (shares[:, :, None] * rows).sum(1) - rows[each, right]
        return float(_SHRINK * weights @ weights - np.log(shares[each, right]).mean()), gradient.mean(0) + 2 * _SHRINK * weights

    return np.asarray(minimize(loss, np.ones(len(FEATURES)), jac=True, method="L-BFGS-B").x)
