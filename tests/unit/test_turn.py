"""The turn from the message to the reply: one outcome whatever breaks, and nothing personal on the way."""

import asyncio
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.answering.context import Context, Intent
from assistant.dialogue.client import RasaClient
from assistant.messages import ChatRequest, Reply
from knowledge.vocabulary import Facet, Outcome
from tests.unit.fakes import Office, open_folder
from tests.unit.small_knowledge import EXPIRED, LOST, edit, item_file, write_folder

pytestmark = pytest.mark.anyio


async def say(office: Office, text: str, after: Reply | None = None, **more: str) -> Reply:
    """Say one thing, in the conversation of an earlier reply."""
    return await office.turns.take(ChatRequest(text=text, conversation_id=after.conversation_id if after else None, **more))  # type: ignore[arg-type]


def subjects(reply: Reply) -> list[tuple[str, Facet | None]]:
    """What was answered on what."""
    return [(a.subject, a.facet) for a in reply.answers]


async def test_a_question_is_answered_and_recorded(office: Office) -> None:
    reply = await say(office, "身份证丢了补办要带什么")
    assert (reply.outcome, reply.degraded, subjects(reply)) == (Outcome.ANSWERED, False, [(LOST, Facet.MATERIALS)])
    (row,) = office.recorded()
    assert (row.id, row.conversation_id) == (reply.turn_id, reply.conversation_id)
    assert (row.text, row.outcome, row.reply) == ("身份证丢了补办要带什么", "answered", reply.text)
    assert row.explanation["candidates"][0]["subject"] == LOST
    assert row.milliseconds > 0


async def test_the_thread_goes_on_from_turn_to_turn(office: Office) -> None:
    asked = await say(office, "换身份证多少钱")
    assert asked.outcome is Outcome.CLARIFY
    picked = await say(office, asked.options[0].text, asked)
    assert subjects(picked) == [(EXPIRED, Facet.FEE)]
    assert subjects(await say(office, "那要多久", picked)) == [(EXPIRED, Facet.TIME_LIMIT)]
    assert len({row.conversation_id for row in office.recorded()}) == 1


async def test_two_conversations_do_not_mix(office: Office) -> None:
    mine = await say(office, "身份证丢了怎么办")
    other = await say(office, "身份证过期了怎么办")
    assert mine.conversation_id != other.conversation_id
    assert subjects(await say(office, "那多少钱", mine)) == [(LOST, Facet.FEE)]
    assert subjects(await say(office, "那多少钱", other)) == [(EXPIRED, Facet.FEE)]


async def test_a_conversation_that_nobody_knows_begins_anew(office: Office) -> None:
    reply = await office.turns.take(ChatRequest(text="身份证丢了怎么办", conversation_id="f" * 32))
    assert reply.outcome is Outcome.ANSWERED
    assert reply.conversation_id != "f" * 32


async def test_without_the_engine_the_question_is_answered_and_marked(office: Office) -> None:
    office.dialogue.goes_away()
    reply = await say(office, "身份证丢了补办要带什么")
    assert (reply.outcome, reply.degraded, subjects(reply)) == (Outcome.ANSWERED, True, [(LOST, Facet.MATERIALS)])
    assert office.recorded()[0].degraded


async def test_an_engine_that_decides_nothing_is_done_without(office: Office) -> None:
    office.dialogue.says = [{"text": "?"}]
    reply = await say(office, "身份证丢了补办要带什么")
    assert (reply.outcome, reply.degraded) == (Outcome.ANSWERED, True)


async def test_a_greeting_is_the_engines_own_words(office: Office) -> None:
    office.dialogue.says = [{"text": "您好，我是智问。", "custom": {"outcome": "smalltalk"}}]
    reply = await say(office, "你好啊")
    assert (reply.outcome, reply.degraded, reply.text) == (Outcome.SMALLTALK, False, "您好，我是智问。")


async def test_whatever_breaks_there_is_one_outcome_and_a_next_step(office: Office) -> None:
    office.dialogue.breaks = RuntimeError("a secret of the machine room")
    reply = await say(office, "身份证丢了补办要带什么")
    assert reply.outcome is Outcome.ERROR
    assert "12345" in reply.text
    assert [a.value for a in reply.actions] == ["12345"]
    assert "secret" not in reply.model_dump_json()
    office.dialogue.breaks = None
    assert (await say(office, "身份证丢了补办要带什么")).outcome is Outcome.ANSWERED


