"""The doors of WeChat: where its servers bring the official account's messages, and where the mini-program signs in."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.background import BackgroundTask

from assistant.api.citizen import Wired
from assistant.api.limits import RateLimit, limited
from assistant.services import Services
from assistant.wechat import words
from assistant.wechat.account import OfficialAccount
from assistant.wechat.api import WeChatAway, WeChatRefused
from assistant.wechat.door import Kind, NotWeChat
from assistant.wechat.miniprogram import SESSION_SECONDS

log = structlog.get_logger()
router = APIRouter()

NOTHING = "success"
"""By which WeChat knows that a message has arrived and is not answered here."""


@router.get("/wechat", include_in_schema=False)
async def check(request: Request, wired: Wired) -> Response:
    """Show WeChat that the address is ours: it sends this once, when the address is registered."""
    account = _account(wired)
    try:
        return PlainTextResponse(account.door.greet(request.query_params))
    except NotWeChat as error:
        raise _refused(error) from None


@router.post("/wechat", include_in_schema=False)
async def take(request: Request, wired: Wired) -> Response:
    """Take one message of the official account, and answer it."""
    account = _account(wired)
    try:
        heard = account.door.read(request.query_params, await request.body())
    except NotWeChat as error:
        raise _refused(error) from None
    limit: RateLimit = request.app.state.rate_limit
    allowed = heard.kind not in (Kind.SAID, Kind.TAPPED) or await limit.check(account.people.id_of(heard.openid))
    text = await account.answer(heard) if allowed else words.TOO_FAST
    if not text:
        return PlainTextResponse(NOTHING)
    xml = account.door.write(heard, text, request.query_params)
    return Response(xml, media_type="application/xml", background=BackgroundTask(account.hurry))


def _account(wired: Services) -> OfficialAccount:
    if wired.wechat is None:
        raise HTTPException(404)
    return wired.wechat


def _refused(error: NotWeChat) -> HTTPException:
    log.warning("wechat_not_let_in", cause=str(error))
    return HTTPException(403, "这个地址只收微信服务器发来的消息。")


class Login(BaseModel):
    """小程序登录。"""

    code: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(description="wx.login 给的 code", repr=False)


class Session(BaseModel):
    """小程序的会话。"""

    token: str = Field(description="之后每个请求放在请求头 X-Session-Token 里")
    expires_in: int = Field(description="管多少秒；过了再登录一次")


@router.post("/api/v1/miniprogram/session", summary="小程序登录", tags=["市民"], dependencies=[Depends(limited)])
async def miniprogram_session(given: Login, wired: Wired) -> Session:
    """用 wx.login 的 code 换一个短时的会话凭证；没有接小程序时是 404。openid 不保存。"""
    if wired.miniprogram is None:
        raise HTTPException(404)
    try:
        return Session(token=await wired.miniprogram.open(given.code), expires_in=SESSION_SECONDS)
    except WeChatRefused:
        raise HTTPException(401, "微信登录没有成功，请重新进入小程序再试。") from None
    except WeChatAway:
        raise HTTPException(503, "微信登录暂时连不上，请稍后再试；着急的话请打12345。") from None
