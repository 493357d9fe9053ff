"""What all actions share: finding the open turn and reading the intent."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.answering.context import Context, Intent
from assistant.desk import Desk, OpenTurn

Events = list[dict[str, Any]]


class TurnAction(Action):  # type: ignore[misc]  # rasa-sdk ships no types
    """An action that works on the open turn of its conversation."""

    action_name = ""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return self.action_name

    def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Decide the turn; implemented by each action."""
        raise NotImplementedError

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Called by Rasa. The reply itself stays in this process; Rasa only hears that it is done."""
        turn = self._desk.turn(tracker.sender_id)
        if turn is None:
            return []
        self.work(turn, read_intent(tracker))
        dispatcher.utter_message(json_message={"done": True})
        return slots(turn.context)


def read_intent(tracker: Tracker) -> Intent:
    """The intent of the latest message; of a fallback, the best real intent behind it."""
    ranking = [i for i in tracker.latest_message.get("intent_ranking", []) if i["name"] != "nlu_fallback"]
    best = ranking[0] if ranking else tracker.latest_message.get("intent") or {"name": "", "confidence": 0.0}
    return Intent(
        name=best["name"] or "",
        confidence=float(best["confidence"] or 0.0),
        ranking=tuple((i["name"], float(i["confidence"])) for i in ranking),
    )


def slots(context: Context) -> Events:
    """The thread as Rasa's slots: copies for rules and forms."""
    return [
        SlotSet("subject", context.subject),
        SlotSet("facet", context.facets[0].value if context.facets else None),
        SlotSet("options", list(context.options) or None),
        SlotSet("region", context.region),
        SlotSet("audience", context.audience),
    ]
