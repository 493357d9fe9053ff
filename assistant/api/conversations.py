"""What a citizen's page calls while people have its conversation: messages by polling, or as they come by WebSocket.

Both need the conversation's token, which the chat reply that opened it carried in a header. A wrong token and an
unknown conversation get the same answer.
"""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, StringConstraints

from assistant.api.citizen import Token, Wired
from assistant.api.limits import limited
from assistant.api.sockets import POLICY_VIOLATION, first_frame, next_frame, pushed
from assistant.messages import MAX_MESSAGE, ChatRequest, Envelope
from assistant.people.reception import TOKEN
from assistant.people.views import ConversationView
from assistant.services import Services
from knowledge.text import clean

router = APIRouter(prefix="/api/v1/conversations", tags=["市民"])

PLACE_SECONDS = 10.0
"""How often a waiting citizen's place in the queue is looked up again; messages come at once."""

ConversationId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="会话编号")]
After = Annotated[int, Query(ge=0, description="已经看到第几句；给它之后的")]


class Opening(BaseModel):
    """连上以后先发的一条。"""

    token: Annotated[str, StringConstraints(max_length=64)] = Field(description="会话凭证")
    after: int = Field(default=0, ge=0, description="已经看到第几句")


class Spoken(BaseModel):
    """连着的时候说的一句话。"""

    text: Annotated[str, StringConstraints(max_length=MAX_MESSAGE)]
    key: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(description="这句话的编号，重发用同一个")


@router.get("/{conversation_id}/messages", summary="人工服务的状态和新的话", dependencies=[Depends(limited)])
async def messages(conversation_id: ConversationId, wired: Wired, token: Token = "", after: After = 0) -> ConversationView:
    """返回现在由谁接待、排到第几，和第 after 句以后的话，一次最多200句。凭证不对和会话不存在都是 404。"""
    if not wired.vault.fits(TOKEN, conversation_id, token):
        raise HTTPException(404, "没有找到这段对话，可能已经过了保存期。")
    return await wired.switchboard.citizen_view(conversation_id, after)


@router.websocket("/{conversation_id}/live")
async def live(socket: WebSocket, conversation_id: str) -> None:
    """第一条发 {"token", "after"}；之后一有变化就收到和轮询一样的内容，也可以发 {"text", "key"} 说话，收到 {"reply"}。"""
    wired: Services = socket.app.state.services
    await socket.accept()
    address = socket.client.host if socket.client else ""
    with contextlib.suppress(WebSocketDisconnect):
        opening = await first_frame(socket, Opening) if await socket.app.state.rate_limit.check(address) else None
        if opening is None or not wired.vault.fits(TOKEN, conversation_id, opening.token):
            return await socket.close(POLICY_VIOLATION)
        seen = opening.after

        async def look() -> ConversationView:
            nonlocal seen
            view = await wired.switchboard.citizen_view(conversation_id, seen)
            seen = max([seen, *(message.sequence for message in view.messages)])
            return view

        async with pushed(socket, wired.switchboard.bell, (conversation_id,), look, PLACE_SECONDS):
            while True:
                await _hear(socket, wired, conversation_id, address, opening.token)


async def _hear(socket: WebSocket, wired: Services, conversation_id: str, address: str, token: str) -> None:
    """Take a message that comes over the socket, as the chat door does."""
    spoken = await next_frame(socket, Spoken)
    if spoken is None or not clean(spoken.text):
        return await socket.send_json({"problem": f"要发 text 和 key，一句话最多{MAX_MESSAGE}字，不能是空白。"})
    if not await socket.app.state.rate_limit.check(address):
        return await socket.send_json({"problem": "您说得太快了，请过一分钟再试。", "key": spoken.key})
    request = ChatRequest(conversation_id=conversation_id, text=spoken.text)
    reply = await wired.turns.take(request, Envelope(address=address, token=token, key=spoken.key))
    return await socket.send_json({"reply": reply.model_dump(mode="json"), "key": spoken.key})
