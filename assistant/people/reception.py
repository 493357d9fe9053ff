"""The citizen's side of a hand-off, as the turn meets it: who owns the conversation, bringing a person, leaving word."""

import asyncio
import re

from assistant.answering.answerer import CALL_12345, HANDOFF, Draft
from assistant.answering.context import Context
from assistant.answering.picks import picked_number
from assistant.messages import Action, Envelope
from assistant.people.duty import Duty
from assistant.people.states import HandOff, Kind, Reason, State
from assistant.people.switchboard import Switchboard
from assistant.privacy import phone_in
from assistant.screen import Screened
from assistant.vault import Vault
from knowledge.text import clean, contains_any, fold, typeset
from knowledge.vocabulary import Outcome

TOKEN = "conversation"
"""What the vault makes a conversation's token for."""

FAILURES = 2
"""Failures in a row after which a person is offered: the first may be a slip of the tongue, a third drives people away."""

_FAILED = (Outcome.NO_ANSWER, Outcome.OUT_OF_SCOPE, Outcome.ERROR)
_NEITHER = (Outcome.CLARIFY, Outcome.SMALLTALK)
"""Outcomes that are no failure and end no row of them."""

STOP_WAITING = Action(kind="handoff", label="不等了，让智问回答", value="不等了")
LEAVE_MESSAGE = Action(kind="handoff", label="留言", value="我要留言")
CALL_ME_BACK = Action(kind="handoff", label="请人回电", value="请给我回电话")
NOT_LEFT = Action(kind="handoff", label="不留了", value="算了")
LATER = HANDOFF.model_copy(update={"label": "留言或请人回电"})
"""The button for a person, while nobody is there."""

_A_PERSON = re.compile(
    r"(?:我|要|想|需要|请|帮我|给我|麻烦|直接|快点?|那|就|还是)*(?:转接?|找|接通?|换|叫|联系|切换?)?(?:到|成|一下|下|一个|个|你们的?|在线)*"
    r"(?:人工|真人|活人|客服|工作人员|坐席)(?:服务|客服|坐席|人员)*(?:来|吧|呀|啊|哈|谢谢|一下|好吗|可以吗)*"
)
"""A bare demand for a person, which needs no dialogue engine to be understood; other wordings do."""
_NO_MORE_WAITING = re.compile(r"(?:算了|那算了|那)?(?:我)?(?:不等|不排|不想等|不要等)(?:队)?了?(?:吧)?|取消排队|不用(?:转)?人工了|不找人了")
_NO_MORE_WORDS = re.compile(r"算了|(?:我)?不(?:想)?(?:留|用|要|打|说)(?:言|了|话)*(?:吧)?|取消|那算了|算了吧")
_MESSAGE_WORDS = ("留言", "留个言", "留话", "留个话")
_CALLBACK_WORDS = ("回电", "回个电", "打给我", "打我", "打电话", "回拨", "留电话", "留个电话", "留号码")
_MANY_DIGITS = re.compile(r"(?:\d[\s-]*){5,}")


