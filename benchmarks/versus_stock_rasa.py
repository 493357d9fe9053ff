"""Our service (its Rasa process included) beside a stock Rasa FAQ bot of the same knowledge, on this machine, in one run.

Each is trained from nothing, started, asked and stopped before the other begins, so that they share no core.
"""

import os
import platform
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.errors import BuildError
from assistant.evaluation import EvaluationError, judge, read_dialogues
from assistant.publications import read_current
from assistant.settings import ROOT, Settings
from assistant.supervisor import free_port
from benchmarks.load import Bot, measure, replies_to, service
from benchmarks.processes import Job, alone, answers_http, is_ready, memory_mb, our_service, rasa_server, run_timed, served
from benchmarks.stock_bot import EPOCHS, stock_bot, write_project
from knowledge.snapshot import Snapshot, read_snapshot
from knowledge.vocabulary import Outcome

Say = Callable[[str], None]
Figures = dict[str, Any]
Dialogues = list[dict[str, Any]]

HELDOUT = ROOT / "evaluation" / "dev-4.jsonl"
TURNS = 300
"""Measured turns of one client alone."""
CLIENTS = 16
CLIENT_TURNS = 800
"""Measured turns of all clients together."""

ROWS = (
    ("training_s", "从零训练（秒）", False),
    ("memory_mb", "内存（MiB）", False),
    ("p50_ms", "单个用户 p50（毫秒）", False),
    ("p95_ms", "单个用户 p95（毫秒）", False),
    ("p99_ms", "单个用户 p99（毫秒）", False),
    ("turns_per_s", f"{CLIENTS}个用户同时问（轮/秒）", True),
    ("strict", "严格准确率", True),
    ("wrong", "答错的比例", False),
)
"""What is compared: key, title, and whether more is better."""


def compare(settings: Settings, questions: Path | None, say: Say, epochs: int = EPOCHS) -> Figures:
    """Measure both.

    Args:
        settings: where knowledge, data and Rasa's Python are; the work is done in <data>/bench, which is gone afterwards.
        questions: dialogues as `./zhiwen evaluate` takes them; None for the held-out ones.
        say: told what is going on.
        epochs: of the stock bot's training.

    Returns:
        `ours` and `stock` with the same figures (ROWS, beside `failed` and `degraded` turns), `ratio` (above 1: ours is ahead; None
        where one of them is nought), and under `about` what was measured where.

    Raises:
        BuildError: one of them could not be built, started or asked; the message is Chinese.

    """
    if not settings.rasa_python.exists():
        raise BuildError(f"找不到 Rasa 的 Python：{settings.rasa_python}。请先运行一次 ./zhiwen run，或者设置 ZHIWEN_RASA_PYTHON。")
    try:
        dialogues = read_dialogues(questions or HELDOUT)
    except EvaluationError as error:
        raise BuildError(str(error)) from error
    if not single_questions(dialogues) or not _judged(dialogues):
        raise BuildError(f"{questions or HELDOUT} 里没有单轮的问题，或者没有该直接回答的问题，没法比较。")
    folder = settings.data.absolute() / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # A termination stops us as Ctrl-C does: the processes that we started would go on without us.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ours = measure_ours(settings, folder / "ours", dialogues, say)
        current = read_current(settings.model_copy(update={"data": folder / "ours"}))
        if current is None:
            raise BuildError("没有编译出知识，没法比较。")
        snapshot = read_snapshot(folder / "ours" / "snapshots" / current.snapshot / "snapshot.json")
        stock, size = measure_stock(settings, snapshot, folder / "stock", dialogues, say, epochs)
    finally:
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "about": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "knowledge": snapshot.version,
            "questions": str(questions or HELDOUT),
            "judged": len(_judged(dialogues)),
            "stock_bot": {**size, "epochs": epochs},
        },
        "ours": ours,
        "stock": stock,
        "ratio": {key: _ratio(ours[key], stock[key], more_is_better) for key, _, more_is_better in ROWS},
    }


def table(result: Figures) -> str:
    """The comparison as a Markdown table."""
    about, size = result["about"], result["about"]["stock_bot"]
    lines = [
        f"知识版本 {about['knowledge']}；{about['cores']} 核，{about['system']}；准确率用了 {about['judged']} 个问题。",
        f"普通 Rasa FAQ 机器人：{size['responses']} 条答复，{size['examples']} 句问法，训练 {size['epochs']} 轮。"
        "“领先”大于 1 表示智问更好。",
        "",
        "| | 智问 | 普通 Rasa | 领先 |",
        "|---|---:|---:|---:|",
    ]
    for key, title, _ in ROWS:
        ratio = result["ratio"][key]
        ahead = f"{ratio:.2f}×" if ratio else "—"
        lines.append(f"| {title} | {_shown(key, result['ours'][key])} | {_shown(key, result['stock'][key])} | {ahead} |")
    for name, title in (("ours", "智问"), ("stock", "普通 Rasa")):
        if result[name]["failed"] or result[name]["degraded"]:
            lines += ["", f"注意：{title}有 {result[name]['failed']} 轮没有答复，{result[name]['degraded']} 轮是对话引擎不在时答的。"]
    return "\n".join(lines)


