"""The search index of one snapshot: exact phrases, BM25 over terms, and vectors in FAISS."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from assistant.answering.encoder import Encoder
from assistant.answering.question import Question, QuestionReader
from assistant.answering.readings import Readings, read_all
from knowledge.snapshot import Phrase, Snapshot, Subject
from knowledge.vocabulary import Facet

Scores = NDArray[np.float32]

NEAREST = 200
"""Phrases fetched from FAISS; with ~30 phrases a subject this covers the closest several subjects."""
_BYTE = 127
"""The largest number of a signed byte."""
_SMOOTHING = 0.35
"""Occurrences that every subject is lent of every term: of 0.1, 0.2, 0.35 and 0.6 the last two did best on development turns, alike."""


@dataclass(frozen=True)
class Match:
    """How well one subject fits, scorer by scorer. Values lie between 0 and 1 where nothing else is said."""

    subject: str
    exact: float
    """1 when the message is, letter for letter, one of its phrases."""
    words: float
    """Best phrase by BM25 over the whole text, as a share of the message's own weight."""
    core: float
    """The same without the facet's words."""
    meaning: float
    """Best phrase by cosine of the vectors."""
    core_meaning: float
    """The same without the facet's words."""
    typical: float
    """Cosine to the mean of the subject's vectors: how much the message is like all its phrases together."""
    covered: float
    """Share of the message's weight that any phrase of the subject knows."""
    likely: float
    """How likely who asks for this subject chooses these words, as a logarithm against the likeliest of all: 0 for that one, else below."""
    facets: dict[Facet, float]
    """Best phrase of each facet by words and, twice, meaning: which facets the message sounds like."""
    own: float
    """Best phrase that asks the subject in general, by the same measure."""
    manual: tuple[str, float] | None
    """Best entry of the 答疑手册 by the same measure, with its score."""
    phrase: str
    """The phrase that matched best."""


