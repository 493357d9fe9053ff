"""Refit the ranking's weights and the confidence to the present phrases and encoder."""

import json
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.encoder import Encoder
from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.answering.question import QuestionReader
from assistant.answering.ranking import Ranker, fit_ranker
from assistant.answering.thread_fitting import examples, fit_thread_weights
from assistant.build import Say
from assistant.encoders import load_encoder, train_on
from assistant.evaluation import read_dialogues
from assistant.settings import ROOT, Settings
from assistant.shelf import CALIBRATION
from knowledge.compiler import compile_snapshot
from knowledge.loader import load
from knowledge.snapshot import Phrase

THREADS = ROOT / "nlu" / "threads.jsonl"
"""Threads with the subject that each message means; training data, never used for measuring."""


def refit(settings: Settings, say: Say) -> None:
    """Fit and write calibration.json. With the built-in encoder each round trains one of its own."""
    knowledge, _ = load(settings.knowledge)
    snapshot = compile_snapshot(knowledge)
    reader = QuestionReader.of(snapshot.words)
    external = load_encoder(settings, "", reader.lexicon) if settings.encoder else None

    def make_encoder(phrases: Sequence[Phrase]) -> Encoder:
        say(f"拟合中：用 {len(phrases)} 句问法…")
        return external if external is not None else train_on(snapshot, phrases, reader)

    ranker = fit_ranker(snapshot, reader, make_encoder)
    library = Library.of(snapshot, SearchIndex(snapshot, reader, make_encoder(snapshot.phrases)), ranker)
    say("拟合中：追问…")
    ranker = with_threads(library)
    CALIBRATION.write_text(json.dumps(ranker.as_dict(), indent=1) + "\n", "utf-8")
    say(f"已写入 {CALIBRATION.name}")


def with_threads(library: Library) -> Ranker:
    """The library's ranker with the weights of follow-ups fitted to it."""
    return replace(library.ranker, thread_weights=fit_thread_weights(examples(library, read_dialogues(THREADS))))
