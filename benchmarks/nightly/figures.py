"""From played dialogues to the figures of the report. What is right is the evaluation's to say; here it is only grouped."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answering import thresholds
from assistant.evaluation import summarise
from knowledge.snapshot import Subject
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome

Row = dict[str, Any]
Runs = list[list[Row]]
Explanations = Mapping[str, Mapping[str, Any]]
"""What the service recorded of each turn (candidates, confidence, what decided), by the turn's id."""

NOISE = {
    "asr": "语音识别错字", "typo": "打错字", "pinyin": "拼音", "shorthand": "缩写", "dialect": "方言", "traditional": "繁体字",
    "oldname": "旧名称", "story": "长故事", "long": "长句", "emoji": "表情符号",
}  # fmt: skip
"""Tags of dialogues whose wording is disturbed, and what they are called."""
BINS = 10
STEPS = 50
"""Thresholds that are tried, evenly from 0 to 1."""


@dataclass(frozen=True)
class Target:
    """A figure that issue 4 sets a mark for."""

    key: str
    title: str
    mark: float
    at_least: bool
    unit: str = ""


TARGETS = (
    Target("strict", "答对：事项和方面都对", 0.90, True),
    Target("helped", "帮上：答对，或反问里有对的", 0.97, True),
    Target("wrong", "答错", 0.04, False),
    Target("noisy_strict", "话有干扰时答对", 0.87, True),
    Target("near_false", "近的范围外问题却答了", 0.06, False),
    Target("far_false", "远的范围外问题却答了", 0.01, False),
    Target("clarified", "该反问的反问了", 0.80, True),
    Target("routed", "办事、找人、投诉、寒暄去对了地方", 0.96, True),
    Target("dialogue", "多轮对话整段都对", 0.75, True),
    Target("guides_first", "没见过的 2,000 件指南：俗名找到第一名", 0.78, True),
    Target("guides_five", "没见过的 2,000 件指南：在前五名", 0.93, True),
    Target("p50_ms", "一个人问，p50", 15, False, "毫秒"),
    Target("p95_ms", "一个人问，p95", 40, False, "毫秒"),
    Target("memory_gb", "内存：服务、Rasa、参考服务", 1.8, False, "GB"),
)


def contract(runs: Runs, measured: Mapping[str, float]) -> list[dict[str, Any]]:
    """Every target with what was reached; shares with their 95 % interval.

    Args:
        runs: the played dialogues.
        measured: what is no share of turns: milliseconds, memory, the guides.

    """
    shares = {
        **summarise(runs),
        "noisy_strict": _share(_tagged(runs, NOISE), "strict"),
        "near_false": _share(_tagged(runs, ["near"]), "false_answer"),
        "far_false": _share(_tagged(runs, ["far"]), "false_answer"),
    }
    found = []
    for target in TARGETS:
        share = shares.get(target.key) or {}
        value = share.get("share", measured.get(target.key))
        if value is None:
            continue
        low, high = wilson(int(share["hits"]), int(share["of"])) if share else (value, value)
        met = value >= target.mark if target.at_least else value <= target.mark
        found.append({**asdict(target), "value": value, **share, "low": low, "high": high, "met": met})
    return found


def _share(runs: Runs, figure: str) -> dict[str, float] | None:
    return summarise(runs).get(figure)


