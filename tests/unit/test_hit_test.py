"""What the hit test shows is what the chat does."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.answering import thresholds
from assistant.answering.answerer import respond
from assistant.answering.context import NO_INTENT, Context
from assistant.answering.library import Library
from assistant.build import build_knowledge
from assistant.cli import main
from assistant.hit_test import hit_test, told
from assistant.settings import Settings
from knowledge.vocabulary import Facet, Outcome
from tests.unit.small_knowledge import ABROAD, FIRE, LOST, PHONE_CARD, WHICH_CHANGE, write_folder

TODAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("question", "decided_by", "outcome", "first"),
    [
        ("补一张丢了的身份证多少钱", "ANSWER", Outcome.ANSWERED, LOST),
        ("换身份证要带什么", "ASK", Outcome.CLARIFY, WHICH_CHANGE),
        ("手机卡丢了怎么补", "DECLINE", Outcome.OUT_OF_SCOPE, PHONE_CARD),
        ("家里起火怎么办", "SCREEN_OUT", Outcome.EMERGENCY, FIRE),
        ("多少钱", "no_matter", Outcome.CLARIFY, None),
        ("红烧肉怎样炖才烂", "below_ASK", Outcome.OUT_OF_SCOPE, None),
        ("？！", "empty", Outcome.NO_ANSWER, None),
    ],
)
def test_it_names_what_decided(library: Library, question: str, decided_by: str, outcome: Outcome, first: str | None) -> None:
    found = hit_test(library, question, TODAY, "360100")
    assert (found["decided_by"], found["outcome"]) == (decided_by, outcome)
    if first is not None:
        assert found["candidates"][0]["subject"] == first
    assert found["decision"] in told(found, library) and found["text"] in told(found, library)


def test_it_shows_how_the_question_was_read_and_every_score(library: Library) -> None:
    found = hit_test(library, "请问补一张丢了的身份正多少钱", TODAY, "360100")
    best = found["candidates"][0]
    assert "身份证" in found["terms"] and not any(term.startswith("#") for term in found["terms"])
    assert found["facets"] == [Facet.FEE] and 0 < found["confidence"] <= 1 and 0 < found["known"] <= 1
    assert best["phrase"] == "补一张丢了的身份证多少钱" and {"share", "words", "meaning", "typical", "covered"} <= best.keys()
    assert found["answers"][0]["entry"] == f"{LOST}#fee"
    shown = told(found, library)
    assert str(best["words"]) in shown and str(thresholds.ANSWER) in shown and "没有问对话引擎" in shown


def test_it_is_the_chats_own_answer(library: Library) -> None:
    for text in ("人在国外，身份证丢了能让家里人补吗", "身份证丢了怎么办", "换身份证"):
        draft, _ = respond(library, text, Context(), NO_INTENT, TODAY)
        found = hit_test(library, text, TODAY, "360100")
        assert (found["outcome"], found["text"]) == (draft.outcome, draft.text)
    assert hit_test(library, "人在国外，身份证丢了能让家里人补吗", TODAY, "360100")["manual"]["entry"] == ABROAD


def test_personal_data_is_not_shown(library: Library) -> None:
    assert "13800138000" not in json.dumps(hit_test(library, "打13800138000，身份证丢了怎么办", TODAY, "360100"), ensure_ascii=False)


def test_the_command_asks_what_is_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=tmp_path / "data", knowledge=write_folder(tmp_path / "knowledge"))
    monkeypatch.setenv("ZHIWEN_DATA", str(settings.data))
    nothing = CliRunner().invoke(main, ["knowledge", "test", "身份证丢了怎么办"])
    assert nothing.exit_code == 1
    live = build_knowledge(settings, lambda _: None, retrain=True)
    done = CliRunner().invoke(main, ["knowledge", "test", "身份证丢了怎么办", "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["version"] == live.snapshot
