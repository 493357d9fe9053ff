"""The outside systems out of the box: a case is reported, and honestly not while the reference server is away."""

import time

import httpx
import pytest

from tests.integration.processes import REFERENCE, running


@pytest.fixture
def ask(service_url):
    """Say something in a new conversation; the reply and the seconds that it took."""

    def say(text):
        started = time.perf_counter()
        reply = httpx.post(f"{service_url}/api/v1/chat", json={"text": text}, timeout=30, trust_env=False).json()
        return reply, time.perf_counter() - started

    return say


def test_a_sample_case_is_reported_and_honestly_not_while_its_system_is_away(ask):
    reply, _ = ask("SL20260004 1104")
    assert reply["outcome"] == "progress"
    assert "劳务派遣经营许可" in reply["text"]
    for process in running(REFERENCE):
        process.kill()
    reply, seconds = ask("SL20260004 1104")
    assert (reply["outcome"], seconds < 3) == ("progress", True)
    assert "劳务派遣" not in reply["text"] and "没有查到" not in reply["text"] and "12345" in reply["text"]
    deadline = time.monotonic() + 60
    while "劳务派遣经营许可" not in ask("SL20260004 1104")[0]["text"]:
        assert time.monotonic() < deadline, "the reference server was not started again"
        time.sleep(1)