def _tagged(runs: Runs, tags: Iterable[str]) -> Runs:
    return [rows for rows in runs if rows and set(tags) & set(rows[0]["tags"])]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): honest for few turns and near 0 and 1, as p ± 2σ is not."""
    z = 1.96
    centre, spread = (hits + z * z / 2) / (of + z * z), z * math.sqrt(hits * (of - hits) / of + z * z / 4) / (of + z * z)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def groups(runs: Runs, subjects: Mapping[str, Subject]) -> dict[str, list[dict[str, Any]]]:
    """What became of the turns that expect an answer: by facet, department, noise and tag; the largest group first.

    A turn that accepts two facets counts for both, and one of a dialogue with two tags for both tags.
    """
    rows = [row for run in runs for row in run if row["expect"] and row["expect"]["outcome"] == Outcome.ANSWERED]
    return {
        "facet": _grouped(rows, lambda row: [FACET_TITLES[Facet(f)] for f in row["expect"].get("facets") or ()] or ["（不限）"]),
        "department": _grouped(rows, lambda row: [_department(row, subjects)]),
        "noise": _grouped(rows, lambda row: [NOISE[t] for t in row["tags"] if t in NOISE] or ["没有干扰"]),
        "tag": _grouped(rows, lambda row: row["tags"]),
    }


def _department(row: Row, subjects: Mapping[str, Subject]) -> str:
    found = subjects.get((row["expect"].get("items") or [""])[0])
    return found.department if found is not None and found.department else "（没有部门）"


def _grouped(rows: Iterable[Row], names: Any) -> list[dict[str, Any]]:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        for name in dict.fromkeys(names(row)):
            by_name.setdefault(name, []).append(row)
    return [{"name": name, **fates(by_name[name])} for name in sorted(by_name, key=lambda n: (-len(by_name[n]), n))]


def fates(rows: Sequence[Row]) -> dict[str, int]:
    """How turns that expect an answer ended: `right`, `offered` (asked back with the right one), `wrong`, or `none` of these."""
    figures = [row["figures"] for row in rows]
    right = sum(f.get("strict", f["right"]) for f in figures)
    offered = sum(f.get("helped", False) and not f["strict"] for f in figures)
    wrong = sum(f.get("wrong", False) for f in figures)
    return {"of": len(rows), "right": right, "offered": offered, "wrong": wrong, "none": len(rows) - right - offered - wrong}


def outcomes(runs: Runs) -> dict[str, dict[str, int]]:
    """How many turns that expect an outcome got which."""
    found: dict[str, dict[str, int]] = {}
    for row in (row for run in runs for row in run if row["expect"]):
        got = found.setdefault(row["expect"]["outcome"], {})
        name = row["reply"].get("outcome") or Outcome.ERROR
        got[name] = got.get(name, 0) + 1
    return found


@dataclass(frozen=True)
class Belief:
    """What the search believed of one turn, and whether it was so."""

    confidence: float
    right: bool
    ours: bool
    """Whether a subject of ours was asked for."""
    answerable: bool
    """Whether the first candidate is one that can be answered from."""


def beliefs(runs: Runs, explanations: Explanations, subjects: Mapping[str, Subject]) -> list[Belief]:
    """The first candidate of every turn that was searched and that expects an answer, or that none is ours."""
    found = []
    for row in (row for run in runs for row in run if row["expect"]):
        why, wanted = explanations.get(row["reply"].get("turn_id", ""), {}), row["expect"]["outcome"]
        if not why.get("candidates") or wanted not in (Outcome.ANSWERED, Outcome.OUT_OF_SCOPE):
            continue
        first = why["candidates"][0]["subject"]
        kind, ours = subjects[first].kind, wanted == Outcome.ANSWERED
        right = first in (row["expect"].get("items") or ()) if ours else kind == "boundary"
        found.append(Belief(float(why["confidence"]), right, ours, kind in ("item", "topic")))
    return found


def reliability(found: Sequence[Belief]) -> list[dict[str, float]]:
    """Confidence against accuracy: in each tenth of the confidence how often the first candidate was right."""
    bins: list[list[Belief]] = [[] for _ in range(BINS)]
    for belief in found:
        bins[min(BINS - 1, int(belief.confidence * BINS))].append(belief)
    return [
        {
            "of": len(held),
            "confidence": sum(b.confidence for b in held) / len(held),
            "right": sum(b.right for b in held) / len(held),
            **dict(zip(("low", "high"), wilson(sum(b.right for b in held), len(held)), strict=True)),
        }
        for held in bins
        if held
    ]


def calibration_error(bins: Sequence[Mapping[str, float]]) -> float:
    """Mean distance of confidence and accuracy, weighted by turns (expected calibration error)."""
    return sum(b["of"] * abs(b["confidence"] - b["right"]) for b in bins) / max(1, sum(b["of"] for b in bins))


def sweep(found: Sequence[Belief]) -> list[dict[str, float]]:
    """What another threshold of answering would do to the subject: shares of the turns, all else as it is."""
    ours, others = [b for b in found if b.ours], [b for b in found if not b.ours]
    steps = []
    for at in (step / STEPS for step in range(STEPS + 1)):
        answered = [b for b in ours if b.answerable and b.confidence >= at]
        false = sum(b.answerable and b.confidence >= at for b in others)
        right = sum(b.right for b in answered)
        steps.append(
            {
                "at": at,
                "right": right / max(1, len(ours)),
                "wrong": (len(answered) - right) / max(1, len(ours)),
                "false": false / max(1, len(others)),
            }
        )
    return steps


def decisions(runs: Runs, explanations: Explanations) -> list[dict[str, Any]]:
    """What settled the turns, and how many of these were right; see `thresholds.py` for the values."""
    counted: dict[str, list[bool]] = {}
    for row in (row for run in runs for row in run if row["expect"]):
        why = explanations.get(row["reply"].get("turn_id", ""), {})
        name = str(why.get("decided_by") or ("picked" if why.get("picked") else "act"))
        counted.setdefault(name, []).append(row["figures"]["right"])
    most_first = sorted(counted, key=lambda n: -len(counted[n]))
    return [{"name": n, "value": getattr(thresholds, n, None), "of": len(counted[n]), "right": sum(counted[n])} for n in most_first]


def failures(runs: Runs, explanations: Explanations) -> list[dict[str, Any]]:
    """The turns that were not right, by the dialogue's id; what was said stays in the evaluation file."""
    found = []
    for row in (row for run in runs for row in run if row["figures"] and not row["figures"]["right"]):
        reply, expect = row["reply"], row["expect"]
        why = explanations.get(reply.get("turn_id", ""), {})
        found.append(
            {
                "id": row["id"], "turn": row["turn"] + 1,
                "expect": expect["outcome"], "items": expect.get("items") or [], "facets": expect.get("facets") or [],
                "outcome": reply.get("outcome"),
                "got": [f"{a['subject']}#{a['facet'] or ''}" for a in reply.get("answers", [])]
                or [o["subject"] for o in reply.get("options", [])],
                "confidence": why.get("confidence"), "decided_by": why.get("decided_by"),
                "worst": row["figures"].get("wrong", False) or row["figures"].get("false_answer", False),
            }
        )  # fmt: skip
    return sorted(found, key=lambda failure: not failure["worst"])
