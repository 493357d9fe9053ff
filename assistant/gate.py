"""The gate of a publication: the maintainers' own questions, asked of what is live and of what would be.

Both are asked over HTTP, of a service of their own without Rasa: the production turn, and not a second copy of it.
"""

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from os.path import commonprefix
from typing import Any

from assistant.errors import BuildError
from assistant.evaluation import EvaluationError, read_dialogues, run_dialogues
from assistant.publications import Publication, read_current, snapshot_path
from assistant.settings import Settings
from knowledge.snapshot import read_snapshot, without
from knowledge.vocabulary import OUTCOME_TITLES, Outcome

QUESTIONS = "questions.jsonl"
"""Below the knowledge folder; the format of the evaluation. Without it there is no gate."""
Runs = list[list[dict[str, Any]]]


SHOWN = 60
"""So many characters of a reply are shown."""


@dataclass(frozen=True)
class Change:
    """A question whose reply a publication would change."""

    question: str
    before: str
    after: str
    worse: bool
    """It was right, and would be no more."""

    def __str__(self) -> str:
        # Long replies are shown from shortly before what differs.
        same = len(commonprefix([self.before, self.after]))
        now, then = (_cut(text, 0 if same < SHOWN else same - SHOWN // 2) for text in (self.before, self.after))
        return f"{'✗' if self.worse else '·'} {self.question}\n    现在：{now}\n    以后：{then}"


def _cut(text: str, start: int) -> str:
    shown = text[start : start + SHOWN].replace("\n", " ")
    return f"{'…' if start else ''}{shown}{'…' if start + SHOWN < len(text) else ''}"


def try_out(settings: Settings, candidate: Publication, say: Callable[[str], None], *, accept: bool) -> None:
    """Ask the maintainers' questions and say what would change.

    Args:
        settings: of the installation.
        candidate: what is about to go live.
        say: told what changes.
        accept: publish even though some replies get worse.

    Raises:
        BuildError: replies that are right would be so no more, and that was not accepted.

    """
    path = settings.knowledge / QUESTIONS
    live = read_current(settings)
    if live is None or not path.exists():
        return
    if _found_alike(settings, live, candidate):
        say("问法和事项都没有变，只有答案的文字变了：不用试问，每句问话找到的还是同一条。")
        return
    try:
        dialogues = read_dialogues(path)
    except EvaluationError as error:
        raise BuildError(str(error)) from error
    found = changes(_ask(settings, live, dialogues), _ask(settings, candidate, dialogues))
    for change in found:
        say(str(change))
    worse = sum(change.worse for change in found)
    say(f"试问了 {sum(len(d['turns']) for d in dialogues)} 句：{len(found)} 句的答复会变，其中 {worse} 句原来对、以后不对。")
    if worse and not accept:
        raise BuildError("没有发布，正在用的版本不受影响。改好再发布；确认就要这样，加 --accept。")


def _found_alike(settings: Settings, live: Publication, candidate: Publication) -> bool:
    """Whether two versions find the same entry for every question: only texts of entries differ, whose figures no search reads."""
    try:
        before, after = (without(read_snapshot(snapshot_path(settings, p.snapshot)), p.off) for p in (live, candidate))
    except ValueError:  # what is live was built by another version of the program
        return False
    parts = [(s.phrases, s.subjects, s.words, s.popular, [(e.id, e.expires_on) for e in s.entries]) for s in (before, after)]
    return live.encoder == candidate.encoder and parts[0] == parts[1]


def changes(before: Runs, after: Runs) -> list[Change]:
    """The turns whose reply differs."""
    pairs = [pair for old, new in zip(before, after, strict=True) for pair in zip(old, new, strict=True)]
    return [Change(old["user"], _told(old), _told(new), _right(old) and not _right(new)) for old, new in pairs if _told(old) != _told(new)]


def _right(row: dict[str, Any]) -> bool:
    return bool(row["figures"].get("right", True))


def _told(row: dict[str, Any]) -> str:
    reply = row["reply"]
    outcome = str(reply.get("outcome", ""))
    return f"{OUTCOME_TITLES[Outcome(outcome)] if outcome else ''} {reply.get('text', '')}"


def _ask(settings: Settings, version: Publication, dialogues: list[dict[str, Any]]) -> Runs:
    """Put the questions to a service that has a version of its own and shares everything else that is built."""
    from assistant.serving import configure_logging, temporary_service  # a second, for those who have questions only

    folder = settings.data / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("snapshots", "encoders", "readings"):
        (settings.data / name).mkdir(exist_ok=True)
        (folder / name).symlink_to((settings.data / name).resolve())
    (folder / "current.json").write_text(json.dumps(version.model_dump(mode="json")), "utf-8")
    trial = settings.model_copy(update={"data": folder, "database_url": "", "rasa_processes": 0})
    configure_logging(trial)
    with temporary_service(trial, None) as url:
        runs = asyncio.run(run_dialogues(url, dialogues))
    shutil.rmtree(folder, ignore_errors=True)
    return runs
