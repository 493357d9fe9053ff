"""Answer a question from what is published."""

from actions.base import TurnAction
from assistant.answering.context import Intent
from assistant.desk import OpenTurn


class ActionAnswer(TurnAction):
    """Subject by search, facets by wording and intent, text from the entry."""

    action_name = "action_answer"

    async def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Search, decide, answer or ask."""
        turn.answer(intent)
