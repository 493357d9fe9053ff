"""好差评: takes a level of five and, for a bad one, the reason. What is rated is the case that was just reported,
else this conversation; each is rated once.
"""

import asyncio
import re
from datetime import UTC, datetime

from assistant.answering import thresholds
from assistant.answering.answerer import HANDOFF, Draft
from assistant.answering.context import FormName, Intent, OpenForm
from assistant.answering.picks import picked_number
from assistant.casework import words
from assistant.casework.forms import choices, leave, numbered
from assistant.casework.progress import NUMBER
from assistant.casework.ratings import BAD, RECTIFY_WORKDAYS, Ratings
from assistant.casework.tickets import Tickets
from assistant.desk import OpenTurn
from assistant.messages import Action
from assistant.outbox import Outbox
from assistant.screen import Screened
from knowledge.text import fold
from knowledge.vocabulary import Outcome
from outside.models import RATING_TITLES, RatedKind, Rating, RatingLevel

LEVEL, REASON = "rating_level", "rating_reason"
LEVELS = tuple(RATING_TITLES)
REASONS = ("态度不好", "办得慢", "材料要得多", "说不清楚", "多跑了路")
"""Common reasons in our own words; those of GB/T 39734-2020, appendix A, were not seen."""
DESK = "政务服务大厅"
"""Who owns a rectification when the conversation was about no department's matter."""
LONGEST = 500
"""Characters of a comment that are kept."""

_LEVEL_WORDS: tuple[tuple[RatingLevel, re.Pattern[str]], ...] = (
    (
        RatingLevel.VERY_BAD,
        re.compile(r"(?:非常|十分|很|极|特别|太|最)(?:的)?(?:不满意?|差)|极不满|一星|1星|一颗星|一个星|零分|0分|打一分|打1分|1分$"),
    ),
    (RatingLevel.BAD, re.compile(r"不(?:太|大|怎么|是很)?满意|两星|二星|2星|两颗星|两分|2分$")),
    (RatingLevel.FAIR, re.compile(r"基本满意|还算满意|一般|凑合|马马虎虎|三星|3星|三颗星|三分|3分$|中评|及格")),
    (
        RatingLevel.VERY_GOOD,
        re.compile(r"(?:非常|十分|很|特别|太|超|极其|最)满意|五(?:颗)?星|5星|满(?:分|星)|五分|5分$|十分$|10分|一百分|100分|大大的好评"),
    ),
    (RatingLevel.GOOD, re.compile(r"满意|四(?:颗)?星|4星|四分|4分$")),
)
_ASK = "请给这次{what}评个级："
_ASK_REASON = "对不起，没让您满意。哪里不好？点一个，或者用自己的话写一句；不想写就说“跳过”。"


