"""Case progress: asks for the case number and the last four digits of the phone, and reports where the case stands.

A wrong pair, an unknown number and a locked number that does not exist are answered alike: nobody learns here
whether a case exists.
"""

import asyncio
import re
from collections.abc import Awaitable
from typing import TypeVar

import structlog

from assistant.answering.answerer import CALL_12345, HANDOFF, Draft
from assistant.answering.context import FormName, Intent, OpenForm
from assistant.casework import words
from assistant.casework.forms import choices, leave, numbered
from assistant.casework.given import Flaw, Given
from assistant.casework.locks import FAILURES, LOCK, Locks
from assistant.casework.report import report
from assistant.casework.tickets import Tickets, Told
from assistant.desk import OpenTurn
from assistant.messages import Option
from assistant.screen import Screened
from knowledge.vocabulary import Outcome
from outside.errors import OutsideError, OutsideRefused, OutsideUnavailable
from outside.models import CaseRecord, LimitWarning, Parcel, PickupKind
from outside.protocols import CaseSystem, Post, Supervision

log = structlog.get_logger()

T = TypeVar("T")

NUMBER, TAIL = "case_number", "phone_tail"
CHECKED = "case_checked"
"""Rasa's form asks for it last: that the pair was looked up."""

PATIENCE = 2.6
"""Seconds for all that is asked of outside systems in one turn, so that nobody waits longer than three."""

_WHERE = re.compile(
    r"(?:没有?|冇得?|忘了?|找不到|不知道|不晓得|不记得|丢了?|没给|看不到).{0,8}(?:编号|号码|回执|受理号|号)|"
    r"(?:编号|号码|回执|受理号).{0,8}(?:在哪|哪里|是什么|是啥|是哪|没|找不到|丢|忘|怎么|冇|不知道|不记得)|什么编号|哪个(?:编号|号|是.{0,2}号|是编号)|字母|(?:只|就)?有.{0,4}(?:回执|受理单|通知书)"
)
_WHICH_PHONE = re.compile(
    r"哪个(?:手机|电话|号码)|不(?:想|愿意?|能|敢)?(?:给|发|说|提供|告诉).{0,6}(?:手机|电话|号码|尾号)|手机.{0,6}(?:换了|换号|不用了|忘|停机|注销|哪个|不记得)|(?:为什么|干嘛|为啥).{0,6}(?:手机|电话|尾号|四位)"
)
_MINE = re.compile(
    r"(?:查|看).{0,6}我(?:的|那个|自己的)?(?:办?件|申请|业务)|^查(?:询)?(?:一?下)?(?:办件)?进度$"
    r"|我(?:的|那个|自己的)(?:办?件|申请|业务|单子|事).{0,6}(?:到哪|进度|怎么样|好了没|好了吗|批了)"
)
_HOW = re.compile(r"怎么(?:查|看)|如何|哪里(?:查|看)|在哪(?:查|看)|哪个(?:网|app|菜单|入口|平台)|入口|啷(?:样)?(?:查|看)|教我")
_OTHER_WAYS = "您也可以：\n1. 打开赣服通，在“我的办件”里看\n2. 拿着回执问当初收件的窗口\n3. 打12345，报编号请话务员查"
_NOT_FOUND = "没有查到和这两样都对得上的办件。请核对一下，哪样不对就把那样重新发来；也可能是刚交的材料还没有登记。"
_STOPPED = "好的，不查了。还要问什么，您说。"


