"""The official account: takes what WeChat passes on, answers within its five seconds, and tells later what comes later.

heard → known by its key (WeChat's repetitions share one turn) → the turn of every channel → text
      → told at once, or owed: what is too slow or too long, and what people say in a hand-off
      → the courier sends what is owed as customer service, as far as WeChat allows; the rest comes with the next reply
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assistant.messages import MAX_MESSAGE, ChatRequest, Envelope, Reply
from assistant.people.reception import TOKEN
from assistant.people.states import Sender
from assistant.people.switchboard import Switchboard
from assistant.people.views import ConversationView, MessageView
from assistant.turn import TurnTaker
from assistant.vault import Vault
from assistant.wechat import words
from assistant.wechat.api import WeChatApi, WeChatAway, WeChatRefused
from assistant.wechat.door import Door, Heard, Kind
from assistant.wechat.people import People, Person
from knowledge.text import clean
from knowledge.vocabulary import Outcome

log = structlog.get_logger()

ANSWER_SECONDS = 4.5
"""WeChat hangs up after 5; half a second is for the way."""
HOLD_SECONDS = 14.0
"""Without customer service nothing can be told later: WeChat asks three times, and the third one may still be answered."""
REMEMBER_SECONDS = 60.0
"""WeChat repeats a message within 15; what was recorded is known again after a restart too, by the turn's own key."""
QUIET = timedelta(hours=2)
"""After so long what somebody says has nothing to do with what was said before; on the page they would have closed the tab."""
LOOK_SECONDS = 2.0
"""How often it is looked for something to tell, besides at once when the bell rings."""
SETTLE_SECONDS = 0.8
"""Before something is sent: the reply to WeChat's own request is there first, and what is said in a row goes as one message."""
AWAY_SECONDS = 10.0
"""WeChat is left alone for so long when it does not answer."""
TOPIC = "wechat"
"""The bell's topic of somebody new to be told something."""
QUOTA_USED = 45047
"""WeChat's errcode: too many messages since they last spoke."""

_SORRY = "抱歉，刚才出了点问题，没能回答您。请再说一遍试试；着急的话，可以打12345问。"


@dataclass
class _Delivery:
    """One message and what becomes of it."""

    began: float
    task: asyncio.Task[str]
    late: asyncio.Event
    """Set when WeChat has been told not to wait."""


