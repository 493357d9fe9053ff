"""Rasa's forms and ours: ours decides, Rasa's mirrors it, whatever either of them has forgotten."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import REQUESTED, Events, TurnAction, read_intent
from assistant.answering.context import Context, FormName
from assistant.casework.forms import Forms
from assistant.desk import Desk

GIVEN = "given"
"""What Rasa's slots hold of what was given: that it was, and nothing of it."""


class ValidateForm(TurnAction):
    """Called by Rasa when its form is begun, and for every message while it is open."""

    def __init__(self, desk: Desk, forms: Forms, form: FormName) -> None:
        super().__init__(desk, forms)
        self.form = form
        self.action_name = f"validate_{form.value}_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Decide the turn, or give the message back to Rasa's rules by returning nothing."""
        turn = self._desk.turn(tracker.sender_id)
        if turn is None:
            return [SlotSet(REQUESTED, None)]
        if not turn.decided:  # Rasa asks once more after the rules have had the message
            intent = read_intent(tracker)
            if not await self._forms.listen(turn, intent):
                named = (tracker.latest_message.get("intent") or {}).get("name")
                if tracker.get_slot(REQUESTED) is not None and named not in BEGUN_BY[self.form]:
                    return []
                await self._forms.begin(self.form, turn, intent)
            dispatcher.utter_message(json_message={"done": True})
        return mirror(turn.context, self.form, self._forms.slots(self.form))


BEGUN_BY: dict[FormName, tuple[str, ...]] = {
    FormName.PROGRESS: ("progress", "inform"),
    FormName.HOTLINE: ("complaint",),
    FormName.RATING: ("rating",),
}
"""The intents whose rule begins a form (nlu/rules.yml)."""


def mirror(context: Context, form: FormName, slots: tuple[str, ...]) -> Events:
    """How far a form is, as Rasa's slots; a form that is closed is asked for nothing more, which ends it in Rasa."""
    given = context.form.given if context.form is not None and context.form.name is form else ()
    told = [SlotSet(slot, GIVEN if slot in given else None) for slot in slots]
    return told if context.form is not None and context.form.name is form else [*told, SlotSet(REQUESTED, None)]
