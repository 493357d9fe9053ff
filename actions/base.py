"""What all actions share: finding the open turn, asking an open form first, reading the intent."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.answering.context import Context, Intent
from assistant.casework.forms import Forms
from assistant.desk import Desk, OpenTurn

Events = list[dict[str, Any]]

REQUESTED = "requested_slot"
"""Rasa's own slot: what its open form asks for."""


class TurnAction(Action):  # type: ignore[misc]  # rasa-sdk ships no types
    """An action that works on the open turn of its conversation."""

    action_name = ""

    def __init__(self, desk: Desk, forms: Forms) -> None:
        self._desk = desk
        self._forms = forms

    def name(self) -> str:
        """The action's name in the domain."""
        return self.action_name

    async def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Decide the turn; implemented by each action."""
        raise NotImplementedError

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Called by Rasa. The reply itself stays in this process; Rasa only hears that it is done."""
        turn = self._desk.turn(tracker.sender_id)
        if turn is None:
            return []
        intent = read_intent(tracker)
        # A form that Rasa has forgotten (it was started again) is still open here.
        if not await self._forms.listen(turn, intent):
            await self.work(turn, intent)
        dispatcher.utter_message(json_message={"done": True})
        return [*slots(turn.context), *loop(turn.context, tracker.active_loop_name)]


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


def loop(context: Context, active: str | None) -> Events:
    """What brings Rasa's open form in line with ours."""
    wanted = f"{context.form.name.value}_form" if context.form is not None else None
    if wanted == active:
        return []
    return [ActiveLoop(wanted), SlotSet(REQUESTED, context.form.asks if context.form is not None else None)]
