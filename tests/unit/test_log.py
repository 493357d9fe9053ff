"""What is logged: English events in JSON lines, never what somebody said."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.messages import ChatRequest
from assistant.serving import configure_logging
from tests.unit.fakes import Office

pytestmark = pytest.mark.anyio

SECRETS = ("13800138000", "张小三", "36010219900101123X")
SAID = f"我叫{SECRETS[1]}，电话{SECRETS[0]}，证号{SECRETS[2]}，身份证丢了"


@pytest.fixture
def log(office: Office) -> Path:
    """The service's own log file."""
    configure_logging(office.settings)
    return office.settings.data / "logs" / "zhiwen.log"


def lines(log: Path) -> list[dict[str, Any]]:
    """The logged events."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


async def test_a_turn_is_one_line_with_its_outcome_and_time(office: Office, log: Path) -> None:
    reply = await office.turns.take(ChatRequest(text=SAID))
    (line,) = lines(log)
    assert (line["event"], line["conversation"], line["outcome"]) == ("turn", reply.conversation_id, reply.outcome)
    assert line["ms"] > 0
    assert "身份证" not in log.read_text("utf-8")


async def test_a_turn_that_broke_is_logged_with_its_cause(office: Office, log: Path) -> None:
    office.dialogue.breaks = RuntimeError("broken pipe of the engine")
    await office.turns.take(ChatRequest(text=SAID))
    (line,) = lines(log)
    assert (line["event"], line["level"]) == ("turn_failed", "error")
    assert "broken pipe of the engine" in json.dumps(line)


async def test_the_log_of_a_turn_that_broke_holds_nothing_that_was_said(office: Office, log: Path) -> None:
    office.dialogue.breaks = RuntimeError("broken")
    await office.turns.take(ChatRequest(text=SAID))
    written = log.read_text("utf-8")
    assert "turn_failed" in written
    for secret in SECRETS:
        assert secret not in written
