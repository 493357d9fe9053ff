"""Thin rasa-sdk actions: read the tracker, call the open turn, say that it is done."""

from rasa_sdk import Action

from actions.acts import ActionHandoff, ActionSmalltalk
from actions.answer import ActionAnswer
from actions.forms import ValidateForm
from assistant.answering.context import FormName
from assistant.casework.forms import Forms
from assistant.desk import Desk


def all_actions(desk: Desk, forms: Forms) -> list[Action]:
    """The project's actions, wired to the turns they work on."""
    forms_of_rasa = [ValidateForm(desk, forms, form) for form in FormName]
    return [ActionAnswer(desk, forms), ActionHandoff(desk, forms), ActionSmalltalk(desk, forms), *forms_of_rasa]
