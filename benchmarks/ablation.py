"""What each part of the answering brings: each is switched off alone, what is learned is learned anew without it, and the
development dialogues are played again through the whole service, Rasa included. Prints a Markdown table.

usage: python -m benchmarks.ablation [FILE …] [--only WORD …]

The result is weighed in docs/ablation.md. No switch is in the product: every part is taken away from outside, by a
subclass of what does it or by a snapshot without it.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import numpy as np

from assistant import calibration, serving
from assistant.answering import answerer, ranking_fitting
from assistant.answering.encoder import Encoder, Vectors
from assistant.answering.index import Match, Scores, SearchIndex
from assistant.answering.library import Library
from assistant.answering.question import Question, QuestionReader
from assistant.answering.ranking import Ranker, Ranking
from assistant.encoders import train_on
from assistant.errors import BuildError
from assistant.evaluation import development_files, read_dialogues, run_dialogues, summarise
from assistant.screen import screen
from assistant.settings import Settings
from assistant.shelf import HeldLibrary, open_library
from benchmarks.processes import START_SECONDS, is_ready
from knowledge.snapshot import Phrase, Snapshot
from knowledge.text import Lexicon, contains_any
from knowledge.vocabulary import Outcome

FIGURES = ("strict", "helped", "wrong", "false_answer", "clarified", "routed", "dialogue")
OFFERED = 4
"""Candidates that can be offered as options."""
OTHER_SEED = 8
HEADER = (
    "| part switched off | learned anew | "
    + " | ".join(FIGURES)
    + " | right one first | among 4 | among 12 |\n|---|---|"
    + "---:|" * (len(FIGURES) + 3)
)

Dialogues = list[dict[str, Any]]


class WithoutGrams(Lexicon):
    """Search by words alone, as jieba cuts them."""

    def search_terms(self, text: str) -> list[str]:
        """The words without the runs of characters."""
        return self.words(text)


class WithoutSound(Lexicon):
    """Homophones stay as they were typed."""

    def _restore_homophones(self, text: str) -> str:
        return text


class WithoutExact(SearchIndex):
    """A published question is recognised by its likeness alone."""

    def exact_phrase(self, question: Question) -> None:
        """None is looked for."""

    def match(self, question: Question, limit: int = 12, only: Sequence[str] | None = None) -> list[Match]:
        """As ever, but nothing is exact."""
        return [replace(match, exact=0.0) for match in super().match(question, limit, only)]


class WithoutWords(SearchIndex):
    """No BM25, no share of the message that a subject's vocabulary covers, no likelihood: vectors alone."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        nothing: Scores = np.zeros(len(self.phrases), dtype=np.float32)
        for lexical in (self._words, self._core):
            vars(lexical).update(scores=lambda _terms: nothing, weight=lambda _term: 0.0)


class WithoutLikelihood(SearchIndex):
    """No subject is likelier than another for the words that it is asked with."""

    def match(self, question: Question, limit: int = 12, only: Sequence[str] | None = None) -> list[Match]:
        """As ever, but all are as likely."""
        return [replace(match, likely=0.0) for match in super().match(question, limit, only)]


class Mute:
    """An encoder to which nothing means anything."""

    name = "mute"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 0: like nothing."""
        return np.zeros((len(texts), 8), dtype=np.float32)


class Uncalibrated(Ranker):
    """Shares of belief in the place of the two learned confidences."""

    def rank(self, index: SearchIndex, question: Question, only: Sequence[str] | None = None) -> Ranking:
        """The same candidates; exact ones stay sure."""
        found = super().rank(index, question, only)
        if found.best is None or found.best.match.exact:
            return found
        return Ranking(found.candidates, found.best.share, sum(c.share for c in found.candidates[:OFFERED]))


def without_situations(snapshot: Snapshot) -> Snapshot:
    """No subject says by which words its situation is told (丢, 坏, 到期 …)."""
    return snapshot.model_copy(update={"subjects": tuple(s.model_copy(update={"situations": ()}) for s in snapshot.subjects)})


def without_kind(kind: str) -> Callable[[Snapshot], Snapshot]:
    """A snapshot without the subjects of one kind and their phrases."""

    def left(snapshot: Snapshot) -> Snapshot:
        kept = {s.id for s in snapshot.subjects if s.kind != kind}
        return snapshot.model_copy(
            update={
                "subjects": tuple(s for s in snapshot.subjects if s.id in kept),
                "phrases": tuple(p for p in snapshot.phrases if p.subject in kept),
            }
        )

    return left


def _alone(*_: object) -> None:
    """No message has a thread."""


@dataclass(frozen=True)
class Part:
    """One part of the answering, and how it is taken away."""

    name: str
    refit: str
    """What is learned anew without it, for the table."""
    lexicon: type[Lexicon] = Lexicon
    index: type[SearchIndex] = SearchIndex
    ranker: type[Ranker] = Ranker
    snapshot: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot
    mute: bool = False
    seed: int = 7
    """Of the encoder's training."""
    thread: bool = True
    engine: bool = True


