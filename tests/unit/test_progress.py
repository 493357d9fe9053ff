"""Case progress: any order, any interruption, and nobody learns here whether a case exists."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant.answering.library import Library
from assistant.casework.locks import FAILURES, FAILURES_IN_ALL, LOCK
from assistant.messages import Reply
from assistant.storage.casework_tables import AttemptRow, TicketRow
from assistant.storage.conversations import make_engine
from knowledge.vocabulary import Outcome
from outside.systems import Outside
from tests.unit.fakes import Office, open_office
from tests.unit.outside_fakes import TODAY, away, playing, reference
from tests.unit.played_rasa import citizen, stored

pytestmark = pytest.mark.anyio

EXAMINED, TAIL = "SL20260004", "1104"
SUPPLEMENTS, SUPPLEMENTS_TAIL = "SL20260002", "1102"
OVERDUE = "SL20260006 1106"
REFUSED = "SL20260010 1110"
POSTED = "SL20260013 1113"
ELSEWHERE = "SL20260017 1117"


@pytest.fixture
def hall(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office beside the reference server, on the day of the samples."""
    monkeypatch.setattr("assistant.turn.date", type("Day", (), {"today": staticmethod(lambda: TODAY)}))
    return open_office(library, tmp_path / "data", reference(tmp_path))


def office_with(library: Library, folder: Path, outside: Outside) -> Office:
    """An office beside other systems."""
    return open_office(library, folder / "other", outside)


async def test_both_are_asked_for_and_then_the_case_is_reported(hall: Office) -> None:
    me = citizen(hall)
    asked = await me.say("我的件办到哪一步了", "progress")
    assert asked.outcome is Outcome.PROGRESS
    assert "办件编号" in asked.text and "后四位" in asked.text
    half = await me.say(EXAMINED, "inform")
    assert half.outcome is Outcome.PROGRESS and "后四位" in half.text
    told = await me.say(TAIL, "inform")
    assert told.outcome is Outcome.PROGRESS
    assert "劳务派遣经营许可" in told.text and "【审查】" in told.text
    assert "还有7个工作日" in told.text


@pytest.mark.parametrize("said", [f"{EXAMINED} {TAIL}", f"帮我查查，尾号{TAIL}，编号 sl 2026 0004", "ＳＬ２０２６０００４，后四位一一零四"])
async def test_one_sentence_is_enough_whatever_the_engine_makes_of_it(hall: Office, said: str) -> None:
    for intent in ("inform", "ask_fee", ""):
        assert "劳务派遣" in (await citizen(hall).say(said, intent)).text


async def test_the_tail_may_come_first_and_without_the_engine(hall: Office) -> None:
    me = citizen(hall)
    await me.say("查进度", "progress")
    hall.dialogue.goes_away()
    hall.turns._dialogue = hall.dialogue
    half = await me.say(TAIL)
    assert "还要办件编号" in half.text
    told = await me.say(EXAMINED)
    assert ("劳务派遣" in told.text, told.degraded) == (True, True)


async def test_everything_to_be_supplemented_is_told_at_once(hall: Office) -> None:
    told = await citizen(hall).say(f"{SUPPLEMENTS} {SUPPLEMENTS_TAIL}", "inform")
    assert "2样材料" in told.text
    assert "健康证明" in told.text and "平面图" in told.text
    assert "个工作日" in told.text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (OVERDUE, ["已经超了3个工作日", "催办"]),
        (REFUSED, ["不予", "合理布局", "行政复议", "到窗口领"]),
        (POSTED, ["邮寄给您", "邮件号"]),
        (ELSEWHERE, ["【审查】"]),
    ],
)
async def test_every_kind_of_case_is_told_in_plain_words(hall: Office, said: str, expected: list[str]) -> None:
    told = await citizen(hall).say(said, "inform")
    assert [words for words in expected if words not in told.text] == []


