"""Who may come in, how often, and what browsers are told."""

import json
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.api.limits import is_loopback
from assistant.desk import OpenTurn
from assistant.dialogue.program import ACTION_PATH
from assistant.screen import screen
from tests.unit.fakes import LOOPBACK, OUTSIDE, TOKEN, Office, open_office, rasa_call
from tests.unit.small_knowledge import LOST
from tests.unit.test_api_chat import problem_of

pytestmark = pytest.mark.anyio


def opened(office: Office) -> OpenTurn:
    """A turn that waits for Rasa, in conversation “c”."""
    turn = OpenTurn(message=screen("身份证丢了怎么办"), context=Context(), library=office.shelf.library(), today=date(2024, 6, 1))
    office.desk.open("c", turn)
    return turn


async def statuses(office: Office, address: str, times: int) -> list[int]:
    """Ask several times from one address."""
    async with office.client(address) as client:
        return [(await client.get("/api/v1/suggest", params={"q": "身份证"})).status_code for _ in range(times)]


async def test_a_client_that_asks_too_fast_is_told_to_wait_and_others_are_not(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path, rate_limit="3/minute")
    assert await statuses(office, OUTSIDE, 5) == [200, 200, 200, 429, 429]
    assert await statuses(office, "203.0.113.8", 1) == [200]
    async with office.client(OUTSIDE) as client:
        response = await client.post("/api/v1/chat", json={"text": "身份证丢了怎么办"})
        assert "再试" in problem_of(response, 429)
        assert int(response.headers["retry-after"]) > 0
        assert (await client.get("/healthz")).status_code == 200
    assert office.recorded() == []


async def test_this_machine_itself_is_not_limited(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path, rate_limit="1/minute")
    assert await statuses(office, LOOPBACK, 5) == [200] * 5
    assert await statuses(office, "::1", 5) == [200] * 5


async def test_this_machine_is_limited_when_it_is_set_to(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path, rate_limit="1/minute", rate_limit_loopback=True)
    assert await statuses(office, LOOPBACK, 3) == [200, 429, 429]


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("10.0.0.1", False), ("1.2.3.4", False), ("localhost", False), ("", False)],
)
def test_loopback_is_what_the_address_says(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


async def knock(office: Office, address: str, token: str | None, **more: Any) -> int:
    """Knock at the action door; the status."""
    params = {} if token is None else {"token": token}
    async with office.client(address) as client:
        response = await client.post(ACTION_PATH, params=params, **({"json": rasa_call("action_answer", "c")} | more))
    return response.status_code


@pytest.mark.parametrize(
    ("address", "token"), [(OUTSIDE, TOKEN), (OUTSIDE, None), (LOOPBACK, None), (LOOPBACK, "wrong"), (LOOPBACK, ""), (LOOPBACK, "错的")]
)
async def test_the_action_door_is_shut_to_strangers_and_does_not_show(office: Office, address: str, token: str | None) -> None:
    turn = opened(office)
    assert await knock(office, address, token) == 404
    assert turn.draft is None


async def test_rasa_with_the_token_of_this_start_runs_an_action(office: Office) -> None:
    turn = opened(office)
    assert await knock(office, LOOPBACK, TOKEN) == 200
    assert turn.draft is not None
    assert turn.draft.answers[0].subject == LOST


async def test_a_call_that_rasa_compressed_is_read(office: Office) -> None:
    turn = opened(office)
    body = zlib.compress(json.dumps(rasa_call("action_answer", "c")).encode())
    headers = {"content-encoding": "deflate", "content-type": "application/json"}
    assert await knock(office, LOOPBACK, TOKEN, json=None, content=body, headers=headers) == 200
    assert turn.draft is not None


async def test_a_large_tracker_is_no_oversized_body(office: Office) -> None:
    turn = opened(office)
    call = rasa_call("action_answer", "c")
    call["domain"] = {"notes": "x" * 200_000}
    assert await knock(office, LOOPBACK, TOKEN, json=call) == 200
    assert turn.draft is not None


async def test_an_action_that_there_is_not_is_told_to_rasa(office: Office) -> None:
    assert await knock(office, LOOPBACK, TOKEN, json=rasa_call("action_nothing", "c")) == 404


async def test_the_action_door_is_not_in_the_public_description(office: Office) -> None:
    async with office.client() as client:
        described = (await client.get("/api/openapi.json")).json()
    assert "/api/v1/chat" in described["paths"]
    assert not any("internal" in path for path in described["paths"])
    assert "2000" in described["info"]["description"]
    assert office.settings.rate_limit in described["info"]["description"]


@pytest.mark.parametrize("path", ["/", "/api/v1/items", "/static/chat.js", "/api/v1/nothing", "/healthz"])
async def test_browsers_are_told_to_load_nothing_from_elsewhere(office: Office, path: str) -> None:
    async with office.client() as client:
        headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


async def test_the_chat_page_loads_nothing_from_elsewhere(office: Office) -> None:
    async with office.client() as client:
        page = await client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text.replace("http://www.w3.org/", "")
    assert "https://" not in page.text
