"""The whole path with Rasa: the service as `./zhiwen run` starts it, asked over HTTP."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assistant import evaluation
from assistant.build import build_dialogue, build_knowledge
from assistant.publications import rollback
from assistant.settings import ROOT
from tests.integration.processes import RASA, ready_again, running, wait_until


@pytest.fixture
def ask(service_url: str) -> Callable[..., dict]:
    def send(text: str, conversation: str | None = None, **more: str) -> dict:
        body = {"text": text, "conversation_id": conversation, **more}
        response = httpx.post(f"{service_url}/api/v1/chat", json=body, timeout=30, trust_env=False)
        assert response.status_code == 200, response.text
        return response.json()

    return send


def test_a_lost_id_card_is_answered_with_the_list_the_source_and_the_date(ask):
    reply = ask("身份证丢了补办要带什么")
    assert (reply["outcome"], reply["degraded"]) == ("answered", False)
    answer = reply["answers"][0]
    assert (answer["subject"], answer["facet"]) == ("gaj-sfz-bl", "materials")
    assert "户口簿" in answer["text"]
    assert answer["citations"][0]["title"]
    assert answer["reviewed_on"] in reply["text"]


def test_a_follow_up_without_a_subject_keeps_it_and_a_sibling_takes_its_place(ask):
    first = ask("租房子提取公积金要什么材料")
    second = ask("那要多久", first["conversation_id"])
    third = ask("那买房的呢", first["conversation_id"])
    assert [first["answers"][0]["subject"], second["answers"][0]["subject"]] == ["gjj-zf", "gjj-zf"]
    assert second["answers"][0]["facet"] == "time_limit"
    assert (third["answers"][0]["subject"], third["answers"][0]["facet"]) == ("gjj-gf", "time_limit")


def test_an_ambiguous_question_is_asked_back_and_the_tapped_option_answers_the_first_question(ask):
    first = ask("我要换身份证")
    assert first["outcome"] == "clarify"
    assert 2 <= len(first["options"]) <= 4
    second = ask(first["options"][0]["text"], first["conversation_id"])
    assert second["outcome"] == "answered"
    assert second["answers"][0]["subject"] == first["options"][0]["subject"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("你好", "smalltalk"),
        ("转人工", "handoff"),
        ("我要投诉3号窗口,态度太差了", "hotline"),
        ("我上周交的件办到哪一步了", "progress"),
        ("明天会不会下雪", "out_of_scope"),
        ("屋里起火了怎么办", "emergency"),
        ("帮我办个假的结婚证", "refused"),
    ],
)
def test_each_kind_of_turn_ends_with_its_own_outcome(ask, text, outcome):
    assert ask(text)["outcome"] == outcome


def test_when_rasa_is_killed_answers_go_on_and_the_subject_is_kept(ask, service_url):
    first = ask("护照丢了补办多少钱")
    for process in running(RASA):
        process.send_signal(signal.SIGKILL)
    second = ask("那要带什么", first["conversation_id"])
    assert (second["outcome"], second["degraded"]) == ("answered", True)
    assert second["answers"][0]["subject"] == first["answers"][0]["subject"]
    back = ready_again(service_url)
    assert back, "Rasa was not started again"
    third = ask("要几天", first["conversation_id"])
    assert (third["degraded"], third["answers"][0]["subject"]) == (False, first["answers"][0]["subject"])


def test_an_edit_is_live_without_a_restart_or_a_training(ask, service_settings, tmp_path):
    edited = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", edited, ignore=shutil.ignore_patterns("__pycache__"))
    path = edited / "items/gaj/gaj-sfz-bl.yml"
    path.write_text(path.read_text("utf-8").replace("amount: 40", "amount: 41"), "utf-8")
    pids = [p.pid for p in running(RASA)]
    try:
        build_knowledge(service_settings.model_copy(update={"knowledge": edited}), lambda _line: None, retrain=False)
        assert wait_until(lambda: "41元" in ask("身份证丢了补办要多少钱")["text"], 20)
    finally:
        build_knowledge(service_settings, lambda _line: None, retrain=False)
    assert wait_until(lambda: "41元" not in ask("身份证丢了补办要多少钱")["text"], 20)
    assert [p.pid for p in running(RASA)] == pids


def test_publishing_under_load_fails_no_question_and_mixes_no_versions(service_url, service_settings, tmp_path):
    """50 questions a second while a version is published and taken back."""
    edited = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", edited, ignore=shutil.ignore_patterns("__pycache__"))
    path = edited / "items/gaj/gaj-sfz-bl.yml"
    path.write_text(path.read_text("utf-8").replace("amount: 40", "amount: 42"), "utf-8")
    command = [sys.executable, "-m", "tests.integration.steady_load", service_url, "50", "30"]
    try:
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as load:
            publish = [sys.executable, "-m", "assistant.cli", "knowledge", "publish", "--by", "甲", "--data", str(service_settings.data)]
            subprocess.run(publish, cwd=ROOT, env={**os.environ, "ZHIWEN_KNOWLEDGE": str(edited)}, check=True)
            time.sleep(6)
            rollback(service_settings, None, "乙", "试完了")
            replies = json.loads(load.communicate()[0])
    finally:
        build_knowledge(service_settings, lambda _line: None, retrain=False)
    assert len(replies) == 1500
    assert [status for status, _ in replies if status != 200] == []
    assert max(len(versions) for _, versions in replies) == 1
    assert len({version for _, versions in replies for version in versions}) == 2, "both versions were answered from"


def test_personal_data_is_neither_stored_nor_logged(ask, service_settings):
    ask("我叫王小明,身份证36010219900307123X,手机13812345678,身份证丢了怎么补")
    for path in [*service_settings.data.glob("zhiwen.db*"), *(service_settings.data / "logs").glob("*")]:
        content = path.read_bytes()
        for secret in ("36010219900307123X", "13812345678", "王小明"):
            assert secret.encode() not in content, f"{secret} in {path.name}"


def test_strange_input_never_breaks_a_turn(ask, service_url):
    for text in [
        "/restart",
        '／ask_fee{"subject":"x"}',
        "😀😀😀",
        "\x00\x07身份证",
        "。。。",
        "字" * 2000,
        "ＡＢＣ１２３",
        "<script>alert(1)</script>",
    ]:
        assert ask(text)["text"]
    generator = random.Random(5)
    with httpx.Client(base_url=service_url, timeout=30, trust_env=False) as client:
        for _ in range(200):
            text = "".join(
                chr(generator.choice([generator.randrange(32, 0x3000), generator.randrange(0x4E00, 0x9FFF)]))
                for _ in range(generator.randrange(1, 40))
            )
            assert client.post("/api/v1/chat", json={"text": text}).status_code < 500
        assert client.post("/api/v1/chat", content=b"{broken", headers={"content-type": "application/json"}).status_code == 400
        assert client.post("/api/v1/chat", json={"text": "字" * 10_000}).status_code == 422
        assert client.post("/api/v1/chat", json={"text": ""}).status_code == 422


@pytest.mark.parametrize("name", ["dev", "dev-2"])
def test_development_dialogues_do_not_fall_behind(service_url, name):
    dialogues = evaluation.read_dialogues(ROOT / "evaluation" / f"{name}.jsonl")
    summary = evaluation.summarise(asyncio.run(evaluation.run_dialogues(service_url, dialogues)))
    floors = {"strict": 0.80, "helped": 0.87, "routed": 0.90}
    assert {name: summary[name]["share"] >= floor for name, floor in floors.items()} == dict.fromkeys(floors, True), json.dumps(summary)
    assert summary["wrong"]["share"] <= 0.11
    assert summary["false_answer"]["hits"] <= 2


def test_rasa_finds_no_error_in_its_data_and_plays_the_stories(service_settings, tmp_path):
    model = build_dialogue(service_settings, lambda _line: None)
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}

    def rasa(*arguments: str) -> str:
        done = subprocess.run(
            [str(service_settings.rasa_python), "-m", "rasa", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return done.stdout + done.stderr

    shutil.copytree(ROOT / "nlu", tmp_path / "nlu")
    rasa("data", "validate", "--domain", str(ROOT / "domain.yml"), "--config", str(ROOT / "config.yml"), "--data", "nlu")
    endpoints = Path(tmp_path / "endpoints.yml")
    endpoints.write_text("", "utf-8")
    rasa(
        "test", "core", "--stories", str(ROOT / "tests/stories"), "--model", str(model), "--endpoints", str(endpoints),
        "--fail-on-prediction-errors", "--out", str(tmp_path / "results"),
    )  # fmt: skip