class Reception:
    """Decides, with every message, whether a person has the conversation."""

    def __init__(self, switchboard: Switchboard, duty: Duty, vault: Vault) -> None:
        self._switchboard = switchboard
        self._duty = duty
        self._vault = vault

    async def held(self, conversation: str, message: Screened, envelope: Envelope) -> Draft | None:
        """The owner step: a message in a conversation that a person has, or is awaited in, goes there and nowhere else.

        Returns:
            What the citizen is told of its delivery; None when the conversation is the assistant's.

        Raises:
            SQLAlchemyError: when it cannot be known; the assistant must then be silent.

        """
        found = await self._switchboard.open_of(conversation)
        if found is None or not found.silences:
            return None
        if not self._vault.fits(TOKEN, conversation, envelope.token):
            return Draft(Outcome.HANDOFF, _ELSEWHERE, actions=(CALL_12345,), explanation={"handoff": "no_token"})
        if found.state is State.WAITING and _NO_MORE_WAITING.fullmatch(fold(message.query)):
            if await self._switchboard.leave_queue(conversation):
                text = "好的，不等了。您要问什么，接着说就行。"
                return Draft(Outcome.HANDOFF, text, actions=(CALL_12345,), explanation={"handoff": "left_queue"})
        elif not await self._switchboard.hear(found, typeset(message.masked), envelope.key):
            return None
        if found.state is State.PERSON:
            return Draft(Outcome.HANDOFF, f"已送到，{found.owner_title}会在这里回复您。", explanation={"handoff": found.id})
        return await self._waiting("您的话已经送到，工作人员接通就能看到。", found)

    async def bring(
        self, conversation: str, channel: str, text: str, message: Screened, context: Context, key: str
    ) -> tuple[Draft, Context]:
        """Bring a person, or say honestly what there is while nobody is on duty. Who asks to be called is called.

        The arguments are those of `word_left`.
        """
        if contains_any(message.query, _CALLBACK_WORDS):
            offered = context.model_copy(update={"leaving": "offered"})
            draft, offered = await self.word_left(conversation, channel, text, message, offered, key)
            if draft is not None:
                return draft, offered
        if not await asyncio.to_thread(self._duty.on_duty):
            closed = not self._duty.is_open_now()
            text = _OFF_DUTY.format(why="现在不是人工服务时间" if closed else "现在没有工作人员在线", hours=self._duty.hours_told)
            draft = Draft(Outcome.HANDOFF, text, actions=(LEAVE_MESSAGE, CALL_ME_BACK, CALL_12345), explanation={"handoff": "off_duty"})
            return draft, context.model_copy(update={"leaving": "offered", "form": None})
        reason = Reason.UNHELPED if context.failures >= FAILURES else Reason.ASKED
        found = await self._switchboard.start(conversation, channel, Kind.LIVE, reason)
        draft = await self._waiting("好的，正在为您找工作人员。您可以先把要办的事写下来，接通后就能看到。", found)
        return draft, context.model_copy(update={"leaving": "", "failures": 0, "form": None})

    async def word_left(
        self, conversation: str, channel: str, text: str, message: Screened, context: Context, key: str
    ) -> tuple[Draft | None, Context]:
        """Take a message or a telephone number that somebody leaves for later.

        Args:
            conversation: its id.
            channel: where it is held.
            text: the message as it came. It is looked through for a telephone number, which leaves here sealed.
            message: the same, made safe.
            context: the thread, which keeps what was asked for.
            key: the client's name for the message, by which its page knows it when it comes back among the messages.

        Returns:
            None and the thread when the message is about something else.

        """
        leaving = _begun(context.leaving, message.query)
        phone = phone_in(clean(text)) if leaving in ("offered", "callback") else None
        settled = context.model_copy(update={"leaving": ""})
        if leaving and _NO_MORE_WORDS.fullmatch(fold(message.query)):
            told = "好的，不留了。要问什么接着说就行。"
            return Draft(Outcome.HANDOFF, told, actions=(CALL_12345,), explanation={"handoff": "not_left"}), settled
        if phone is not None:
            return await self._promised(conversation, channel, Kind.CALLBACK, message.masked, key, _WILL_CALL, phone), settled
        if leaving == "message" and context.leaving == "message" and not message.empty:
            return await self._promised(conversation, channel, Kind.MESSAGE, message.masked, key, _WILL_ANSWER), settled
        if leaving == "callback" and context.leaving == "callback" and not _MANY_DIGITS.search(clean(text)):
            return None, settled
        if leaving in ("message", "callback"):
            asked = (_ASK_AGAIN if context.leaving == leaving else _ASK)[leaving]
            draft = Draft(Outcome.HANDOFF, asked, actions=(NOT_LEFT,), explanation={"handoff": leaving})
            return draft, settled.model_copy(update={"leaving": leaving})
        return None, settled

    async def offered(self, draft: Draft, before: Context, after: Context) -> tuple[Draft, Context]:
        """Offer a person after failures in a row; and name the button for one after what it can do now.

        Args:
            draft: how the turn would end.
            before: the thread before it.
            after: the thread after it.

        """
        failed = draft.outcome in _FAILED or (draft.outcome is Outcome.CLARIFY and bool(before.options))
        failures = before.failures + 1 if failed else before.failures if draft.outcome in _NEITHER else 0
        after = after.model_copy(update={"failures": failures})
        offer = failed and failures >= FAILURES
        if not offer and HANDOFF not in draft.actions:
            return draft, after
        there = await self._seem_there()
        button = HANDOFF if there else LATER
        actions = tuple(button if action == HANDOFF else action for action in draft.actions)
        if not offer:
            return _with(draft, draft.text, actions), after
        text = f"{draft.text}\n{_OFFER if there else _OFFER_LATER}"
        return _with(draft, text, actions if button in actions else (button, *actions)), after

    async def apology(self) -> tuple[str, Action]:
        """What a citizen is told and offered whom an answer has not helped."""
        there = await self._seem_there()
        return ("抱歉没帮上您。要不要找工作人员问问？", HANDOFF) if there else ("抱歉没帮上您。可以留言，或者请人回电。", LATER)

    async def _seem_there(self) -> bool:
        """Whether people seem to be on duty: names a button, and is asked at nearly every turn."""
        lately = self._duty.lately()
        return await asyncio.to_thread(self._duty.on_duty) if lately is None else lately

    async def _waiting(self, first: str, found: HandOff) -> Draft:
        position, minutes = await self._switchboard.place_of(found)
        place = "您排在第1位。" if position == 1 else f"您排在第{position}位，前面还有{position - 1}位。"
        wait = f"最近一般要等{minutes}分钟左右。" if minutes is not None else ""
        text = f"{first}{place}{wait}离开一会儿也没关系，回来接着看。"
        return Draft(Outcome.HANDOFF, text, actions=(STOP_WAITING, CALL_12345), explanation={"handoff": found.id, "position": position})

    async def _promised(self, conversation: str, channel: str, kind: Kind, words: str, key: str, told: str, phone: str = "") -> Draft:
        found = await self._switchboard.start(conversation, channel, kind, Reason.LEFT, phone)
        await self._switchboard.hear(found, typeset(words), key)
        text = told.format(number=found.id[:6], hours=self._duty.hours_told)
        return Draft(Outcome.HANDOFF, text, actions=(CALL_12345,), explanation={"handoff": found.id})


