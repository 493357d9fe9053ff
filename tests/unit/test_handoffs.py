"""A conversation goes to people and back: who owns it, who hears what, who waits how long."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from assistant.answering.answerer import Draft
from assistant.answering.context import NO_INTENT, Context, FormName, Intent, OpenForm
from assistant.answering.library import Library
from assistant.desk import OpenTurn
from assistant.messages import Reply
from assistant.people.duty import Duty, parse_hours
from assistant.people.handoffs import HandOffs
from assistant.people.reception import asks_for_person
from assistant.people.states import Kind, Reason, TakenMeanwhile
from assistant.staff.roles import Member, Role
from assistant.storage.conversations import make_engine
from assistant.storage.tables import HandOffMessageRow, HandOffRow, StaffRow
from assistant.workdays import is_workday
from knowledge.vocabulary import Outcome
from tests.unit.fakes import Office, open_office
from tests.unit.small_knowledge import EXPIRED, LOST

pytestmark = pytest.mark.anyio

LILI = Member("lili", "lili同志", Role.AGENT, "")


@pytest.fixture
def open_day(library: Library, tmp_path: Path) -> Office:
    """An office that is open at any hour; nobody is there yet."""
    return open_office(library, tmp_path / "data", people_hours="00:00-24:00", people_every_day=True)


class Citizen:
    """Somebody with the chat page open: keeps the conversation's id and token as the page does."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.id: str | None = None
        self.token = ""

    async def say(self, text: str, key: str = "") -> dict[str, Any]:
        """Say something; the reply."""
        headers = {"X-Conversation-Token": self.token, "Idempotency-Key": key}
        response = await self.client.post("/api/v1/chat", json={"text": text, "conversation_id": self.id}, headers=headers)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        self.id, self.token = reply["conversation_id"], response.headers.get("X-Conversation-Token", self.token)
        return reply

    async def view(self, after: int = 0, token: str | None = None) -> Response:
        """Look what there is after a number."""
        headers = {"X-Conversation-Token": self.token if token is None else token}
        return await self.client.get(f"/api/v1/conversations/{self.id}/messages", params={"after": after}, headers=headers)

    async def heard(self, after: int = 0) -> list[tuple[str, str]]:
        """Who said what after a number."""
        return [(m["sender"], m["text"]) for m in (await self.view(after)).json()["messages"]]

    async def state(self) -> str:
        """Who has the conversation."""
        return str((await self.view()).json()["state"])


async def waiting(office: Office, words: Sequence[str] = ("转人工",)) -> Citizen:
    """A citizen who waits for a person, while somebody is there."""
    citizen = Citizen(office.client())
    for text in words:
        reply = await citizen.say(text)
    assert reply["outcome"] == "handoff", reply
    assert await citizen.state() == "waiting"
    return citizen


async def agent(office: Office, name: str = "lili", role: Role = Role.AGENT, department: str = "") -> AsyncClient:
    """Somebody new at a desk."""
    office.hire(name, role, department)
    return await office.signed_in(name)


async def first(client: AsyncClient) -> str:
    """The hand-off that has waited longest."""
    rows = (await client.get("/api/v1/staff/queue")).json()["rows"]
    return str(next(row["id"] for row in rows if row["state"] == "waiting"))


async def act(client: AsyncClient, handoff: str, what: str, **body: str) -> Response:
    """Do something with a hand-off."""
    return await client.post(f"/api/v1/staff/handoffs/{handoff}/{what}", json=body)


async def claimed(client: AsyncClient) -> str:
    """Take the one that has waited longest."""
    handoff = await first(client)
    response = await act(client, handoff, "claim")
    assert response.status_code == 200, response.text
    return handoff


def change(office: Office, table: type[Any], **values: object) -> None:
    """Let time pass in the database."""
    with Session(make_engine(office.settings.database)) as session, session.begin():
        session.execute(update(table).values(**values))


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


# --- from the assistant to a person and back ---


async def test_a_citizen_asks_for_a_person_talks_to_one_and_then_the_assistant_goes_on(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day, ["身份证丢了补办要带什么", "转人工"])
    handoff = await claimed(lili)
    assert await citizen.state() == "person"
    reply = await citizen.say("我的户口在外地", "k1")
    assert (reply["outcome"], reply["answers"], reply["options"]) == ("handoff", [], [])
    assert (await act(lili, handoff, "messages", text="外地户口也能办。", key="a1")).status_code == 200
    assert await citizen.heard() == [
        ("notice", "总台的工作人员lili同志来了，请说。"),
        ("citizen", "我的户口在外地"),
        ("agent", "外地户口也能办。"),
    ]
    assert (await act(lili, handoff, "return")).status_code == 204
    assert await citizen.state() == "bot"
    assert (await citizen.say("身份证丢了补办要带什么"))["outcome"] == "answered"


