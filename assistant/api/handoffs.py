"""What agents and supervisors call: the queue, taking a hand-off, talking, passing it on, ending it."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.conversations import After
from assistant.api.sockets import POLICY_VIOLATION, next_frame, pushed
from assistant.api.staff_door import allowed, signed_in_socket
from assistant.clerk.drafting import NoDraft, draft_of
from assistant.people.bell import QUEUE
from assistant.people.states import CloseReason, NotHere, Sender, TakenMeanwhile
from assistant.people.suggestions import Suggestions, suggest
from assistant.people.switchboard import staff_topic
from assistant.people.views import Colleague, HandOffDetail, MessageView, Overview, QueueView
from assistant.privacy import mask
from assistant.services import Services
from assistant.staff.roles import SERVING, Member, Role
from knowledge.text import clean, typeset
from knowledge.vocabulary import Facet

router = APIRouter(prefix="/api/v1/staff", tags=["工作人员"])

Serving = Annotated[Member, Depends(allowed(*SERVING))]
HandOffId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="人工服务的编号")]

OFFICE_PHONES = ("[电话]",)
"""Fixed lines are an office's; agents may name them. What is a person's (mobiles, papers) is masked in their words too."""
QUEUE_SECONDS = 10.0
"""How often a queue is sent even if nothing happened: it tells that the agent is there, and the page that it is connected."""
QUEUE_PAUSE = 1.0
"""Least time between two sendings of a queue: with twenty agents at work it changes many times a second."""


class Said(BaseModel):
    """工作人员说的一句话。"""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    key: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(description="这句话的编号；重发用同一个，就只有一句")


class Transfer(BaseModel):
    """转给谁：写同事的登录名，或者只写部门。"""

    to: Annotated[str, StringConstraints(max_length=40)] = Field(default="", description="同事的登录名")
    department: Annotated[str, StringConstraints(max_length=60)] = Field(default="", description="部门；空是总台")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What cannot be done, as a problem that says why."""
    try:
        yield
    except NotHere:
        raise HTTPException(404, "没有这段对话，或者不归您接待。") from None
    except TakenMeanwhile as error:
        raise HTTPException(409, str(error)) from None


@router.get("/queue", summary="谁在等，谁在谈")
async def queue(wired: Wired, member: Serving) -> QueueView:
    """自己能接的、正在接的；班长还能看到别人正在接的。"""
    return await wired.switchboard.queue(member)


@router.get("/overview", summary="各队列的等待情况")
async def overview(wired: Wired, member: Annotated[Member, Depends(allowed(Role.SUPERVISOR))]) -> Overview:
    """班长看的。"""
    return await wired.switchboard.overview(member)


@router.get("/colleagues", summary="可以转给谁")
async def colleagues(wired: Wired, member: Serving) -> list[Colleague]:
    """能接待市民的同事，和他们在不在线。"""
    return await wired.switchboard.colleagues(member)


@router.post("/handoffs/{handoff_id}/claim", summary="接下一个")
async def claim(handoff_id: HandOffId, wired: Wired, member: Serving) -> HandOffDetail:
    """接下在等的，返回前面说过的全部。两个人同时接，只有一个成功，另一个得到 409。"""
    with _told():
        return await wired.switchboard.claim(handoff_id, member)


@router.get("/handoffs/{handoff_id}", summary="前面说了什么")
async def detail(handoff_id: HandOffId, wired: Wired, member: Serving) -> HandOffDetail:
    """只有接待的人和班长能看。"""
    with _told():
        return await wired.switchboard.detail(handoff_id, member)


@router.get("/handoffs/{handoff_id}/messages", summary="第几句以后的话")
async def messages(handoff_id: HandOffId, wired: Wired, member: Serving, after: After = 0) -> list[MessageView]:
    """按序号排好，一次最多200句。"""
    with _told():
        return await wired.switchboard.messages(handoff_id, member, after)


@router.post("/handoffs/{handoff_id}/messages", summary="说一句")
async def say(handoff_id: HandOffId, said: Said, wired: Wired, member: Serving) -> MessageView:
    """只有正在接待的人能说。同一个 key 再发，返回原来那一句。"""
    lines = (typeset(mask(clean(line), keep=OFFICE_PHONES)) for line in said.text.splitlines())
    text = "\n".join(lines).strip()
    if not text:
        raise HTTPException(422, "还没写内容。")
    with _told():
        return MessageView.of(await wired.switchboard.say(handoff_id, member, text, said.key))


@router.post("/handoffs/{handoff_id}/transfer", status_code=204, summary="转给同事或部门")
async def transfer(handoff_id: HandOffId, given: Transfer, wired: Wired, member: Serving) -> None:
    """转给在线的同事，马上由他接待；转给部门，就在那个部门的队里等。"""
    with _told():
        await wired.switchboard.transfer(handoff_id, member, given.to, given.department)


@router.post("/handoffs/{handoff_id}/return", status_code=204, summary="交回智问")
async def give_back(handoff_id: HandOffId, wired: Wired, member: Serving) -> None:
    """交回以后由智问接着回答。"""
    with _told():
        await wired.switchboard.give_back(handoff_id, member)


class Closing(BaseModel):
    """怎么结束的。"""

    reason: CloseReason = Field(default=CloseReason.OTHER, description="solved 答好了，pointed 指了路，gone 市民不说话了，other 其他")


