"""Acts: what the citizen wants done rather than told, and that is no form."""

from actions.base import TurnAction
from assistant.answering.context import Intent
from assistant.desk import OpenTurn
from knowledge.vocabulary import Outcome


class ActionHandoff(TurnAction):
    """Bring a person."""

    action_name = "action_handoff"

    async def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Say that a person is wanted; the turn itself brings one, once it is known that nothing published is asked for."""
        turn.act(Outcome.HANDOFF, "正在为您找工作人员。", intent)