async def test_while_a_person_has_it_the_assistant_and_its_engine_hear_nothing(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    await claimed(lili)
    open_day.dialogue.heard.clear()
    for text in ("身份证丢了补办要带什么", "转人工", "哪里能买到假证", "😭", "1"):
        reply = await citizen.say(text)
        assert (reply["outcome"], reply["answers"], reply["options"]) == ("handoff", [], [])
    assert open_day.dialogue.heard == []
    assert [text for sender, text in await citizen.heard() if sender == "citizen"][0] == "身份证丢了补办要带什么"
    assert len(await citizen.heard()) == 6


async def test_the_thread_is_there_again_when_the_assistant_goes_on(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day, ["身份证丢了补办要带什么", "转人工"])
    before = open_day.conversations.context(str(citizen.id))
    handoff = await claimed(lili)
    await citizen.say("我的户口在外地")
    assert open_day.conversations.context(str(citizen.id)) == before
    await act(lili, handoff, "return")
    assert [a["subject"] for a in (await citizen.say("那多少钱"))["answers"]] == [LOST]


async def test_danger_to_life_is_answered_at_once_and_reaches_the_person_too(open_day: Office) -> None:
    await agent(open_day)
    citizen = await waiting(open_day)
    assert (await citizen.say("着火了"))["outcome"] == "emergency"
    assert ("citizen", "着火了") in await citizen.heard()


async def test_the_agent_gets_what_was_said_what_it_is_about_and_what_the_assistant_thought_of(open_day: Office) -> None:
    lili = await agent(open_day)
    await waiting(open_day, ["身份证丢了补办多少钱", "转人工"])
    detail = (await act(lili, await first(lili), "claim")).json()
    assert [(turn["text"], turn["outcome"]) for turn in detail["turns"]] == [("身份证丢了补办多少钱", "answered")]
    assert detail["facets"] == ["收费"]
    assert detail["slots"]["subject"] == LOST
    best = detail["candidates"][0]
    assert best["subject"] == LOST
    assert best["answers"]["收费"].startswith("收费标准：40元")
    assert best["title"] == detail["subject_title"]
    assert detail["why"]["decided_by"]


async def test_the_agent_sees_which_form_is_open_and_never_what_stands_for_a_proof(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    form = OpenForm(name=FormName.PROGRESS, asks="phone_tail", given=("case_number",), ticket="a-ticket")
    thread = Context(subject=LOST, form=form, case="another-ticket")
    reply = Reply(conversation_id=str(citizen.id), turn_id="0" * 32, outcome=Outcome.PROGRESS, text="")
    open_day.conversations.record(reply, "web", "", thread, {}, 1.0)
    response = await act(lili, await first(lili), "claim")
    assert response.json()["slots"]["form"]["name"] == "progress"
    assert "ticket" not in response.text


async def test_the_queue_says_where_one_stands_and_how_long_it_usually_takes(open_day: Office) -> None:
    lili = await agent(open_day)
    citizens = [await waiting(open_day) for _ in range(5)]
    assert [(await c.view()).json()["position"] for c in citizens] == [1, 2, 3, 4, 5]
    assert (await citizens[4].view()).json()["wait_minutes"] is None, "nobody has been served yet"
    for _ in range(3):
        await claimed(lili)
    change(open_day, HandOffRow, waited_seconds=None)
    with Session(make_engine(open_day.settings.database)) as session, session.begin():
        taken = session.scalars(select(HandOffRow).where(HandOffRow.state == "person")).all()
        for row, seconds in zip(taken, (60.0, 200.0, 900.0), strict=True):
            row.waited_seconds = seconds
    view = (await citizens[4].view()).json()
    assert (view["position"], view["wait_minutes"]) == (2, 4)
    reply = await citizens[4].say("还有多久")
    assert "第2位" in reply["text"]
    assert "4分钟" in reply["text"]


async def test_who_no_longer_wants_to_wait_gets_the_assistant_back(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    stop = next(a for a in (await citizen.say("在吗"))["actions"] if a["kind"] == "handoff")
    assert (await citizen.say(stop["value"]))["outcome"] == "handoff"
    assert await citizen.state() == "bot"
    assert (await lili.get("/api/v1/staff/queue")).json()["rows"] == []
    assert (await citizen.say("身份证丢了怎么办"))["outcome"] == "answered"


async def test_a_citizen_who_comes_back_finds_everything(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    await citizen.say("我等下回来", "k1")
    await act(lili, handoff, "messages", text="好的。", key="a1")
    again = Citizen(open_day.client())
    again.id, again.token = citizen.id, citizen.token
    assert [text for _, text in await again.heard()] == ["总台的工作人员lili同志来了，请说。", "我等下回来", "好的。"]
    assert [text for _, text in await again.heard(after=2)] == ["好的。"]
    await again.say("我回来了")
    assert (await again.heard(after=3)) == [("citizen", "我回来了")]


async def test_a_conversation_can_be_handed_over_again_and_its_numbers_go_on(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    await act(lili, await claimed(lili), "close")
    await citizen.say("转人工")
    await act(lili, await claimed(lili), "close")
    numbers = [m["sequence"] for m in (await citizen.view()).json()["messages"]]
    assert numbers == [1, 2, 3, 4]


@pytest.mark.parametrize("words", ["转人工", "我要找人工客服", "帮我转接真人吧", "叫个活人来", "人工服务，谢谢！"])
async def test_a_bare_demand_brings_a_person_without_the_engine(open_day: Office, words: str) -> None:
    await agent(open_day)
    open_day.dialogue.goes_away()
    await waiting(open_day, [words])


@pytest.mark.parametrize("words", ["怎么转人工", "工作人员态度太差了", "人工牙算不算医保", "客服电话是多少", "找工作人员代办要带什么"])
async def test_what_only_speaks_of_people_is_no_demand_for_one(words: str) -> None:
    assert not asks_for_person(words)


async def test_who_asks_to_be_called_is_asked_for_the_number_even_while_somebody_is_there(open_day: Office) -> None:
    await agent(open_day)
    open_day.dialogue.runs = lambda turn: turn.act(Outcome.HANDOFF, "", Intent(name="handoff", confidence=0.9))
    citizen = Citizen(open_day.client())
    assert "能打通的电话" in (await citizen.say("叫人给我回个电话"))["text"]
    assert "已经记下了" in (await citizen.say("13812345678"))["text"]
    other = Citizen(open_day.client())
    assert "已经记下了" in (await other.say("办事的打给我，13812345678"))["text"]
    assert await other.state() == "bot"


async def test_any_wording_that_the_engine_takes_for_it_brings_a_person(open_day: Office) -> None:
    await agent(open_day)
    open_day.dialogue.runs = lambda turn: turn.act(Outcome.HANDOFF, "", Intent(name="handoff", confidence=0.9))
    await waiting(open_day, ["找个活人跟我讲"])


async def test_an_action_that_comes_after_its_turn_was_given_up_brings_nobody(open_day: Office) -> None:
    lili = await agent(open_day)
    open_day.dialogue.goes_away()
    citizen = Citizen(open_day.client())
    await citizen.say("找个活人跟我讲")
    assert (await lili.get("/api/v1/staff/queue")).json()["rows"] == []


# --- one owner ---


def test_of_many_claims_at_once_one_wins_and_the_others_hear_who(open_day: Office) -> None:
    names = [f"agent{n}" for n in range(8)]
    for name in names:
        open_day.hire(name)
    store = HandOffs(make_engine(open_day.settings.database))
    for round_ in range(5):
        found = store.start(f"{round_:032x}", "web", Kind.LIVE, Reason.ASKED)

        def claim(name: str, handoff: str = found.id) -> str:
            try:
                store.claim(handoff, Member(name, name, Role.AGENT, ""))
            except TakenMeanwhile as error:
                return str(error)
            return "won"

        with ThreadPoolExecutor(8) as pool:
            ends = list(pool.map(claim, names))
        assert ends.count("won") == 1
        assert {end for end in ends if end != "won"} == {f"这段对话现在由{names[ends.index('won')]}同志接待。"}


async def test_a_second_claim_is_a_conflict_and_changes_nothing(open_day: Office) -> None:
    lili, wang = await agent(open_day), await agent(open_day, "wang")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    response = await act(wang, handoff, "claim")
    assert (response.status_code, response.json()["detail"]) == (409, "这段对话现在由lili同志接待。")
    assert len(await citizen.heard()) == 1


async def test_after_a_transfer_only_the_new_owner_can_speak(open_day: Office) -> None:
    lili, wang = await agent(open_day), await agent(open_day, "wang")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    assert (await act(lili, handoff, "transfer", to="wang")).status_code == 204
    assert (await act(lili, handoff, "messages", text="我还在", key="x")).status_code == 404
    assert (await act(wang, handoff, "messages", text="我来接着办。", key="y")).status_code == 200
    assert (await citizen.view()).json()["agent"] == "wang同志"
    assert [sender for sender, _ in await citizen.heard()] == ["notice", "notice", "agent"]


async def test_a_transfer_to_a_department_waits_in_its_queue_where_it_stood(open_day: Office) -> None:
    lili = await agent(open_day)
    police = await agent(open_day, "jing", department="市公安局")
    await waiting(open_day)
    handoff = await claimed(lili)
    assert (await act(lili, handoff, "transfer", department="市公安局")).status_code == 204
    assert (await lili.get("/api/v1/staff/queue")).json()["rows"] == []
    assert await claimed(police) == handoff


@pytest.mark.parametrize("body", [{"to": "nobody"}, {"to": "off"}, {"department": "市民政局"}])
async def test_a_transfer_to_where_nobody_is_is_refused_and_the_owner_keeps_it(open_day: Office, body: dict[str, str]) -> None:
    lili = await agent(open_day)
    open_day.hire("off")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    assert (await act(lili, handoff, "transfer", **body)).status_code == 409
    assert (await act(lili, handoff, "messages", text="我还在。", key="x")).status_code == 200
    assert await citizen.state() == "person"


async def test_nothing_is_written_into_a_hand_off_that_is_over(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    assert (await act(lili, handoff, "close")).status_code == 204
    for what, body in (("messages", {"text": "还有", "key": "x"}), ("close", {}), ("return", {}), ("transfer", {}), ("claim", {})):
        assert (await act(lili, handoff, what, **body)).status_code == 409, what
    assert [sender for sender, _ in await citizen.heard()] == ["notice", "notice"]


# --- exactly once, in order ---


async def test_a_message_that_is_sent_again_is_there_once(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    for _ in range(3):
        await citizen.say("同一句话", "same")
        answer = await act(lili, handoff, "messages", text="同一个回答", key="same")
        assert (answer.status_code, answer.json()["sequence"]) == (200, 3)
    assert (await citizen.heard())[1:] == [("citizen", "同一句话"), ("agent", "同一个回答")]


async def test_two_messages_with_the_same_words_are_two(open_day: Office) -> None:
    await agent(open_day)
    citizen = await waiting(open_day)
    await citizen.say("在吗", "k1")
    await citizen.say("在吗", "k2")
    assert await citizen.heard() == [("citizen", "在吗")] * 2


def test_messages_from_many_sides_at_once_get_numbers_without_gaps_or_doubles(open_day: Office) -> None:
    open_day.hire("lili")
    store = HandOffs(make_engine(open_day.settings.database))
    conversation = "c" * 32
    found = store.claim(store.start(conversation, "web", Kind.LIVE, Reason.ASKED).id, LILI)

    def speak(number: int) -> None:
        if number % 2:
            assert store.hear(conversation, f"c{number // 4}", f"k{number // 4}")
        else:
            store.say(found.id, LILI, f"a{number // 4}", f"k{number // 4}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(speak, range(80)))  # each message twice
    said = store.messages(conversation, 0)
    assert [m.sequence for m in said] == list(range(1, len(said) + 1))
    assert sorted(m.text for m in said[1:]) == sorted([f"c{n}" for n in range(20)] + [f"a{n}" for n in range(20)])


def test_a_second_start_of_one_conversation_joins_the_first(open_day: Office) -> None:
    store = HandOffs(make_engine(open_day.settings.database))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.start("c" * 32, "web", Kind.LIVE, Reason.ASKED).id, range(16)))
    assert len(set(found)) == 1


# --- when nobody is there ---


async def test_nobody_is_promised_while_nobody_is_there(open_day: Office) -> None:
    open_day.hire("lili")  # has not signed in
    citizen = Citizen(open_day.client())
    reply = await citizen.say("转人工")
    assert reply["outcome"] == "handoff"
    assert "没有工作人员在线" in reply["text"]
    assert [a["value"] for a in reply["actions"]] == ["我要留言", "请给我回电话", "12345"]
    assert await citizen.state() == "bot"
    assert (await citizen.say("身份证丢了怎么办"))["outcome"] == "answered"


async def test_outside_the_opening_hours_an_agent_online_is_not_on_duty(library: Library, tmp_path: Path) -> None:
    closed = datetime.now(UTC) + timedelta(hours=8 + 2)  # two hours from now, in China
    if closed.hour == 23:
        closed += timedelta(hours=1)
    hours = f"{closed.hour:02d}:00-{closed.hour:02d}:30"
    office = open_office(library, tmp_path / "data", people_hours=hours, people_every_day=True)
    await agent(office)
    reply = await Citizen(office.client()).say("转人工")
    assert "现在不是人工服务时间" in reply["text"]
    assert f"每天{closed.hour}:00—{closed.hour}:30" in reply["text"]


async def test_a_message_left_is_answered_later_and_meanwhile_the_assistant_goes_on(open_day: Office) -> None:
    citizen = Citizen(open_day.client())
    await citizen.say("转人工")
    assert "写成一句话" in (await citizen.say("留言"))["text"]
    assert "已经留下了" in (await citizen.say("我想问低保什么时候发"))["text"]
    assert (await citizen.say("身份证丢了怎么办"))["outcome"] == "answered"
    view = (await citizen.view()).json()
    assert (view["state"], view["open"], view["kind"]) == ("bot", True, "message")
    lili = await agent(open_day)
    handoff = await claimed(lili)
    await act(lili, handoff, "messages", text="每月10号发。", key="a")
    await act(lili, handoff, "close")
    assert [s for s, _ in await citizen.heard()] == ["citizen", "notice", "agent", "notice"]


async def test_a_number_left_is_for_the_one_who_calls_back_and_for_nobody_else(open_day: Office) -> None:
    citizen = Citizen(open_day.client())
    await citizen.say("转人工")
    await citizen.say("给我回个电话吧")
    told = await citizen.say("１３８ 1234 5678，下午三点以后方便")
    assert "已经记下了" in told["text"]
    written = b"".join(path.read_bytes() for path in open_day.settings.data.rglob("*") if path.is_file())
    assert b"13812345678" not in written
    assert "１３８".encode() not in written
    boss, lili = await agent(open_day, "boss", Role.SUPERVISOR), await agent(open_day)
    handoff = await first(lili)
    assert (await lili.get("/api/v1/staff/queue")).json()["rows"][0]["kind"] == "callback"
    assert (await boss.get(f"/api/v1/staff/handoffs/{handoff}")).json()["contact"] == ""
    detail = (await act(lili, handoff, "claim")).json()
    assert detail["contact"] == "13812345678"
    assert detail["messages"][0]["text"] == "[手机号]，下午三点以后方便"


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (["我要留言", "算了"], "不留了"),
        (["请给我回电话", "不想留了"], "不留了"),
        (["请给我回电话", "138123"], "好像不对"),
        (["请给我回电话", "138123", "0791-86210000"], "已经记下了"),
        (["转人工", "13812345678"], "已经记下了"),
        (["转人工", "2"], "能打通的电话"),
        (["转人工", "第一个", "😭"], "没有看到要说的话"),
    ],
)
async def test_leaving_word_can_be_done_in_many_ways_and_given_up(open_day: Office, words: list[str], ends: str) -> None:
    citizen = Citizen(open_day.client())
    for text in words:
        reply = await citizen.say(text)
    assert reply["outcome"] == "handoff"
    assert ends in reply["text"]


async def test_what_is_left_comes_back_under_the_key_by_which_the_page_knows_it(open_day: Office) -> None:
    citizen = Citizen(open_day.client())
    for text in ("转人工", "请给我回电话"):
        reply = await citizen.say(text)
    assert [a["value"] for a in reply["actions"]] == ["算了"], "a way out, and no mere word of delivery"
    await citizen.say("13812345678", "k1")
    assert [m["key"] for m in (await citizen.view()).json()["messages"] if m["sender"] == "citizen"] == ["k1"]


async def test_another_question_instead_of_a_number_is_answered(open_day: Office) -> None:
    citizen = Citizen(open_day.client())
    for text in ("转人工", "请给我回电话"):
        await citizen.say(text)
    assert (await citizen.say("身份证丢了怎么办"))["outcome"] == "answered"


async def test_who_left_word_and_asks_again_while_somebody_is_there_waits_for_them(open_day: Office) -> None:
    citizen = Citizen(open_day.client())
    for text in ("转人工", "留言", "我想问低保什么时候发"):
        await citizen.say(text)
    lili = await agent(open_day)
    await citizen.say("转人工")
    assert await citizen.state() == "waiting"
    assert len((await lili.get("/api/v1/staff/queue")).json()["rows"]) == 1


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2025-11-24T08:59+08:00", False),
        ("2025-11-24T09:00+08:00", True),
        ("2025-11-24T11:59+08:00", True),
        ("2025-11-24T12:00+08:00", False),
        ("2025-11-24T01:30+00:00", True),
        ("2025-11-23T10:00+08:00", False),  # a Sunday
        ("2025-10-01T10:00+08:00", False),  # National Day, a Wednesday
        ("2025-09-28T10:00+08:00", True),  # a Sunday worked for it
    ],
)
def test_people_are_there_on_working_days_within_the_hours(moment: str, open_: bool) -> None:
    duty = Duty("09:00-12:00,13:30-17:00", False, is_workday, lambda: 1)
    assert duty.is_open(datetime.fromisoformat(moment)) is open_
    assert duty.hours_told == "工作日9:00—12:00、13:30—17:00"


def test_nobody_online_is_nobody_on_duty() -> None:
    here = [0]
    duty = Duty("00:00-24:00", True, lambda _day: False, lambda: here[0])
    assert not duty.on_duty()
    here[0] = 1
    assert duty.on_duty()


def test_who_seems_to_be_there_is_remembered_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [1]
    duty = Duty("00:00-24:00", True, lambda _day: False, lambda: here[0])
    assert duty.lately() is None
    assert duty.on_duty()
    here[0] = 0
    assert duty.lately()
    monkeypatch.setattr("assistant.people.duty.REMEMBERED_SECONDS", 0.0)
    assert duty.lately() is None


@pytest.mark.parametrize("hours", ["", "9点到12点", "12:00-09:00", "09:00", "09:00-25:00"])
def test_hours_that_cannot_be_read_are_refused_at_the_start(hours: str) -> None:
    with pytest.raises(ValueError):
        parse_hours(hours)


# --- time runs out ---


async def test_a_wait_that_nobody_ends_becomes_a_message_and_the_assistant_goes_on(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    await citizen.say("我想问低保什么时候发")
    change(open_day, HandOffRow, queued_at=ago(open_day.settings.people_wait_minutes + 1))
    await open_day.services.switchboard.sweep(datetime.now(UTC))
    assert await citizen.state() == "bot"
    assert "让您久等了" in (await citizen.heard())[-1][1]
    assert (await citizen.say("身份证丢了怎么办"))["outcome"] == "answered"
    assert (await lili.get("/api/v1/staff/queue")).json()["rows"][0]["kind"] == "message"


@pytest.mark.parametrize("why", ["gone", "silent"])
async def test_what_an_agent_has_who_is_gone_or_silent_goes_back_to_its_place(open_day: Office, why: str) -> None:
    lili, wang = await agent(open_day), await agent(open_day, "wang")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    later = await waiting(open_day)
    await open_day.services.switchboard.sweep(datetime.now(UTC))
    assert await citizen.state() == "person", "too early"
    if why == "gone":
        change(open_day, StaffRow, seen_at=ago(3))
    else:
        change(open_day, HandOffRow, unanswered_since=ago(open_day.settings.people_silent_minutes + 1))
    await open_day.services.switchboard.sweep(datetime.now(UTC))
    assert [(await c.view()).json()["position"] for c in (citizen, later)] == [1, 2]
    assert (await act(lili, handoff, "messages", text="我回来了", key="x")).status_code == 404
    assert await claimed(wang) == handoff


async def test_an_agent_who_has_answered_may_wait_for_the_citizen_as_long_as_it_takes(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    await act(lili, handoff, "messages", text="您好，请说。", key="a")
    change(open_day, HandOffRow, claimed_at=ago(60))
    await open_day.services.switchboard.sweep(datetime.now(UTC))
    assert await citizen.state() == "person"


# --- offered ---


async def test_a_person_is_offered_after_two_failures_in_a_row_and_not_before(open_day: Office) -> None:
    lili = await agent(open_day)
    strange = Intent(name="out_of_scope", confidence=0.9, ranking=(("out_of_scope", 0.9),))
    open_day.dialogue.runs = lambda turn: turn.answer(strange if "天气" in turn.message.query else NO_INTENT)
    citizen = Citizen(open_day.client())
    texts = [(await citizen.say(text))["text"] for text in ("天气怎么样", "身份证丢了怎么办", "天气怎么样", "天气怎么样")]
    assert ["要不要找工作人员" in text for text in texts] == [False, False, False, True]
    reply = await citizen.say("天气怎么样")
    assert ("handoff", "转人工") in [(a["kind"], a["value"]) for a in reply["actions"]]
    await citizen.say("转人工")
    assert (await lili.get("/api/v1/staff/queue")).json()["rows"][0]["reason"] == "unhelped"


async def test_questions_back_are_failures_once_one_is_open_already(open_day: Office) -> None:
    await agent(open_day)

    def ask_back(turn: OpenTurn) -> None:
        turn.draft = Draft(Outcome.CLARIFY, "哪一件？")
        turn.context = turn.context.model_copy(update={"options": (LOST, EXPIRED)})

    open_day.dialogue.runs = ask_back
    citizen = Citizen(open_day.client())
    replies = [await citizen.say("那个东西") for _ in range(3)]
    assert ["要不要找工作人员" in r["text"] for r in replies] == [False, False, True]


async def test_while_nobody_is_there_the_button_says_what_it_can_do(open_day: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.people.duty.REMEMBERED_SECONDS", 0.0)
    citizen = Citizen(open_day.client())
    reply = await citizen.say("身份证丢了怎么办")
    assert [a["label"] for a in reply["actions"] if a["kind"] == "handoff"] == ["留言或请人回电"]
    await agent(open_day)
    reply = await citizen.say("身份证丢了怎么办")
    assert [a["label"] for a in reply["actions"] if a["kind"] == "handoff"] == ["找工作人员"]


async def test_a_thumb_down_offers_a_person_and_a_thumb_up_does_not(open_day: Office) -> None:
    await agent(open_day)
    citizen = Citizen(open_day.client())
    turn = (await citizen.say("身份证丢了怎么办"))["turn_id"]
    down = await citizen.client.post("/api/v1/feedback", json={"turn_id": turn, "helpful": False})
    assert down.json()["actions"] == [{"kind": "handoff", "label": "找工作人员", "value": "转人工"}]
    assert (await citizen.client.post("/api/v1/feedback", json={"turn_id": turn, "helpful": True})).status_code == 204


# --- doors ---


async def test_a_conversation_shows_nothing_without_its_own_token(open_day: Office) -> None:
    await agent(open_day)
    mine, other = await waiting(open_day), await waiting(open_day)
    await mine.say("我的事", "k")
    unknown = Citizen(open_day.client())
    unknown.id = "f" * 32
    refused = [await mine.view(token=t) for t in ("", "0" * 64, other.token, "wrong")] + [await unknown.view(token=mine.token)]
    assert [r.status_code for r in refused] == [404] * 5
    assert len({r.text for r in refused}) == 1, "an unknown conversation looks like another's"


async def test_nobody_can_speak_or_end_the_waiting_for_another_without_the_token(open_day: Office) -> None:
    await agent(open_day)
    citizen = await waiting(open_day)
    stranger = Citizen(open_day.client())
    stranger.id, stranger.token = citizen.id, "0" * 64
    for text in ("我是他本人", "不等了"):
        reply = await stranger.say(text)
        assert (reply["outcome"], reply["answers"]) == ("handoff", [])
    assert await citizen.state() == "waiting"
    assert await citizen.heard() == []


async def test_the_token_is_given_once_to_the_one_who_opened_the_conversation(open_day: Office) -> None:
    async with open_day.client() as client:
        opened = await client.post("/api/v1/chat", json={"text": "身份证丢了怎么办"})
        body = {"text": "多少钱", "conversation_id": opened.json()["conversation_id"]}
        second = await client.post("/api/v1/chat", json=body)
    assert len(opened.headers["X-Conversation-Token"]) == 64
    assert "X-Conversation-Token" not in second.headers


async def test_an_agent_of_another_department_sees_nothing_and_can_do_nothing(open_day: Office) -> None:
    lili, police = await agent(open_day), await agent(open_day, "jing", department="市公安局")
    civil = await agent(open_day, "min", department="市民政局")
    civil_boss = await agent(open_day, "boss", Role.SUPERVISOR, "市民政局")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    await act(lili, handoff, "transfer", department="市公安局")
    for stranger in (civil, civil_boss, lili):
        assert (await stranger.get("/api/v1/staff/queue")).json()["rows"] == []
        assert (await act(stranger, handoff, "claim")).status_code == 404
    await act(police, handoff, "claim")
    for stranger in (civil, civil_boss, lili):
        for what, body in (("messages", {"text": "x", "key": "x"}), ("transfer", {}), ("return", {}), ("close", {}), ("claim", {})):
            response = await act(stranger, handoff, what, **body)
            assert response.status_code == 404, what
        assert (await stranger.get(f"/api/v1/staff/handoffs/{handoff}")).status_code == 404
        assert (await stranger.get(f"/api/v1/staff/handoffs/{handoff}/messages")).status_code == 404
    assert await citizen.state() == "person"


async def test_a_colleague_who_has_not_taken_it_does_not_read_it(open_day: Office) -> None:
    lili, wang = await agent(open_day), await agent(open_day, "wang")
    await waiting(open_day)
    handoff = await claimed(lili)
    assert (await wang.get(f"/api/v1/staff/handoffs/{handoff}")).status_code == 404
    assert (await wang.get("/api/v1/staff/queue")).json()["rows"] == []


async def test_a_supervisor_sees_all_queues_and_waits_and_can_pass_on_what_others_have(open_day: Office) -> None:
    lili, boss = await agent(open_day), await agent(open_day, "boss", Role.SUPERVISOR)
    await agent(open_day, "wang")
    await waiting(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    change(open_day, HandOffRow, queued_at=ago(5))
    (queue,) = (await boss.get("/api/v1/staff/overview")).json()["queues"]
    assert (queue["waiting"], queue["talking"], queue["left"], queue["online"]) == (1, 1, 0, 3)
    assert 299 <= queue["longest_seconds"] < 330
    assert (await act(boss, handoff, "transfer", to="wang")).status_code == 204
    assert (await act(boss, handoff, "messages", text="我插一句", key="x")).status_code == 409
    assert (await lili.get("/api/v1/staff/overview")).status_code == 403
    assert await citizen.state() == "waiting"


@pytest.mark.parametrize("role", [Role.MAINTAINER, Role.ADMIN])
async def test_who_does_not_talk_to_citizens_sees_no_conversation(open_day: Office, role: Role) -> None:
    other = await agent(open_day, "other", role)
    for path in ("queue", "overview", "colleagues", f"handoffs/{'0' * 32}"):
        assert (await other.get(f"/api/v1/staff/{path}")).status_code == 403


@pytest.mark.parametrize("path", ["queue", "overview", "colleagues", "me", f"handoffs/{'0' * 32}", f"handoffs/{'0' * 32}/messages"])
async def test_without_a_sign_in_there_is_nothing(open_day: Office, path: str) -> None:
    async with open_day.client() as client:
        assert (await client.get(f"/api/v1/staff/{path}")).status_code == 401


async def test_another_sites_form_can_do_nothing_with_a_hand_off(open_day: Office) -> None:
    lili = await agent(open_day)
    await waiting(open_day)
    handoff = await first(lili)
    del lili.headers["X-Requested-With"]
    for what in ("claim", "messages", "transfer", "return", "close"):
        assert (await act(lili, handoff, what, text="x", key="x")).status_code == 403


async def test_what_is_personal_is_masked_on_both_sides_and_an_offices_number_is_not(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    await citizen.say("我叫张小三，证号36010219900101123X，电话13800138000")
    await act(lili, handoff, "messages", text="请打0791-86210000，不要发36010219900101123X。\n谢谢！", key="a")
    assert [text for _, text in await citizen.heard()][1:] == [
        "我叫[姓名]，证号[证件号]，电话[手机号]",
        "请打0791-86210000，不要发[证件号]。\n谢谢！",
    ]
    written = b"".join(path.read_bytes() for path in open_day.settings.data.rglob("*") if path.is_file())
    for secret in ("36010219900101123X", "13800138000", "张小三"):
        assert secret.encode() not in written


async def test_every_step_is_in_the_audit_without_a_word_of_what_was_said(open_day: Office) -> None:
    lili, wang = await agent(open_day), await agent(open_day, "wang")
    citizen = await waiting(open_day)
    handoff = await claimed(lili)
    await citizen.say("我的秘密")
    await act(wang, handoff, "messages", text="偷看", key="x")
    await act(lili, handoff, "transfer", to="wang")
    await act(wang, handoff, "close")
    rows = open_day.audited(handoff)
    assert [(row.actor, row.action) for row in rows] == [
        ("citizen", "handoff_start"),
        ("lili", "handoff_claim"),
        ("wang", "handoff_refused"),
        ("lili", "handoff_transfer"),
        ("wang", "handoff_close"),
    ]
    assert "秘密" not in str([row.detail for row in rows])


# --- when the store fails ---


async def test_when_the_owner_cannot_be_known_the_assistant_says_nothing_of_its_own(
    open_day: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day)
    await claimed(lili)
    before = citizen.id

    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("database is away"))

    with monkeypatch.context() as broken:
        broken.setattr(HandOffs, "open_of", away)
        broken.setattr(open_day.conversations, "context", away)
        reply = await citizen.say("身份证丢了怎么办")
    assert (reply["outcome"], reply["answers"]) == ("error", [])
    assert citizen.id == before, "the page must not lose the conversation"
    assert await citizen.state() == "person"


async def test_conversations_past_their_time_take_their_hand_offs_with_them(open_day: Office) -> None:
    await agent(open_day)
    citizen = await waiting(open_day)
    await citizen.say("一句话")
    assert open_day.conversations.forget_older_than(0) == 1
    with Session(make_engine(open_day.settings.database)) as session:
        assert session.scalars(select(HandOffMessageRow)).all() == []
        assert session.scalars(select(HandOffRow)).all() == []


def test_the_date_and_the_accounts_are_what_duty_asks() -> None:
    asked: list[date] = []
    duty = Duty("09:00-10:00", False, lambda day: bool(asked.append(day)) or True, lambda: 1)
    assert duty.is_open(datetime.fromisoformat("2025-11-23T17:30+00:00")) is False
    assert asked == [date(2025, 11, 24)], "it is already tomorrow in China"
