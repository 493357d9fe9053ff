"""The one way to Rasa: every kind of silence is the same to the turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from assistant.dialogue.client import DialogueUnavailable, RasaClient

pytestmark = pytest.mark.anyio

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

GONE = "http://127.0.0.1:1"
"""Nothing listens there."""


@asynccontextmanager
async def client(*processes: Handler, gone: bool = False) -> AsyncIterator[RasaClient]:
    """A client of as many processes as there are handlers; `gone` adds one that is away."""
    servers = []
    for handler in processes:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        servers.append(TestServer(app))
        await servers[-1].start_server()
    found = RasaClient([str(s.make_url("")).rstrip("/") for s in servers] + [GONE] * gone, timeout=0.5)
    try:
        yield found
    finally:
        await found.close()
        for server in servers:
            await server.close()


def says(answer: object, status: int = 200) -> Handler:
    """A process that always says the same."""

    async def rasa(_request: web.Request) -> web.Response:
        return web.json_response(answer, status=status)

    return rasa


async def test_a_message_goes_to_the_rest_channel_and_what_is_uttered_comes_back() -> None:
    asked: list[tuple[str, object]] = []

    async def rasa(request: web.Request) -> web.Response:
        asked.append((request.path, await request.json()))
        return web.json_response([{"text": "您好"}])

    async with client(rasa) as found:
        assert await found.send("conversation", "身份证丢了") == [{"text": "您好"}]
    assert asked == [("/webhooks/rest/webhook", {"sender": "conversation", "message": "身份证丢了"})]


async def test_a_conversation_always_goes_to_the_same_process_and_many_use_all() -> None:
    async with client(says([{"text": "one"}]), says([{"text": "two"}]), says([{"text": "three"}])) as found:
        went = [(await found.send(f"c{number}", text))[0]["text"] for text in "ab" for number in range(40)]
    assert went[:40] == went[40:]
    assert set(went) == {"one", "two", "three"}


async def slow(_request: web.Request) -> web.Response:
    """A process that takes too long."""
    await asyncio.sleep(5)
    return web.json_response([{"text": "late"}])


async def no_json(_request: web.Request) -> web.Response:
    """A process that answers something else."""
    return web.Response(text="not json", content_type="application/json")


@pytest.mark.parametrize(
    "rasa",
    [slow, says("oops", 500), no_json, says([]), says({"status": "failure"})],
    ids=["slow", "error", "no json", "empty", "no list"],
)
async def test_slow_broken_or_silent_is_unavailable(rasa: Handler) -> None:
    async with client(rasa) as found:
        with pytest.raises(DialogueUnavailable):
            await found.send("c", "身份证丢了")


async def test_gone_is_unavailable_and_not_alive() -> None:
    async with client(gone=True) as found:
        with pytest.raises(DialogueUnavailable):
            await found.send("c", "身份证丢了")
        assert not await found.alive()


async def test_without_any_process_it_is_unavailable_and_not_alive() -> None:
    async with client() as found:
        with pytest.raises(DialogueUnavailable):
            await found.send("c", "身份证丢了")
        assert not await found.alive()


async def test_it_is_alive_when_every_process_answers() -> None:
    async with client(says("Hello from Rasa"), says("Hello from Rasa")) as found:
        assert await found.alive()
    async with client(says("Hello from Rasa"), says("starting", 503)) as found:
        assert not await found.alive()
    async with client(says("Hello from Rasa"), gone=True) as found:
        assert not await found.alive()
