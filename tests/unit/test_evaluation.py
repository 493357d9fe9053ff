"""The figures: our judge is the contract's, and files that are none are named."""

import importlib.util
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.evaluation import EvaluationError, judge, read_dialogues, summarise
from assistant.settings import ROOT

SCORE = ROOT.parent / "shared" / "evalset" / "score.py"

A, B, TOPIC = "gaj-sfz-bl", "gaj-sfz-hl", "t-zhoumo"
EXPECTED = [
    {"outcome": "answered", "items": [A], "facets": ["fee"]},
    {"outcome": "answered", "items": [A, B], "facets": []},
    {"outcome": "answered", "items": [A]},
    {"outcome": "answered", "items": [TOPIC], "facets": ["fee"]},
    {"outcome": "answered", "items": [A], "facets": ["fee"], "accept": ["clarify"]},
    {"outcome": "clarify", "items": [A, B]},
    {"outcome": "clarify"},
    {"outcome": "clarify", "items": [A], "accept": ["answered", "no_answer"]},
    {"outcome": "out_of_scope"},
    {"outcome": "out_of_scope", "accept": ["answered"]},
    {"outcome": "progress"},
    {"outcome": "handoff", "accept": ["hotline"]},
    {"outcome": "smalltalk"},
]


def reply(outcome: str, *answers: tuple[str, str | None], options: tuple[str, ...] = ()) -> dict[str, Any]:
    """A reply as far as the figures look at it."""
    return {
        "outcome": outcome,
        "answers": [{"subject": s, "facet": f} for s, f in answers],
        "options": [{"subject": o} for o in options],
    }


REPLIES = [
    reply("answered", (A, "fee")),
    reply("answered", (A, "materials")),
    reply("answered", (A, "materials"), (A, "fee")),
    reply("answered", (A, "fee"), (B, "fee")),
    reply("answered", (B, "fee")),
    reply("answered", (TOPIC, None)),
    reply("answered"),
    reply("clarify", options=(A, B)),
    reply("clarify", options=(TOPIC,)),
    reply("clarify"),
    *(reply(o) for o in ("no_answer", "out_of_scope", "refused", "emergency", "progress", "handoff", "hotline", "smalltalk", "error")),
    {},
]


@pytest.fixture(scope="module")
def contract_judge() -> Callable[[dict[str, Any], dict[str, Any]], dict[str, bool]]:
    """The contract's own judge, read from its file."""
    if not SCORE.exists():
        pytest.skip("shared/evalset/score.py is not beside this checkout")
    spec = importlib.util.spec_from_file_location("contract_score", SCORE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[dict[str, Any], dict[str, Any]], dict[str, bool]] = module.judge
    return found


def test_our_judge_agrees_with_the_contracts_on_every_pair(contract_judge: Callable[..., dict[str, bool]]) -> None:
    for expect, got in itertools.product(EXPECTED, REPLIES):
        assert judge(expect, got) == contract_judge(expect, got), (expect, got)


@pytest.mark.parametrize(
    ("expect", "got", "figures"),
    [
        (EXPECTED[0], REPLIES[0], {"strict": True, "helped": True, "wrong": False, "right": True}),
        (EXPECTED[0], REPLIES[1], {"strict": False, "helped": False, "wrong": True, "right": False}),
        (EXPECTED[0], REPLIES[3], {"strict": False, "helped": False, "wrong": True, "right": False}),
        (EXPECTED[0], REPLIES[7], {"strict": False, "helped": True, "wrong": False, "right": False}),
        (EXPECTED[3], REPLIES[5], {"strict": True, "helped": True, "wrong": False, "right": True}),
        (EXPECTED[4], REPLIES[7], {"right": True}),
        (EXPECTED[5], REPLIES[8], {"clarified": False, "right": False}),
        (EXPECTED[8], REPLIES[0], {"declined": False, "false_answer": True, "right": False}),
        (EXPECTED[8], reply("refused"), {"declined": True, "false_answer": False, "right": True}),
        (EXPECTED[10], reply("progress"), {"routed": True, "routed_progress": True, "right": True}),
    ],
)
def test_a_turn_counts_towards_the_figures_of_what_it_expects(
    expect: dict[str, Any], got: dict[str, Any], figures: dict[str, bool]
) -> None:
    assert judge(expect, got) == figures


def test_a_dialogue_is_right_when_every_turn_is() -> None:
    right, wrong = {"figures": {"right": True, "strict": True}}, {"figures": {"right": False, "strict": False}}
    summary = summarise([[right, right], [right, wrong], [right], [{"figures": {}}, right]])
    assert summary["dialogue"] == {"share": 0.6667, "hits": 2, "of": 3}
    assert summary["strict"] == {"share": 0.8333, "hits": 5, "of": 6}


def test_dialogues_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    lines = [{"id": "1", "turns": [{"user": "身份证丢了", "expect": {"outcome": "answered"}}]}, {"id": "2", "turns": [{"user": "你好"}]}]
    path.write_text("\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    assert read_dialogues(path) == lines


@pytest.mark.parametrize("bad", ["{", '{"turns": [{}]}', '{"id": 1}', '{"turns": [{"user": "a", "expect": {"outcome": "great"}}]}'])
def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"id": "1", "turns": []}\n' + bad, "utf-8")
    with pytest.raises(EvaluationError, match="第2行"):
        read_dialogues(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"gone\.jsonl"):
        read_dialogues(tmp_path / "gone.jsonl")