class SearchIndex:
    """Finds the subjects that fit a question. Immutable; a new snapshot gets a new index."""

    def __init__(self, snapshot: Snapshot, reader: QuestionReader, encoder: Encoder, known: Readings | None = None) -> None:
        """Build the index.

        Args:
            snapshot: what is published.
            reader: reads phrases and messages.
            encoder: makes their vectors.
            known: readings by the same word lists and encoder, which are not made again: an edit is live in a second
                instead of ten.

        """
        self.reader = reader
        self.encoder = encoder
        self.subjects: dict[str, Subject] = {s.id: s for s in snapshot.subjects}
        order = {s.id: n for n, s in enumerate(snapshot.subjects)}
        self._names = [s.id for s in snapshot.subjects]
        self.phrases: list[Phrase] = sorted((p for p in snapshot.phrases if p.subject in order), key=lambda p: order[p.subject])
        self.readings: Readings = read_all([p.text for p in self.phrases], reader, encoder, known or {})
        readings = [self.readings[p.text] for p in self.phrases]
        questions = [r.question for r in readings]
        self.keys = [q.key for q in questions]
        """The phrases folded, in the order of `phrases`, for suggestions."""
        self._owner = np.array([order[p.subject] for p in self.phrases])
        # The phrases lie subject by subject: the n-th has those from bounds[n] up to bounds[n + 1].
        self._bounds = np.searchsorted(self._owner, np.arange(len(self._names) + 1))
        self._number = order
        self._with_phrases = np.flatnonzero(np.diff(self._bounds))
        self._exact: dict[str, int] = {}
        for at, question in enumerate(questions):
            self._exact.setdefault(question.key, at)
        self._words = _Lexical([q.terms for q in questions])
        self._core = _Lexical([q.core_terms for q in questions])
        vectors = np.array([r.vector for r in readings], dtype=np.float32)
        self._vectors = _Vectors(vectors)
        general = np.array([p.entry is None for p in self.phrases])
        self._centres = _centres(vectors[general], self._owner[general], len(self._names))
        self._core_vectors = _Vectors(np.array([r.core_vector for r in readings], dtype=np.float32))
        self._vocabulary = _Vocabulary(self._words, self._owner, len(self._names))
        # In a thread a question is ranked among all subjects and again among some.
        self._scored = lru_cache(maxsize=4)(self._score)

    def exact_phrase(self, question: Question) -> Phrase | None:
        """The phrase that the message repeats letter for letter."""
        at = self._exact.get(question.key)
        return None if at is None else self.phrases[at]

    def match(self, question: Question, limit: int = 12, only: Sequence[str] | None = None) -> list[Match]:
        """The subjects that fit, best first by the sum of the scorers.

        Args:
            question: the message as read.
            limit: at most so many of all subjects.
            only: look at these subjects alone, and at all of them.

        """
        words, core, meaning, core_meaning, typical = self._scored(question)
        per = [self._per_subject(s) for s in (words, core, meaning, core_meaning)]
        total = per[0] + per[1] + per[2] + per[3] + typical
        group = np.array([self._number[s] for s in (self._names if only is None else only) if s in self._number], dtype=int)
        best_first = group[np.argsort(-total[group])][: limit if only is None else None].tolist()
        exact = self._exact.get(question.key)
        covered, likely = self._vocabulary.scores(question.terms)
        found = []
        for number in best_first:
            if only is None and total[number] <= 0:
                break
            own = slice(self._bounds[number], self._bounds[number + 1])
            fits = (words[own] + core[own] + meaning[own] + core_meaning[own]).argmax()
            # Meaning counts double: what a question asks about its subject has few words of its own.
            likeness = ((words[own] + 2 * meaning[own]) / 3).tolist()
            facets, general, manual = _by_kind(self.phrases[own], likeness)
            found.append(
                Match(
                    subject=self._names[number],
                    exact=float(exact is not None and self._owner[exact] == number),
                    words=float(per[0][number]),
                    core=float(per[1][number]),
                    meaning=float(per[2][number]),
                    core_meaning=float(per[3][number]),
                    typical=float(typical[number]),
                    covered=float(covered[number]),
                    likely=float(likely[number]),
                    facets=facets,
                    own=general,
                    manual=manual,
                    phrase=self.phrases[own.start + int(fits)].text,
                )
            )
        return found

    def _score(self, question: Question) -> tuple[Scores, Scores, Scores, Scores, Scores]:
        """How like a question each phrase is by words, core, meaning and core meaning, and each subject by `typical`."""
        vectors = self.encoder.encode([question.text, question.core])
        return (
            self._words.scores(question.terms),
            self._core.scores(question.core_terms),
            self._vectors.cosines(vectors[0]),
            self._core_vectors.cosines(vectors[1]),
            np.clip(self._centres @ vectors[0], 0, 1),
        )

    def _per_subject(self, scores: Scores) -> Scores:
        """Best phrase of each subject, shape (subjects,)."""
        best = np.zeros(len(self._names), dtype=np.float32)
        best[self._with_phrases] = np.maximum.reduceat(scores, self._bounds[self._with_phrases])
        return best


def _by_kind(phrases: Sequence[Phrase], likeness: Sequence[float]) -> tuple[dict[Facet, float], float, tuple[str, float] | None]:
    """The best likeness of each facet's phrases, of all general phrases, and of an entry of the 答疑手册."""
    facets: dict[Facet, float] = {}
    general, manual = 0.0, None
    for phrase, score in zip(phrases, likeness, strict=True):
        if phrase.facet is not None and score > facets.get(phrase.facet, 0.0):
            facets[phrase.facet] = score
        if phrase.entry is None:
            general = max(general, score)
        elif manual is None or score > manual[1]:
            manual = (phrase.entry, score)
    return facets, general, manual


