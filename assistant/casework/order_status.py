"""How far a work order is that was filed here: what we know, and what 12345 says when it has it."""

import asyncio
import re

from assistant.answering.answerer import CALL_12345, HANDOFF, Draft
from assistant.casework.locks import Locks
from assistant.casework.orders import WorkOrders
from assistant.desk import OpenTurn
from assistant.outbox import State
from assistant.privacy import mask
from knowledge.text import clean
from knowledge.vocabulary import Outcome
from outside.errors import OutsideError
from outside.models import WORK_ORDER_STATE_TITLES
from outside.protocols import Hotline12345

PATIENCE = 2.6
"""Seconds for asking 12345 how far a work order is, so that nobody waits longer than three."""

_WITHDRAWS = re.compile(r"撤(?:回|销|掉)|不(?:投诉|举报|反映)了|取消")


class OrderStatus:
    """Tells how far a work order is."""

    def __init__(self, orders: WorkOrders, hotline: Hotline12345, locks: Locks) -> None:
        self._orders = orders
        self._hotline = hotline
        self._locks = locks

    def tell(self, turn: OpenTurn, number: str) -> None:
        """Have the state of a work order told, once Rasa has let go of the turn."""
        withdraws = bool(_WITHDRAWS.search(turn.message.query))
        turn.by_form = True
        turn.errand = lambda: self._look_up(turn, number, withdraws)

    async def _look_up(self, turn: OpenTurn, number: str, withdraws: bool) -> Draft:
        """What we and 12345 know of a work order. Only the numbers of our own are answered, and they cannot be guessed."""
        if await asyncio.to_thread(self._locks.attempt, number, turn.conversation, turn.address) is None:
            return _said("这个编号试的次数太多了，请过15分钟再来，或者打12345问。")
        letter = await asyncio.to_thread(self._orders.letter, number)
        if letter is None:
            return _said("没有查到这个工单编号。请核对一下（GD开头，后面12位数字）；打电话登记的工单，请打12345问。")
        await asyncio.to_thread(self._locks.forgive, number, turn.conversation, turn.address)
        if withdraws:
            return _said("已经提交的工单不能在这里撤回，请打12345，报编号请话务员撤。")
        if letter.state == State.PENDING.value:
            return _said("这张工单已经登记，正在转给12345，还没有收到那边的编号。转不过去会一直重试，不用再报一次。")
        if letter.state == State.PARKED.value:
            return _said("这张工单12345那边没有收下，工作人员已经看到，在处理。着急的话请直接打12345。")
        return await self._ask_hotline(letter.receipt)

    async def _ask_hotline(self, receipt: str) -> Draft:
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._hotline.status(receipt)
        except (OutsideError, TimeoutError):
            return _said(f"这张工单已经转到12345，那边的编号是 {receipt}。现在连不上12345，请过一会儿再问，或者打12345报这个编号。")
        if status is None:
            return _said(f"这张工单已经转到12345，编号 {receipt}，那边暂时查不到，请打12345报这个编号问。")
        details = [f"12345的编号：{receipt}", f"现在：{WORK_ORDER_STATE_TITLES[status.state]}"]
        details += [f"承办单位：{status.department}"] if status.department else []
        details += [f"答复：{mask(clean(status.reply))}"] if status.reply else []
        return _said("\n".join(details))


def _said(text: str) -> Draft:
    return Draft(Outcome.HOTLINE, text, actions=(CALL_12345, HANDOFF))
