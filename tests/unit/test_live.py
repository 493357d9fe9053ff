"""The lines that stay open: what comes over them, to whom, and in which order; over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import update
from sqlalchemy.orm import Session
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assistant.answering.library import Library
from assistant.api import conversations, sockets
from assistant.api.staff_door import COOKIE
from assistant.people.bell import Bell
from assistant.staff.roles import Role
from assistant.storage.conversations import make_engine
from assistant.storage.tables import StaffSessionRow
from assistant.supervisor import free_port
from tests.unit.fakes import Office, open_office
from tests.unit.test_handoffs import Citizen, act, agent, claimed, first, waiting

pytestmark = pytest.mark.anyio


@pytest.fixture
def open_day(library: Library, tmp_path: Path) -> Office:
    """An office that is open at any hour."""
    return open_office(library, tmp_path / "data", people_hours="00:00-24:00", people_every_day=True)


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[str]:
    """The office on a port of its own; gives the address of its lines."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(office.app, host="127.0.0.1", port=port, lifespan="off", log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{port}/api/v1"
    finally:
        server.should_exit = True
        await task


async def frame(line: ClientConnection, wanted: str) -> dict[str, Any]:
    """The next frame that has a field."""
    async with asyncio.timeout(5):
        while True:
            found: dict[str, Any] = json.loads(await line.recv())
            if wanted in found:
                return found


async def new_message(line: ClientConnection) -> dict[str, Any]:
    """The next frame with a message in it; the message."""
    async with asyncio.timeout(5):
        while True:
            found = json.loads(await line.recv()).get("messages")
            if found:
                (message,) = found
                return dict(message)


async def all_of(line: ClientConnection) -> None:
    """Read until the line is closed, which raises ConnectionClosed."""
    async with asyncio.timeout(5):
        while True:
            await line.recv()


@asynccontextmanager
async def citizens_line(address: str, citizen: Citizen, after: int = 0) -> AsyncIterator[ClientConnection]:
    """The line of a citizen's page."""
    async with connect(f"{address}/conversations/{citizen.id}/live") as line:
        await line.send(json.dumps({"token": citizen.token, "after": after}))
        yield line


def staffs_line(address: str, client: Any, **headers: str) -> connect:
    """The line of an agent's page."""
    return connect(f"{address}/staff/live", additional_headers={"Cookie": f"{COOKIE}={client.cookies.get(COOKIE)}"} | headers)