class _Lexical:
    """BM25 whose scores are shares: 1 means a phrase holds all that the message says."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._count = len(documents)
        self._bm25 = bm25s.BM25(method="lucene", backend="numpy")
        self._bm25.index([list(d) or [""] for d in documents], show_progress=False)
        self._bm25.unique_token_ids_set = set()  # for searches of its own, which are not used here: 8 MB
        self.numbers: dict[str, int] = self._bm25.vocab_dict
        """Of each term that occurs."""
        # The documents with the n-th term are rows[bounds[n] : bounds[n + 1]]. Nothing more is kept a term: there are 100,000.
        self._rows, self._bounds = self._bm25.scores["indices"], self._bm25.scores["indptr"]

    def weight(self, term: str) -> float:
        """IDF of a term in Lucene's form, as in bm25s; an unknown term weighs as much as one that occurs once."""
        number = self.numbers.get(term)
        count = 1 if number is None else int(self._bounds[number + 1] - self._bounds[number])
        return math.log(1 + (self._count - count + 0.5) / (count + 0.5))

    def occurrences(self, owner: NDArray[np.int64], count: int) -> csr_matrix:
        """How many documents of each owner hold a term, shape (terms, count)."""
        once = np.ones(len(self._rows), dtype=np.float32)
        held = csr_matrix((once, owner[self._rows], self._bounds), shape=(len(self._bounds) - 1, count), copy=True)
        held.sum_duplicates()
        return held

    def scores(self, terms: Sequence[str]) -> Scores:
        """Share of the message's weight that each phrase covers, shape (phrases,)."""
        known = [self.numbers[t] for t in dict.fromkeys(terms) if t in self.numbers]
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        full = sum(self.weight(t) for t in dict.fromkeys(terms))
        raw = np.asarray(self._bm25.get_scores(known), dtype=np.float32)
        return np.asarray(np.clip(raw / full, 0, 1), dtype=np.float32)


class _Vocabulary:
    """The words that each subject is asked with: which of a message's it knows, and how likely it would choose them all."""

    def __init__(self, lexical: _Lexical, owner: NDArray[np.int64], count: int) -> None:
        self._lexical = lexical
        held = lexical.occurrences(owner, count)
        totals = np.asarray(held.sum(axis=0)).ravel() + _SMOOTHING * held.shape[0]
        self._owners, self._bounds = held.indices, held.indptr
        # What a term that occurs adds to one that does not, and the latter, which hangs on the subject alone.
        self._gains = np.log1p(held.data / _SMOOTHING).astype(np.float32)
        self._without = np.log(_SMOOTHING / totals)

    def scores(self, terms: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of each subject the share of the message's weight that it knows, and `Match.likely`, shape (subjects,) each.

        The latter is the multinomial query likelihood with additive smoothing, over terms weighed by IDF and the message
        brought to length 1. Source: Ponte and Croft 1998, A language modeling approach to information retrieval; Rennie
        et al. 2003, Tackling the poor assumptions of naive Bayes text classifiers, 4.1 and 4.2 (the weights).
        """
        distinct = list(dict.fromkeys(terms))
        weights = np.array([self._lexical.weight(term) for term in distinct])
        length = float(np.linalg.norm([w for w, t in zip(weights, distinct, strict=True) if t in self._lexical.numbers])) or 1.0
        covered, likely = np.zeros(len(self._without)), np.zeros(len(self._without))
        known = 0.0
        for term, weight in zip(distinct, weights.tolist(), strict=True):
            number = self._lexical.numbers.get(term)
            if number is not None:
                own = slice(self._bounds[number], self._bounds[number + 1])
                covered[self._owners[own]] += weight
                likely[self._owners[own]] += weight / length * self._gains[own]
                known += weight / length
        likely += known * self._without
        return covered / (float(weights.sum()) or 1.0), likely - likely.max(initial=-np.inf)


class _Vectors:
    """Unit vectors in FAISS, a signed byte a number: each search reads through all of them, and half as much as in half precision."""

    def __init__(self, vectors: Scores) -> None:
        faiss.omp_set_num_threads(1)  # a search takes 0.3 ms; a second thread costs more in waiting than it saves
        self._scale = float(_BYTE / max(np.abs(vectors).max(initial=0.0), 1e-9))
        self._index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT)
        self._index.add(self._in_bytes(vectors))

    def cosines(self, vector: Scores) -> Scores:
        """Cosine of a unit vector to each phrase among the nearest, shape (phrases,); 0 for the others."""
        scores = np.zeros(self._index.ntotal, dtype=np.float32)
        values, places = self._index.search(self._in_bytes(vector[None, :]), min(NEAREST, len(scores)))
        scores[places[0]] = np.clip(values[0] / self._scale**2, 0, 1)
        return scores

    def _in_bytes(self, vectors: Scores) -> Scores:
        return np.clip(np.round(vectors * self._scale), -_BYTE, _BYTE).astype(np.float32)


def _centres(vectors: Scores, owner: NDArray[np.int64], count: int) -> Scores:
    """Mean direction of each subject's phrases, shape (subjects, width)."""
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owner, vectors)
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), dtype=np.float32)
