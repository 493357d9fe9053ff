"""Learn the ranking and its two confidences, from two kinds of messages whose subject is known.

Our own phrases, hidden in turn and searched for by the others: they are many and cover every subject, and with some subjects
hidden whole they show what a matter that we do not have looks like. And the first messages of the threads, which are said as
people say things, and not as phrases are written: how likely the first candidate is right is another number for them.
No weight is set by hand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.encoder import Encoder
from assistant.answering.index import Match, SearchIndex
from assistant.answering.network import Floats
from assistant.answering.question import Question, QuestionReader
from assistant.answering.ranking import FEATURES, OFFERED, Ranked, Ranker, confidence_features, features, known_features, softmax
from assistant.screen import screen
from knowledge.snapshot import Phrase, Snapshot, Subject
from knowledge.vocabulary import Outcome

FOLDS = 4
HIDDEN_SUBJECTS = 0.06
"""Share of subjects hidden whole in a round; about the share of questions that are near but not ours."""
ASKED = 0.5
"""Share of the weight that first messages have together, however many phrases there are."""
_SHRINK = 1e-4
"""Weight of the squared weights beside the mean log loss; it keeps what hardly occurs from growing without end."""
_AMBIGUOUS = 0.5
"""Share of the subjects expected or offered that are both, from which an ambiguity is the one that a message has."""


@dataclass(frozen=True)
class Example:
    """A message with its candidates and what it means."""

    question: Question
    matches: list[Match]
    rows: Floats
    """Of the candidates, shape (candidates, features)."""
    right: list[int]
    """The candidates that are right; none when what is meant was not found."""
    meant: frozenset[str]
    """The subjects any of which is meant, or may be chosen where a question back is due."""


def hidden_phrases(
    snapshot: Snapshot, reader: QuestionReader, make_encoder: Callable[[Sequence[Phrase]], Encoder], seed: int = 11
) -> list[Example]:
    """One example for every phrase of kind `question`, searched for without it.

    Args:
        snapshot: whose phrases are hidden and searched for.
        reader: reads the phrases.
        make_encoder: gives an encoder for the phrases that are not hidden; training it anew in each round
            keeps the vectors from having seen what they are asked to find.
        seed: makes the result repeatable.

    """
    generator = np.random.default_rng(seed)
    subjects = {s.id: s for s in snapshot.subjects}
    fold = generator.integers(0, FOLDS, len(snapshot.phrases))
    found = []
    for number in range(FOLDS):
        hidden_subjects = {s for s in subjects if generator.random() < HIDDEN_SUBJECTS}
        # Entries of the 答疑手册 stay in the index, as they do when people ask; how a subject itself is asked is hidden.
        hidden = [p for p, f in zip(snapshot.phrases, fold, strict=True) if f == number and p.kind == "question" and p.entry is None]
        out = {id(p) for p in hidden}
        kept = [p for p in snapshot.phrases if id(p) not in out and p.subject not in hidden_subjects]
        index = SearchIndex(snapshot.model_copy(update={"phrases": tuple(kept)}), reader, make_encoder(kept))
        found += [_example(index, p.text, frozenset([p.subject]), [p.subject]) for p in hidden]
    return [example for example in found if example is not None]


def first_messages(index: SearchIndex, dialogues: Iterable[dict[str, Any]]) -> list[Example]:
    """One example for the beginning of each dialogue that asks something and repeats no phrase.

    Args:
        index: what the messages are searched in.
        dialogues: in the form of the evaluation (contract, section Evaluation); those that are training data.

    """
    found = []
    for dialogue in dialogues:
        turn = dialogue["turns"][0]
        outcome, items = turn["expect"]["outcome"], [i for i in turn["expect"].get("items") or [] if i in index.subjects]
        if outcome == Outcome.CLARIFY:
            ambiguity = _ambiguity(index.subjects, set(items))
            found.append(_example(index, screen(turn["user"]).query, frozenset([*items, *ambiguity]), ambiguity))
        elif outcome == Outcome.OUT_OF_SCOPE or (outcome == Outcome.ANSWERED and items):
            found.append(_example(index, screen(turn["user"]).query, frozenset(items), items))
    return [example for example in found if example is not None]


def _ambiguity(subjects: Mapping[str, Subject], expected: set[str]) -> list[str]:
    """The known ambiguity that offers most nearly what is expected to be offered; none where no known one does."""
    alike = {s.id: len(expected & set(s.options)) / len(expected | set(s.options)) for s in subjects.values() if s.kind == "clarification"}
    best = max(alike, key=alike.__getitem__, default="")
    return [best] if best and alike[best] >= _AMBIGUOUS else []


def _example(index: SearchIndex, text: str, meant: frozenset[str], right: Sequence[str]) -> Example | None:
    """None for what finds nothing, or repeats a phrase, about which there is nothing to learn."""
    question = index.reader.read(text)
    matches = index.match(question)
    if not matches or any(match.exact for match in matches):
        return None
    at = [n for n, match in enumerate(matches) if match.subject in right]
    return Example(question, matches, features(matches, question, index.subjects), at, meant)


def fit_ranker(hidden: Sequence[Example], asked: Sequence[Example], subjects: Mapping[str, Subject]) -> Ranker:
    """The weights under which what is right gets the most of the belief, and how far that belief is to be trusted.

    Args:
        hidden: from `hidden_phrases`.
        asked: from `first_messages`; none where there are no threads for this knowledge.
        subjects: all of them, by id.

    """
    each = [*hidden, *asked]
    share = ASKED if asked else 0.0
    importance = np.repeat([(1 - share) / len(hidden), share / (len(asked) or 1)], [len(hidden), len(asked)])
    weights = _fit_weights(each, importance)
    firsts, knowns, first_right, known_right = [], [], [], []
    for example in each:
        scores = example.rows @ weights
        shares = softmax(scores)
        candidates = [Ranked(example.matches[i], float(shares[i])) for i in np.argsort(-scores)]
        offered = [subjects[c.match.subject] for c in candidates[:OFFERED]]
        firsts.append(confidence_features(candidates, example.question, subjects))
        knowns.append(known_features(candidates, example.question, float(scores.max())))
        first_right.append(int(np.argmax(scores)) in example.right)
        known_right.append(any(example.meant.intersection((s.id, *s.options)) for s in offered))
    first, known = _fit_probability(firsts, first_right, importance), _fit_probability(knowns, known_right, importance)
    return Ranker(tuple(map(float, weights)), *first, *known)


def _fit_weights(examples: Sequence[Example], importance: Floats) -> Floats:
    """Conditional logit: the weights under which the right candidates get the most of the belief.

    Where one is right the likelihood is concave, so the start does not matter; features of such different spread need
    second-order steps. Source: McFadden 1974, Conditional logit analysis of qualitative choice behavior.
    """
    from scipy.optimize import minimize  # for those who fit

    kept = [n for n, example in enumerate(examples) if example.right]
    width = max(len(examples[n].rows) for n in kept)
    rows = np.zeros((len(kept), width, len(FEATURES)))
    mask = np.full((len(kept), width), -np.inf)
    right: NDArray[np.float64] = np.zeros((len(kept), width))
    for at, n in enumerate(kept):
        count = len(examples[n].rows)
        rows[at, :count], mask[at, :count], right[at, examples[n].right] = examples[n].rows, 0.0, 1.0
    weight = importance[kept] / importance[kept].sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights + mask
        powers = np.exp(scores - scores.max(1, keepdims=True))
        shares = powers / powers.sum(1, keepdims=True)
        told = (shares * right).sum(1, keepdims=True)
        error = (shares - shares * right / told) * weight[:, None]
        gradient = np.einsum("ij,ijk->k", error, rows)
        return float(_SHRINK * weights @ weights - weight @ np.log(told[:, 0])), gradient + 2 * _SHRINK * weights

    return np.asarray(minimize(loss, np.ones(len(FEATURES)), jac=True, method="L-BFGS-B").x)


def _fit_probability(rows: Sequence[Floats], right: Sequence[bool], importance: Floats) -> tuple[tuple[float, ...], float]:
    """Weights and bias of a logistic model. It is fitted on scaled columns; the scaling is folded into what is returned."""
    from sklearn.linear_model import LogisticRegression  # 60 MB, for those who fit
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    model = LogisticRegression(max_iter=3000)
    model.fit(scaler.fit_transform(np.array(rows)), np.array(right), sample_weight=importance * len(rows))
    weights = model.coef_[0] / scaler.scale_
    return tuple(map(float, weights)), float(model.intercept_[0] - weights @ scaler.mean_)