class ProgressForm:
    """The form of case progress."""

    name = FormName.PROGRESS
    slots: tuple[str, ...] = (NUMBER, TAIL, CHECKED)

    def __init__(self, cases: CaseSystem, post: Post, supervision: Supervision, tickets: Tickets, locks: Locks, example: str) -> None:
        """`example` is a case number to show what they look like."""
        self._cases = cases
        self._post = post
        self._supervision = supervision
        self._tickets = tickets
        self._locks = locks
        self._example = example

    def claims(self, message: Screened) -> bool:
        """See `Form.claims`: a case number, or one's own case."""
        return bool(message.given.number) or bool(_MINE.search(message.query) and not _HOW.search(message.query))

    async def begin(self, turn: OpenTurn, intent: Intent) -> None:
        """Ask for what is missing, or answer: “怎么查进度” is a question, “查进度” is none."""
        plain = self.claims(turn.message) and not words.asks(turn.message.query)
        if not turn.message.given.proof and not plain and turn.is_question(intent):
            turn.answer(intent)
            return
        await self._go_on(turn, OpenForm(name=self.name, asks=NUMBER), turn.message.given)

    async def take(self, turn: OpenTurn, form: OpenForm, intent: Intent) -> bool:
        """See `Form.take`."""
        text, given = turn.message.query, turn.message.given
        if given.proof:
            await self._go_on(turn, form, given)
        elif words.stops(text) or intent.name == "stop":
            await asyncio.to_thread(self._tickets.use, turn.conversation, form.ticket)
            return leave(turn, Draft(Outcome.PROGRESS, _STOPPED))
        elif words.retries(text) and not self._missing(form):
            await self._go_on(turn, form, given)
        elif _WHERE.search(text):
            where = f"编号写在受理回执（通知书）上，也在当初的短信里，像 {self._example} 这样，字母也算。"
            turn.fill_in(self._draft(f"{where}{_OTHER_WAYS}"), form)
        elif _WHICH_PHONE.search(text):
            turn.fill_in(
                self._draft(
                    "要的是申请时留在表上的那个手机号，只要后四位，用来确认是您本人的件，查完就删，不保存。换了号的，请拿身份证到收件窗口改；不想发也行，打12345报编号请话务员查。"
                ),
                form,
            )
        elif words.waits(text):
            turn.fill_in(self._draft(f"好的，不着急。找到了把{self._wanted(form)}发给我就行。"), form)
        elif words.agrees(text) or (intent.name in ("progress", "inform", "affirm") and not turn.is_question(intent)):
            turn.fill_in(self._draft(self._ask(form)), form)
        else:
            return False
        return True

    def reminder(self, form: OpenForm) -> str:
        """See `Form.reminder`."""
        if not self._missing(form):
            return ""
        return f"刚才的进度还没查：把{self._wanted(form)}发给我就接着查，不查了就说“不查了”。"

    async def _go_on(self, turn: OpenTurn, form: OpenForm, given: Given) -> None:
        """Put together what was told before and now; look the case up when it is all there."""
        told = await asyncio.to_thread(self._tickets.read, turn.conversation, form.ticket)
        told |= {slot: value for slot, value in ((NUMBER, given.number), (TAIL, given.tail)) if value}
        ticket = await asyncio.to_thread(self._tickets.keep, turn.conversation, form.ticket, told) if told else ""
        had = tuple(slot for slot in (NUMBER, TAIL) if slot in told)
        asks = next((slot for slot in (NUMBER, TAIL) if slot not in told), CHECKED)
        form = OpenForm(name=self.name, asks=asks, given=had, ticket=ticket)
        wrong = self._wrong(given)
        if wrong and not (given.number and given.tail):
            turn.fill_in(self._draft(f"{wrong}\n{self._ask(form) if asks != CHECKED else '请把对的重新发来。'}"), form)
        elif asks != CHECKED:
            turn.fill_in(self._draft(self._ask(form)), form)
        else:
            turn.by_form = True
            turn.context = turn.context.model_copy(update={"form": form})
            turn.errand = lambda: self._look_up(turn, form)

    async def _look_up(self, turn: OpenTurn, form: OpenForm) -> Draft:
        """Ask for the case with the ticket's pair. The ticket is used up; what may be tried again gets a new one."""
        told = await asyncio.to_thread(self._tickets.use, turn.conversation, form.ticket)
        if not told:
            return self._close(turn, "刚才发的过了时间，已经清掉了。请把办件编号和手机号后四位再发一次。")
        number = told[NUMBER]
        left = await asyncio.to_thread(self._locks.attempt, number, turn.conversation, turn.address)
        if left is None:
            return self._close(turn, f"这个编号试的次数太多，先锁了{_minutes()}分钟，到时再来查。{_OTHER_WAYS}")
        deadline = asyncio.get_running_loop().time() + PATIENCE
        found = None
        try:
            async with asyncio.timeout_at(deadline):
                found = await self._cases.find(number, told[TAIL])
        except (OutsideUnavailable, TimeoutError):
            await asyncio.to_thread(self._locks.forgive, number, turn.conversation, turn.address)
            return await self._again(
                turn, form, told, f"办件系统暂时连不上，现在查不到。请过一会儿说“再查一次”，您发的我先留着。{_OTHER_WAYS}"
            )
        except (OutsideRefused, ValueError):
            log.warning("case_not_asked", conversation=turn.conversation)
        if found is None:
            if left == 0:
                return self._close(turn, f"{_NOT_FOUND}\n已经错了{FAILURES}次，先锁{_minutes()}分钟，到时再来查。{_OTHER_WAYS}")
            return await self._again(turn, form, told, _NOT_FOUND)
        await asyncio.to_thread(self._locks.forgive, number, turn.conversation, turn.address)
        posted = found.pickup is not None and found.pickup.kind is PickupKind.POST
        limit, parcel = await asyncio.gather(
            _if_there(self._supervision.limits(number), deadline), _if_there(self._post.track(number), deadline) if posted else _nothing()
        )
        return await self._tell(turn, found, limit, parcel)

    async def _tell(self, turn: OpenTurn, case: CaseRecord, limit: LimitWarning | None, parcel: Parcel | None) -> Draft:
        """Report the case, and keep a ticket with which it may be rated once it is finished."""
        text = report(case, turn.today, limit, parcel)
        ticket = ""
        options: tuple[Option, ...] = ()
        if case.result is not None:
            told: Told = {NUMBER: case.number, "department": case.department, "title": case.title}
            ticket = await asyncio.to_thread(self._tickets.issue, turn.conversation, told)
            options = choices(self.name, "评价这次办件")
        turn.context = turn.context.model_copy(update={"form": None, "case": ticket})
        return Draft(Outcome.PROGRESS, numbered(text, options), options=options, actions=(CALL_12345, HANDOFF))

    async def _again(self, turn: OpenTurn, form: OpenForm, told: Told, text: str) -> Draft:
        """Keep the form open, with what was told behind a new ticket."""
        ticket = await asyncio.to_thread(self._tickets.issue, turn.conversation, told)
        turn.context = turn.context.model_copy(update={"form": form.model_copy(update={"ticket": ticket})})
        return self._draft(text)

    @staticmethod
    def _close(turn: OpenTurn, text: str) -> Draft:
        turn.context = turn.context.model_copy(update={"form": None})
        return Draft(Outcome.PROGRESS, text, actions=(CALL_12345, HANDOFF))

    @staticmethod
    def _draft(text: str) -> Draft:
        return Draft(Outcome.PROGRESS, text, actions=(CALL_12345, HANDOFF))

    def _missing(self, form: OpenForm) -> tuple[str, ...]:
        return tuple(slot for slot in (NUMBER, TAIL) if slot not in form.given)

    def _wanted(self, form: OpenForm) -> str:
        names = {NUMBER: "办件编号", TAIL: "手机号后四位"}
        return "和".join(names[slot] for slot in self._missing(form) or names)

    def _ask(self, form: OpenForm) -> str:
        if NUMBER in form.given:
            return "编号收到了。还要申请时留的手机号后四位，用来确认是您本人的件。"
        if TAIL in form.given:
            return f"后四位收到了。还要办件编号，像 {self._example} 这样，在受理回执或短信里。"
        return (
            f"可以帮您查。请发两样：\n1. 办件编号，像 {self._example} 这样，在受理回执或短信里\n2. 申请时留的手机号后四位\n"
            "一句话一起发也行。请不要发身份证号。"
        )

    def _wrong(self, given: Given) -> str:
        """What is wrong with what was given, in words that help to put it right."""
        if given.flaw is Flaw.IDENTITY:
            return "这像是身份证号。身份证号不用发，我也不会保存。"
        if given.flaw is Flaw.TAIL:
            return "手机号后四位要正好四个数字，您发的不是四位。"
        if given.flaw is Flaw.NUMBER:
            return f"编号的样子不对：应当像 {self._example} 这样，共{len(self._example)}位，字母开头的别漏了字母。"
        return ""


async def _if_there(asked: Awaitable[T | None], deadline: float) -> T | None:
    """What another system adds to a case that was found; the report does without it when that system is away."""
    try:
        async with asyncio.timeout_at(deadline):
            return await asked
    except (OutsideError, TimeoutError):
        return None


async def _nothing() -> None:
    """Nothing was posted."""


def _minutes() -> int:
    return int(LOCK.total_seconds() // 60)
