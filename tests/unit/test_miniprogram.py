"""The mini-program's own logic in Node, alone and against a running service."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from assistant.answering.library import Library
from assistant.api.staff_door import CSRF_HEADER
from assistant.settings import ROOT
from tests.unit.fakes import PASSWORD, Office, open_office
from tests.unit.test_handoffs import act, claimed
from tests.unit.wechat_side import APP_ID, SECRET, WeChatSide, served

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(shutil.which("node") is None, reason="没有 node，小程序的逻辑测不了；装上 Node.js 20 以后再来"),
]

TESTS = ROOT / "tests" / "miniprogram"
ANN = "oAnnMini00000000000000000000"


async def node(*arguments: str) -> str:
    """Run Node; what it prints. Fails with what it complains of."""
    process = await asyncio.create_subprocess_exec("node", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    printed, complaint = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, printed.decode() + complaint.decode()
    return printed.decode()


async def test_the_logic_does_what_its_own_tests_say() -> None:
    printed = await node("--test", *(str(file) for file in sorted(TESTS.glob("*.test.js"))))
    assert "# fail 0" in printed
    assert "# pass 0" not in printed


async def test_every_script_is_one_that_the_platform_reads() -> None:
    for file in (ROOT / "channels" / "miniprogram").rglob("*.js"):
        await node("--check", str(file))


@pytest.fixture
def office(library: Library, tmp_path: Path) -> Office:
    """An office with a mini-program, open at any hour."""
    side = WeChatSide(codes={"ann-1": ANN, "ann-2": ANN})
    return open_office(
        library, tmp_path / "data", wechat_side=ASGITransport(app=side.app()), wechat_url="http://127.0.0.1:1",
        miniprogram_app_id=APP_ID, miniprogram_secret=SECRET, people_hours="00:00-24:00", people_every_day=True,
    )  # fmt: skip


async def serve_one(office: Office, lili: AsyncClient) -> None:
    """An agent who takes whoever comes, hears them, answers and ends it."""
    while not any(row["state"] == "waiting" for row in (await lili.get("/api/v1/staff/queue")).json()["rows"]):
        await asyncio.sleep(0.05)
    handoff = await claimed(lili)
    while "我的户口在外地" not in (await lili.get(f"/api/v1/staff/handoffs/{handoff}/messages")).text:
        await asyncio.sleep(0.05)
    await act(lili, handoff, "messages", text="请带户口簿", key="k1")
    await act(lili, handoff, "close")


async def test_the_program_talks_to_a_running_service(office: Office) -> None:
    office.hire("lili")
    with served(office.app) as url:
        async with AsyncClient(base_url=url, headers={CSRF_HEADER: "fetch"}) as lili:
            assert (await lili.post("/api/v1/staff/login", json={"name": "lili", "password": PASSWORD})).status_code == 200
            agent_at_work = asyncio.create_task(serve_one(office, lili))
            seen: dict[str, Any] = json.loads(await node("--experimental-websocket", str(TESTS / "live.js"), url, "ann-1", "ann-2"))
            await agent_at_work
    clarify, materials, limit, waiting, *people = seen["turns"]
    assert clarify["options"]
    assert materials["cards"][0]["kind"] == "materials"
    assert "居民户口簿" in str(materials["cards"][0]["items"])
    assert limit["cards"][0]["title"].endswith("办理时限")
    assert limit["rated"] is True
    assert seen["logins"] == 2, "the session that was over was opened again"
    assert waiting["cards"][0]["kind"] == "queue"
    assert [turn.get("words") or turn.get("notice") or turn["said"] for turn in people][1:3] == ["我的户口在外地", "请带户口簿"]
    assert seen["service"] == ""
    turns = office.recorded()
    assert [turn.outcome for turn in turns] == ["clarify", "answered", "answered", "handoff", "handoff"]
    assert len({turn.conversation_id for turn in turns}) == 1
    for file in office.settings.data.glob("zhiwen.db*"):
        assert ANN.encode() not in file.read_bytes()