async def test_another_question_is_answered_and_the_form_goes_on(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我的件办到哪一步了", "progress")
    await me.say(EXAMINED, "inform")
    answer = await me.say("身份证丢了补办要带什么", "ask_materials")
    assert answer.outcome is Outcome.ANSWERED
    assert "后四位" in answer.text, "it is said how to go on"
    assert "劳务派遣" in (await me.say(TAIL, "inform")).text


async def test_who_goes_on_about_other_things_is_not_reminded_for_ever(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我的件办到哪一步了", "progress")
    texts = [(await me.say(f"身份证丢了补办要{what}", "ask_fee")).text for what in ("带什么", "多少钱", "多久", "带什么")]
    assert ["进度还没查" in text for text in texts] == [True, True, False, False]


async def test_a_restart_of_the_engine_in_the_middle_loses_nothing(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我的件办到哪一步了", "progress")
    await me.say(EXAMINED, "inform")
    me.rasa.forgets()
    answer = await me.say("身份证丢了补办要带什么", "ask_materials")
    assert "后四位" in answer.text
    assert me.rasa.loops[answer.conversation_id] == "progress_form", "the engine's form is open again"
    me.rasa.forgets()
    assert "劳务派遣" in (await me.say(f"是{TAIL}", "affirm")).text


async def test_a_restart_of_the_service_in_the_middle_loses_nothing(hall: Office, tmp_path: Path) -> None:
    before = citizen(hall)
    await before.say("我的件办到哪一步了", "progress")
    await before.say(EXAMINED, "inform")
    after = citizen(open_office(hall.shelf.library(), hall.settings.data, reference(tmp_path)))
    after.id = before.id
    assert "劳务派遣" in (await after.say(TAIL, "inform")).text


async def test_the_engines_form_mirrors_ours_and_holds_nothing_of_the_proof(hall: Office) -> None:
    me = citizen(hall)
    first = await me.say("我的件办到哪一步了", "progress")
    slots = me.rasa.slots[first.conversation_id]
    assert (slots["case_number"], slots["requested_slot"]) == (None, "case_number")
    await me.say(EXAMINED, "inform")
    assert (slots["case_number"], slots["phone_tail"], slots["requested_slot"]) == ("given", None, "phone_tail")
    await me.say(TAIL, "inform")
    await me.say("谢谢", "ask_fee")
    assert me.rasa.loops[first.conversation_id] is None
    assert not any(secret in repr((me.rasa.slots, me.rasa.heard)) for secret in (EXAMINED, "20260004", TAIL))


async def test_nothing_of_the_proof_is_written_anywhere(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我的件办到哪一步了", "progress")
    await me.say(EXAMINED, "inform")
    await me.say("1234", "inform")
    await me.say(TAIL, "inform")
    written = stored(hall)
    assert "[办件编号]".encode() in written
    assert EXAMINED.encode() not in written
    assert b"20260004" not in written
    # Four digits turn up by chance in what is sealed; they must not in what is told.
    told = repr([(row.text, row.reply, row.explanation) for row in hall.recorded()])
    assert "[手机尾号]" in told and TAIL not in told and "1234" not in told.replace("12345", "")


async def test_a_wrong_half_is_put_right_alone(hall: Office) -> None:
    me = citizen(hall)
    wrong = await me.say(f"SL20260005 {TAIL}", "inform")
    assert "没有查到" in wrong.text
    assert "劳务派遣" in (await me.say(f"打错了，编号是{EXAMINED}", "inform")).text


async def test_a_slip_is_put_right_before_the_other_half_comes(hall: Office) -> None:
    me = citizen(hall)
    await me.say("查进度", "progress")
    await me.say("SL20260009", "inform")
    await me.say(f"不对，打错了，是{EXAMINED}", "deny")
    assert "劳务派遣" in (await me.say(TAIL, "inform")).text


@pytest.mark.parametrize("said", ["算了不查了", "不查了", "算了", "取消", "先不查了"])
async def test_whoever_wants_to_stop_is_let_go(hall: Office, said: str) -> None:
    me = citizen(hall)
    await me.say("查进度", "progress")
    await me.say(EXAMINED, "inform")
    assert (await me.say(said, "stop")).outcome is Outcome.PROGRESS
    assert (await me.say("身份证丢了要带什么", "ask_materials")).outcome is Outcome.ANSWERED
    assert hall.conversations.context(me.id or "").form is None  # type: ignore[union-attr]
    with Session(make_engine(hall.settings.database)) as session:
        assert session.query(TicketRow).count() == 0


@pytest.mark.parametrize(
    ("said", "hint"),
    [("20260004", "SL20260001"), ("SL2026000", "样子不对"), ("尾号110", "四个数字"), ("36010219900307123X", "身份证号不用发")],
)
async def test_what_is_wrong_is_said_and_what_is_missing_asked(hall: Office, said: str, hint: str) -> None:
    me = citizen(hall)
    await me.say("查进度", "progress")
    reply = await me.say(said, "inform")
    assert reply.outcome is Outcome.PROGRESS
    assert hint in reply.text


@pytest.mark.parametrize("said", ["编号在哪里看啊", "没有编号", "编号忘了", "等一下我找找", "手机换号了", "好的"])
async def test_who_is_stuck_is_helped_on(hall: Office, said: str) -> None:
    me = citizen(hall)
    await me.say("查进度", "progress")
    assert (await me.say(said, "affirm")).outcome is Outcome.PROGRESS
    assert "劳务派遣" in (await me.say(f"{EXAMINED} {TAIL}", "inform")).text


async def test_how_to_look_up_is_a_question_and_look_up_is_none(hall: Office) -> None:
    question = await citizen(hall).say("大厅周末开门吗", "progress")
    assert question.outcome is Outcome.ANSWERED


# --- nobody learns whether a case exists ----------------------------------------------------------


async def test_a_wrong_tail_and_an_unknown_number_are_answered_alike(hall: Office) -> None:
    wrong, unknown = citizen(hall), citizen(hall)
    assert (await wrong.say(f"{EXAMINED} 9999", "inform")).text == (await unknown.say("SL99999999 9999", "inform")).text


async def fail(hall: Office, number: str, times: int, address: str = "203.0.113.7", tail: int = 9000) -> list[Reply]:
    """Try wrong tails of one number, each from a new conversation at one address."""
    return [await citizen(hall, address).say(f"{number} {tail + n}", "inform") for n in range(times)]


@pytest.mark.parametrize("number", [EXAMINED, "SL99999999"])
async def test_five_failures_lock_a_number_for_that_address_whether_it_exists_or_not(hall: Office, number: str) -> None:
    replies = await fail(hall, number, FAILURES)
    assert ["锁" in reply.text for reply in replies] == [False] * (FAILURES - 1) + [True]
    locked = await citizen(hall, "203.0.113.7").say(f"{number} {TAIL}", "inform")
    assert "锁了15分钟" in locked.text and "劳务派遣" not in locked.text


async def test_five_failures_lock_a_number_for_that_conversation_wherever_it_goes_on(hall: Office) -> None:
    me = citizen(hall)
    for n in range(FAILURES):
        me.address = f"203.0.113.{n}"
        await me.say(f"{EXAMINED} {9000 + n}", "inform")
    me.address = "203.0.113.99"
    assert "锁了15分钟" in (await me.say(f"{EXAMINED} {TAIL}", "inform")).text


async def test_others_and_other_cases_are_not_locked(hall: Office) -> None:
    await fail(hall, EXAMINED, FAILURES)
    assert "劳务派遣" in (await citizen(hall, "203.0.113.8").say(f"{EXAMINED} {TAIL}", "inform")).text
    assert "食品经营" in (await citizen(hall, "203.0.113.7").say(f"{SUPPLEMENTS} {SUPPLEMENTS_TAIL}", "inform")).text


async def test_the_lock_ends_after_a_quarter_of_an_hour(hall: Office) -> None:
    await fail(hall, EXAMINED, FAILURES)
    with Session(make_engine(hall.settings.database)) as session, session.begin():
        for row in session.query(AttemptRow):
            assert row.locked_until is None or row.locked_until - row.last_at == LOCK == timedelta(minutes=15)
        session.execute(update(AttemptRow).values(last_at=AttemptRow.last_at, locked_until=None, failures=0))
    assert "劳务派遣" in (await citizen(hall, "203.0.113.7").say(f"{EXAMINED} {TAIL}", "inform")).text


async def test_a_right_pair_does_not_count_as_a_failure(hall: Office) -> None:
    for _ in range(FAILURES + 2):
        assert "劳务派遣" in (await citizen(hall).say(f"{EXAMINED} {TAIL}", "inform")).text


async def test_who_goes_through_numbers_is_stopped(hall: Office) -> None:
    for number in range(FAILURES_IN_ALL):
        await citizen(hall, "203.0.113.7").say(f"SL8000{number:04} {TAIL}", "inform")
    assert "锁了15分钟" in (await citizen(hall, "203.0.113.7").say(f"{EXAMINED} {TAIL}", "inform")).text
    assert "劳务派遣" in (await citizen(hall, "203.0.113.8").say(f"{EXAMINED} {TAIL}", "inform")).text


async def test_a_ticket_is_good_once_and_in_its_own_conversation(hall: Office) -> None:
    tickets = hall.services.casework.tickets
    ticket = tickets.issue("a" * 32, {"case_number": EXAMINED})
    assert tickets.read("b" * 32, ticket) == tickets.use("b" * 32, ticket) == {}
    assert tickets.use("a" * 32, ticket) == {"case_number": EXAMINED}
    assert tickets.use("a" * 32, ticket) == tickets.read("a" * 32, ticket) == {}


async def test_a_ticket_past_its_time_is_worth_nothing(hall: Office) -> None:
    tickets = hall.services.casework.tickets
    ticket = tickets.issue("a" * 32, {"case_number": EXAMINED})
    with Session(make_engine(hall.settings.database)) as session, session.begin():
        session.execute(update(TicketRow).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert tickets.read("a" * 32, ticket) == {}
    assert tickets.forget_expired() == 1


# --- outside is away ------------------------------------------------------------------------------


async def test_when_the_system_is_away_it_is_said_and_nothing_need_be_typed_again(library: Library, tmp_path: Path) -> None:
    up = reference(tmp_path)
    office = office_with(library, tmp_path, away())
    me = citizen(office)
    reply = await me.say(f"{EXAMINED} {TAIL}", "inform")
    assert reply.outcome is Outcome.PROGRESS
    assert "连不上" in reply.text and "12345" in reply.text
    form = office.services.casework.forms._forms["progress"]  # type: ignore[index]
    form._cases, form._post, form._supervision = up.cases, up.post, up.supervision  # type: ignore[attr-defined]
    assert "劳务派遣" in (await me.say("再查一次", "affirm")).text


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), httpx.Response(200, text="rubbish"), httpx.Response(200, json={"number": "other"})]
)
async def test_rubbish_and_errors_are_told_as_being_away_and_lock_nobody(library: Library, tmp_path: Path, answer: httpx.Response) -> None:
    office = office_with(library, tmp_path, playing(lambda _request: answer))
    for _ in range(FAILURES + 1):
        reply = await citizen(office).say(f"{EXAMINED} {TAIL}", "inform")
        assert "连不上" in reply.text and "锁" not in reply.text


async def test_a_slow_side_system_costs_its_part_and_not_the_report(library: Library, tmp_path: Path) -> None:
    up = reference(tmp_path)

    class Slow:
        async def limits(self, _case: str) -> None:
            await asyncio.sleep(30)

        async def track(self, _case: str) -> None:
            await asyncio.sleep(30)

    office = office_with(library, tmp_path, Outside(up.cases, up.hotline, up.ratings, up.licences, Slow(), Slow()))  # type: ignore[arg-type]
    started = time.monotonic()
    reply = await citizen(office).say(POSTED, "inform")
    assert time.monotonic() - started < 3
    assert "普通护照" in reply.text and "邮件信息暂时查不到" in reply.text
