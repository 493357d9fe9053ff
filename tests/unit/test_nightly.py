"""The nightly report: figures grouped from played dialogues, and the page that shows them."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistant.answering.library import Library
from assistant.evaluation import judge
from assistant.settings import ROOT
from benchmarks.guides import MIXTURE
from benchmarks.nightly import figures
from benchmarks.nightly.run import compared, write
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, PHONE_CARD, WEEKEND


def turn(
    number: int, expect: dict[str, Any], reply: dict[str, Any], tags: tuple[str, ...] = (), text: str = "谁也没说过的一句"
) -> dict[str, Any]:
    """A played turn, judged as the evaluation judges it."""
    whole = {"turn_id": f"t{number}", "answers": [], "options": [], **reply}
    return {
        "id": f"D-{number}",
        "turn": 0,
        "tags": list(tags),
        "user": text,
        "expect": expect,
        "reply": whole,
        "figures": judge(expect, whole),
    }


def answer(subject: str, facet: str | None) -> dict[str, Any]:
    """A reply that answers."""
    return {"outcome": "answered", "answers": [{"subject": subject, "facet": facet}]}


FEE = {"outcome": "answered", "items": [LOST], "facets": ["fee"]}
RUNS = [
    [turn(1, FEE, answer(LOST, "fee"), ("asr",))],
    [turn(2, FEE, answer(EXPIRED, "fee"), ("asr", "elder"))],
    [turn(3, {**FEE, "facets": ["fee", "time_limit"]}, {"outcome": "clarify", "options": [{"subject": LOST}, {"subject": BROKEN}]})],
    [turn(4, {"outcome": "answered", "items": [WEEKEND]}, {"outcome": "no_answer"})],
    [turn(5, {"outcome": "out_of_scope"}, answer(LOST, "fee"), ("near",))],
    [turn(6, {"outcome": "out_of_scope"}, {"outcome": "out_of_scope"}, ("far",))],
]
WHY = {
    f"t{number}": {"confidence": confidence, "decided_by": decided, "candidates": [{"subject": subject}]}
    for number, confidence, decided, subject in (
        (1, 0.95, "ANSWER", LOST), (2, 0.55, "ANSWER", EXPIRED), (3, 0.25, "ASK", LOST), (4, 0.05, "below_ASK", BROKEN),
        (5, 0.91, "ANSWER", LOST), (6, 0.85, "DECLINE", PHONE_CARD),
    )
}  # fmt: skip


def test_every_target_is_held_against_what_was_reached_and_what_was_not_measured_is_left_out() -> None:
    found = {f["key"]: f for f in figures.contract(RUNS, {"p50_ms": 14.9, "p95_ms": 41.0})}
    assert (found["strict"]["value"], found["strict"]["hits"], found["strict"]["of"]) == (0.25, 1, 4)
    assert (found["noisy_strict"]["value"], found["near_false"]["value"], found["far_false"]["value"]) == (0.5, 1.0, 0.0)
    assert [found[key]["met"] for key in ("wrong", "near_false", "far_false", "p50_ms", "p95_ms")] == [False, False, True, True, False]
    assert found["strict"]["low"] < 0.25 < found["strict"]["high"]
    assert not {"memory_gb", "guides_first", "dialogue", "routed"} & found.keys()


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20.
    assert figures.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert figures.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


def test_turns_are_grouped_by_facet_department_and_noise(library: Library) -> None:
    found = figures.groups(RUNS, library.index.subjects)
    facets = {g["name"]: g for g in found["facet"]}
    assert facets["收费"] == {"name": "收费", "of": 3, "right": 1, "offered": 1, "wrong": 1, "none": 0}
    assert facets["办理时限"]["of"] == 1 and facets["（不限）"]["none"] == 1
    assert [(g["name"], g["of"]) for g in found["department"]] == [("公安局", 3), ("政务服务局", 1)]
    assert {g["name"]: g["of"] for g in found["noise"]} == {"没有干扰": 2, "语音识别错字": 2}
    assert {g["name"]: g["wrong"] for g in found["tag"]} == {"asr": 1, "elder": 1}


def test_confidence_is_held_against_what_was_right(library: Library) -> None:
    beliefs = figures.beliefs(RUNS, WHY, library.index.subjects)
    bins = figures.reliability(beliefs)
    # 0.95 was right and 0.91, out of scope, was not; the boundary at 0.85 was.
    assert [(b["of"], b["right"]) for b in bins] == [(1, 0), (1, 1), (1, 0), (1, 1), (2, 0.5)]
    assert figures.calibration_error(bins) == pytest.approx((0.05 + 0.75 + 0.55 + 0.15 + 2 * 0.43) / 6)
    steps = {step["at"]: step for step in figures.sweep(beliefs)}
    assert (steps[0]["right"], steps[0]["wrong"], steps[0]["false"]) == (0.5, 0.5, 0.5)
    assert (steps[0.6]["right"], steps[0.6]["wrong"], steps[0.6]["false"]) == (0.25, 0.0, 0.5)


def test_decisions_and_outcomes_are_counted() -> None:
    assert figures.decisions(RUNS, WHY)[0] == {"name": "ANSWER", "value": figures.thresholds.ANSWER, "of": 3, "right": 1}
    assert figures.outcomes(RUNS)["out_of_scope"] == {"answered": 1, "out_of_scope": 1}


GUIDES = {name: {"first": 0.8, "five": 0.9, "of": 3} for name in ("all", *MIXTURE)}


def report() -> dict[str, Any]:
    """A whole report of the six turns."""
    beliefs = [figures.Belief(0.9, True, ours=True, answerable=True), figures.Belief(0.3, False, ours=True, answerable=True)]
    bins = figures.reliability(beliefs)
    return {
        "about": {"at": "2026-11-23 02:00", "commit": "abc", "knowledge": "v1", "encoder": "", "system": "Linux", "cores": 2,
                  "dialogues": 6, "turns": 6, "files": ["some.jsonl"], "machine_load": 0.5},
        "contract": figures.contract(RUNS, {"p50_ms": 14.9}), "outcomes": figures.outcomes(RUNS), "groups": figures.groups(RUNS, {}),
        "reliability": bins, "calibration_error": figures.calibration_error(bins), "sweep": figures.sweep(beliefs),
        "decisions": figures.decisions(RUNS, WHY), "failures": figures.failures(RUNS, WHY), "memory_mb": None, "clients": 16,
        "guides": {"guides": 2000, "asked": 3, "ours": GUIDES, "bm25_names": GUIDES},
        "load": {"p50_ms": 14.9, "p95_ms": 20.0, "p99_ms": 30.0, "turns_per_s": 80.0, "failed": 0, "degraded": 0},
    }  # fmt: skip


def test_the_page_shows_the_figures_and_the_plots_and_none_of_what_was_said(tmp_path: Path) -> None:
    write(report(), tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("<svg") == page.count("</svg>") == page.count('role="img"') == 7
    assert re.search(r"答对：事项和方面都对</td>\s*<td class=\"n\">0\.250</td>", page)
    assert "D-2" in page and "谁也没说过的一句" not in page + (tmp_path / "report.json").read_text("utf-8")
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page), "one file that needs nothing else"
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["contract"] == report()["contract"]


def test_a_report_is_compared_with_the_last_one_in_its_folder(tmp_path: Path) -> None:
    last = report()
    last["contract"][0]["value"], last["failures"] = 0.125, [f for f in last["failures"] if f["id"] != "D-2"] + [{"id": "D-9", "turn": 1}]
    (tmp_path / "report.json").write_text(json.dumps(last), "utf-8")
    write(report(), tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "0.125" in page and "变错的 1 轮：D-2/1" in page and "变对的 1 轮：D-9/1" in page


def test_turns_of_other_files_are_not_compared() -> None:
    last = report()
    last["about"]["files"] = ["other.jsonl"]
    found = compared(report(), last)
    assert found["before"]["strict"] == 0.25 and not found["newly_wrong"] and not found["newly_right"]


def test_a_termination_stops_what_is_measured_as_well(tmp_path: Path) -> None:
    log, ours = (
        tmp_path / "child.log",
        "from benchmarks.processes import Job, interruptible, served\nfrom pathlib import Path\nimport sys, time\n",
    )
    serve = f"job = Job('x', [sys.executable, '-c', 'import time; time.sleep(60)'], Path('.'), Path({str(log)!r}))\n"
    script = f"{ours}{serve}with interruptible(), served(job, lambda: True) as pid:\n    print(pid, flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.terminate()
        parent.wait(20)
    assert not psutil.pid_exists(child)
