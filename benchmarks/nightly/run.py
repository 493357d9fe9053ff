"""The whole run: a service of its own, the dialogues, the load, the memory, and the report of all that."""

import asyncio
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant import serving
from assistant.errors import BuildError
from assistant.evaluation import EvaluationError, development_files, read_dialogues, run_dialogues
from assistant.publications import live_snapshot
from assistant.settings import ROOT, Settings
from assistant.storage.conversations import make_engine
from assistant.storage.tables import TurnRow
from assistant.supervisor import free_port
from benchmarks import guides
from benchmarks.load import measure, service
from benchmarks.nightly import figures
from benchmarks.processes import alone, borrow, interruptible, is_ready, memory_mb, our_service, served

TURNS = 300
"""Measured turns of one client alone."""
CLIENTS, CLIENT_TURNS = 16, 800

Say = Callable[[str], None]
Report = dict[str, Any]


def nightly(settings: Settings, files: Sequence[Path], out: Path, say: Say) -> Report:
    """Measure everything and write report.json and report.html.

    The service that is measured is one of its own, below the data directory: what is played here is no citizen's
    question and must not be among theirs, and nothing outside is reached.

    Args:
        settings: where knowledge, builds and Rasa's Python are.
        files: dialogues in the format of the evaluation; none for the development ones.
        out: folder of the report; one that is there already is compared with and replaced.
        say: told what is going on.

    Raises:
        BuildError: a file cannot be read, or the service did not come up.

    """
    files = files or development_files()
    try:
        dialogues = [dialogue for file in files for dialogue in read_dialogues(file)]
    except EvaluationError as error:
        raise BuildError(str(error)) from error
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    measured = alone(settings, settings.data / "nightly", port)
    shutil.rmtree(measured.data, ignore_errors=True)
    try:
        borrow(settings.data.absolute(), measured.data)
        serving.prepare(measured)
        say("服务正在启动…")
        with interruptible(), served(our_service(measured), lambda: is_ready(url)) as pid:
            say(f"正在问 {len(dialogues)} 段对话…")
            runs = asyncio.run(run_dialogues(url, dialogues))
            say(f"正在测快慢（一个人 {TURNS} 轮，{CLIENTS} 个人共 {CLIENT_TURNS} 轮）…")
            machine_load = round(os.getloadavg()[0], 2)
            load = measure(service(url), [d["turns"][0]["user"] for d in dialogues], TURNS, CLIENTS, CLIENT_TURNS)
            memory = memory_mb(pid)
        say("正在用没见过的两千件办事指南试找…")
        report = _figures(measured, runs, load, memory, guides.measure(measured))
    finally:
        shutil.rmtree(measured.data, ignore_errors=True)
    report["about"] |= {"files": [file.name for file in files], "machine_load": machine_load}
    write(report, out)
    return report


def _figures(settings: Settings, runs: figures.Runs, load: dict[str, float | int], memory: float | None, unseen: guides.Result) -> Report:
    snapshot = live_snapshot(settings)
    if snapshot is None:
        raise BuildError("没有编译出知识，没法写报告。")
    subjects = {s.id: s for s in snapshot.subjects}
    with Session(make_engine(settings.database)) as session:
        why = {turn.id: turn.explanation for turn in session.scalars(select(TurnRow))}
    beliefs = figures.beliefs(runs, why, subjects)
    bins = figures.reliability(beliefs)
    ours = unseen["ours"]["all"]
    measured = {**load, "guides_first": ours["first"], "guides_five": ours["five"]}
    measured |= {"memory_gb": memory * 2**20 / 1e9} if memory is not None else {}
    return {
        "about": {
            "at": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
            "commit": _commit(),
            "knowledge": snapshot.version,
            "encoder": settings.encoder,
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "dialogues": len(runs),
            "turns": sum(map(len, runs)),
        },
        "contract": figures.contract(runs, measured),
        "outcomes": figures.outcomes(runs),
        "groups": figures.groups(runs, subjects),
        "reliability": bins,
        "calibration_error": figures.calibration_error(bins),
        "sweep": figures.sweep(beliefs),
        "decisions": figures.decisions(runs, why),
        "load": load,
        "clients": CLIENTS,
        "memory_mb": memory,
        "guides": unseen,
        "failures": figures.failures(runs, why),
    }


def _commit() -> str:
    """The commit that is checked out, with a + where files differ from it; empty outside of git."""
    done = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def write(report: Report, out: Path) -> None:
    """Write report.json and report.html, compared with the report that is there already."""
    from benchmarks.nightly import plots  # matplotlib: a second, for those who draw only

    out.mkdir(parents=True, exist_ok=True)
    try:
        last = json.loads((out / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        last = None
    drawn = {name: plots.stacked(report["groups"][name]) for name in ("facet", "department", "noise") if report["groups"][name]}
    drawn |= {
        "targets": plots.targets(report["contract"]),
        "confusion": plots.confusion(report["outcomes"]),
        "reliability": plots.reliability(report["reliability"]),
        "sweep": plots.sweep(report["sweep"]),
    }
    page = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True).get_template("page.html")
    html = page.render(report, plots=drawn, fate_titles=plots.FATES, shown=_shown, **compared(report, last))
    (out / "report.html").write_text(html, "utf-8")
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def compared(report: Report, last: Report | None) -> Report:
    """The last report's figures by key, and the turns that were right in one of the two only (of the same files)."""
    before = {f["key"]: f["value"] for f in last["contract"]} if last else {}
    if last is None or last["about"]["files"] != report["about"]["files"]:
        return {"before": before, "newly_wrong": [], "newly_right": []}
    now, then = ({f"{f['id']}/{f['turn']}" for f in found["failures"]} for found in (report, last))
    return {"before": before, "newly_wrong": sorted(now - then), "newly_right": sorted(then - now)}


def _shown(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if unit else f"{value:.3f}"
