"""Rasa's part of a form, played over our own actions: its rules, its open loop, its slots. A test names the intent."""

from dataclasses import dataclass, field
from typing import Any

from assistant.answering.context import FormName
from assistant.messages import ChatRequest, Envelope, Reply
from tests.unit.fakes import LOOPBACK, Office

FORM_OF = {"progress": FormName.PROGRESS, "inform": FormName.PROGRESS, "complaint": FormName.HOTLINE, "rating": FormName.RATING}
SURE = 0.95


@dataclass
class PlayedRasa:
    """Decides as nlu/rules.yml and Rasa's forms do. It can be told to forget everything, as a restart does."""

    office: Office
    intent: str = ""
    loops: dict[str, str | None] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def forgets(self) -> None:
        """It was started again."""
        self.loops.clear()
        self.slots.clear()

    async def send(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """One message: the open loop first; what that gives back, by the rules; then the loop once more."""
        self.heard.append(text)
        open_loop = self.loops.get(conversation)
        said: list[dict[str, Any]] = []
        if open_loop and await self._run(f"validate_{open_loop}", conversation, said):
            return said
        if self.intent in FORM_OF and open_loop != f"{FORM_OF[self.intent]}_form":
            self.loops[conversation] = f"{FORM_OF[self.intent]}_form"
            await self._run(f"validate_{FORM_OF[self.intent]}_form", conversation, said)
        else:
            await self._run("action_handoff" if self.intent == "handoff" else "action_answer", conversation, said)
            if loop := self.loops.get(conversation):
                await self._run(f"validate_{loop}", conversation, said)
        return said

    async def alive(self) -> bool:
        """It is."""
        return True

    async def close(self) -> None:
        """Nothing to close."""

    async def _run(self, action: str, conversation: str, said: list[dict[str, Any]]) -> bool:
        """Run an action and apply its events; False when it gave nothing back."""
        found = {"name": self.intent, "confidence": SURE}
        tracker = {
            "sender_id": conversation,
            "slots": self.slots.setdefault(conversation, {}),
            "latest_message": {"text": "", "intent": found, "intent_ranking": [found]},
            "active_loop": {"name": self.loops.get(conversation)} if self.loops.get(conversation) else {},
        }
        call = {"next_action": action, "sender_id": conversation, "domain": {}, "tracker": tracker}
        result = await self.office.services.executor.run(call)
        assert result is not None
        for event in result.events:
            if event["event"] == "slot":
                self.slots[conversation][event["name"]] = event["value"]
            else:
                self.loops[conversation] = event["name"]
        self._settle(action, conversation)
        said += [{"custom": response["custom"]} for response in result.responses]
        return bool(result.events)

    def _settle(self, action: str, conversation: str) -> None:
        """A form asks for its first open slot, and is over when it is told to ask for none."""
        loop = self.loops.get(conversation)
        if loop is None or action != f"validate_{loop}":
            return
        slots = self.slots[conversation]
        if "requested_slot" in slots and slots["requested_slot"] is None and self._was_closed(conversation, loop):
            self.loops[conversation] = None
            return
        wanted = self.office.services.casework.forms.slots(FormName(loop.removesuffix("_form")))
        slots["requested_slot"] = next((slot for slot in wanted if slots.get(slot) is None), None)

    def _was_closed(self, conversation: str, loop: str) -> bool:
        turn = self.office.desk.turn(conversation)
        form = turn.context.form if turn is not None else None
        return form is None or f"{form.name.value}_form" != loop


@dataclass
class Citizen:
    """Somebody in one conversation; what they say comes with the intent that Rasa would find."""

    office: Office
    rasa: PlayedRasa
    address: str = LOOPBACK
    id: str | None = None

    async def say(self, text: str, intent: str = "") -> Reply:
        """Say one thing."""
        self.rasa.intent = intent
        reply = await self.office.turns.take(ChatRequest(text=text, conversation_id=self.id), Envelope(self.address))
        self.id = reply.conversation_id
        return reply


def citizen(office: Office, address: str = LOOPBACK) -> Citizen:
    """Somebody new, before a Rasa of their own."""
    rasa = PlayedRasa(office)
    office.turns._dialogue = rasa
    return Citizen(office, rasa, address)


def stored(office: Office) -> bytes:
    """Everything that was written below the data directory."""
    return b"".join(path.read_bytes() for path in office.settings.data.rglob("*") if path.is_file())
