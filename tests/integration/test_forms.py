"""The forms with the real Rasa and the reference server: dialogues of our own, and what happens when Rasa dies in the middle."""

import asyncio
from pathlib import Path

import httpx
import pytest

from assistant import evaluation
from assistant.settings import ROOT
from tests.integration.processes import RASA, ready_again, running

DIALOGUES = sorted((ROOT / "tests" / "forms").glob("*.jsonl"))
LEAST = 0.95
"""Share of the dialogues with every turn right (issue 5)."""


def test_the_form_dialogues_go_right(service_url, capsys):
    """Interruptions, corrections, refusals. Prints the share."""
    dialogues = [dialogue for path in DIALOGUES for dialogue in evaluation.read_dialogues(path)]
    runs = asyncio.run(evaluation.run_dialogues(service_url, dialogues))
    wrong = [row for rows in runs for row in rows if not row["figures"].get("right", True)]
    failed = {row["id"] for row in wrong}
    with capsys.disabled():
        print(f"\nform dialogues right: {len(runs) - len(failed)}/{len(runs)}, turns wrong: {len(wrong)}")  # noqa: T201
    assert len(runs) >= 60
    told = "\n".join(f"{row['id']} {row['user']} → {row['reply'].get('text')}" for row in wrong)
    assert 1 - len(failed) / len(runs) >= LEAST, told
    assert not any(row["reply"].get("degraded") for rows in runs for row in rows), "Rasa took part in every turn"


@pytest.fixture
def say(service_url):
    """One conversation after the other, each with its own memory of the number."""

    def send(text: str, conversation: str | None = None) -> dict:
        body = {"text": text, "conversation_id": conversation}
        return httpx.post(f"{service_url}/api/v1/chat", json=body, timeout=30, trust_env=False).json()

    return send


def test_a_form_goes_on_when_rasa_is_killed_in_the_middle(say, service_url):
    first = say("我的件办到哪一步了")
    say("SL20260004", first["conversation_id"])
    for process in running(RASA):
        process.kill()
    last = say("1104", first["conversation_id"])
    assert (last["outcome"], last["degraded"]) == ("progress", True)
    assert "劳务派遣" in last["text"]
    assert ready_again(service_url)


def test_nothing_of_the_proof_is_in_the_database_or_the_logs(say, service_settings):
    first = say("我的件办到哪一步了")
    say("SL20260008，尾号1108", first["conversation_id"])
    say("我要投诉，SL20260008这个件没人管，我电话13812345670")
    files: list[Path] = [*service_settings.data.glob("zhiwen.db*"), *(service_settings.data / "logs").glob("*")]
    for path in files:
        content = path.read_bytes()
        for secret in ("SL20260008", "尾号1108", "13812345670"):
            assert secret.encode() not in content, f"{secret} in {path.name}"