class OfficialAccount:
    """One account. Without `api` (no secret is set) nothing can be sent unasked, and what is owed waits for the next message."""

    def __init__(self, door: Door, people: People, turns: TurnTaker, switchboard: Switchboard, vault: Vault, api: WeChatApi | None) -> None:
        self.door = door
        self.people = people
        self._turns = turns
        self._switchboard = switchboard
        self._vault = vault
        self._api = api
        self._deliveries: dict[str, _Delivery] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # --- what WeChat passes on ----------------------------------------------------------------

    async def answer(self, heard: Heard) -> str:
        """What a message is answered with at once; empty when there is nothing to say, or it comes later."""
        delivery = self._delivery(heard)
        patience = HOLD_SECONDS if self._api is None else ANSWER_SECONDS
        await asyncio.wait({delivery.task}, timeout=max(delivery.began + patience - time.monotonic(), 0))
        if delivery.task.done() and not delivery.late.is_set():
            return delivery.task.result()
        delivery.late.set()
        return words.SLOW if self._api is None else ""

    async def close(self) -> None:
        """Close the connections."""
        if self._api is not None:
            await self._api.close()

    def hurry(self) -> None:
        """Look at once for what is owed: the reply that comes before it is on its way."""
        self._switchboard.bell.ring(TOPIC)

    def _delivery(self, heard: Heard) -> _Delivery:
        """The one delivery of a message, however often WeChat sends it."""
        now = time.monotonic()
        while self._deliveries and now - (oldest := next(iter(self._deliveries.items())))[1].began > REMEMBER_SECONDS:
            del self._deliveries[oldest[0]]
        if heard.key not in self._deliveries:
            late = asyncio.Event()
            self._deliveries[heard.key] = _Delivery(now, asyncio.create_task(self._take(heard, late)), late)
        return self._deliveries[heard.key]

    async def _take(self, heard: Heard, late: asyncio.Event) -> str:
        """Take one message to its end; the text to answer with."""
        person_id = self.people.id_of(heard.openid)
        try:
            async with self._lock(person_id):
                text = await self._told(heard, person_id)
                if text and late.is_set():  # nothing is awaited after this: it is told now, or it is owed
                    await self._owe(person_id, heard.openid, text)
        except (SQLAlchemyError, OSError):
            log.exception("wechat_not_taken")
            return _SORRY
        return text

    def _lock(self, person_id: str) -> asyncio.Lock:
        return self._locks.setdefault(person_id, asyncio.Lock())

    async def _told(self, heard: Heard, person_id: str) -> str:
        if heard.kind is Kind.LEFT:
            await asyncio.to_thread(self.people.forget, person_id)
        if heard.kind in (Kind.LEFT, Kind.OTHER):
            return ""
        found = await asyncio.to_thread(self.people.find, person_id)
        person, view = await self._caught_up(found.heard(heard.kind, datetime.now(UTC)))
        if heard.kind is Kind.CAME:
            text = words.GREETING
        elif not clean(heard.text):
            text = words.UNREADABLE
        elif person.owed and heard.text == words.GO_ON:
            text = ""
        else:
            if person.heard_at - found.heard_at > QUIET and not view.open:
                person = replace(person, conversation=None, seen=0)
            reply = await self._turn(heard, person)
            if reply.conversation_id != person.conversation:
                person = replace(person, conversation=reply.conversation_id, seen=0)
            echo = words.heard_as(heard.text) if heard.spoken else ""
            if reply.outcome is Outcome.HANDOFF and view.state == "person":
                text = "" if self._api is not None else words.DELIVERED
            else:
                text = echo + words.told(reply)
        return await self._first_of(person, text, heard.openid)

    async def _turn(self, heard: Heard, person: Person) -> Reply:
        """The turn that every channel takes. Who somebody is stands in for the network address, which is WeChat's own."""
        token = self._vault.fingerprint(TOKEN, person.conversation) if person.conversation else ""
        key = self._vault.fingerprint("wechat_message", heard.key)
        request = ChatRequest(conversation_id=person.conversation, text=heard.text[:MAX_MESSAGE], channel="wechat")
        return await self._turns.take(request, Envelope(address=person.id, token=token, key=key))

    async def _first_of(self, person: Person, text: str, openid: str) -> str:
        """What can be told now, with what is owed before it; the rest is owed."""
        person, view = await self._caught_up(person)
        first, rest = words.split(words.joined(person.owed, text))
        follow = self._api is not None and (view.open or rest != "")
        await asyncio.to_thread(self.people.keep, replace(person, owed=rest, openid=openid if follow else ""))
        return words.with_more(first) if rest and self._api is None else first

    async def _owe(self, person_id: str, openid: str, text: str) -> None:
        """Keep for later what WeChat would not wait for."""
        person = await asyncio.to_thread(self.people.find, person_id)
        owed = replace(person, owed=words.joined(text, person.owed), openid=openid if self._api is not None else "")
        await asyncio.to_thread(self.people.keep, owed)
        self.hurry()

    async def _caught_up(self, person: Person) -> tuple[Person, ConversationView]:
        """Somebody, with what people have said to them since added to what is owed; and who has their conversation."""
        if person.conversation is None:
            return person, ConversationView(state="bot", open=False, messages=[])
        view = await self._switchboard.citizen_view(person.conversation, person.seen)
        said = [_said(message) for message in view.messages if message.sender is not Sender.CITIZEN]
        seen = max([person.seen, *(message.sequence for message in view.messages)])
        return replace(person, owed=words.joined(person.owed, *said), seen=seen), view

    # --- what is told later -------------------------------------------------------------------

    async def run(self) -> None:
        """Send what is owed, for as long as the service runs."""
        while self._api is not None:
            try:
                followed = await asyncio.to_thread(self.people.followed)
                with self._switchboard.bell.listen(TOPIC, *(p.conversation for p in followed if p.conversation)) as rung:
                    for person in followed:
                        async with self._lock(person.id):
                            await self._catch_up(self._api, person.id)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(rung.wait(), LOOK_SECONDS)
                await asyncio.sleep(SETTLE_SECONDS)
            except (SQLAlchemyError, OSError):
                log.exception("wechat_not_looked")
                await asyncio.sleep(AWAY_SECONDS)
            except WeChatAway as error:
                log.warning("wechat_away", cause=str(error))
                await asyncio.sleep(AWAY_SECONDS)

    async def _catch_up(self, api: WeChatApi, person_id: str) -> None:
        """Send one person what they are owed, as far as WeChat allows; raises WeChatAway, and it stays owed."""
        before = await asyncio.to_thread(self.people.find, person_id)
        person, view = await self._caught_up(before)
        while person.openid and person.owed and person.quota and person.quota_until > datetime.now(UTC):
            first, rest = words.split(person.owed)
            is_last = person.quota == 1 and (view.open or rest != "")
            try:
                await api.send(person.openid, words.with_last(first) if is_last else first)
            except WeChatRefused as error:
                person = self._refused(person, error.code)
                break
            person = replace(person, owed=rest, quota=person.quota - 1)
            await asyncio.to_thread(self.people.keep, person)
        if person.quota_until <= datetime.now(UTC) or not (view.open or person.owed):
            person = replace(person, openid="")
        if person != before:
            await asyncio.to_thread(self.people.keep, person)

    def _refused(self, person: Person, code: int) -> Person:
        """What WeChat refuses is not sent again, but comes with the next reply."""
        if code == QUOTA_USED:
            return replace(person, quota=0)
        log.error("wechat_undeliverable", errcode=code)
        return replace(person, openid="")


def _said(message: MessageView) -> str:
    return message.text if message.sender is Sender.NOTICE else f"【工作人员{message.author}】\n{message.text}"
