"""Acts: what the citizen wants done rather than told, and that is no form; and small talk."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, TurnAction, read_intent
from assistant.answering.context import Intent
from assistant.desk import OpenTurn
from knowledge.vocabulary import Outcome


class ActionHandoff(TurnAction):
    """Bring a person."""

    action_name = "action_handoff"

    async def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Say that a person is wanted; the turn itself brings one, once it is known that nothing published is asked for."""
        turn.act(Outcome.HANDOFF, "正在为您找工作人员。", intent)


class ActionSmalltalk(TurnAction):
    """Reply with the domain's response to a greeting, thanks, a farewell, or the question who is speaking."""

    action_name = "action_smalltalk"

    async def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Answer what names a matter beside the courtesy; leave the rest to the response."""
        if turn.names_matter(intent):
            turn.answer(intent)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """The response is uttered where nothing else has decided the turn."""
        events = await super().run(dispatcher, tracker, domain)
        turn = self._desk.turn(tracker.sender_id)
        if turn is not None and not turn.decided:
            dispatcher.utter_message(response=f"utter_{read_intent(tracker).name}")
        return events