class RatingForm:
    """The form of a rating."""

    name = FormName.RATING
    slots: tuple[str, ...] = (LEVEL, REASON)

    def __init__(self, ratings: Ratings, tickets: Tickets, outbox: Outbox) -> None:
        self._ratings = ratings
        self._tickets = tickets
        self._outbox = outbox

    def claims(self, message: Screened) -> bool:
        """See `Form.claims`: nothing that the engine does not see."""
        return False

    async def begin(self, turn: OpenTurn, intent: Intent) -> None:
        """Take the level that the message names, or ask for one; “好差评是什么” is a question."""
        text = turn.message.query
        if turn.is_question(intent) and words.asks(text):
            turn.answer(intent)
            return
        about, subject = await self._matter(turn)
        if await asyncio.to_thread(self._ratings.is_rated, about, subject):
            turn.fill_in(
                Draft(Outcome.RATING, "这件事您已经评过了，一件事评一次。还有话要说，可以打12345，或者说“转人工”。", actions=(HANDOFF,)),
                None,
            )
            return
        level = level_in(text)
        if level is None:
            self._ask_level(turn, about)
        else:
            await self._graded(turn, level, text if len(fold(text)) > 8 else "")

    async def take(self, turn: OpenTurn, form: OpenForm, intent: Intent) -> bool:
        """See `Form.take`."""
        text = turn.message.query
        if form.asks == LEVEL:
            number = picked_number(text, 4)
            level = LEVELS[number] if number is not None else LEVELS[4] if fold(text) in ("5", "五", "第五个") else level_in(text)
            if words.stops(text) or intent.name == "stop":
                return leave(turn, Draft(Outcome.RATING, "好的，不评也没关系。"))
            if level is not None:
                await self._graded(turn, level, "")
            elif intent.name == "rating":
                self._ask_level(turn, (await self._matter(turn))[0])
            else:
                return False
            return True
        if self._elsewhere(turn, intent):
            return False
        told = await asyncio.to_thread(self._tickets.use, turn.conversation, form.ticket)
        if not told:
            self._ask_level(turn, (await self._matter(turn))[0])
            return True
        number = picked_number(text, 4)
        reason = REASONS[number] if number is not None else REASONS[4] if fold(text) in ("5", "五", "第五个") else text
        passed = words.skips(text) or words.stops(text)
        picked = tuple(r for r in REASONS if r in reason)
        comment = told["comment"] if passed or picked == (reason,) else reason
        await self._submit(turn, RatingLevel(told["level"]), () if passed else picked, comment)
        return True

    def reminder(self, form: OpenForm) -> str:
        """See `Form.reminder`."""
        return "刚才的评价还没评完：从“非常满意”到“非常不满意”选一个；不评了就说“不评了”。" if form.asks == LEVEL else ""

    def _ask_level(self, turn: OpenTurn, about: RatedKind) -> None:
        options = choices(self.name, *RATING_TITLES.values())
        ask = _ASK.format(what="办件" if about is RatedKind.CASE else "咨询")
        note = "" if about is RatedKind.CASE else "\n要评窗口办的某一件，请先说“查进度”查到那一件。"
        turn.fill_in(Draft(Outcome.RATING, numbered(ask, options) + note, options=options), OpenForm(name=self.name, asks=LEVEL))

    async def _graded(self, turn: OpenTurn, level: RatingLevel, comment: str) -> None:
        """Ask why when it is bad; else it is done."""
        if level not in BAD:
            await self._submit(turn, level, (), comment)
            return
        ticket = await asyncio.to_thread(self._tickets.issue, turn.conversation, {"level": level.value, "comment": comment})
        options = choices(self.name, *REASONS)
        form = OpenForm(name=self.name, asks=REASON, given=(LEVEL,), ticket=ticket)
        turn.fill_in(Draft(Outcome.RATING, numbered(_ASK_REASON, options), options=options), form)

    async def _submit(self, turn: OpenTurn, level: RatingLevel, reasons: tuple[str, ...], comment: str) -> None:
        about, subject = await self._matter(turn)
        department = await self._department(turn)
        rating = Rating(
            about=about, subject=subject, level=level, reasons=reasons, comment=comment[:LONGEST], department=department,
            rated_at=datetime.now(UTC),
        )  # fmt: skip
        kept = await asyncio.to_thread(self._ratings.submit, rating, turn.today)
        self._outbox.hurry()
        if not kept:
            turn.fill_in(Draft(Outcome.RATING, "这件事您已经评过了，一件事评一次。"), None)
        elif level in BAD:
            text = (
                f"记下了：{RATING_TITLES[level]}。已经交给{department}整改，{RECTIFY_WORKDAYS}个工作日内处理。"
                "要现在就说，可以找工作人员，或者登记到12345。"
            )
            hotline = Action(kind="hotline", label="登记到12345", value="我要投诉")
            turn.fill_in(Draft(Outcome.RATING, text, actions=(HANDOFF, hotline)), None)
        else:
            turn.fill_in(Draft(Outcome.RATING, f"记下了：{RATING_TITLES[level]}。谢谢您的评价。"), None)

    async def _matter(self, turn: OpenTurn) -> tuple[RatedKind, str]:
        """What is rated: the case that was just reported in this conversation, or the conversation."""
        case = await asyncio.to_thread(self._tickets.read, turn.conversation, turn.context.case)
        return (RatedKind.CASE, str(case[NUMBER])) if case else (RatedKind.CONVERSATION, turn.conversation)

    async def _department(self, turn: OpenTurn) -> str:
        case = await asyncio.to_thread(self._tickets.read, turn.conversation, turn.context.case)
        subject = turn.context.subject
        of_subject = turn.library.subject(subject).department if subject is not None and turn.library.knows(subject) else ""
        return str(case.get("department") or of_subject or DESK)

    @staticmethod
    def _elsewhere(turn: OpenTurn, intent: Intent) -> bool:
        """Whether a message is no reason but a question or a call for a person."""
        text = turn.message.query
        if intent.name == "handoff" and intent.confidence >= thresholds.ACT_SURE:
            return True
        question, ranking = turn.library.rank(text)
        return words.asks(text) and bool(question.facets) and ranking.confidence >= thresholds.ACT_OVERRIDE


def level_in(text: str) -> RatingLevel | None:
    """The level that a text names, by its word or by stars and points of five; None for “好评” or “差评” alone."""
    key = fold(text)
    return next((level for level, pattern in _LEVEL_WORDS if pattern.search(key)), None)
