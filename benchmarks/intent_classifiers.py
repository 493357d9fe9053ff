"""Three intent classifiers of Rasa on the same data, tokenizer and featurizers; prints a Markdown table.

usage: python -m benchmarks.intent_classifiers [--epochs N]

The result is weighed in docs/decisions/0003-intent-classifier.md.
"""

import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

from assistant.build import train_rasa, write_dialogue_data
from assistant.errors import BuildError
from assistant.settings import ROOT, Settings
from assistant.supervisor import free_port
from assistant.terminal import fail
from benchmarks.load import WARM_UP_TURNS, Connection
from benchmarks.processes import answers_http, memory_mb, rasa_server, served
from knowledge.loader import load

OURS = "nlu.components.linear_svm.LinearSvmClassifier"
"""The component of config.yml that the others take the place of."""
HEADER = """\
| 分类器 | 准确率 | 方面 | 行为 | 训练（秒） | 服务内存（MiB） | /model/parse p50（毫秒） |
|---|---:|---:|---:|---:|---:|---:|"""
HELDOUT = ROOT / "tests" / "data" / "intents_heldout.yml"


def classifiers(epochs: int) -> dict[str, dict[str, Any] | None]:
    """By name: the component in place of ours; None for ours as config.yml has it. The epochs are DIET's."""
    return {
        "LinearSvmClassifier": None,
        "LogisticRegressionClassifier": {"name": "LogisticRegressionClassifier"},
        f"DIETClassifier, {epochs} epochs": {
            "name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 42,
        },
    }  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What one classifier did."""

    name: str
    hits: list[tuple[str, bool]]
    """Of each held-out example: its intent, and whether the best intent was that."""
    training_s: float
    memory_mb: float | None
    p50_ms: float

    def accuracy(self, facets: bool | None = None) -> float:
        """Share of right ones, of facets or acts alone where that is said."""
        chosen = [hit for intent, hit in self.hits if facets is None or intent.startswith("ask_") == facets]
        return sum(chosen) / len(chosen)


def measure(
    settings: Settings, name: str, component: dict[str, Any] | None, training: Path, folder: Path, heldout: list[tuple[str, str]]
) -> Result:
    """Train, serve and ask one classifier.

    Args:
        settings: where Rasa's Python is.
        name: of the classifier, for the table.
        component: takes the place of ours in the pipeline; None for ours.
        training: folder of Rasa's training data.
        folder: empty; for configuration, cache and model.
        heldout: intent and text of each example, the text read as messages are.

    Raises:
        BuildError: it could not be trained or started.

    """
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    config["pipeline"] = [component if component and part["name"] == OURS else part for part in config["pipeline"]]
    folder.mkdir()
    (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), "utf-8")
    # An empty cache: each classifier is trained from nothing.
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    started = time.perf_counter()
    train_rasa(settings, training, folder, "model", folder / "config.yml")
    seconds = time.perf_counter() - started
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    job = rasa_server(name, settings, folder, folder / "model.tar.gz", port, "--enable-api", python_path=str(ROOT))
    with served(job, lambda: answers_http(url)) as pid:
        times, best = asyncio.run(_parse(url, [text for _, text in heldout]))
        memory = memory_mb(pid)
    hits = [(intent, found == intent) for (intent, _), found in zip(heldout, best, strict=True)]
    return Result(name, hits, seconds, memory, statistics.median(times))


async def _parse(url: str, texts: list[str]) -> tuple[list[float], list[str]]:
    """Milliseconds and best real intent of each text; behind a fallback stands one, and our actions read that."""
    times, best = [], []
    async with Connection(url) as connection:
        for number, text in enumerate([*texts[:WARM_UP_TURNS], *texts]):
            started = time.perf_counter()
            body = await connection.post("/model/parse", {"text": text})
            milliseconds = (time.perf_counter() - started) * 1000
            if body is None:
                raise BuildError(f"Rasa 没有读懂请求：{text}")
            if number >= WARM_UP_TURNS:
                times.append(milliseconds)
                best.append(next((i["name"] for i in json.loads(body)["intent_ranking"] if i["name"] != "nlu_fallback"), ""))
    return times, best


def row(result: Result) -> str:
    """One line of the table."""
    memory = "—" if result.memory_mb is None else f"{result.memory_mb:.0f}"
    shares = f"{result.accuracy():.1%} | {result.accuracy(True):.1%} | {result.accuracy(False):.1%}"
    return f"| {result.name} | {shares} | {result.training_s:.0f} | {memory} | {result.p50_ms:.1f} |"


@click.command()
@click.option("--epochs", type=click.IntRange(1, 1000), default=100, show_default=True, help="DIET's")
def main(epochs: int) -> None:
    """Measure all and print the table, each row when it is known; progress goes to standard error."""
    # A termination stops us as Ctrl-C does: the processes that we started would go on without us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = Settings()
    knowledge, _ = load(settings.knowledge)
    heldout = [
        (block["intent"], knowledge.lexicon.standardise(line.removeprefix("- ")))
        for block in yaml.safe_load(HELDOUT.read_text("utf-8"))["nlu"]
        for line in block["examples"].splitlines()
    ]
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="zhiwen-intents-") as work:
        training = Path(work) / "training"
        write_dialogue_data(knowledge, training)
        for number, (name, component) in enumerate(classifiers(epochs).items()):
            print(f"· {name}：正在训练和测量…", file=sys.stderr, flush=True)
            try:
                print(row(measure(settings, name, component, training, Path(work) / str(number), heldout)), flush=True)
            except BuildError as error:
                fail(str(error))


if __name__ == "__main__":
    main()
