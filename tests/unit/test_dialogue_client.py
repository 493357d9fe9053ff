"""The one way to Rasa: every kind of silence is the same to the turn."""

import json
from collections.abc import Callable

import httpx
import pytest

from assistant.dialogue.client import DialogueUnavailable, RasaClient

pytestmark = pytest.mark.anyio

URLS = ["http://rasa-one", "http://rasa-two", "http://rasa-three"]


def client(handler: Callable[[httpx.Request], httpx.Response], urls: list[str] = URLS) -> RasaClient:
    """A client whose network is a function."""
    found = RasaClient(urls, timeout=1)
    found._http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return found


async def test_a_message_goes_to_the_rest_channel_and_what_is_uttered_comes_back() -> None:
    asked: list[httpx.Request] = []

    def rasa(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=[{"text": "您好"}])

    assert await client(rasa).send("conversation", "身份证丢了") == [{"text": "您好"}]
    assert asked[0].url.path == "/webhooks/rest/webhook"
    assert json.loads(asked[0].content) == {"sender": "conversation", "message": "身份证丢了"}


async def test_a_conversation_always_goes_to_the_same_process_and_many_use_all() -> None:
    hosts: dict[str, set[str]] = {}

    def rasa(request: httpx.Request) -> httpx.Response:
        hosts.setdefault(json.loads(request.content)["sender"], set()).add(request.url.host)
        return httpx.Response(200, json=[{"text": "."}])

    one, restarted = client(rasa), client(rasa)
    for number in range(60):
        await one.send(f"c{number}", "a")
        await restarted.send(f"c{number}", "b")
    assert all(len(found) == 1 for found in hosts.values())
    assert set.union(*hosts.values()) == {"rasa-one", "rasa-two", "rasa-three"}


def broken(_request: httpx.Request) -> httpx.Response:
    """A process that is gone."""
    raise httpx.ConnectError("refused")


def slow(_request: httpx.Request) -> httpx.Response:
    """A process that takes too long."""
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    "rasa",
    [
        broken,
        slow,
        lambda _: httpx.Response(500, text="oops"),
        lambda _: httpx.Response(200, text="not json"),
        lambda _: httpx.Response(200, json=[]),
        lambda _: httpx.Response(200, json={"status": "failure"}),
    ],
    ids=["gone", "slow", "error", "no json", "empty", "no list"],
)
async def test_gone_slow_broken_or_silent_is_unavailable(rasa: Callable[[httpx.Request], httpx.Response]) -> None:
    with pytest.raises(DialogueUnavailable):
        await client(rasa).send("c", "身份证丢了")


async def test_without_any_process_it_is_unavailable_and_not_alive() -> None:
    with pytest.raises(DialogueUnavailable):
        await client(broken, []).send("c", "身份证丢了")
    assert not await client(broken, []).alive()


async def test_it_is_alive_when_every_process_answers() -> None:
    assert await client(lambda _: httpx.Response(200)).alive()
    assert not await client(lambda r: httpx.Response(200 if r.url.host == "rasa-one" else 500)).alive()
    assert not await client(broken).alive()
