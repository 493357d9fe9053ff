"""A message whose reply was lost is sent again with the same key: the reply comes again, and nothing happens twice."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from assistant.answering.library import Library
from assistant.messages import ChatRequest, Envelope, Reply
from assistant.storage.conversations import OPENING_KEY
from knowledge.vocabulary import Outcome
from tests.unit.fakes import Office, open_office

pytestmark = pytest.mark.anyio

KEY, OTHER = "a1" * (OPENING_KEY // 2), "b2" * (OPENING_KEY // 2)


async def say(office: Office, text: str, key: str, conversation: str | None = None) -> Reply:
    """Say one thing under a key."""
    return await office.turns.take(ChatRequest(text=text, conversation_id=conversation), Envelope(key=key))


async def test_the_first_message_sent_again_gets_the_same_reply_in_the_same_conversation(office: Office) -> None:
    first = await say(office, "身份证丢了补办要带什么", KEY)
    assert first.outcome is Outcome.ANSWERED
    assert await say(office, "身份证丢了补办要带什么", KEY) == first
    assert len(office.recorded()) == len(office.dialogue.heard) == 1


async def test_a_later_message_sent_again_gets_the_same_reply(office: Office) -> None:
    first = await say(office, "身份证丢了怎么办", KEY)
    second = await say(office, "那多少钱", OTHER, first.conversation_id)
    assert await say(office, "那多少钱", OTHER, first.conversation_id) == second
    assert len(office.recorded()) == 2


async def test_both_at_once_are_one_turn(office: Office) -> None:
    office.dialogue.takes_seconds = 0.05
    one, two = await asyncio.gather(say(office, "身份证丢了怎么办", KEY), say(office, "身份证丢了怎么办", KEY))
    assert one == two
    assert len(office.recorded()) == 1


async def test_a_service_that_was_restarted_still_knows(library: Library, tmp_path: Path) -> None:
    first = await say(open_office(library, tmp_path), "身份证丢了怎么办", KEY)
    restarted = open_office(library, tmp_path)
    assert await say(restarted, "身份证丢了怎么办", KEY) == first
    assert restarted.dialogue.heard == []


async def test_a_conversation_that_was_forgotten_is_opened_once(office: Office) -> None:
    first = await say(office, "身份证丢了怎么办", KEY, "f" * 32)
    assert first.conversation_id != "f" * 32
    assert await say(office, "身份证丢了怎么办", KEY, "f" * 32) == first


async def test_a_short_key_opens_a_conversation_of_its_own_each_time(office: Office) -> None:
    mine = await say(office, "身份证丢了怎么办", "1")
    assert (await say(office, "身份证过期了怎么办", "1")).conversation_id != mine.conversation_id


async def test_a_key_of_another_conversation_brings_nothing_of_it(office: Office) -> None:
    """Agents see the keys of what citizens say to them: such a key must not open the conversation's door."""
    first = await say(office, "身份证丢了怎么办", KEY)
    await say(office, "那多少钱", OTHER, first.conversation_id)
    stranger = await say(office, "身份证过期了怎么办", OTHER)
    assert stranger.conversation_id != first.conversation_id


async def test_the_same_words_under_another_key_are_another_turn(office: Office) -> None:
    first = await say(office, "身份证丢了怎么办", KEY)
    assert (await say(office, "身份证丢了怎么办", OTHER, first.conversation_id)).turn_id != first.turn_id


async def test_what_broke_is_tried_again(office: Office) -> None:
    office.dialogue.breaks = RuntimeError("broken")
    assert (await say(office, "身份证丢了怎么办", KEY)).outcome is Outcome.ERROR
    office.dialogue.breaks = None
    assert (await say(office, "身份证丢了怎么办", KEY)).outcome is Outcome.ANSWERED


async def test_while_the_store_is_down_it_is_answered_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise OperationalError("select", {}, Exception("down"))

    monkeypatch.setattr(office.conversations, "sent", down)
    assert (await say(office, "身份证丢了怎么办", KEY)).outcome is Outcome.ANSWERED


async def test_nothing_personal_is_kept_for_it(office: Office) -> None:
    await say(office, "我的身份证360102199001011234丢了怎么办，手机13800138000", KEY)
    (row,) = office.recorded()
    assert "360102199001011234" not in str(row.sent) + row.text
    assert "13800138000" not in str(row.sent) + row.text


async def test_over_http_the_token_comes_again_too(office: Office) -> None:
    async with office.client() as client:
        sent = [await client.post("/api/v1/chat", json={"text": "身份证丢了怎么办"}, headers={"Idempotency-Key": KEY}) for _ in range(2)]
    assert sent[0].json() == sent[1].json()
    assert sent[0].headers["X-Conversation-Token"] == sent[1].headers["X-Conversation-Token"]