ALL, WEIGHTS, ENCODER, THREADS = "encoder, ranking, confidence, threads", "ranking, confidence, threads", "encoder", "threads"
"""What may be learned anew. Nothing is where a part has no weight of its own, or only adds to a score (the situation)."""
PARTS = (
    Part("nothing: as shipped", ""),
    Part("nothing, but learned again with another seed (chance)", ALL, seed=OTHER_SEED),
    Part("exact matches", "", index=WithoutExact),
    Part("words: BM25, coverage and likelihood", WEIGHTS, index=WithoutWords),
    Part("query likelihood", WEIGHTS, index=WithoutLikelihood),
    Part("runs of 1–3 characters", ENCODER, lexicon=WithoutGrams),
    Part("pinyin: homophones restored", "", lexicon=WithoutSound),
    Part("the encoder", WEIGHTS, mute=True),
    Part("words of the situation", "", snapshot=without_situations),
    Part("boundaries (what is not ours)", "", snapshot=without_kind("boundary")),
    Part("known ambiguities", "", snapshot=without_kind("clarification")),
    Part("threads: each message read alone", "", thread=False),
    Part("calibration: share of belief as confidence", THREADS, ranker=Uncalibrated),
    Part("the dialogue engine (Rasa)", "", engine=False),
)


class Workshop:
    """Makes libraries without a part. Encoders of the same phrases, words and seed are trained once."""

    def __init__(self, shipped: Library) -> None:
        self._shipped = shipped
        self._encoders: dict[object, Encoder] = {}

    def library(self, part: Part) -> Library:
        """The library without a part, what is to be learned learned anew."""
        snapshot = part.snapshot(self._shipped.snapshot)
        words = snapshot.words
        reader = QuestionReader(part.lexicon(words.terms, words.rewrites, words.fillers, words.pinyin), words.facet_cues)

        def encoder(phrases: Sequence[Phrase]) -> Encoder:
            return Mute() if part.mute else self._trained(part, snapshot, phrases, reader)

        whole = self._shipped.index.encoder if part.refit not in (ALL, WEIGHTS, ENCODER) else encoder(snapshot.phrases)
        alike = whole is self._shipped.index.encoder and part.lexicon is Lexicon
        index = part.index(snapshot, reader, whole, self._shipped.index.readings if alike else None)
        library = Library.of(snapshot, index, self._shipped.ranker)
        if part.refit in (ALL, WEIGHTS):
            with patch.object(ranking_fitting, "SearchIndex", part.index):
                library = calibration.with_ranking(library, encoder)
        library = replace(library, ranker=part.ranker(**vars(library.ranker)), _ranked={})
        return calibration.with_threads(library) if part.refit in (ALL, WEIGHTS, THREADS) else library

    def _trained(self, part: Part, snapshot: Snapshot, phrases: Sequence[Phrase], reader: QuestionReader) -> Encoder:
        key = part.lexicon, part.seed, tuple((p.subject, p.text) for p in phrases)
        if key not in self._encoders:
            self._encoders[key] = train_on(snapshot, phrases, reader, part.seed)
        return self._encoders[key]


def recall(library: Library, dialogues: Dialogues, among: int) -> float:
    """Share of first messages that expect an answer whose subject is among the first candidates; known ambiguities do not count."""
    found = []
    for turn in (d["turns"][0] for d in dialogues):
        expect = turn.get("expect") or {}
        if expect.get("outcome") == Outcome.ANSWERED and expect.get("items"):
            subjects = [c.match.subject for c in library.rank(screen(turn["user"]).query)[1].candidates]
            named = [s for s in subjects if library.subject(s).kind != "clarification"]
            found.append(bool(set(named[:among]) & set(expect["items"])))
    return sum(found) / len(found)


def row(part: Part, library: Library, dialogues: Dialogues, url: str) -> str:
    """One line of the table."""
    with read_alone() if not part.thread else nullcontext():
        runs = asyncio.run(run_dialogues(url, dialogues))
    degraded = sum(bool(turn["reply"].get("degraded")) for run in runs for turn in run)
    if part.engine and degraded:
        raise BuildError(f"{degraded} turns were answered without the dialogue engine, which was away or too slow: the machine is too busy")
    summary = summarise(runs)
    shares = [f"{summary[name]['share']:.3f}" for name in FIGURES]
    recalls = [f"{recall(library, dialogues, among):.3f}" for among in (1, OFFERED, 12)]
    return "| " + " | ".join([part.name, part.refit or "—", *shares, *recalls]) + " |"


def read_alone() -> AbstractContextManager[object]:
    """No message has a thread for as long as the block runs."""
    return patch.object(answerer, "rank_in_thread", _alone)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--only", multiple=True, help="the parts whose name holds this")
def main(files: Sequence[Path], only: Sequence[str]) -> None:
    """Measure the parts; each row is printed when it is known, progress goes to standard error."""
    dialogues = [d for file in files or development_files() for d in read_dialogues(file)]
    usual = Settings()
    serving.configure_logging(usual)
    with contextlib.redirect_stdout(sys.stderr):
        model = serving.prepare(usual)
    shipped = open_library(usual)
    workshop, held = Workshop(shipped), HeldLibrary(shipped)
    wanted = [p for p in PARTS if not only or contains_any(p.name, only)]
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="zhiwen-ablation-") as folder:
        # Of its own: what is played here is no question of a citizen. A busy machine is no reason to go without the engine.
        settings = usual.model_copy(update={"database_url": f"sqlite:///{folder}/turns.db", "rasa_timeout": 15.0})
        for engine in (True, False):
            with serving.temporary_service(settings, model if engine else None, held) as url:
                deadline = time.monotonic() + START_SECONDS
                while engine and not is_ready(url) and time.monotonic() < deadline:
                    time.sleep(0.5)
                for part in (p for p in wanted if p.engine == engine):
                    print(f"· {part.name}…", file=sys.stderr, flush=True)
                    held.current = workshop.library(part)
                    print(row(part, held.current, dialogues, url), flush=True)


if __name__ == "__main__":
    main()
