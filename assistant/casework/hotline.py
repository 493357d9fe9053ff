"""12345: a complaint, report, suggestion or praise becomes a draft, is shown, and is filed when it is confirmed.

The category after GB/T 39666-2020 stays empty: its text was not seen (docs/decisions/0011-forms.md).
"""

import asyncio
import re

from assistant.answering import thresholds
from assistant.answering.answerer import CALL_12345, Draft
from assistant.answering.context import FormName, Intent, OpenForm
from assistant.answering.picks import picked_label, picked_number
from assistant.casework import draft as drafts
from assistant.casework import words
from assistant.casework.draft import CONTACT, QUESTIONS, WHAT, WHEN, WHERE, WISH
from assistant.casework.forms import choices, leave, numbered
from assistant.casework.order_status import OrderStatus
from assistant.casework.orders import WorkOrders
from assistant.casework.tickets import Tickets
from assistant.desk import OpenTurn
from assistant.messages import Action
from assistant.outbox import Outbox
from assistant.screen import Screened, screen
from knowledge.text import fold
from knowledge.vocabulary import Outcome
from outside.models import WORK_ORDER_TITLES, WorkOrderKind

CONFIRMED = "order_confirmed"
"""Rasa's form asks for it last. Ours asks to confirm, and perhaps what to change; or only offers to begin."""
OFFER, CHANGE = "offer", "change"

SHORT_ACT = 12
"""A greeting, thanks or call for a person is short; a longer message in the middle of a form is what it asked for."""

_FILE = re.compile(r"登记|提交|交上去|交吧|反映|投诉|报上去|帮我(?:报|交|写)|要工单|下(?:个|一个)?工单|递上去|发出去|就这么交")
_WANTS_CHANGE = re.compile(r"修改|改一?下|要改|改改|写错|说错|填错|不对|有误|重(?:新)?(?:写|填)|先别|等一?下")
_NO_CHANGE = re.compile(r"(?:那|就|都|先)*(?:不(?:用|要|想)?改|没有要改|没什么要改)(?:的|了|吧)*")
_MORE = re.compile(r"^(?:补充|还有|另外|再加|加上|再补)(?:一?(?:点|句|条|下))?[,，:： ]*")
_PLAINLY = re.compile(r"^(?:你好|您好)?[,，。 ]*我?(?:们)?(?:就|现在)?(?:要|想|必须|来)?(?:实名|匿名)?(?:投诉|举报|检举|表扬|建议(?!书))")
_ANGRY = re.compile(r"我(?:就|真|现在)?(?:要|想|必须)(?:实名|匿名)?(?:投诉|举报)|态度.{0,4}(?:差|恶劣|不好|很凶|蛮横)")
_ASKS_AFTER = re.compile(
    r"(?:工单|我(?:上次|之前|昨天|前天|刚才)?(?:投诉|举报|反映|建议)).{0,12}(?:怎么样|办到哪|到哪|处理(?:了|好|得|完)?(?:没|吗|怎)|进度|结果|回(?:复|音|信)|办(?:好|结|完)|状态|有没有)"
    r"|(?:查|看)(?:一?下)?(?:我的?)?(?:那个)?工单|(?:查|看)(?:一?下)?我(?:上次|之前|昨天|刚才)?的?(?:投诉|举报|反映|建议)"
    r"|(?:工单|刚才.{0,4}(?:投诉|举报|反映|建议)).{0,6}(?:撤(?:回|销|掉)|取消)|(?:撤(?:回|销|掉)|取消).{0,3}(?:刚才|我)?.{0,4}(?:工单|投诉|举报)"
)