async def test_words_go_both_ways_as_they_are_said(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    async with served(open_day) as address, citizens_line(address, citizen) as line, staffs_line(address, lili) as desk:
        assert (await frame(line, "position"))["position"] == 1
        assert (await frame(desk, "queue"))["queue"]["waiting"] == 1
        handoff = await claimed(lili)
        assert (await new_message(line))["sender"] == "notice"
        await desk.send(json.dumps({"handoff": handoff, "after": 1}))
        await line.send(json.dumps({"text": "我的户口在外地", "key": "k1"}))
        heard = await new_message(desk)
        assert (heard["sender"], heard["text"], heard["sequence"]) == ("citizen", "我的户口在外地", 2)
        await act(lili, handoff, "messages", text="也能办。", key="a1")
        while (said := await new_message(line))["sender"] != "agent":
            assert said["key"] == "k1"
        assert (said["text"], said["author"], said["sequence"]) == ("也能办。", "lili同志", 3)


async def test_what_is_said_on_the_line_gets_the_reply_that_the_chat_door_gives(open_day: Office) -> None:
    await agent(open_day)
    citizen = await waiting(open_day)
    async with served(open_day) as address, citizens_line(address, citizen) as line:
        await line.send(json.dumps({"text": "在吗", "key": "k1"}))
        answer = await frame(line, "reply")
        assert (answer["key"], answer["reply"]["outcome"]) == ("k1", "handoff")
        await line.send(json.dumps({"text": "  ", "key": "k2"}))
        assert "空白" in (await frame(line, "problem"))["problem"]
        await line.send("rubbish")
        assert "problem" in await frame(line, "problem")
        await line.send(b"\x00rubbish")
        assert "problem" in await frame(line, "problem")


async def test_after_a_broken_line_everything_is_there_once_and_in_order(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    seen: list[int] = []

    async def read(line: ClientConnection) -> None:
        while True:
            for message in json.loads(await line.recv()).get("messages", []):
                seen.append(message["sequence"])
                if message["sequence"] == 41:
                    return

    async def talk() -> None:
        for number in range(40):
            await act(lili, handoff, "messages", text=f"第{number}句", key=f"a{number}")

    async with served(open_day) as address:
        talking = asyncio.create_task(talk())
        while not seen or seen[-1] < 41:
            async with citizens_line(address, citizen, seen[-1] if seen else 0) as line:
                try:
                    await asyncio.wait_for(read(line), 0.15)
                except TimeoutError:
                    continue  # the line breaks every now and then
        await talking
    assert seen == list(range(1, 42))


@pytest.mark.parametrize("opening", [{"token": "0" * 64}, {"token": ""}, {}, "rubbish", {"token": "x" * 70_000}])
async def test_a_line_without_the_conversations_own_token_is_closed_and_says_nothing(open_day: Office, opening: object) -> None:
    await agent(open_day)
    citizen = await waiting(open_day)
    async with served(open_day) as address, connect(f"{address}/conversations/{citizen.id}/live") as line:
        await line.send(json.dumps(opening))
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(line.recv(), 5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == sockets.POLICY_VIOLATION


async def test_a_line_that_does_not_say_who_it_is_does_not_stay_open(open_day: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "OPENING_SECONDS", 0.05)
    async with served(open_day) as address, connect(f"{address}/conversations/{'c' * 32}/live") as line:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(line.recv(), 5)


async def test_the_place_in_the_queue_is_told_again(open_day: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "PLACE_SECONDS", 0.05)
    lili = await agent(open_day)
    await waiting(open_day)
    second = await waiting(open_day)
    async with served(open_day) as address, citizens_line(address, second) as line:
        assert (await frame(line, "position"))["position"] == 2
        await claimed(lili)
        async with asyncio.timeout(5):
            while (await frame(line, "position"))["position"] != 1:
                pass


@pytest.mark.parametrize("who", ["nobody", "admin", "another site"])
async def test_staffs_line_is_for_those_who_talk_to_citizens_and_for_our_own_page(open_day: Office, who: str) -> None:
    client = open_day.client() if who == "nobody" else await agent(open_day, "x1", Role.ADMIN if who == "admin" else Role.AGENT)
    headers = {"Origin": "http://evil.example"} if who == "another site" else {}
    async with served(open_day) as address:
        with pytest.raises(InvalidStatus) as refused:
            async with staffs_line(address, client, **headers):
                pass
        assert refused.value.response.status_code == 403


async def test_our_own_pages_origin_is_let_in(open_day: Office) -> None:
    lili = await agent(open_day)
    async with served(open_day) as address:
        host = address.removeprefix("ws://").split("/")[0]
        async with staffs_line(address, lili, Origin=f"http://{host}") as desk:
            assert "queue" in await frame(desk, "queue")


async def test_staffs_line_ends_with_the_sign_in(open_day: Office) -> None:
    lili = await agent(open_day)
    async with served(open_day) as address, staffs_line(address, lili) as desk:
        await frame(desk, "queue")
        with Session(make_engine(open_day.settings.database)) as session, session.begin():
            session.execute(update(StaffSessionRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        await waiting(open_day)  # which every queue hears of
        with pytest.raises(ConnectionClosed):
            await all_of(desk)


async def test_an_agent_cannot_listen_to_what_is_not_theirs(open_day: Office) -> None:
    lili, wang = await agent(open_day), await agent(open_day, "wang")
    citizen = await waiting(open_day)
    handoff = await first(lili)
    async with served(open_day) as address, staffs_line(address, wang) as desk:
        for step in ("waiting", "claimed by another"):
            await desk.send(json.dumps({"handoff": handoff}))
            assert await frame(desk, "gone") == {"handoff": handoff, "gone": True, "messages": []}, step
            if step == "waiting":
                await claimed(lili)
        await citizen.say("只给李听", "k")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await new_message(desk)


async def test_who_has_passed_it_on_is_told_and_hears_no_more(open_day: Office) -> None:
    lili = await agent(open_day)
    await agent(open_day, "wang")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    async with served(open_day) as address, staffs_line(address, lili) as desk:
        await desk.send(json.dumps({"handoff": handoff, "after": 1}))
        await frame(desk, "handoff")
        await act(lili, handoff, "transfer", to="wang")
        while not (await frame(desk, "handoff"))["gone"]:
            pass
        await citizen.say("给王的话", "k")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await new_message(desk)


async def test_a_bell_wakes_its_listeners_and_forgets_those_who_have_left() -> None:
    bell = Bell()
    with bell.listen("a", "b") as one, bell.listen("b") as other:
        bell.ring("a")
        assert (one.is_set(), other.is_set()) == (True, False)
        one.clear()
        bell.ring("b", "nobody")
        assert (one.is_set(), other.is_set()) == (True, True)
    one.clear()
    bell.ring("a", "b")
    assert not one.is_set()
