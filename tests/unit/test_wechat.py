"""The official account against WeChat's side: five seconds, repetitions, quotas, a person's words, and nobody's openid in clear."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner
from httpx import ASGITransport, AsyncClient

from assistant.answering.library import Library
from assistant.cli import main
from assistant.people.states import Kind as HandOffKind
from assistant.storage.tables import ConversationRow, HandOffRow
from assistant.storage.wechat_tables import WeChatPersonRow
from assistant.wechat import account as account_module
from assistant.wechat import words
from tests.unit.fakes import OUTSIDE, Office, open_office
from tests.unit.small_knowledge import LOST
from tests.unit.test_handoffs import act, agent, ago, change, claimed
from tests.unit.wechat_side import AES_KEY, APP_ID, SECRET, TOKEN, WeChatSide, message, served

pytestmark = pytest.mark.anyio

ANN, BEN = "oAnn000000000000000000000000", "oBen000000000000000000000000"
QUESTION = "身份证丢了补办要带什么"
SLOW_SECONDS = 1.5


def counter(library: Library, data: Path, side: WeChatSide, **settings: Any) -> Office:
    """An office with an official account, open at any hour."""
    given = {"wechat_token": TOKEN, "wechat_app_id": APP_ID, "wechat_secret": SECRET, "wechat_url": "http://127.0.0.1:1", **settings}
    return open_office(library, data, wechat_side=ASGITransport(app=side.app()), people_hours="00:00-24:00", people_every_day=True, **given)


@pytest.fixture
def side() -> WeChatSide:
    """WeChat."""
    return WeChatSide()


@pytest.fixture
def office(library: Library, tmp_path: Path, side: WeChatSide) -> Office:
    """An office that WeChat knows."""
    return counter(library, tmp_path / "data", side)


@pytest.fixture
async def door(office: Office) -> AsyncIterator[AsyncClient]:
    """The way from WeChat's servers to the office."""
    async with office.client(OUTSIDE) as client:
        yield client


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """A courier who does not dawdle."""
    monkeypatch.setattr(account_module, "SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(account_module, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(account_module, "AWAY_SECONDS", 0.1)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, side: WeChatSide, swift: None) -> None:
    """WeChat's five seconds, made two; an answer of SLOW_SECONDS is late in them."""
    side.patience = 2.0
    monkeypatch.setattr(account_module, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(account_module, "HOLD_SECONDS", 5.0)


@asynccontextmanager
async def courier(office: Office) -> AsyncIterator[None]:
    """The courier at work, as the running service has it."""
    assert office.services.wechat is not None
    task = asyncio.create_task(office.services.wechat.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def until(shown: list[str], wanted: str, seconds: float = 8.0) -> str:
    """What is shown that holds a text, once it is there."""
    async with asyncio.timeout(seconds):
        while not any(wanted in text for text in shown):
            await asyncio.sleep(0.02)
    return next(text for text in shown if wanted in text)


def stored(office: Office) -> str:
    """Everything that is in the database's files."""
    files = [file for file in office.settings.data.glob("zhiwen.db*") if file.is_file()]
    assert files
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


def rows(office: Office) -> list[tuple[Any, ...]]:
    """The people that are known, as they are stored."""
    with contextlib.closing(sqlite3.connect(office.settings.data / "zhiwen.db")) as database:
        return database.execute("select id, conversation_id, openid, owed, quota from wechat_people").fetchall()


# --- the door --------------------------------------------------------------------------------------


async def test_without_a_token_there_is_no_such_door(library: Library, tmp_path: Path, side: WeChatSide) -> None:
    closed = open_office(library, tmp_path / "data")
    async with closed.client() as client:
        assert (await client.get("/wechat", params=side.signed())).status_code == 404
        assert (await side.posts(client, message(ANN, "text", Content="你好", MsgId=1))).status_code == 404


async def test_wechat_finds_the_address_to_be_ours_and_nobody_else_is_let_in(door: AsyncClient, side: WeChatSide) -> None:
    response = await door.get("/wechat", params={**side.signed(), "echostr": "5577"})
    assert (response.status_code, response.text) == (200, "5577")
    assert response.headers["content-type"].startswith("text/plain")
    forged = {**side.signed(), "signature": "0" * 40}
    assert (await door.get("/wechat", params=forged)).status_code == 403
    refused = await door.post("/wechat", params=forged, content=message(ANN, "text", Content="你好", MsgId=1).encode())
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("aes", [False, True])
async def test_a_question_is_answered_with_the_published_text(library: Library, tmp_path: Path, aes: bool) -> None:
    side = WeChatSide(aes=aes)
    office = counter(library, tmp_path / "data", side, wechat_aes_key=AES_KEY if aes else "")
    async with office.client(OUTSIDE) as door:
        (text,) = await side.says(door, ANN, QUESTION)
    assert "居民户口簿" in text
    assert "中华人民共和国居民身份证法" in text
    assert "更新于" in text
    (turn,) = office.recorded()
    assert (turn.outcome, turn.text) == ("answered", QUESTION)


async def test_an_option_is_picked_by_its_number_and_the_question_is_kept(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    (asked,) = await side.says(door, ANN, "换身份证多少钱")
    assert "1. " in asked
    assert "回复前面的数字" in asked
    (answered,) = await side.says(door, ANN, "3")
    assert "40" in answered
    assert [turn.outcome for turn in office.recorded()] == ["clarify", "answered"]
    assert f"{LOST}#fee" in str(office.recorded()[-1].explanation) or LOST in str(office.recorded()[-1].explanation)


async def test_two_people_have_two_conversations(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    await side.says(door, ANN, "换身份证多少钱")
    await side.says(door, BEN, "3")
    await side.says(door, ANN, "3")
    first, other, picked = office.recorded()
    assert first.conversation_id == picked.conversation_id != other.conversation_id
    assert picked.outcome == "answered"


async def test_two_first_messages_at_once_are_one_conversation(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    await asyncio.gather(*(side.says(door, ANN, QUESTION) for _ in range(4)))
    assert len({turn.conversation_id for turn in office.recorded()}) == 1
    assert len(office.recorded()) == 4


async def test_after_hours_of_silence_a_new_conversation_begins(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    await side.says(door, ANN, "换身份证多少钱")
    change(office, WeChatPersonRow, heard_at=ago(60 * 5))
    await side.says(door, ANN, "3")
    assert len({turn.conversation_id for turn in office.recorded()}) == 2


async def test_speech_is_shown_back_and_answered(door: AsyncClient, side: WeChatSide) -> None:
    (text,) = await side.speaks(door, ANN, QUESTION)
    assert text.startswith(f"您说的是：{QUESTION}\n")
    assert "居民户口簿" in text


async def test_what_cannot_be_read_is_told_so_and_takes_no_turn(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    assert await side.delivers(door, ANN, "image", PicUrl="http://p", MediaId="m", MsgId=9) == [words.UNREADABLE]
    assert await side.speaks(door, ANN, "") == [words.UNREADABLE]
    assert await side.says(door, ANN, "\u200b\u200b") == [words.UNREADABLE]
    assert office.recorded() == []


async def test_a_new_follower_is_greeted_and_who_leaves_is_forgotten(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    assert await side.follows(door, ANN) == [words.GREETING]
    assert len(rows(office)) == 1
    assert await side.leaves(door, ANN) == []
    assert rows(office) == []


async def test_a_button_of_the_menu_says_its_key(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    (text,) = await side.taps(door, ANN, "身份证丢了要带什么")
    assert "居民户口簿" in text
    assert office.recorded()[0].text == "身份证丢了要带什么"


async def test_who_writes_too_fast_is_told_so_and_others_are_not(library: Library, tmp_path: Path, side: WeChatSide) -> None:
    office = counter(library, tmp_path / "data", side, rate_limit="2/minute")
    async with office.client(OUTSIDE) as door:
        for _ in range(2):
            assert await side.says(door, ANN, QUESTION) != [words.TOO_FAST]
        assert await side.says(door, ANN, QUESTION) == [words.TOO_FAST]
        assert await side.says(door, BEN, QUESTION) != [words.TOO_FAST]


async def test_what_is_personal_is_masked_and_no_openid_is_stored_in_clear(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    await side.says(door, ANN, "我的身份证号是360102199003078888，丢了怎么补")
    await agent(office)
    await side.says(door, ANN, "转人工")
    assert office.services.wechat is not None
    ((person, conversation, openid, _, _),) = rows(office)
    assert person == office.services.wechat.people.id_of(ANN)
    assert conversation
    assert openid, "a person is awaited, and will have to be passed on"
    everything = stored(office)
    assert ANN not in everything
    assert "360102199003078888" not in everything


async def test_who_has_not_been_heard_of_for_long_is_forgotten_and_a_deleted_conversation_is_begun_anew(
    door: AsyncClient, side: WeChatSide, office: Office
) -> None:
    for openid in (ANN, BEN):
        await side.says(door, openid, QUESTION)
    change(office, ConversationRow, updated_at=ago(60 * 24 * 200))
    assert office.conversations.forget_older_than(180) == 2
    assert [row[1] for row in rows(office)] == [None, None]
    assert "居民户口簿" in (await side.says(door, ANN, QUESTION))[0]
    assert office.services.wechat is not None
    change(office, WeChatPersonRow, heard_at=ago(60 * 24 * 200))
    office.services.wechat.people.forget_older_than(180)
    assert rows(office) == []


# --- five seconds, and WeChat's repetitions ----------------------------------------------------------


async def test_a_repeated_message_is_one_turn_and_gets_the_same_answer(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    xml = message(ANN, "text", Content=QUESTION, MsgId=1234567)
    answers = [side.opened(ANN, (await side.posts(door, xml)).text) for _ in range(3)]
    assert len(set(answers)) == 1
    assert len(office.recorded()) == 1


async def test_a_message_that_is_repeated_after_a_restart_is_one_turn(library: Library, tmp_path: Path, side: WeChatSide) -> None:
    xml = message(ANN, "text", Content=QUESTION, MsgId=1234567)
    texts = []
    for _ in range(2):
        office = counter(library, tmp_path / "data", side)
        async with office.client(OUTSIDE) as door:
            texts.append(side.opened(ANN, (await side.posts(door, xml)).text))
    assert texts[0] == texts[1]
    assert len(office.recorded()) == 1


@pytest.mark.usefixtures("hasty")
async def test_what_takes_longer_comes_as_customer_service_and_once(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    office.dialogue.takes_seconds = SLOW_SECONDS
    async with courier(office):
        assert await side.says(door, ANN, QUESTION) == []
        await until(side.shown[ANN], "居民户口簿")
        await asyncio.sleep(0.4)
    assert len(side.shown[ANN]) == 1
    assert len(office.recorded()) == 1
    assert [row[2:4] for row in rows(office)] == [("", "")], "told, so neither the openid nor the text is kept"


@pytest.mark.usefixtures("hasty")
async def test_a_late_reply_waits_while_wechat_is_away(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    office.dialogue.takes_seconds = SLOW_SECONDS
    side.away = True
    async with courier(office):
        assert await side.says(door, ANN, QUESTION) == []
        async with asyncio.timeout(8):
            while "/cgi-bin/stable_token" not in side.calls:
                await asyncio.sleep(0.05)
        assert side.shown[ANN] == []
        side.away = False
        await until(side.shown[ANN], "居民户口簿")
    assert len(side.shown[ANN]) == 1


@pytest.mark.usefixtures("hasty")
async def test_a_late_reply_comes_before_the_next_one_where_it_was_not_sent(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    office.dialogue.takes_seconds = SLOW_SECONDS
    assert await side.says(door, ANN, QUESTION) == []
    office.dialogue.takes_seconds = 0
    async with asyncio.timeout(8):
        while not any(row[3] for row in rows(office)):  # owed now; a turn that waits for it would be late itself on a busy machine
            await asyncio.sleep(0.02)
    (both,) = await side.says(door, ANN, "大厅周末开门吗")
    assert both.index("居民户口簿") < both.index("周末")


@pytest.mark.usefixtures("hasty")
async def test_without_customer_service_wechats_own_repetition_brings_it(library: Library, tmp_path: Path, side: WeChatSide) -> None:
    office = counter(library, tmp_path / "data", side, wechat_secret="")
    office.dialogue.takes_seconds = 3.0
    async with office.client(OUTSIDE) as door:
        (text,) = await side.says(door, ANN, QUESTION)
        assert "居民户口簿" in text
        assert side.requests > 1, "WeChat has asked again"
        assert len(office.recorded()) == 1
        office.dialogue.takes_seconds = 7.0
        assert await side.says(door, ANN, QUESTION) == [words.SLOW]
        (text,) = await side.says(door, ANN, words.GO_ON)
        assert "居民户口簿" in text
    assert side.calls == []


async def test_wechat_is_told_before_its_five_seconds_are_over(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    assert account_module.ANSWER_SECONDS < 5
    office.dialogue.takes_seconds = side.patience = 30.0
    assert await side.says(door, ANN, QUESTION) == []
    assert (side.requests, office.dialogue.steps) == (1, ["in"]), "while the engine is still at work"


async def test_a_database_that_is_down_is_told_and_no_fault(
    door: AsyncClient, side: WeChatSide, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_: str) -> None:
        raise OSError("disk full")

    assert office.services.wechat is not None
    monkeypatch.setattr(office.services.wechat.people, "find", down)
    (text,) = await side.says(door, ANN, QUESTION)
    assert "12345" in text


# --- long texts, and WeChat's quotas -----------------------------------------------------------------


@pytest.fixture
def wordy(office: Office) -> Iterator[int]:
    """An engine that talks a lot; how many characters."""
    office.dialogue.says = [{"text": "很长的一句话。" * 400, "custom": {"outcome": "smalltalk"}}]
    yield 7 * 400
    office.dialogue.says = None


@pytest.mark.usefixtures("swift")
async def test_a_long_text_comes_in_pieces_in_order(door: AsyncClient, side: WeChatSide, office: Office, wordy: int) -> None:
    async with courier(office):
        (first,) = await side.says(door, ANN, "你好")
        async with asyncio.timeout(8):
            while sum(map(len, side.shown[ANN])) < wordy:
                await asyncio.sleep(0.02)
    assert side.shown[ANN][0] == first
    assert "".join(side.shown[ANN]) == "很长的一句话。" * 400
    assert rows(office)[0][4] == 5 - (len(side.shown[ANN]) - 1)


async def test_without_customer_service_the_rest_is_asked_for(library: Library, tmp_path: Path, side: WeChatSide) -> None:
    office = counter(library, tmp_path / "data", side, wechat_secret="")
    office.dialogue.says = [{"text": "很长的一句话。" * 400, "custom": {"outcome": "smalltalk"}}]
    async with office.client(OUTSIDE) as door:
        shown = await side.says(door, ANN, "你好")
        while "回复“继续”" in shown[-1]:
            shown += await side.says(door, ANN, "继续")
    assert "".join(text.split("\n（没说完")[0] for text in shown) == "很长的一句话。" * 400
    assert len(office.recorded()) == 1


@pytest.mark.usefixtures("swift")
async def test_a_persons_words_come_by_themselves_as_far_as_wechat_allows_and_the_rest_after(
    door: AsyncClient, side: WeChatSide, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lili = await agent(office)
    async with courier(office):
        (waiting,) = await side.says(door, ANN, "转人工")
        assert "您排在第1位" in waiting
        assert "回复“不等了”" in waiting
        handoff = await claimed(lili)
        await until(side.shown[ANN], "的工作人员lili同志来了")
        assert await side.says(door, ANN, "我的户口在外地") == [], "a person answers, not the assistant"
        for number in range(1, 8):
            await act(lili, handoff, "messages", text=f"第{number}句", key=f"k{number}")
            await asyncio.sleep(0.3)
        sent = [text for text in side.shown[ANN] if "【工作人员lili同志】" in text]
        assert [f"第{n}句" in "".join(sent) for n in range(1, 8)] == [True] * 5 + [False] * 2
        assert "请随便回一个字" in sent[-1]
        (rest,) = await side.says(door, ANN, "收到")
        assert rest.index("第6句") < rest.index("第7句")
        await act(lili, handoff, "messages", text="第8句", key="k8")
        await until(side.shown[ANN], "第8句")
        await act(lili, handoff, "close")
        await until(side.shown[ANN], "结束")
        async with asyncio.timeout(8):
            while rows(office)[0][2]:
                await asyncio.sleep(0.05)
    everything = "".join(side.shown[ANN])
    assert [everything.count(f"第{n}句") for n in range(1, 9)] == [1] * 8
    (answered,) = await side.says(door, ANN, QUESTION)
    assert "居民户口簿" in answered, "the assistant goes on"


@pytest.mark.usefixtures("swift")
async def test_word_is_left_by_number_and_the_answer_comes_the_next_day(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    (closed,) = await side.says(door, ANN, "转人工")
    assert "回复“我要留言”" in closed
    (asked,) = await side.says(door, ANN, "1")
    assert "写成一句话" in asked
    (promised,) = await side.says(door, ANN, "房产证办了一个月没消息")
    assert "回复" in promised
    lili = await agent(office)
    async with courier(office):
        handoff = await claimed(lili)
        await act(lili, handoff, "messages", text="已经制证，周五来取", key="k1")
        await until(side.shown[ANN], "周五来取")


async def test_without_customer_service_a_persons_words_come_when_they_are_asked_for(
    library: Library, tmp_path: Path, side: WeChatSide
) -> None:
    office = counter(library, tmp_path / "data", side, wechat_secret="")
    lili = await agent(office)
    async with office.client(OUTSIDE) as door:
        await side.says(door, ANN, "转人工")
        handoff = await claimed(lili)
        assert "要您再发一句" in (await side.says(door, ANN, "我的户口在外地"))[0]
        await act(lili, handoff, "messages", text="请带户口簿", key="k1")
        (text,) = await side.says(door, ANN, words.GO_ON)
        assert "【工作人员lili同志】\n请带户口簿" in text
    said = (await lili.get(f"/api/v1/staff/handoffs/{handoff}/messages")).text
    assert words.GO_ON not in said, "it was for us and not for the person"


@pytest.mark.usefixtures("swift")
async def test_a_persons_words_survive_a_restart(library: Library, tmp_path: Path, side: WeChatSide) -> None:
    office = counter(library, tmp_path / "data", side)
    lili = await agent(office)
    async with office.client(OUTSIDE) as door:
        await side.says(door, ANN, "转人工")
    handoff = await claimed(lili)
    await act(lili, handoff, "messages", text="请带户口簿", key="k1")
    again = counter(library, tmp_path / "data", side)
    async with courier(again):
        await until(side.shown[ANN], "请带户口簿")
        await asyncio.sleep(0.4)
    assert "".join(side.shown[ANN]).count("请带户口簿") == 1


@pytest.mark.usefixtures("swift")
async def test_after_48_hours_nothing_is_sent_and_it_comes_with_the_next_reply(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    lili = await agent(office)
    await side.says(door, ANN, "转人工")
    change(office, HandOffRow, kind=HandOffKind.MESSAGE)
    handoff = await claimed(lili)
    change(office, WeChatPersonRow, quota_until=ago(1), heard_at=ago(48 * 60))
    side.forgets_interaction(ANN)
    async with courier(office):
        await act(lili, handoff, "messages", text="周二来就行", key="k1")
        async with asyncio.timeout(8):
            while rows(office)[0][2]:  # it is no use any more, so it is wiped
                await asyncio.sleep(0.05)
        assert "周二来就行" not in "".join(side.shown[ANN])
        shown = await side.says(door, ANN, "有人吗")
    assert "周二来就行" in shown[0]


@pytest.mark.usefixtures("swift")
async def test_what_wechat_refuses_comes_with_the_next_reply_and_wakes_the_operators(
    door: AsyncClient, side: WeChatSide, office: Office, wordy: int
) -> None:
    side.forgets_interaction(ANN)
    async with courier(office):
        await side.says(door, ANN, "你好")
        side.forgets_interaction(ANN)
        async with asyncio.timeout(8):
            while rows(office)[0][2]:
                await asyncio.sleep(0.05)
    assert rows(office)[0][3] != ""
    office.dialogue.says = None
    shown = await side.says(door, ANN, "继续")
    assert shown[0].startswith("很长的一句话")


# --- WeChat's API ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hasty")
async def test_the_access_token_is_fetched_once_and_again_when_it_has_gone(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    office.dialogue.takes_seconds = SLOW_SECONDS
    async with courier(office):
        for number in (1, 2):
            assert await side.says(door, ANN, QUESTION) == []
            async with asyncio.timeout(8):
                while len(side.shown[ANN]) < number:
                    await asyncio.sleep(0.02)
        assert side.calls.count("/cgi-bin/stable_token") == 1
        side.lets_token_go()
        assert await side.says(door, ANN, QUESTION) == []
        async with asyncio.timeout(8):
            while len(side.shown[ANN]) < 3:
                await asyncio.sleep(0.02)
    assert side.calls.count("/cgi-bin/stable_token") == 2


def test_the_menu_is_put_under_the_account_by_one_command(side: WeChatSide, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(side.app()) as url:
        for name, value in (("URL", url), ("APP_ID", APP_ID), ("SECRET", "a wrong one")):
            monkeypatch.setenv(f"ZHIWEN_WECHAT_{name}", value)
        refused = CliRunner().invoke(main, ["wechat", "menu"])
        assert refused.exit_code == 1
        assert side.menu is None
        monkeypatch.setenv("ZHIWEN_WECHAT_SECRET", SECRET)
        done = CliRunner().invoke(main, ["wechat", "menu"])
        assert done.exit_code == 0, done.output
        assert side.menu == words.MENU


@pytest.mark.usefixtures("swift")
async def test_nothing_of_anybody_is_logged(door: AsyncClient, side: WeChatSide, office: Office) -> None:
    events: list[str] = []

    def keep(_logger: object, _name: str, event: dict[str, Any]) -> str:
        events.append(str(event))
        raise structlog.DropEvent

    structlog.configure(processors=[keep])
    side.away = True
    await agent(office)
    async with courier(office):
        await side.says(door, ANN, f"{QUESTION}，电话13812345678")
        await side.says(door, ANN, "转人工")
        lili = await office.signed_in("lili")
        await claimed(lili)
        async with asyncio.timeout(8):
            while not any("wechat_away" in event for event in events):
                await asyncio.sleep(0.05)
        await door.post("/wechat", params={**side.signed(), "signature": "0"}, content=message(ANN, "text", Content="x", MsgId=1).encode())
    assert any("wechat_not_let_in" in event for event in events)
    for secret in (ANN, "13812345678", SECRET, TOKEN):
        assert not any(secret in event for event in events)