def measure_ours(settings: Settings, folder: Path, dialogues: Dialogues, say: Say) -> Figures:
    """Train, start, ask and stop our service, in processes of its own and with a data folder of its own."""
    port = free_port()
    given = alone(settings, folder, port).model_copy(update={"rasa_processes": max(1, settings.rasa_processes)})
    prepare = "from assistant.serving import prepare; from assistant.settings import Settings; prepare(Settings())"
    say("智问：正在从零训练编码器和对话模型…")
    # Rasa keeps what it trained in a cache: an empty one, or its training would be none.
    seconds = run_timed(our_service(given, "-c", prepare, RASA_CACHE_DIRECTORY=str(folder / "rasa-cache")))
    say(f"智问：训练用了 {seconds:.0f} 秒，正在启动…")
    url = f"http://127.0.0.1:{port}"
    with served(our_service(given), lambda: is_ready(url)) as pid:
        figures = _asked("智问", service(url), pid, dialogues, say)
    return {"training_s": round(seconds, 1), **figures}


def measure_stock(
    settings: Settings, snapshot: Snapshot, folder: Path, dialogues: Dialogues, say: Say, epochs: int
) -> tuple[Figures, dict[str, int]]:
    """Write, train, start, ask and stop the stock bot; returns its figures and how much it was trained on."""
    size = write_project(snapshot, ROOT / "nlu" / "acts.yml", folder, epochs)
    say(f"普通 Rasa：正在训练（{size['responses']} 条答复，{size['examples']} 句问法，{epochs} 轮，可能要十几分钟）…")
    train = [str(settings.rasa_python.absolute()), "-m", "rasa", "train", "--fixed-model-name", "stock"]
    # Nothing of ours is to be found by it, and no training of earlier days.
    environment = {"PYTHONPATH": "", "RASA_CACHE_DIRECTORY": str(folder / "cache")}
    seconds = run_timed(Job("普通 Rasa 的训练", train, folder, folder / "train.log", environment))
    say(f"普通 Rasa：训练用了 {seconds:.0f} 秒，正在启动…")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    job = rasa_server("普通 Rasa", settings, folder, folder / "models" / "stock.tar.gz", port, "--credentials", "credentials.yml")
    with served(job, lambda: answers_http(url)) as pid:
        figures = _asked("普通 Rasa", stock_bot(url), pid, dialogues, say)
    return {"training_s": round(seconds, 1), **figures}, size


def _asked(name: str, bot: Bot, pid: int, dialogues: Dialogues, say: Say) -> Figures:
    """Speed, accuracy and then memory of a bot that is up."""
    say(f"{name}：正在测速度（单个用户 {TURNS} 轮，{CLIENTS} 个用户共 {CLIENT_TURNS} 轮）…")
    speed = measure(bot, single_questions(dialogues), TURNS, CLIENTS, CLIENT_TURNS)
    turns = _judged(dialogues)
    say(f"{name}：正在测准确率（{len(turns)} 个问题）…")
    replies = replies_to(bot, [turn["user"] for turn in turns])
    rows = [judge(turn["expect"], reply) for turn, reply in zip(turns, replies, strict=True)]
    # A turn whose outcome is merely accepted counts towards no figure; see the contract.
    rows = [row for row in rows if "strict" in row]
    shares = {key: round(sum(row[key] for row in rows) / max(1, len(rows)), 4) for key in ("strict", "wrong")}
    return {"memory_mb": memory_mb(pid), **speed, **shares, "judged": len(rows)}


def single_questions(dialogues: Dialogues) -> list[str]:
    """What is asked in dialogues of one turn."""
    return [d["turns"][0]["user"] for d in dialogues if len(d["turns"]) == 1]


def _judged(dialogues: Dialogues) -> Dialogues:
    """First turns that expect an answer."""
    first = [d["turns"][0] for d in dialogues if d["turns"]]
    return [turn for turn in first if turn.get("expect") and turn["expect"]["outcome"] == Outcome.ANSWERED]


def _ratio(ours: float | None, stock: float | None, more_is_better: bool) -> float | None:
    above, below = (ours, stock) if more_is_better else (stock, ours)
    return round(above / below, 3) if above and below else None


def _shown(key: str, figure: float | None) -> str:
    if figure is None:
        return "—"
    return f"{figure:.1%}" if key in ("strict", "wrong") else f"{figure:.1f}"
