"""Thin rasa-sdk actions: read the tracker, call the open turn, say that it is done."""

from rasa_sdk import Action

from actions.acts import ActionHandoff, ActionHotline, ActionProgress, ActionRating
from actions.answer import ActionAnswer
from assistant.desk import Desk


def all_actions(desk: Desk) -> list[Action]:
    """The project's actions, wired to the turns they work on."""
    return [ActionAnswer(desk), ActionProgress(desk), ActionHandoff(desk), ActionHotline(desk), ActionRating(desk)]
