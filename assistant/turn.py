"""The turn: the one ordered list of steps that a message goes through. Read this first.

    again   → a message that is sent again, because its reply was lost, gets that reply again; nothing happens twice
    screen  → safe text
    owner   → while a person has the conversation, or is awaited, the message goes there and the assistant is silent
    urgent  → emergencies and refusals end the turn, whatever else the message might be
    dialogue → Rasa decides what kind of turn it is; its action answers from the published entries, or a form
               takes the message (away, slow or silent: all that goes on without it, marked degraded)
    errand  → what an outside system must be asked; a word on a form that is still open;
               who wants a person, or has not been helped twice, is handed over or offered it
    record  → masked text, outcome, what matched and why, latency

`take` always returns a reply with exactly one outcome.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assistant.answering.answerer import CALL_12345, Draft, ask_for_matter, screen_out
from assistant.answering.context import NO_INTENT, Context, FormName
from assistant.answering.library import Library
from assistant.casework.forms import Forms
from assistant.desk import Desk, OpenTurn
from assistant.dialogue.client import DialogueUnavailable
from assistant.messages import ChatRequest, Envelope, Reply
from assistant.people.reception import Reception, asks_for_person
from assistant.screen import Screened, screen
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from knowledge.vocabulary import Outcome

log = structlog.get_logger()


class Dialogue(Protocol):
    """The dialogue engine as the turn sees it: Rasa, or a fake in tests."""

    async def send(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """Hand over a message; raises DialogueUnavailable when there is no answer."""
        ...


class TurnTaker:
    """Takes turns. One instance serves all conversations."""

    def __init__(
        self,
        library: Callable[[], Library],
        dialogue: Dialogue,
        desk: Desk,
        conversations: Conversations,
        reception: Reception,
        forms: Forms,
        settings: Settings,
    ) -> None:
        self._library = library
        self._dialogue = dialogue
        self._desk = desk
        self._conversations = conversations
        self._reception = reception
        self._forms = forms
        self._settings = settings
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, request: ChatRequest, envelope: Envelope | None = None) -> Reply:
        """Take one turn. Two messages of one conversation, or with one key, are taken one after the other."""
        conversation_id = request.conversation_id or uuid.uuid4().hex
        envelope = envelope or Envelope()
        lock = self._locks.setdefault(request.conversation_id or envelope.key or conversation_id, asyncio.Lock())
        async with lock:
            started = time.perf_counter()
            try:
                again = await self._sent_before(request.conversation_id, envelope.key)
                return again or await self._steps(request, envelope, conversation_id, started)
            except Exception:
                # The outermost function: whatever broke, the citizen gets a next step and we get the trace.
                log.exception("turn_failed", conversation=conversation_id)
                return _reply(conversation_id, _BROKEN, degraded=False)

    async def _sent_before(self, conversation_id: str | None, key: str) -> Reply | None:
        """The reply that this very message got before; None also while the store is down."""
        if not key:
            return None
        try:
            return await asyncio.to_thread(self._conversations.sent, conversation_id, key)
        except (SQLAlchemyError, OSError):
            log.exception("sent_not_read", conversation=conversation_id)
            return None

    async def _stored_context(self, conversation_id: str | None) -> Context | None:
        """The thread of a conversation; None when it has none, or the store is down and it begins anew."""
        if conversation_id is None:
            return None
        try:
            return await asyncio.to_thread(self._conversations.context, conversation_id)
        except (SQLAlchemyError, OSError):
            log.exception("context_not_read", conversation=conversation_id)
            return None

    async def _steps(self, request: ChatRequest, envelope: Envelope, conversation_id: str, started: float) -> Reply:
        library = self._library()
        stored = await self._stored_context(request.conversation_id)
        message = self._screen(request.text, stored)
        # Whether a person has the conversation must be known: a turn breaks here rather than speak for them.
        held = await self._reception.held(conversation_id, message, envelope) if request.conversation_id else None
        if stored is None and held is None:
            conversation_id = uuid.uuid4().hex  # nobody knows the one that was sent
        before = stored or Context()
        audience = "clerk" if request.channel == "clerk" else "citizen"
        before = before.model_copy(update={"region": request.region or before.region or self._settings.region, "audience": audience})
        turn = OpenTurn(message, before, library, date.today(), conversation_id, envelope.address)
        context: Context | None
        if held is not None:
            # Danger to life is told in a person's conversation too; nothing else is. The thread stays for afterwards.
            urgent = self._urgent(library, message, before)
            draft, context, degraded = urgent if urgent is not None and urgent.outcome is Outcome.EMERGENCY else held, None, False
        else:
            draft, context, degraded = await self._decide(request, envelope, turn)
        reply = _reply(conversation_id, draft, degraded)
        milliseconds = (time.perf_counter() - started) * 1000
        await self._record(reply, request.channel, envelope.key, message.masked, context, draft, milliseconds)
        log.info("turn", conversation=conversation_id, outcome=draft.outcome.value, degraded=degraded, ms=round(milliseconds, 1))
        return reply

    async def _decide(self, request: ChatRequest, envelope: Envelope, turn: OpenTurn) -> tuple[Draft, Context, bool]:
        """A turn that is the assistant's: how it ends, the thread after it, and whether it was degraded."""
        message, before, conversation_id, degraded = turn.message, turn.context, turn.conversation, False
        if before.leaving and (urgent := self._urgent(turn.library, message, before)) is not None:
            return urgent, before, False  # “家里着火了” is no word that somebody leaves
        draft, context = await self._reception.word_left(conversation_id, request.channel, request.text, message, before, envelope.key)
        if draft is None and message.empty and context.form is None:
            draft = ask_for_matter(turn.library)
        elif draft is None and asks_for_person(message.query):
            draft, context = await self._reception.bring(conversation_id, request.channel, request.text, message, context, envelope.key)
        elif draft is None:
            turn.context = context
            conversing = asyncio.create_task(self._converse(turn))
            await _sent_out()
            # Ranked while Rasa reads the message in its own process: a third of the wait.
            urgent = self._urgent(turn.library, message, before)
            if urgent is not None:
                conversing.cancel()  # who is in danger waits for nobody
                await asyncio.wait([conversing])
                return urgent, before, False
            degraded = await conversing
            draft = self._forms.remind(turn, await self._forms.offer(turn, await turn.outcome()))
            context = turn.context
            if draft.outcome is Outcome.HANDOFF:
                # Started here and not by the action: an action that comes after its turn was given up must start nothing.
                draft, context = await self._reception.bring(conversation_id, request.channel, request.text, message, context, envelope.key)
        return *await self._reception.offered(draft, before, context), degraded

    def _urgent(self, library: Library, message: Screened, before: Context) -> Draft | None:
        """The reply to an emergency, or to what must be refused, unless an open form is to have the message."""
        found = None if message.empty else screen_out(library, message.query)
        return None if found is None or self._forms.wants(message, before, found.outcome) else found

    def _screen(self, text: str, context: Context | None) -> Screened:
        """Make a message safe. Four digits are a phone's only where a form has asked for them."""
        asked = context is not None and context.form is not None and context.form.name is FormName.PROGRESS
        return screen(text, self._settings.case_number, asked)

    async def _record(
        self, reply: Reply, channel: str, key: str, masked: str, context: Context | None, draft: Draft, milliseconds: float
    ) -> None:
        """Write the turn. A store that is down loses the record, never the answer."""
        try:
            await asyncio.to_thread(self._conversations.record, reply, channel, masked, context, draft.explanation, milliseconds, key)
        except (SQLAlchemyError, OSError):
            log.exception("turn_not_recorded", conversation=reply.conversation_id)

    async def _converse(self, turn: OpenTurn) -> bool:
        """Have Rasa decide the turn, or do without it. Gives whether it had to be done without."""
        if turn.message.empty:
            # Nothing to read but masked numbers: perhaps what a form has asked for, and nothing for Rasa.
            if not await self._forms.listen(turn, NO_INTENT):
                turn.draft = ask_for_matter(turn.library)
            return False
        self._desk.open(turn.conversation, turn)
        try:
            uttered = await self._dialogue.send(turn.conversation, turn.library.index.reader.lexicon.standardise(turn.message.query))
            if not turn.decided:
                turn.draft = _fixed(uttered)
            if turn.decided:
                return False
            log.warning("dialogue_undecided", conversation=turn.conversation)
        except DialogueUnavailable as error:
            log.warning("dialogue_unavailable", conversation=turn.conversation, cause=str(error))
            if turn.decided:
                # Its action has decided the turn; only Rasa's own answer came too late.
                return False
        finally:
            self._desk.close(turn.conversation)
        if not await self._forms.listen(turn, NO_INTENT):
            turn.answer(NO_INTENT)
        return True


async def _sent_out() -> None:
    """Let a task that was just made send its request: it takes the loop so many rounds to write it on an open connection."""
    for _ in range(3):
        await asyncio.sleep(0)


def _fixed(uttered: list[dict[str, Any]]) -> Draft | None:
    """A fixed response of the domain (a greeting, thanks …), which names its outcome in `custom`."""
    text = "\n".join(m["text"] for m in uttered if m.get("text"))
    outcome = next((m["custom"]["outcome"] for m in uttered if m.get("custom", {}).get("outcome")), None)
    return Draft(Outcome(outcome), text) if text and outcome else None


_BROKEN = Draft(
    Outcome.ERROR,
    "抱歉，刚才出了点问题，没能回答您。请再说一遍试试；着急的话，可以打12345问。",
    actions=(CALL_12345,),
)


def _reply(conversation_id: str, draft: Draft, degraded: bool) -> Reply:
    return Reply(
        conversation_id=conversation_id,
        turn_id=uuid.uuid4().hex,
        outcome=draft.outcome,
        degraded=degraded,
        text=draft.text,
        answers=list(draft.answers),
        options=list(draft.options),
        actions=list(draft.actions),
    )