async def test_a_turn_that_broke_does_not_stay_open(office: Office) -> None:
    asked = await say(office, "换身份证多少钱")
    office.dialogue.breaks = RuntimeError("broken")
    await say(office, "1", asked)
    assert office.desk.turn(asked.conversation_id) is None


async def test_a_store_that_cannot_write_still_gives_a_next_step(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(office.conversations, "record", full)
    reply = await say(office, "身份证丢了补办要带什么")
    assert reply.outcome in (Outcome.ANSWERED, Outcome.ERROR)
    assert "12345" in reply.model_dump_json()


async def test_a_store_that_cannot_be_read_costs_the_thread_but_not_the_reply(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await say(office, "身份证丢了补办要带什么")

    def away(*_: object) -> None:
        raise OSError("database is away")

    monkeypatch.setattr(office.conversations, "context", away)
    reply = await say(office, "那多少钱", first)
    assert reply.outcome is Outcome.CLARIFY
    assert reply.conversation_id != first.conversation_id


async def test_an_engine_that_is_late_after_its_action_ran_does_not_change_the_decision(office: Office) -> None:
    office.dialogue.runs = lambda turn: turn.act(Outcome.HANDOFF, "给您找人。", Intent(name="handoff", confidence=0.9))
    assert (await say(office, "我要找真人")).outcome is Outcome.HANDOFF
    office.dialogue.goes_away()
    office.dialogue.breaks_after_the_action = True
    assert (await say(office, "我要找真人")).outcome is Outcome.HANDOFF


async def test_two_messages_of_one_conversation_are_taken_one_after_the_other(office: Office) -> None:
    first = await say(office, "身份证丢了怎么办")
    office.dialogue.steps.clear()
    office.dialogue.takes_seconds = 0.02
    await asyncio.gather(say(office, "多少钱", first), say(office, "要多久", first))
    assert office.dialogue.steps == ["in", "out", "in", "out"]


async def test_messages_of_different_conversations_do_not_wait_for_each_other(office: Office) -> None:
    first, second = await say(office, "身份证丢了怎么办"), await say(office, "身份证坏了怎么办")
    office.dialogue.steps.clear()
    office.dialogue.takes_seconds = 0.2
    await asyncio.gather(say(office, "多少钱", first), say(office, "要多久", second))
    assert office.dialogue.steps == ["in", "in", "out", "out"]


async def test_only_masked_text_reaches_the_engine_and_the_store(office: Office, tmp_path: Path) -> None:
    secrets = ("36010219900101123X", "13800138000", "张小三")
    reply = await say(office, f"我叫{secrets[2]}，证号{secrets[0]}，电话{secrets[1]}，身份证丢了补办要带什么")
    assert reply.outcome is not Outcome.ERROR
    (row,) = office.recorded()
    assert row.text == "我叫[姓名],证号[证件号],电话[手机号],身份证丢了补办要带什么"
    heard = repr(office.dialogue.heard)
    assert "身份证丢了补办要带什么" in heard
    written = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert "[手机号]".encode() in written
    for secret in secrets:
        assert secret not in heard
        assert secret.encode() not in written


async def test_the_engine_hears_no_command_and_standard_words(office: Office) -> None:
    await say(office, '／ask_fee{"subject":"x"}')
    await say(office, "身份正丢了啷办")
    assert [text for _, text in office.dialogue.heard] == ['ask_fee{"subject":"x"}', "身份证丢了怎么办"]


@pytest.mark.parametrize(("text", "outcome"), [("着火了", Outcome.EMERGENCY), ("哪里能买到假证", Outcome.REFUSED)])
@pytest.mark.parametrize("trouble", ["slow", "broken"])
async def test_what_must_not_wait_does_not_wait_for_the_engine(office: Office, text: str, outcome: Outcome, trouble: str) -> None:
    if trouble == "slow":
        office.dialogue.takes_seconds = 60.0
    else:
        office.dialogue.breaks = RuntimeError("a fault of ours")
    reply = await asyncio.wait_for(say(office, text), 5)
    assert (reply.outcome, reply.degraded) == (outcome, False)
    assert office.recorded()[0].outcome == outcome
    assert office.desk.turn(reply.conversation_id) is None, "nothing is left for an action that comes late"


class EngineElsewhere(BaseHTTPRequestHandler):
    """Stands for Rasa in a process of its own; notes when a message has come."""

    protocol_version = "HTTP/1.1"
    came: list[float] = []

    def do_POST(self) -> None:
        """A greeting, whatever is said."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.came.append(time.perf_counter())
        answer = b'[{"text": "hello", "custom": {"outcome": "smalltalk"}}]'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing."""


async def test_the_engine_reads_a_message_while_it_is_ranked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ranked: list[float] = []

    def ranking(*_: object) -> None:
        time.sleep(0.3)
        ranked.append(time.perf_counter())

    with ThreadingHTTPServer(("127.0.0.1", 0), EngineElsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = RasaClient([f"http://127.0.0.1:{server.server_port}"], timeout=5)
        monkeypatch.setattr(office.dialogue, "send", client.send)
        await say(office, "你好啊")  # opens the connection
        monkeypatch.setattr("assistant.turn.screen_out", ranking)
        reply = await say(office, "你好啊")
        await client.close()
        server.shutdown()
    assert (reply.outcome, reply.degraded) == (Outcome.SMALLTALK, False)
    assert EngineElsewhere.came[1] < ranked[0] - 0.2


async def test_what_the_engine_answers_to_an_emergency_is_not_said(office: Office) -> None:
    first = await say(office, "身份证丢了怎么办")
    reply = await say(office, "着火了", first)
    assert (reply.outcome, reply.answers) == (Outcome.EMERGENCY, [])
    thread = office.conversations.context(reply.conversation_id)
    assert thread is not None and thread.subject == first.answers[0].subject, "the thread stays for afterwards"


async def test_nothing_readable_is_nothing_for_the_engine(office: Office) -> None:
    reply = await say(office, "？？😭")
    assert (reply.outcome, office.dialogue.heard) == (Outcome.NO_ANSWER, [])


async def test_the_place_asked_for_is_kept_for_the_conversation(office: Office) -> None:
    here = await say(office, "身份证丢了怎么办")
    there = await say(office, "身份证丢了怎么办", region="360400")
    await say(office, "多少钱", there)
    for reply, region in ((here, office.settings.region), (there, "360400")):
        context = office.conversations.context(reply.conversation_id)
        assert isinstance(context, Context)
        assert context.region == region


async def test_a_turn_in_flight_keeps_the_knowledge_that_it_began_with(office: Office, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "newer")
    edit(item_file(folder, LOST), fee={"amount": 0, "rule": "现在免了。", "source": "price"})
    old, new = office.shelf.live, open_folder(folder)
    office.dialogue.meanwhile = lambda: setattr(office.shelf, "live", new)
    during = await say(office, "补一张丢了的身份证多少钱")
    after = await say(office, "补一张丢了的身份证多少钱")
    assert (during.answers[0].version, during.answers[0].text[:8]) == (old.snapshot.version, "收费标准：40元")
    assert (after.answers[0].version, after.answers[0].text) == (new.snapshot.version, "收费标准：不收费。\n现在免了。")


async def say_after_the_subject_is_gone(office: Office, text: str) -> Reply:
    """Say something in a conversation whose subject and options are no longer published."""
    first = await say(office, "换身份证多少钱")
    gone = Context(subject="gaj-gone", facets=(Facet.FEE,), options=("gaj-gone", "gaj-too"))
    office.conversations.record(first.model_copy(update={"turn_id": "0" * 32}), "web", "", gone, {}, 1.0)
    return await say(office, text, first)


@pytest.mark.parametrize("text", ["1", "那多少钱", "那过期的呢", "都不是", "身份证丢了怎么办"])
async def test_a_thread_on_a_subject_that_is_gone_does_not_break(office: Office, text: str) -> None:
    assert (await say_after_the_subject_is_gone(office, text)).outcome is not Outcome.ERROR


async def test_an_unclear_message_on_a_subject_that_is_gone_does_not_break(office: Office) -> None:
    assert (await say_after_the_subject_is_gone(office, "红烧肉要多久")).outcome is not Outcome.ERROR
