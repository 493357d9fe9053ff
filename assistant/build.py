"""Everything that is built: snapshot, encoder, dialogue model. Each is kept under the hash of its inputs.

data/encoders/<hash>/     the built-in encoder           from: phrases, word lists, training code
data/snapshots/<version>/ snapshot.json                  from: knowledge files
data/current.json         which snapshot and encoder are live: see assistant/publications.py
data/rasa/<hash>/         Rasa's model                   from: config.yml, domain.yml, nlu/
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import yaml

from assistant.answering.question import QuestionReader
from assistant.encoders import train_on
from assistant.errors import BuildError
from assistant.publications import Publication, go_live, live_snapshot, read_current, snapshot_path
from assistant.settings import ROOT, Settings
from knowledge.checks import check
from knowledge.compiler import compile_snapshot
from knowledge.difference import Difference, difference
from knowledge.loader import Knowledge, Problem, load
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Outcome

Say = Callable[[str], None]
Gate = Callable[[Publication], None]

THREADS = ROOT / "nlu" / "threads.jsonl"
"""Threads with what each message means; training data, never used for measuring."""
_BARE = {"process", "materials"}
"""Facets that are expected together wherever nothing in particular is asked (“那补的咧”)."""


def check_knowledge(settings: Settings) -> tuple[Knowledge, list[Problem]]:
    """Read and check the knowledge files."""
    knowledge, problems = load(settings.knowledge)
    return knowledge, problems + check(knowledge, date.today())


def compare_knowledge(settings: Settings) -> Difference:
    """What a publication of the files as they are would change.

    Raises:
        BuildError: a check failed.

    """
    return difference(live_snapshot(settings), compile_snapshot(_sound_knowledge(settings)))


def build_knowledge(
    settings: Settings, say: Say, *, retrain: bool, by: str = "zhiwen", reason: str = "", gate: Gate | None = None
) -> Publication:
    """Compile the knowledge and make it live; where nothing changed, what is live stays.

    Args:
        settings: where the files and the data are.
        say: told what is going on.
        by: who publishes.
        reason: why; what changed, where nothing is said.
        gate: shown what is about to go live; raises BuildError to stop it.
        retrain: train the built-in encoder anew when its phrases changed. Without it the encoder that is
            there encodes the new phrases too, so that an edit is live in seconds.

    Raises:
        BuildError: a check failed; what was live stays live.

    """
    knowledge = _sound_knowledge(settings)
    snapshot = compile_snapshot(knowledge)
    path = snapshot_path(settings, snapshot.version)
    if not path.exists():
        _write_whole(path.parent, lambda to: (to / path.name).write_text(snapshot.model_dump_json(), "utf-8"))
    counts = (
        f"{len(knowledge.items)} 个事项，{len(knowledge.guides)} 份办事指南，{len(knowledge.topics)} 个话题，"
        f"{len(knowledge.manual)} 条问答，{len(snapshot.phrases)} 句问法"
    )
    say(f"知识已编译：{counts}，版本 {snapshot.version}")
    encoder = _ensure_encoder(settings, snapshot, say, retrain)
    current = read_current(settings)
    if current is not None and current.back_to is None and (current.snapshot, current.encoder) == (snapshot.version, encoder):
        return current
    if gate is not None:
        gate(Publication(snapshot=snapshot.version, encoder=encoder, off=current.off if current else {}))
    changed = difference(live_snapshot(settings), snapshot).summary
    return go_live(settings, snapshot.version, encoder, by, reason or changed)


def _sound_knowledge(settings: Settings) -> Knowledge:
    """The knowledge, which passed every check.

    Raises:
        BuildError: it did not.

    """
    knowledge, problems = check_knowledge(settings)
    errors = [p for p in problems if not p.warning]
    if errors:
        shown = "\n".join(map(str, errors[:20]))
        raise BuildError(f"知识有 {len(errors)} 处错误，没有发布，正在用的版本不受影响：\n{shown}")
    return knowledge


def _ensure_encoder(settings: Settings, snapshot: Snapshot, say: Say, retrain: bool) -> str:
    """The name of the encoder to use, trained first where that is needed."""
    if settings.encoder:
        return ""
    key = _hash(
        [
            _texts(snapshot),
            snapshot.words.model_dump_json().encode(),
            *_bytes(ROOT / p for p in ("assistant/answering/encoder_training.py", "knowledge/text.py")),
        ]
    )
    previous = read_current(settings)
    if not retrain and previous is not None and (settings.data / "encoders" / previous.encoder).is_dir() and previous.encoder:
        return previous.encoder
    folder = settings.data / "encoders" / key
    if not folder.exists():
        say("正在用本库的问法训练编码器（约半分钟）…")
        from assistant.answering.encoder_training import save_builtin  # torch takes seconds to import; publishing an edit does without it

        encoder = train_on(snapshot, snapshot.phrases, QuestionReader.of(snapshot.words))
        _write_whole(folder, lambda to: save_builtin(encoder, to))
    return key


def build_dialogue(settings: Settings, say: Say) -> Path:
    """Train Rasa's model unless there is one of the same inputs; returns its file.

    Knowledge is no input: an edit never asks for a training. The word list and the standardised examples
    are made when the model is trained anyway.

    Raises:
        BuildError: Rasa could not be trained.

    """
    inputs = [ROOT / "config.yml", ROOT / "domain.yml", THREADS, *sorted((ROOT / "nlu").rglob("*.py"))]
    inputs += sorted((ROOT / "nlu").glob("*.yml"))
    key = _hash(_bytes(inputs))
    folder = settings.data / "rasa" / key
    model = folder / "dialogue.tar.gz"
    if model.exists():
        return model
    say("正在训练对话模型（约半分钟）…")
    knowledge, _ = load(settings.knowledge)
    training = settings.data / "rasa" / "training"
    write_dialogue_data(knowledge, training)
    train_rasa(settings, training, folder, model.name.removesuffix(".tar.gz"))
    return model


def write_dialogue_data(knowledge: Knowledge, folder: Path) -> None:
    """Write what Rasa is trained on: the hand-written examples read like messages are, and the word list."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dictionary = ROOT / "nlu" / "generated" / "jieba"
    dictionary.mkdir(parents=True, exist_ok=True)
    (dictionary / "zhiwen.txt").write_text("".join(f"{term}\n" for term in knowledge.lexicon.terms), "utf-8")
    for path in sorted((ROOT / "nlu").glob("*.yml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        for block in data.get("nlu", []):
            examples = [line.removeprefix("- ") for line in block["examples"].splitlines() if line.startswith("- ")]
            block["examples"] = "".join(f"- {knowledge.lexicon.standardise(e)}\n" for e in examples)
        (folder / path.name).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    (folder / "knowledge.yml").write_text(yaml.safe_dump(_published_questions(knowledge), allow_unicode=True), "utf-8")
    (folder / "threads.yml").write_text(yaml.safe_dump(_threads(knowledge), allow_unicode=True), "utf-8")


def _published_questions(knowledge: Knowledge) -> dict[str, object]:
    """The items' own questions as examples of their facets, and what asks in general: the widest wording that we have.

    They teach the engine above all what is a question and no complaint; see docs/decisions/0003-intent-classifier.md.
    """
    examples: dict[str, list[str]] = {}
    for item in knowledge.items.values():
        for facet, questions in item.questions.items():
            examples.setdefault("general" if facet == "any" else facet, []).extend(questions)
    examples["general"] += [question for topic in knowledge.topics.values() for question in topic.questions]
    return _training_data(knowledge, {f"ask_{facet}": found for facet, found in examples.items()})


def _threads(knowledge: Knowledge) -> dict[str, object]:
    """What people say in the middle of a thread, as examples of what it is: half a sentence about what the assistant has
    just told is a question, however little it names, and what has nothing to do with it is none.
    """
    acts = {Outcome.OUT_OF_SCOPE: "out_of_scope", Outcome.HOTLINE: "complaint", Outcome.HANDOFF: "handoff", Outcome.PROGRESS: "progress"}
    examples: dict[str, list[str]] = {}
    for line in THREADS.read_text("utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            outcome, facets = turn["expect"]["outcome"], turn["expect"].get("facets") or []
            asks = "ask_general" if not facets or set(facets) >= _BARE else f"ask_{facets[0]}"
            intent = asks if outcome in (Outcome.ANSWERED, Outcome.CLARIFY) else acts.get(outcome)
            if intent is not None:
                examples.setdefault(intent, []).append(turn["user"])
    return _training_data(knowledge, examples)


def _training_data(knowledge: Knowledge, examples: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Examples by intent in Rasa's format, read like messages are."""
    read = knowledge.lexicon.standardise
    blocks = [{"intent": intent, "examples": "".join(f"- {read(e)}\n" for e in found)} for intent, found in examples.items()]
    return {"version": "3.1", "nlu": blocks}


def train_rasa(settings: Settings, training: Path, out: Path, name: str, config: Path = ROOT / "config.yml") -> None:
    """Run `rasa train`.

    Raises:
        BuildError: with the end of Rasa's own output.

    """
    command = [
        str(settings.rasa_python), "-m", "rasa", "train", "--config", str(config), "--domain", str(ROOT / "domain.yml"),
        "--data", str(training), "--out", str(out), "--fixed-model-name", name,
    ]  # fmt: skip
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not (out / f"{name}.tar.gz").exists():
        raise BuildError(f"对话模型训练失败。Rasa 最后的输出：\n{(done.stdout + done.stderr)[-2000:]}")


def _write_whole(folder: Path, write: Callable[[Path], object]) -> None:
    """Make a folder in one step: it is there whole or not at all."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    write(partial)
    os.replace(partial, folder)


def _texts(snapshot: Snapshot) -> bytes:
    families = [f"{s.id}\t{s.families}" for s in snapshot.subjects]
    return "\n".join([*families, *(f"{p.subject}\t{p.text}" for p in snapshot.phrases if p.entry is None)]).encode()


def _bytes(paths: Iterable[Path]) -> list[bytes]:
    return [path.name.encode() + path.read_bytes() for path in paths]


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]
