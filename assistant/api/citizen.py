"""What citizens' clients call: chat, items, suggestions, feedback."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.api.limits import Session, caller, limited
from assistant.messages import Action, ChatRequest, Envelope, FeedbackRequest, Reply
from assistant.people.reception import TOKEN
from assistant.privacy import mask
from assistant.services import Services
from knowledge.render import is_expired
from knowledge.snapshot import Entry, Subject
from knowledge.text import clean
from knowledge.vocabulary import FACET_TITLES

router = APIRouter(prefix="/api/v1", dependencies=[Depends(limited)])


def services(request: Request) -> Services:
    """The wired parts of the running service."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


Wired = Annotated[Services, Depends(services)]

Token = Annotated[str, Header(alias="X-Conversation-Token", max_length=64, description="会话凭证，开始会话的那次答复在响应头里给的")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=64,
        description="客户端给这句话起的编号，32位以上的随机串；没收到答复时用同一个重发，得到同一个答复，不会办两次",
    ),
]


def envelope(client: Annotated[str, Depends(caller)], token: Token = "", key: Key = "") -> Envelope:
    """What came with a message beside its words."""
    return Envelope(client, token, key)


class ItemSummary(BaseModel):
    """目录里的一行。"""

    id: str
    name: str
    label: str
    kind: str = Field(description="item 事项，topic 通用话题")
    department: str
    theme: str


class ItemList(BaseModel):
    """已发布的事项和话题。"""

    version: str = Field(description="知识库版本")
    items: list[ItemSummary]


class ItemDetail(ItemSummary):
    """一个事项或话题的全部已发布内容（市民看的）。"""

    version: str
    facets: list[dict[str, Any]] = Field(description="各方面的标题、内容、依据和日期")


class Suggestion(BaseModel):
    """打字时的一条提示。"""

    text: str
    subject: str


class Suggestions(BaseModel):
    """打字时的提示，最多8条。"""

    suggestions: list[Suggestion]


@router.post("/chat", summary="说一句话，得到答复", tags=["市民"])
async def chat(
    message: ChatRequest, sent: Annotated[Envelope, Depends(envelope)], wired: Wired, response: Response, session: Session = ""
) -> Reply:
    """每一轮都有且只有一个结果(outcome)。个人信息在保存前会遮盖。空白消息返回 422。

    开始一段新会话的那次，响应头 X-Conversation-Token 里有它的凭证：转人工以后，收发消息都要带着。
    """
    if message.channel == "miniprogram" and wired.miniprogram is not None and not session:
        raise HTTPException(401, "请先登录小程序，再接着问。")
    if not clean(message.text):
        raise HTTPException(422, "还没写内容。请用一句话说要办的事，比如“身份证丢了要带什么”。")
    reply = await wired.turns.take(message, sent)
    if reply.conversation_id != message.conversation_id:
        response.headers["X-Conversation-Token"] = wired.vault.fingerprint(TOKEN, reply.conversation_id)
    return reply


@router.get("/items", summary="事项和话题目录", tags=["市民"])
async def items(
    wired: Wired,
    q: Annotated[str, Query(max_length=100, description="名称、部门里含有的字")] = "",
    kind: Annotated[str, Query(pattern="^(item|topic|)$", description="只要事项或只要话题")] = "",
) -> ItemList:
    """列出已发布的事项和通用话题。"""
    library = wired.shelf.library()
    wanted = clean(q)
    found = [
        _summary(s)
        for s in library.index.subjects.values()
        if s.kind in ("item", "topic") and s.audience != "clerk" and kind in ("", s.kind) and (wanted in s.title or wanted in s.department)
    ]
    return ItemList(version=library.snapshot.version, items=found)


@router.get("/items/{item_id}", summary="一个事项的办事指南", tags=["市民"])
async def item(item_id: str, wired: Wired) -> ItemDetail:
    """返回一个事项各方面的已发布内容；编号不存在返回 404。"""
    library = wired.shelf.library()
    subject = library.index.subjects.get(item_id)
    if subject is None or subject.kind not in ("item", "topic") or subject.audience == "clerk":
        raise HTTPException(404, f"没有编号为“{clean(item_id)[:60]}”的事项，请在目录 /api/v1/items 里查。")
    current = [e for e in library.snapshot.entries if e.subject == item_id and not is_expired(e.expires_on, date.today())]
    entries = [e for e in current if e.layer == "citizen" and not e.manual]
    return ItemDetail(**_summary(subject).model_dump(), version=library.snapshot.version, facets=[_facet(e) for e in entries])


def _summary(s: Subject) -> ItemSummary:
    return ItemSummary(id=s.id, name=s.title, label=s.label, kind=s.kind, department=s.department, theme=s.theme)


def _facet(entry: Entry) -> dict[str, Any]:
    return {
        "facet": entry.facet,
        "title": FACET_TITLES[entry.facet] if entry.facet else entry.title,
        "text": entry.text,
        "citations": [c.model_dump() for c in entry.citations],
        "effective_from": entry.effective_from.isoformat(),
        "reviewed_on": entry.reviewed_on.isoformat(),
        "sample": entry.sample,
    }


@router.get("/suggest", summary="打字时的提示", tags=["市民"])
async def suggest(wired: Wired, q: Annotated[str, Query(max_length=100, description="已经打的字")] = "") -> Suggestions:
    """给出和已打的字相近的问法，最多8条。"""
    found = wired.shelf.library().suggest(clean(q))
    return Suggestions(suggestions=[Suggestion(text=p.text, subject=p.subject) for p in found])


class Apology(BaseModel):
    """评价“没用”以后，可以做的事。"""

    text: str
    actions: list[Action]


@router.post("/feedback", summary="评价一条答复", tags=["市民"], response_model=Apology, responses={204: {"description": "记下了"}})
async def feedback(message: FeedbackRequest, wired: Wired) -> Response:
    """记下有用或没用；同一条答复再评，以后一次为准。没用的，返回可以找谁；有用的返回 204。"""
    kept = await run_in_threadpool(wired.conversations.rate, message.turn_id, message.helpful, mask(clean(message.comment)))
    if not kept:
        raise HTTPException(404, "没有找到这条答复，可能已经过了保存期。")
    if message.helpful:
        return Response(status_code=204)
    text, action = await wired.reception.apology()
    return JSONResponse(Apology(text=text, actions=[action]).model_dump())
