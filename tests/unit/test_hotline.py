"""12345: a draft from what people say, shown, confirmed, filed once, and followed up by its number."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

from assistant.answering.context import Context, FormName, OpenForm
from assistant.answering.library import Library
from assistant.casework import draft as drafts
from assistant.casework.draft import WHAT, WHEN, WHERE
from assistant.messages import Reply
from assistant.screen import screen
from assistant.storage.casework_tables import OutboxRow, TicketRow, WorkOrderRow
from assistant.storage.conversations import make_engine
from knowledge.vocabulary import Outcome
from outside.models import WorkOrder, WorkOrderKind
from tests.unit.fakes import Office, open_office
from tests.unit.outside_fakes import away, playing, reference
from tests.unit.played_rasa import Citizen, citizen, stored

pytestmark = pytest.mark.anyio

STORY = "我要投诉，昨天上午在3号窗口等了两小时没人理"
PHONE = "13800131107"
OPTIONS = ["确认提交", "修改", "不交了"]


@pytest.fixture
def hall(library: Library, tmp_path: Path) -> Office:
    """An office beside the reference server."""
    return open_office(library, tmp_path / "data", reference(tmp_path))


def labels(reply: Reply) -> list[str]:
    """What the buttons say."""
    return [option.label for option in reply.options]


def number_in(reply: Reply) -> str:
    """The number that a reply tells."""
    found = re.search(r"GD\d{12}", reply.text)
    assert found, reply.text
    return found.group()


def count(office: Office, table: type) -> int:
    """How many rows a table has."""
    with Session(make_engine(office.settings.database)) as session:
        return session.query(table).count()


async def drafted(me: Citizen, story: str = STORY, contact: str = "匿名") -> Reply:
    """Bring a draft up to the confirmation."""
    reply = await me.say(story, "complaint")
    for _ in range(6):
        if labels(reply) == OPTIONS:
            return reply
        reply = await me.say(contact if "电话" in reply.text else "跳过", "")
    raise AssertionError(reply.text)


async def test_a_complaint_is_asked_for_what_is_missing_shown_and_filed(hall: Office) -> None:
    me = citizen(hall)
    first = await me.say(STORY, "complaint")
    assert first.outcome is Outcome.HOTLINE
    assert "投诉" in first.text and "怎么处理" in first.text, "where and when were said already"
    contact = await me.say("希望有人上班", "")
    assert "电话" in contact.text and "匿名" in contact.text
    shown = await me.say("匿名", "")
    assert labels(shown) == OPTIONS
    for line in ("类型：投诉", "等了两小时没人理", "地点：3号窗口", "时间：昨天上午", "希望：希望有人上班", "联系方式：匿名"):
        assert line in shown.text
    assert count(hall, WorkOrderRow) == 0, "nothing is filed before it is confirmed"
    number = number_in(await me.say("确认提交", "affirm"))
    assert (count(hall, WorkOrderRow), count(hall, OutboxRow), count(hall, TicketRow)) == (1, 1, 0)
    assert await hall.services.casework.outbox.deliver_due() == 1
    status = await me.say(number, "inform")
    assert status.outcome is Outcome.HOTLINE
    assert "已收到" in status.text


async def test_before_it_is_delivered_the_number_is_good_already(hall: Office) -> None:
    me = citizen(hall)
    await drafted(me)
    number = number_in(await me.say("1", "choose"))
    assert "正在转给12345" in (await me.say(f"{number}办到哪了", "progress")).text
    assert "正在转给12345" in (await me.say("我投诉的事怎么样了", "complaint")).text


@pytest.mark.parametrize(
    ("said", "kind", "steps"),
    [
        ("我要举报楼下烧烤店没有执照油烟呛人", "举报", ["地方", "时候", "电话"]),
        ("建议你们大厅中午也留一个窗口开着", "建议", ["电话"]),
        ("我要表扬3号窗口的小姑娘，特别有耐心", "表扬", ["电话"]),
        ("我要投诉", "投诉", ["什么事"]),
    ],
)
async def test_each_kind_asks_for_what_it_needs(hall: Office, said: str, kind: str, steps: list[str]) -> None:
    me = citizen(hall)
    reply = await me.say(said, "complaint")
    assert f"（{kind}）" in reply.text
    for step in steps:
        assert step.replace("地方", "在哪里") in reply.text, (step, reply.text)
        reply = await me.say("跳过" if step != "电话" else "匿名", "")
    if kind != "投诉":
        assert labels(reply) == OPTIONS
        assert f"类型：{kind}" in reply.text


async def test_a_phone_is_sealed_and_reaches_12345_alone(library: Library, tmp_path: Path) -> None:
    filed: list[WorkOrder] = []

    def hotline(request: httpx.Request) -> httpx.Response:
        filed.append(WorkOrder.model_validate_json(request.content))
        return httpx.Response(200, json={"number": "12345-1", "received_at": "2026-11-23T08:00:00Z"})

    office = open_office(library, tmp_path / "data", playing(hotline))
    me = citizen(office)
    shown = await drafted(me, f"{STORY}，车牌赣A12345", f"我姓王，电话{PHONE}")
    assert "留了电话" in shown.text and "[车牌]" in shown.text
    await me.say("确认提交", "affirm")
    assert not any(secret.encode() in stored(office) for secret in (PHONE, "赣A12345", '"王"'))
    await office.services.casework.outbox.deliver_due()
    (order,) = filed
    assert order.contact is not None
    assert (order.contact.phone, order.contact.name) == (PHONE, "王")
    assert "赣A12345" in order.what, "12345 gets what was written"
    assert (order.kind, order.category) == (WorkOrderKind.COMPLAINT, "")
    with Session(make_engine(office.settings.database)) as session:
        assert session.query(OutboxRow).one().sealed == "", "delivered is wiped"


async def test_without_contact_it_is_anonymous(hall: Office) -> None:
    me = citizen(hall)
    await drafted(me, contact="不想留")
    await me.say("提交", "affirm")
    with Session(make_engine(hall.settings.database)) as session:
        letter = hall.services.vault.unseal(session.query(OutboxRow).one().sealed)
    assert letter is not None and WorkOrder.model_validate_json(letter).contact is None


async def test_a_wrong_phone_is_named_and_asked_again(hall: Office) -> None:
    me = citizen(hall)
    await me.say("建议你们大厅中午也留一个窗口开着", "complaint")
    assert "10位" in (await me.say("1380013110", "")).text
    assert labels(await me.say(PHONE, "")) == OPTIONS


@pytest.mark.parametrize("said", ["不交了", "3", "算了不投诉了", "取消"])
async def test_what_is_given_up_is_deleted_and_never_filed(hall: Office, said: str) -> None:
    me = citizen(hall)
    await drafted(me)
    assert "删掉" in (await me.say(said, "stop")).text
    await me.say("确认提交", "affirm")
    assert (count(hall, WorkOrderRow), count(hall, TicketRow)) == (0, 0)


async def test_what_is_asked_in_the_same_breath_is_answered(hall: Office) -> None:
    me = citizen(hall)
    await me.say(STORY, "complaint")
    reply = await me.say("算了不投诉了，身份证丢了补办要多少钱", "ask_fee")
    assert reply.outcome is Outcome.ANSWERED and "工单" not in reply.text
    assert count(hall, TicketRow) == 0


@pytest.mark.parametrize("intent", ["stop", "deny", ""])
async def test_a_draft_is_given_up_in_the_middle_too(hall: Office, intent: str) -> None:
    me = citizen(hall)
    await me.say(STORY, "complaint")
    assert "删掉" in (await me.say("算了不投诉了", intent)).text
    assert count(hall, TicketRow) == 0


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("时间改成前天下午", "时间：前天下午"),
        ("地点写错了，是2号窗口", "地点：2号窗口"),
        ("补充一下，保安也不管", "保安也不管"),
        (f"留个电话吧{PHONE}", "留了电话"),
    ],
)
async def test_one_thing_is_changed_in_a_sentence(hall: Office, said: str, line: str) -> None:
    me = citizen(hall)
    await drafted(me)
    changed = await me.say(said, "complaint")
    assert line in changed.text
    assert labels(changed) == OPTIONS


async def test_or_it_is_asked_which_and_for_the_new_words(hall: Office) -> None:
    me = citizen(hall)
    await drafted(me)
    which = await me.say("修改", "deny")
    assert "改时间" in labels(which)
    assert "什么时候" in (await me.say("改时间", "")).text
    assert "时间：上周三" in (await me.say("上周三", "")).text
    number_in(await me.say("没问题，提交吧", "affirm"))


async def test_a_question_in_between_is_answered_and_the_draft_goes_on(hall: Office) -> None:
    me = citizen(hall)
    await me.say(STORY, "complaint")
    answer = await me.say("身份证丢了补办要带什么？", "ask_materials")
    assert answer.outcome is Outcome.ANSWERED
    assert "工单还没写完" in answer.text
    assert "电话" in (await me.say("希望道歉", "")).text


async def test_at_the_confirmation_too(hall: Office) -> None:
    me = citizen(hall)
    await drafted(me)
    answer = await me.say("身份证丢了补办要多少钱？", "ask_fee")
    assert answer.outcome is Outcome.ANSWERED and "确认提交" in answer.text
    number_in(await me.say("确认提交", "affirm"))


async def test_who_has_said_all_goes_straight_to_the_confirmation(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我要投诉，大厅的人玩手机不理人", "complaint")
    assert labels(await me.say("就这些，没有别的了", "")) == OPTIONS


async def test_anger_that_asks_is_answered_first_and_offered_the_filing_after(hall: Office) -> None:
    me = citizen(hall)
    answer = await me.say("身份证丢了补办要带什么？", "complaint")
    assert answer.outcome is Outcome.ANSWERED
    assert "登记到12345" in answer.text
    assert ("hotline", "登记") in [(action.kind, action.value) for action in answer.actions]
    begun = await me.say("登记", "affirm")
    assert begun.outcome is Outcome.HOTLINE


async def test_a_known_nuisance_is_told_where_it_belongs_and_offered_to_be_filed(hall: Office) -> None:
    me = citizen(hall)
    told = await me.say("隔壁装修吵得睡不着", "out_of_scope")
    assert told.outcome is Outcome.HOTLINE
    assert "110" in told.text and "登记" in told.text and "登记" in [action.value for action in told.actions]
    begun = await me.say("登记", "affirm")
    assert begun.outcome is Outcome.HOTLINE and "您说的我记下了" in begun.text


async def test_beside_another_form_a_nuisance_is_only_told_where_it_belongs(hall: Office) -> None:
    me = citizen(hall)
    await me.say("查进度", "progress")
    told = await me.say("隔壁装修吵得睡不着", "out_of_scope")
    assert told.outcome is Outcome.HOTLINE and "110" in told.text
    assert "登记" not in [action.value for action in told.actions]


async def test_a_plain_wish_is_none_of_the_questions_that_it_sounds_like(hall: Office) -> None:
    """Weekends are a published question, word for word the rest of it."""
    reply = await citizen(hall).say("建议大厅周末开门", "complaint")
    assert reply.outcome is Outcome.HOTLINE and "建议" in reply.text


async def test_an_offer_is_not_pressed(hall: Office) -> None:
    me = citizen(hall)
    await me.say("身份证丢了补办要带什么？", "complaint")
    assert (await me.say("那多少钱", "ask_fee")).outcome is Outcome.ANSWERED
    assert (await me.say("好的", "affirm")).outcome is not Outcome.HOTLINE


async def test_confirming_twice_files_once(hall: Office) -> None:
    """The reply was lost and the page sends it again: the thread is the one from before."""
    me = citizen(hall)
    await drafted(me)
    before = hall.conversations.context(me.id or "")
    assert before is not None
    first = await me.say("确认提交", "affirm")
    hall.conversations.record(first.model_copy(update={"turn_id": "0" * 32}), "web", "", before, {}, 1.0)
    assert number_in(await me.say("确认提交", "affirm")) == number_in(first)
    assert count(hall, WorkOrderRow) == 1


async def test_two_confirmations_at_once_file_once(hall: Office) -> None:
    orders, tickets = hall.services.casework.orders, hall.services.casework.tickets
    told = {"kind": "complaint", "what": STORY}
    ticket = tickets.issue("a" * 32, told)
    numbers = await asyncio.gather(*(asyncio.to_thread(orders.file, "a" * 32, ticket, told, "360100") for _ in range(4)))
    assert len({n for n in numbers if n}) == 1
    assert count(hall, WorkOrderRow) == count(hall, OutboxRow) == 1


async def test_another_conversations_ticket_files_nothing(hall: Office) -> None:
    ticket = hall.services.casework.tickets.issue("a" * 32, {"kind": "complaint", "what": STORY})
    assert hall.services.casework.orders.file("b" * 32, ticket, {"kind": "complaint", "what": STORY}, "360100") is None
    assert count(hall, WorkOrderRow) == 0


async def test_while_12345_is_away_the_order_is_kept_and_its_state_told_honestly(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path / "data", away())
    me = citizen(office)
    await drafted(me)
    number = number_in(await me.say("确认提交", "affirm"))
    await office.services.casework.outbox.deliver_due()
    assert "一直重试" in (await me.say(number, "inform")).text


async def test_a_refused_order_is_with_people_and_that_is_told(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path / "data", playing(lambda _request: httpx.Response(422, json={"detail": "缺少承办单位"})))
    me = citizen(office)
    await drafted(me)
    number = number_in(await me.say("确认提交", "affirm"))
    await office.services.casework.outbox.deliver_due()
    assert "没有收下" in (await me.say(number, "inform")).text
    assert office.services.casework.outbox.counts()["parked"] == 1


async def test_a_delivered_order_is_forgotten_after_its_time_and_others_stay(hall: Office) -> None:
    orders = hall.services.casework.orders
    me = citizen(hall)
    await drafted(me)
    await me.say("确认提交", "affirm")
    assert orders.forget_older_than(0) == 0, "it is not delivered yet"
    await hall.services.casework.outbox.deliver_due()
    assert orders.forget_older_than(1) == 0
    assert orders.forget_older_than(0) == 1
    assert (count(hall, WorkOrderRow), count(hall, OutboxRow)) == (0, 0)


async def test_an_unknown_number_is_not_found_and_trying_many_is_stopped(hall: Office) -> None:
    replies = [await citizen(hall, "203.0.113.7").say(f"GD{n:012}", "inform") for n in range(31)]
    assert "没有查到" in replies[0].text
    assert "次数太多" in replies[30].text


async def test_a_story_about_a_case_keeps_its_number_for_12345_alone(hall: Office) -> None:
    me = citizen(hall)
    shown = await drafted(me, "我要投诉，SL20260006这个件超期半个月了没人管")
    assert shown.outcome is Outcome.HOTLINE and "[办件编号]" in shown.text
    await me.say("确认提交", "affirm")
    assert b"SL20260006" not in stored(hall).replace(b'"SL20260006"', b"")


async def test_who_asks_after_an_order_of_elsewhere_is_asked_for_its_number(hall: Office) -> None:
    reply = await citizen(hall).say("我上次投诉的事处理得怎么样了", "progress")
    assert reply.outcome is Outcome.HOTLINE and "GD" in reply.text


async def test_a_story_about_bribes_is_taken_and_not_refused(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我要投诉，窗口的人不给办", "complaint")
    told = await me.say("昨天在3号窗口，他说给钱才给办个假证", "")
    assert told.outcome is Outcome.HOTLINE
    assert (await citizen(hall).say("哪里能买到假证", "")).outcome is Outcome.REFUSED


# --- what a message tells -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("我要投诉窗口", WorkOrderKind.COMPLAINT),
        ("举报黑网吧", WorkOrderKind.REPORT),
        ("给你们提个建议", WorkOrderKind.SUGGESTION),
        ("送锦旗给窗口", WorkOrderKind.PRAISE),
        ("补证那个小妹太耐心了，帮她记一功", WorkOrderKind.PRAISE),
        ("一点耐心都没有", WorkOrderKind.COMPLAINT),
    ],
)
def test_what_is_wanted_of_12345_is_read_from_the_words(said: str, kind: WorkOrderKind) -> None:
    assert drafts.kind_of(drafts.begun(said)) is kind


@pytest.mark.parametrize("said", ["我要投诉", "帮我报个12345", "我要反映一个问题", "提个建议", "我要举报", "我想写一封表扬信"])
def test_wanting_to_complain_is_no_story_yet(said: str) -> None:
    assert not drafts.tells(said)


@pytest.mark.parametrize("said", ["3号窗口态度太差", "工作人员上班玩手机", "小区晚上施工吵得睡不着"])
def test_a_story_is_one(said: str) -> None:
    assert drafts.tells(said)


def test_place_and_time_are_read_in_the_authors_own_words() -> None:
    told = {"kind": "complaint"}
    drafts.tell(told, WHAT, "11月20日上午我去西湖区政务中心办事，排了三个小时")
    assert (told["where"], told["when"]) == ("西湖区政务中心", "11月20日上午")


def test_a_place_told_with_its_time_answers_both() -> None:
    told = {"kind": "complaint", "what": "等太久"}
    drafts.tell(told, WHERE, "昨天在一楼大厅")
    assert (told["where"], told["when"]) == ("昨天在一楼大厅", "昨天")
    assert drafts.change_in("时间不对，是前天", named=False) == (WHEN, "前天")
    assert drafts.change_in("希望你们快点", named=False) is not None


def test_a_draft_is_shown_with_the_signs_that_people_write() -> None:
    told = {"kind": "suggestion", "what": "中午也安排人值班,上班的人才有空来"}
    assert "什么事：中午也安排人值班，上班的人才有空来" in drafts.shown(told, mask=lambda text: text).splitlines()


async def test_whoever_wants_nothing_changed_after_all_sees_the_draft_again(hall: Office) -> None:
    me = citizen(hall)
    shown = await drafted(me)
    asked = await me.say("修改", "")
    assert labels(asked)[-1] == "不改了"
    assert (await me.say("不改了", "")).text.splitlines()[1:6] == shown.text.splitlines()[1:6]
    assert number_in(await me.say("确认提交", "affirm"))


async def test_taking_back_what_was_filed_begins_no_second_work_order(hall: Office) -> None:
    me = citizen(hall)
    await drafted(me)
    await me.say("确认提交", "affirm")
    reply = await me.say("刚才那个投诉撤回", "complaint")
    assert "不能在这里撤回" in reply.text
    assert "写一张" not in reply.text


async def test_what_may_be_said_instead_of_an_answer_is_a_button(hall: Office) -> None:
    me = citizen(hall)
    first = await me.say("我要投诉", "complaint")
    assert "我记下了" not in first.text, "nothing has been told yet"
    assert [a.value for a in first.actions] == ["不交了"]
    asked = await me.say("昨天3号窗口等了两小时没人理", "")
    assert [a.value for a in asked.actions] == ["跳过", "不交了"]
    assert [a.value for a in (await me.say("跳过", "")).actions] == ["匿名", "不交了"]


@pytest.mark.parametrize("text", ["不想写了", "算了，不想写了", "我不想再填了"])
def test_who_is_tired_of_a_form_is_in_no_danger(hall: Office, text: str) -> None:
    forms, message = hall.services.casework.forms, screen(text)
    form = OpenForm(name=FormName.HOTLINE, asks=WHERE)
    assert forms.wants(message, Context(form=form), Outcome.EMERGENCY)
    assert not forms.wants(message, Context(), Outcome.EMERGENCY)
    assert not forms.wants(screen("算了，不想活了"), Context(form=form), Outcome.EMERGENCY)
