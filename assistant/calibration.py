"""Fit the ranking, the confidences and so the bands to the present phrases and encoder, and say what that changes.

The thresholds of the bands stay where they are (`answering/thresholds.py`); what is fitted is how likely the first
candidate, or one of the first four, is right. With another encoder the same likeness means another probability.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.answering.encoder import Encoder
from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.answering.question import QuestionReader
from assistant.answering.ranking_fitting import first_messages, fit_ranker, hidden_phrases
from assistant.answering.thread_fitting import examples, fit_network
from assistant.build import THREADS, Say
from assistant.encoders import load_encoder, train_on
from assistant.errors import BuildError
from assistant.evaluation import EvaluationError, development_files, read_dialogues, run_dialogues, summarise
from assistant.serving import configure_logging, temporary_service
from assistant.settings import Settings
from assistant.shelf import HeldLibrary, calibration_path, open_ranker
from knowledge.compiler import compile_snapshot
from knowledge.loader import load
from knowledge.snapshot import Phrase
from knowledge.vocabulary import OUTCOME_TITLES, Outcome

BANDS = (Outcome.ANSWERED, Outcome.CLARIFY)
_NOT = "不答"
"""Answer and ask; every other outcome of a question is the third band."""


@dataclass(frozen=True)
class Verdict:
    """What a calibration does on the dialogues."""

    strict: float
    helped: float
    wrong: float
    bands: dict[str, tuple[int, int]]
    """Of the turns that expect an answer: how many ended in each band, and how many of these helped."""


def calibrate(settings: Settings, files: Sequence[Path], say: Say, *, accept: bool) -> None:
    """Fit, judge before and after on dialogues, and keep the fit.

    Both are asked over HTTP, of a service without Rasa. The fit to the built-in encoder is a part of the program; that to
    an encoder of the installation's own lies in the data directory.

    Args:
        settings: of the installation.
        files: dialogues to judge on, from which nothing is learned; none for the development ones.
        say: told how it goes, and the comparison.
        accept: keep a fit that is worse, too.

    Raises:
        BuildError: a file cannot be read, or the fit is worse and was not accepted.

    """
    try:
        dialogues = [dialogue for file in files or development_files() for dialogue in read_dialogues(file)]
    except EvaluationError as error:
        raise BuildError(str(error)) from error
    fitted = fit(settings, say)
    before = replace(fitted, ranker=open_ranker(settings), _ranked={})
    say(f"正在用 {len(dialogues)} 段对话比较前后…")
    old, new = (judge(settings, library, dialogues) for library in (before, fitted))
    say("\n".join(comparison(old, new)))
    if (new.strict < old.strict or new.wrong > old.wrong) and not accept:
        raise BuildError("拟合以后差了，没有写，正在用的不受影响。确认就要这样，加 --accept。")
    path = calibration_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fitted.ranker.as_dict(), indent=1) + "\n", "utf-8")
    say(f"已写入 {path}，重启服务或者下次发布以后生效。")


def fit(settings: Settings, say: Say) -> Library:
    """The knowledge files as a library with a ranker fitted to them; with the built-in encoder each round trains one of its own."""
    snapshot = compile_snapshot(load(settings.knowledge)[0])
    reader = QuestionReader.of(snapshot.words)
    external = load_encoder(settings, "", reader.lexicon) if settings.encoder else None

    def make_encoder(phrases: Sequence[Phrase]) -> Encoder:
        say(f"拟合中：用 {len(phrases)} 句问法…")
        return external if external is not None else train_on(snapshot, phrases, reader)

    library = Library.of(snapshot, SearchIndex(snapshot, reader, make_encoder(snapshot.phrases)), open_ranker(settings))
    library = with_ranking(library, make_encoder)
    say("拟合中：追问…")
    return with_threads(library)


def with_ranking(library: Library, make_encoder: Callable[[Sequence[Phrase]], Encoder]) -> Library:
    """The library with the ranking and its confidences fitted to it; the network of follow-ups stays as it is."""
    hidden = hidden_phrases(library.snapshot, library.index.reader, make_encoder)
    ranker = fit_ranker(hidden, first_messages(library.index, read_dialogues(THREADS)), library.index.subjects)
    return replace(library, ranker=replace(ranker, thread=library.ranker.thread), _ranked={})


def with_threads(library: Library) -> Library:
    """The library with the network of follow-ups fitted to it."""
    return replace(library, ranker=replace(library.ranker, thread=fit_network(examples(library, read_dialogues(THREADS)))), _ranked={})


def judge(settings: Settings, library: Library, dialogues: list[dict[str, Any]]) -> Verdict:
    """Play the dialogues against a service of this library."""
    with tempfile.TemporaryDirectory(prefix="zhiwen-calibrate-") as folder:
        trial = settings.model_copy(update={"data": Path(folder), "database_url": "", "rasa_processes": 0})
        configure_logging(trial)
        with temporary_service(trial, None, HeldLibrary(library)) as url:
            runs = asyncio.run(run_dialogues(url, dialogues))
    summary = summarise(runs)
    bands = {OUTCOME_TITLES[band]: (0, 0) for band in BANDS} | {_NOT: (0, 0)}
    for row in (row for run in runs for row in run if "helped" in row["figures"]):
        outcome = row["reply"].get("outcome")
        band = OUTCOME_TITLES[outcome] if outcome in BANDS else _NOT
        bands[band] = bands[band][0] + 1, bands[band][1] + row["figures"]["helped"]
    strict, helped, wrong = (summary.get(name, {}).get("share", 0.0) for name in ("strict", "helped", "wrong"))
    return Verdict(strict, helped, wrong, bands)


def comparison(old: Verdict, new: Verdict) -> list[str]:
    """Before and after, for people to read."""
    lines = ["            之前      之后"]
    lines += [f"{name:10} {getattr(old, name):6.3f}    {getattr(new, name):6.3f}" for name in ("strict", "helped", "wrong")]
    for band in old.bands:
        told = [f"{count} 轮（帮上 {good}）" for count, good in (old.bands[band], new.bands[band])]
        lines.append(f"{band}：之前 {told[0]}，之后 {told[1]}")
    return lines