@router.post("/handoffs/{handoff_id}/close", status_code=204, summary="结束")
async def close(handoff_id: HandOffId, wired: Wired, member: Serving, closing: Closing | None = None) -> None:
    """结束这次人工服务，写明怎么结束的；不写是 other。"""
    with _told():
        await wired.switchboard.close(handoff_id, member, (closing or Closing()).reason)


@router.get("/handoffs/{handoff_id}/suggestions", summary="智问会怎么答")
async def suggestions(
    handoff_id: HandOffId,
    wired: Wired,
    member: Serving,
    q: Annotated[str, Query(max_length=200, description="换句话查；不写就查市民最后说的")] = "",
) -> Suggestions:
    """对市民最后说的话，检索给出的已发布原文，可以发、可以改了再发。只有接待的人和班长能看。"""
    with _told():
        asked, context = await wired.switchboard.last_asked(handoff_id, member)
    return await run_in_threadpool(suggest, wired.shelf.library(), clean(q) or asked, context, date.today())


@router.get("/canned", summary="常用语")
async def canned(wired: Wired, _member: Serving) -> list[str]:
    """知识里写的常用语。"""
    return list(wired.shelf.library().snapshot.canned)


class GoodAnswer(BaseModel):
    """把自己答的一句存成问答草稿。"""

    sequence: int = Field(ge=1, description="自己说的那一句的序号")
    subject: Annotated[str, StringConstraints(max_length=80)] = Field(description="事项或话题的编号")
    facet: Facet | None = Field(default=None, description="事项的方面；话题不写")
    question: Annotated[str, StringConstraints(min_length=2, max_length=200)] = Field(description="市民一般怎么问")


class DraftMade(BaseModel):
    """存好的草稿。"""

    draft: str = Field(description="草稿的名字；要由别的人复核，发布以后才生效")


@router.post("/handoffs/{handoff_id}/drafts", status_code=201, summary="存成问答草稿")
async def draft(handoff_id: HandOffId, good: GoodAnswer, wired: Wired, member: Serving) -> DraftMade:
    """把工作人员说的一句写成答疑手册的草稿，依据用这个事项已发布的依据；不写市民是谁。"""
    with _told():
        said = await wired.switchboard.messages(handoff_id, member, good.sequence - 1)
    answer = next((m.text for m in said if m.sequence == good.sequence and m.sender is Sender.AGENT), None)
    if answer is None:
        raise HTTPException(404, "没有这一句，或者不是工作人员说的。")
    question, library = mask(clean(good.question)), wired.shelf.library()
    try:
        name, made = draft_of(library, good.subject, good.facet, question, answer, wired.settings.region, member.name, date.today())
    except NoDraft as error:
        raise HTTPException(422, str(error)) from None
    await run_in_threadpool(wired.console.workshop.add_draft, member, name, made)
    return DraftMade(draft=name)


class Watch(BaseModel):
    """要看哪一段对话。"""

    handoff: str = Field(default="", description="人工服务的编号；空是只看队列")
    after: int = Field(default=0, ge=0, description="已经看到第几句")


class QueueFrame(BaseModel):
    """队列变了。"""

    queue: QueueView


class TalkFrame(BaseModel):
    """正在看的那段对话里新的话。"""

    handoff: str
    gone: bool = Field(default=False, description="已经不归您接待了")
    messages: list[MessageView] = []


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """一连上就收到 {"queue"}，有变化再收到；发 {"handoff", "after"} 就接着收到那段对话里新的话。"""
    wired: Services = socket.app.state.services
    member = await signed_in_socket(socket)
    if member is None or member.role not in SERVING:
        return await socket.close(POLICY_VIOLATION)
    await socket.accept()

    async def look() -> QueueFrame | None:
        # Asked again every time: it keeps the agent online, and ends with the sign-in.
        known = await signed_in_socket(socket)
        return None if known is None else QueueFrame(queue=await wired.switchboard.queue(known))

    topics = (QUEUE, staff_topic(member.name))
    with contextlib.suppress(WebSocketDisconnect):
        async with pushed(socket, wired.switchboard.bell, topics, look, QUEUE_SECONDS, QUEUE_PAUSE):
            watch: Watch | None = None
            while True:
                async with _watched(socket, wired, member, watch) if watch is not None and watch.handoff else contextlib.nullcontext():
                    watch = await next_frame(socket, Watch)


@contextlib.asynccontextmanager
async def _watched(socket: WebSocket, wired: Services, member: Member, watch: Watch) -> AsyncIterator[None]:
    """Send what is said in one hand-off for as long as the block runs."""
    seen = watch.after
    try:
        conversation = await wired.switchboard.conversation_of(watch.handoff, member)
    except NotHere:
        await socket.send_text(TalkFrame(handoff=watch.handoff, gone=True).model_dump_json())
        yield
        return

    async def look() -> TalkFrame:
        nonlocal seen
        try:
            new = await wired.switchboard.messages(watch.handoff, member, seen)
        except NotHere:
            return TalkFrame(handoff=watch.handoff, gone=True)
        seen = max([seen, *(message.sequence for message in new)])
        return TalkFrame(handoff=watch.handoff, messages=new)

    async with pushed(socket, wired.switchboard.bell, (conversation,), look, QUEUE_SECONDS):
        yield