def asks_for_person(text: str) -> bool:
    """Whether a message asks for a person and for nothing else (the button does), so that it works without the engine."""
    return bool(_A_PERSON.fullmatch(fold(text)))


def _begun(leaving: str, text: str) -> str:
    """What is being left, after this message: a button is always understood, other words only after the offer."""
    if text == LEAVE_MESSAGE.value:
        return "message"
    if text == CALL_ME_BACK.value:
        return "callback"
    if leaving != "offered":
        return leaving
    number = picked_number(text, 2)
    if number == 0 or contains_any(text, _MESSAGE_WORDS):
        return "message"
    return "callback" if number == 1 or contains_any(text, _CALLBACK_WORDS) else leaving


def _with(draft: Draft, text: str, actions: tuple[Action, ...]) -> Draft:
    return Draft(draft.outcome, text, draft.answers, draft.options, actions, draft.explanation)


_ELSEWHERE = "这段对话正在由工作人员接待，请在原来打开的页面里接着说。想另外问事，请刷新页面重新开始。"
_OFF_DUTY = (
    "{why}（人工服务：{hours}）。您可以：\n1. 留言，上班后有人在这里回复\n2. 请人回电，留个电话，上班后打给您\n"
    "3. 打12345，全天有人接\n您也可以接着问我。"
)
_ASK = {
    "message": "请把要说的写成一句话发来，不用写身份证号。不想留了，就说“算了”。",
    "callback": "请发一个能打通的电话，可以写上什么事、什么时候方便。号码会加密保存，只有给您回电的工作人员看得到。不想留了，就说“算了”。",
}
_ASK_AGAIN = {
    "message": "没有看到要说的话，请写成一句话发来。不想留了，就说“算了”。",
    "callback": "这个号码好像不对：手机号是11位，固定电话要带区号，比如0791-12345678。请再发一次。不想留了，就说“算了”。",
}
_WILL_ANSWER = "已经留下了，编号{number}。{hours}有人看到会在这里回复，您打开这个页面就能看到。着急的话请打12345。您可以接着问我。"
_WILL_CALL = "已经记下了，编号{number}。{hours}会有工作人员给您回电。着急的话请打12345。您可以接着问我。"
_OFFER = "看来我没帮上您。要不要找工作人员问？点“找工作人员”就行。"
_OFFER_LATER = "看来我没帮上您。可以留言，或者请人回电。"
