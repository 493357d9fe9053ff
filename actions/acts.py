"""Acts: what the citizen wants done rather than told. Until the outside systems are connected, each says
honestly what cannot be done here yet and who can do it now.
"""

from actions.base import TurnAction
from assistant.answering.context import Intent
from assistant.desk import OpenTurn
from knowledge.vocabulary import Outcome


class ActionProgress(TurnAction):
    """Say where a case stands."""

    action_name = "action_progress"

    def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Name the ways to look a case up."""
        turn.act(
            Outcome.PROGRESS,
            "我这里还没有接上办件系统，暂时查不到您的件办到哪一步。您可以：\n1. 打开赣服通，在“我的办件”里看\n"
            "2. 拿着受理回执上的编号，问当初收件的窗口\n3. 打12345，报受理编号请话务员查\n为了安全，请不要在这里发身份证号和电话。",
            intent,
        )


class ActionHandoff(TurnAction):
    """Bring a person."""

    action_name = "action_handoff"

    def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Say that a person is wanted; the turn itself brings one, once it is known that nothing published is asked for."""
        turn.act(Outcome.HANDOFF, "正在为您找工作人员。", intent)


class ActionHotline(TurnAction):
    """Take a complaint, report, suggestion or praise."""

    action_name = "action_hotline"

    def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Name where it is taken and followed up."""
        turn.act(
            Outcome.HOTLINE,
            "您反映的事我听到了，给您添麻烦了。这里还不能直接登记工单，请打12345说，会有编号、会回复您。"
            "说清楚时间、哪个大厅哪个窗口、什么事、您希望怎么处理，办得更快。也可以在大厅找值班领导，或者在好差评里写下来。",
            intent,
        )


class ActionRating(TurnAction):
    """Take a rating."""

    action_name = "action_rating"

    def work(self, turn: OpenTurn, intent: Intent) -> None:
        """Name where the service is rated."""
        turn.act(
            Outcome.RATING,
            "谢谢您愿意评价。我的回答好不好，点答案下面的“有用”或“没用”就行；窗口办事的好差评，请在窗口的评价器、"
            "赣服通“好差评”或短信链接里评，一件事评一次，实名匿名都可以。",
            intent,
        )