class HotlineForm:
    """The form of a 12345 work order."""

    name = FormName.HOTLINE
    slots: tuple[str, ...] = (WHAT, WHERE, WHEN, WISH, CONTACT, CONFIRMED)

    def __init__(self, orders: WorkOrders, status: OrderStatus, tickets: Tickets, outbox: Outbox, case_number: str) -> None:
        """`case_number` is the shape of case numbers, which are hidden wherever a draft is shown."""
        self._orders = orders
        self._status = status
        self._tickets = tickets
        self._outbox = outbox
        self._case_number = case_number

    def claims(self, message: Screened) -> bool:
        """See `Form.claims`: a work order's number, asking after one, or a story with “我要投诉” in it."""
        text = message.query
        angry = bool(_ANGRY.search(text)) or bool(_PLAINLY.match(text)) and not words.asks(text)
        return bool(message.given.order) or _asks_after(text) or (angry and drafts.tells(text))

    async def begin(self, turn: OpenTurn, intent: Intent) -> None:
        """Begin a draft with what the message tells; answer first where it asks; say how far an earlier one is.

        A known nuisance has been told where it belongs before: it is offered to be filed.
        """
        plain = self.claims(turn.message) and not words.asks(turn.message.query)
        if turn.draft is not None:
            await self._offer(turn, turn.draft)
        elif turn.message.given.order:
            self._status.tell(turn, turn.message.given.order)
        elif _asks_after(turn.message.query):
            await self._tell_of_the_latest(turn)
        elif (turn.is_question(intent) and not plain) or self._hides_a_question(turn):
            await self._answer_and_offer(turn, intent)
        else:
            await self._start(turn, turn.message.clear)

    async def take(self, turn: OpenTurn, form: OpenForm, intent: Intent) -> bool:
        """See `Form.take`."""
        text = turn.message.query
        if turn.message.given.order and form.asks in (OFFER, CONFIRMED):
            self._status.tell(turn, turn.message.given.order)
            return True
        if form.asks == OFFER:
            return await self._take_offer(turn, form)
        told = await asyncio.to_thread(self._tickets.read, turn.conversation, form.ticket)
        if not told and form.asks != CONFIRMED:
            turn.fill_in(Draft(Outcome.HOTLINE, f"刚才写的过了时间，已经清掉了。{QUESTIONS[WHAT]}"), self._form(WHAT))
        elif self._leaves(turn, form, intent):
            await asyncio.to_thread(self._tickets.use, turn.conversation, form.ticket)
            return leave(turn, Draft(Outcome.HOTLINE, "好的，不交了，写的内容已经删掉。以后想反映，随时跟我说。"))
        elif self._elsewhere(turn, form, intent):
            return False
        elif words.waits(text):
            turn.fill_in(Draft(Outcome.HOTLINE, "好的，不着急，您慢慢说。"), form)
        elif form.asks in (CONFIRMED, CHANGE):
            return await self._take_confirmation(turn, form, told, intent)
        else:
            await self._take_value(turn, form, told)
        return True

    def reminder(self, form: OpenForm) -> str:
        """See `Form.reminder`."""
        if form.asks == OFFER:
            return ""
        if form.asks == CONFIRMED:
            return "刚才的工单还没交：要交就说“确认提交”，不交了就说“不交了”。"
        return f"刚才的工单还没写完：{QUESTIONS.get(form.asks, '要改哪一样？')}不想写了就说“不交了”。"

    async def _tell_of_the_latest(self, turn: OpenTurn) -> None:
        mine = await asyncio.to_thread(self._orders.of_conversation, turn.conversation)
        if mine:
            self._status.tell(turn, mine[0])
        else:
            text = "请把工单编号发给我（GD开头，后面12位数字），我来查。打电话登记的工单，请打12345报编号问。"
            turn.fill_in(Draft(Outcome.HOTLINE, text, actions=(CALL_12345,)), turn.context.form)

    async def _start(self, turn: OpenTurn, said: str) -> None:
        """A draft from the first message."""
        told = drafts.begun(said)
        sorry = "给您添麻烦了。" if drafts.kind_of(told) is WorkOrderKind.COMPLAINT else ""
        noted = "您说的我记下了，给您" if "what" in told else "我帮您"
        begun = f"{sorry}{noted}写一张12345工单（{WORK_ORDER_TITLES[drafts.kind_of(told)]}）。"
        await self._go_on(turn, self._form(WHAT), told, begun)

    async def _answer_and_offer(self, turn: OpenTurn, intent: Intent) -> None:
        """Answer what was asked, then offer to file what was complained of."""
        draft = turn.answer(intent)
        if draft.outcome is Outcome.ANSWERED:
            await self._offer(turn, draft)

    async def _offer(self, turn: OpenTurn, draft: Draft) -> None:
        """End the turn with a draft and the offer to file what the message tells."""
        ticket = await asyncio.to_thread(self._tickets.issue, turn.conversation, {"what": turn.message.clear})
        offer = "您说的情况，我也可以帮您登记到12345，有编号、有人回复。要登记就说“登记”。"
        offered = Draft(
            draft.outcome, f"{draft.text}\n\n{offer}", draft.answers,
            actions=(*draft.actions, Action(kind="hotline", label="登记到12345", value="登记")), explanation=draft.explanation,
        )  # fmt: skip
        turn.fill_in(offered, OpenForm(name=self.name, asks=OFFER, ticket=ticket))

    async def _take_offer(self, turn: OpenTurn, form: OpenForm) -> bool:
        text = turn.message.query
        if words.stops(text):
            return leave(turn, Draft(Outcome.HOTLINE, "好的，那就不登记。还要问什么，您说。"))
        if not (words.agrees(text) or _FILE.search(text) and len(fold(text)) <= SHORT_ACT):
            return False
        told = await asyncio.to_thread(self._tickets.use, turn.conversation, form.ticket)
        await self._start(turn, told.get("what", turn.message.clear))
        return True

    def _hides_a_question(self, turn: OpenTurn) -> bool:
        """Whether anger holds a question about a matter that is surely published (“跑了三趟，补身份证到底要带什么！”)."""
        question, ranking = turn.library.rank(turn.message.query)
        best = ranking.best
        return (
            best is not None
            and bool(question.facets)
            and words.asks(question.text)
            and turn.library.subject(best.match.subject).kind == "item"
            and ranking.confidence >= thresholds.ACT_OVERRIDE
        )

    async def _take_value(self, turn: OpenTurn, form: OpenForm, told: dict[str, str]) -> None:
        """Put the message into the slot that was asked for, and the next one after it."""
        text, clear, given = turn.message.query, turn.message.clear, turn.message.given
        problem = ""
        if form.asks == WHAT and not drafts.tells(clear):
            problem = f"还不太清楚是什么事。{QUESTIONS[WHAT]}"
        elif form.asks != WHAT and words.at_once(text):
            told |= {field: told.get(field, "") for field in drafts.FIELDS.values()}
        elif form.asks == CONTACT:
            problem = drafts.tell_contact(told, text, clear, given)
        elif form.asks != WHAT and words.skips(text):
            told[drafts.FIELDS[form.asks]] = ""
        else:
            drafts.tell(told, form.asks, clear)
        if problem:
            turn.fill_in(Draft(Outcome.HOTLINE, problem, actions=_ways_on(form.asks)), form)
        else:
            await self._go_on(turn, form, told, "好的。")

    async def _go_on(self, turn: OpenTurn, form: OpenForm, told: dict[str, str], before: str) -> None:
        """Keep what was told; ask for the next thing, or show the draft."""
        ticket = await asyncio.to_thread(self._tickets.keep, turn.conversation, form.ticket, told)
        missing = drafts.missing(told)
        if missing:
            asked = Draft(Outcome.HOTLINE, f"{before}{QUESTIONS[missing[0]]}", actions=_ways_on(missing[0]))
            turn.fill_in(asked, self._form(missing[0], told, ticket))
            return
        options = choices(self.name, "确认提交", "修改", "不交了")
        text = numbered(drafts.shown(told, self._mask), options)
        turn.fill_in(Draft(Outcome.HOTLINE, text, options=options), self._form(CONFIRMED, told, ticket))

    def _mask(self, text: str) -> str:
        return screen(text, self._case_number).masked

    async def _take_confirmation(self, turn: OpenTurn, form: OpenForm, told: dict[str, str], intent: Intent) -> bool:
        """File, change, or ask which."""
        text, clear = turn.message.query, turn.message.clear
        number = picked_number(text, 3) if form.asks == CONFIRMED and fold(text) not in ("要", "是") else None
        if number == 2:
            await asyncio.to_thread(self._tickets.use, turn.conversation, form.ticket)
            turn.fill_in(Draft(Outcome.HOTLINE, "好的，不交了，写的内容已经删掉。"), None)
        elif told and form.asks == CHANGE and _NO_CHANGE.fullmatch(fold(text)):
            await self._go_on(turn, form, told, "")
        elif told and (change := drafts.change_in(clear, named=form.asks == CHANGE)) is not None:
            await self._change(turn, form, told, *change)
        elif told and (turn.message.given.phone or drafts.refuses_contact(text)):
            await self._change(turn, form, told, CONTACT, clear)
        elif told and _MORE.match(clear):
            told["what"] = f"{told['what']}。{_MORE.sub('', clear)}"
            await self._go_on(turn, form, told, "")
        elif number == 1 or _WANTS_CHANGE.search(text) and not _FILE.search(text):
            options = choices(self.name, "改内容", "改地点", "改时间", "改希望", "改联系方式", "不改了")
            turn.fill_in(
                Draft(Outcome.HOTLINE, numbered("要改哪一样？", options), options=options), form.model_copy(update={"asks": CHANGE})
            )
        elif number == 0 or words.agrees(text) or _FILE.search(text) or intent.name == "affirm":
            await self._file(turn, form, told)
        else:
            return False
        return True

    async def _change(self, turn: OpenTurn, form: OpenForm, told: dict[str, str], slot: str, value: str) -> None:
        """Change one thing of the draft; without a new value, ask for it."""
        if slot == CONTACT:
            told.pop("phone", None)
            drafts.tell_contact(told, turn.message.query if value else "", value, turn.message.given)
        elif value:
            drafts.tell(told, slot, value)
        else:
            told.pop(drafts.FIELDS[slot], None)
            ticket = await asyncio.to_thread(self._tickets.keep, turn.conversation, form.ticket, told)
            asked = Draft(Outcome.HOTLINE, f"好的，重新写。{QUESTIONS[slot]}", actions=_ways_on(slot))
            turn.fill_in(asked, self._form(slot, told, ticket))
            return
        await self._go_on(turn, form, told, "好的。")

    async def _file(self, turn: OpenTurn, form: OpenForm, told: dict[str, str]) -> None:
        """File the draft: it is in the database, with its letter, before its number is told."""
        number = await asyncio.to_thread(self._orders.file, turn.conversation, form.ticket, told, turn.context.region or "")
        if number is None:
            turn.fill_in(Draft(Outcome.HOTLINE, f"刚才写的过了时间，已经清掉了，没有提交。{QUESTIONS[WHAT]}"), self._form(WHAT))
            return
        self._outbox.hurry()
        text = (
            f"登记好了，编号 {number}，请记一下。已经在转给12345，那边收到后派给承办单位处理。\n"
            "想知道办到哪一步，把这个编号发给我，或者打12345。"
        )
        turn.fill_in(Draft(Outcome.HOTLINE, text, actions=(CALL_12345,)), None)

    def _leaves(self, turn: OpenTurn, form: OpenForm, intent: Intent) -> bool:
        """Whether somebody gives the draft up. What tells a story is no giving up (“窗口说取消了”)."""
        text = turn.message.query
        if form.asks == CONTACT and drafts.refuses_contact(text) or form.asks in QUESTIONS and words.skips(text):
            return False
        return words.stops(text) or (intent.name == "stop" and intent.confidence >= thresholds.ACT_SURE and len(fold(text)) <= SHORT_ACT)

    def _elsewhere(self, turn: OpenTurn, form: OpenForm, intent: Intent) -> bool:
        """Whether a message in the middle of a draft is about something else."""
        text = turn.message.query
        options = list(turn.context.options)
        if options and (
            picked_number(text, len(options)) is not None
            or picked_label(text, turn.library.labels([o for o in options if turn.library.knows(o)]))
        ):
            return True
        acts = ("handoff", "greet", "thanks", "goodbye", "bot_identity", *(() if form.asks == WHAT else ("progress",)))
        if intent.name in acts and intent.confidence >= thresholds.ACT_SURE and len(fold(text)) <= SHORT_ACT:
            return not (words.skips(text) or words.at_once(text))
        if form.asks == WHAT and intent.name == "complaint" or not words.asks(text):
            return False
        if intent.name.startswith("ask_") and intent.confidence >= thresholds.ACT_SURE:
            return True
        question, ranking = turn.library.rank(text)
        best = ranking.best
        if best is None or turn.library.subject(best.match.subject).kind not in ("item", "topic"):
            return False
        return best.match.exact == 1 or (bool(question.facets) and ranking.confidence >= thresholds.ANSWER)

    def _form(self, asks: str, told: dict[str, str] | None = None, ticket: str = "") -> OpenForm:
        told = told or {}
        open_slots = (*drafts.missing(told), CONFIRMED, asks) if told else self.slots
        return OpenForm(name=self.name, asks=asks, given=tuple(slot for slot in self.slots if slot not in open_slots), ticket=ticket)


def _ways_on(asks: str) -> tuple[Action, ...]:
    """Buttons for what may be said instead of an answer: nobody has to type it, or to know that one may leave."""
    passing = {WHAT: (), CONTACT: ("匿名",)}.get(asks, ("跳过",))
    return tuple(Action(kind="hotline", label=label, value=label) for label in (*passing, "不交了"))


def _asks_after(text: str) -> bool:
    """Whether somebody is after an earlier work order (“我投诉的事怎么样了”, “刚才的投诉撤回”), and has no new one."""
    return bool(_ASKS_AFTER.search(text)) and not re.search(r"我要|还要|再(?:投诉|反映|举报)|没有?人", text)
