"""Between the store of hand-offs and everybody who looks at it: runs it in threads, rings the bell, makes the views."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from typing import NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assistant.answering.context import Context
from assistant.people.bell import QUEUE, Bell
from assistant.people.briefing import Briefing
from assistant.people.duty import Duty
from assistant.people.handoffs import HandOffs
from assistant.people.states import CloseReason, HandOff, Kind, Message, NotHere, Reason, State, TakenMeanwhile
from assistant.people.views import (
    Colleague,
    ConversationView,
    HandOffDetail,
    MessageView,
    Overview,
    QueueView,
    Waiting,
)
from assistant.staff.accounts import Accounts
from assistant.staff.audit import Audit
from assistant.staff.roles import Member
from assistant.vault import Vault

log = structlog.get_logger()

SWEEP_SECONDS = 5.0
"""How often it is looked for waits and silences that have lasted too long; they are counted in minutes."""
GONE = timedelta(minutes=2)
"""An agent whose page has not been heard of for so long is gone; a reload or a lift takes less."""
SHOWN = 50
"""Rows of those who wait that are shown to one agent; nobody reads further before taking one."""


class Switchboard:
    """Everything that is done to a hand-off goes through here, so that whoever looks at it hears of it."""

    def __init__(
        self,
        handoffs: HandOffs,
        accounts: Accounts,
        duty: Duty,
        briefing: Briefing,
        audit: Audit,
        vault: Vault,
        longest_wait: timedelta,
        longest_silence: timedelta,
    ) -> None:
        self._handoffs = handoffs
        self._accounts = accounts
        self._duty = duty
        self._briefing = briefing
        self._audit = audit
        self._vault = vault
        self._longest_wait = longest_wait
        self._longest_silence = longest_silence
        self.bell = Bell()

    # --- for the citizen ----------------------------------------------------------------------

    async def open_of(self, conversation: str) -> HandOff | None:
        """The open hand-off of a conversation."""
        return await asyncio.to_thread(self._handoffs.open_of, conversation)

    async def start(self, conversation: str, channel: str, kind: Kind, reason: Reason, contact: str = "") -> HandOff:
        """Hand a conversation over; it is in the database before anybody is told."""
        sealed = self._vault.seal(contact) if contact else ""
        found = await asyncio.to_thread(self._handoffs.start, conversation, channel, kind, reason, sealed)
        self.bell.ring(conversation, QUEUE)
        log.info("handoff_started", conversation=conversation, handoff=found.id, kind=found.kind.value)
        return found

    async def hear(self, found: HandOff, text: str, key: str) -> bool:
        """Pass on what a citizen says; False when the hand-off ended meanwhile."""
        heard = await asyncio.to_thread(self._handoffs.hear, found.conversation, text, key)
        self.bell.ring(found.conversation, staff_topic(found.owner) if found.owner else QUEUE)
        return heard

    async def leave_queue(self, conversation: str) -> bool:
        """Let a citizen stop waiting."""
        left = await asyncio.to_thread(self._handoffs.leave_queue, conversation)
        self.bell.ring(conversation, QUEUE)
        return left

    async def place_of(self, found: HandOff) -> tuple[int, int | None]:
        """The place in the queue from 1, and the minutes that the wait usually takes (None: hard to say)."""
        return await asyncio.to_thread(self._place_of, found)

    def _place_of(self, found: HandOff) -> tuple[int, int | None]:
        usual = self._handoffs.expected_wait(found.department)
        return self._handoffs.position(found), max(1, ceil(usual.total_seconds() / 60)) if usual is not None else None

    async def citizen_view(self, conversation: str, after: int) -> ConversationView:
        """What a citizen sees of the hand-off, with the messages after a number."""
        return await asyncio.to_thread(self._citizen_view, conversation, after)

    def _citizen_view(self, conversation: str, after: int) -> ConversationView:
        # The messages last: one that comes in between must not look older than the state.
        found = self._handoffs.open_of(conversation)
        view = ConversationView(state="bot", open=found is not None, messages=[])
        if found is not None:
            view.kind = found.kind
            if found.state is State.PERSON:
                view.state, view.agent = "person", found.owner_title
            elif found.silences:
                view.state = "waiting"
                view.position, view.wait_minutes = self._place_of(found)
        view.messages = [MessageView.of(m) for m in self._handoffs.messages(conversation, after)]
        return view

    # --- for the staff ------------------------------------------------------------------------

    async def claim(self, handoff_id: str, member: Member) -> HandOffDetail:
        """Take a waiting hand-off."""
        return await self._detail(await self._changed(handoff_id, member, self._handoffs.claim), member)

    async def say(self, handoff_id: str, member: Member, text: str, key: str) -> Message:
        """Say something to the citizen; `text` is masked."""
        try:
            said, conversation = await asyncio.to_thread(self._say, handoff_id, member, text, key)
        except NotHere:
            await self._refuse(handoff_id, member)
        self.bell.ring(conversation)
        return said

    def _say(self, handoff_id: str, member: Member, text: str, key: str) -> tuple[Message, str]:
        conversation = self._handoffs.get(handoff_id, member).conversation
        return self._handoffs.say(handoff_id, member, text, key), conversation

    async def transfer(self, handoff_id: str, member: Member, to: str, department: str) -> None:
        """Give a hand-off to a colleague (by sign-in name) or, with none named, to a department's queue.

        Raises NotHere, or TakenMeanwhile also when nobody is there to take it.
        """
        people = await asyncio.to_thread(self._accounts.colleagues)
        colleague = next((person for person, online in people if person.name == to and online), None)
        if to and colleague is None:
            raise TakenMeanwhile("这位同事现在不在线，转不过去。")
        if colleague is not None:
            department = colleague.department
        elif department and not any(person.department == department for person, _ in people):
            raise TakenMeanwhile(f"{department}没有能接待的账号，转不过去。")
        await self._changed(handoff_id, member, partial(self._handoffs.transfer, colleague=colleague, department=department))

    async def give_back(self, handoff_id: str, member: Member) -> None:
        """Return a conversation to the assistant."""
        await self._changed(handoff_id, member, self._handoffs.give_back)

    async def close(self, handoff_id: str, member: Member, reason: CloseReason) -> None:
        """End a hand-off."""
        await self._changed(handoff_id, member, partial(self._handoffs.close, reason=reason))

    async def _changed(self, handoff_id: str, member: Member, change: Callable[[str, Member], HandOff]) -> HandOff:
        try:
            found = await asyncio.to_thread(change, handoff_id, member)
        except NotHere:
            await self._refuse(handoff_id, member)
        self.bell.ring(found.conversation, QUEUE)
        log.info("handoff_changed", handoff=handoff_id, by=member.name, state=found.state.value)
        return found

    async def _refuse(self, handoff_id: str, member: Member) -> NoReturn:
        await asyncio.to_thread(self._audit.write, member.name, "handoff_refused", handoff_id[:32])
        raise NotHere

    async def detail(self, handoff_id: str, member: Member) -> HandOffDetail:
        """All that the owner, or a supervisor, has to know; raises NotHere for others."""
        try:
            found = await asyncio.to_thread(self._handoffs.get, handoff_id, member)
        except NotHere:
            await self._refuse(handoff_id, member)
        return await self._detail(found, member)

    async def messages(self, handoff_id: str, member: Member, after: int) -> list[MessageView]:
        """What was said after a number; raises NotHere for others than the owner or a supervisor."""

        def read() -> list[Message]:
            return self._handoffs.messages(self._handoffs.get(handoff_id, member).conversation, after)

        return [MessageView.of(m) for m in await asyncio.to_thread(read)]

    async def last_asked(self, handoff_id: str, member: Member) -> tuple[str, Context]:
        """The citizen's last words and the thread, for the owner or a supervisor; raises NotHere for others."""

        def read() -> tuple[str, Context]:
            conversation = self._handoffs.get(handoff_id, member).conversation
            return self._briefing.last_asked(conversation, self._handoffs.last_heard(conversation))

        return await asyncio.to_thread(read)

    async def conversation_of(self, handoff_id: str, member: Member) -> str:
        """The conversation of a hand-off; raises NotHere for others than the owner or a supervisor."""
        return (await asyncio.to_thread(self._handoffs.get, handoff_id, member)).conversation

    async def queue(self, member: Member) -> QueueView:
        """The queues of a member of staff."""
        return await asyncio.to_thread(self._queue, member)

    def _queue(self, member: Member) -> QueueView:
        found, waiting = self._handoffs.queue_of(member, SHOWN)
        return QueueView(
            open_hours=self._duty.is_open_now(),
            online=self._accounts.online(),
            waiting=waiting,
            rows=[self._briefing.row(handoff, subject, member) for handoff, subject in found],
        )

    async def colleagues(self, member: Member) -> list[Colleague]:
        """To whom somebody may transfer."""
        people = await asyncio.to_thread(self._accounts.colleagues)
        return [
            Colleague(name=person.name, title=person.title, department=person.department, online=online)
            for person, online in people
            if person.name != member.name
        ]

    async def overview(self, member: Member) -> Overview:
        """Queues and waiting times, for a supervisor."""
        return await asyncio.to_thread(self._overview, member)

    def _overview(self, member: Member) -> Overview:
        moment = datetime.now(UTC)
        everything = self._handoffs.open_in(member)
        people = [person.department for person, online in self._accounts.colleagues() if online]
        departments = sorted({found.department for found in everything} | {d for d in people if member.sees(d)} | {""})
        queues = []
        for department in departments:
            here = [found for found in everything if found.department == department]
            waiting = [found for found in here if found.state is State.WAITING and found.kind is Kind.LIVE]
            talking = sum(found.state is State.PERSON for found in here)
            usual = self._handoffs.expected_wait(department)
            queues.append(
                Waiting(
                    department=department,
                    waiting=len(waiting),
                    talking=talking,
                    left=len(here) - len(waiting) - talking,
                    longest_seconds=max(((moment - found.queued_at).total_seconds() for found in waiting), default=0.0),
                    usual_seconds=usual.total_seconds() if usual is not None else None,
                    online=people.count(department),
                )
            )
        return Overview(queues=queues)

    async def _detail(self, found: HandOff, member: Member) -> HandOffDetail:
        return await asyncio.to_thread(lambda: self._briefing.of(found, self._handoffs.messages(found.conversation, 0), member))

    # --- when a time has run out --------------------------------------------------------------

    async def watch(self) -> None:
        """Look for waits and silences that last too long, for as long as the service runs."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep(datetime.now(UTC))
            except (SQLAlchemyError, OSError):
                log.exception("handoffs_not_swept")

    async def sweep(self, moment: datetime) -> None:
        """Put back what agents who are gone or silent have, and let go whom nobody takes."""
        back = await asyncio.to_thread(self._handoffs.requeue_silent, moment - GONE, moment - self._longest_silence)
        over = await asyncio.to_thread(self._handoffs.let_waiting_go, moment - self._longest_wait)
        if back or over:
            log.info("handoffs_swept", requeued=len(back), let_go=len(over))
            self.bell.ring(QUEUE, *back, *over)


def staff_topic(name: str) -> str:
    """The bell's topic of what concerns one member of staff."""
    return f"staff/{name}"
