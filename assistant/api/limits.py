"""Who asks, and the rate limit: so many requests a client. Loopback is free unless set otherwise."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from assistant.settings import Settings
from assistant.wechat.miniprogram import MiniProgram


class RateLimit:
    """Counts requests in this process's memory."""

    def __init__(self, settings: Settings) -> None:
        self._limit = parse(settings.rate_limit)
        self._loopback_too = settings.rate_limit_loopback
        self._counter = MovingWindowRateLimiter(MemoryStorage())

    async def check(self, client: str) -> bool:
        """Count one request; False when it is one too many."""
        if not self._loopback_too and is_loopback(client):
            return True
        return await self._counter.hit(self._limit, client)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


Session = Annotated[str, Header(alias="X-Session-Token", max_length=512, description="小程序的会话凭证；网页不用")]


def caller(request: Request, session: Session = "") -> str:
    """Who asks: the person of a mini-program's session, else the network address. 401 when the session is over."""
    if not session:
        return request.client.host if request.client else ""
    miniprogram: MiniProgram | None = request.app.state.services.miniprogram
    person = miniprogram.person(session) if miniprogram is not None else None
    if person is None:
        raise HTTPException(401, "登录已经过期，请重新进入小程序。")
    return person


async def limited(request: Request, client: Annotated[str, Depends(caller)]) -> None:
    """Dependency of the public routes."""
    limit: RateLimit = request.app.state.rate_limit
    if not await limit.check(client):
        raise HTTPException(429, "您问得太快了，请过一分钟再试。", headers={"Retry-After": "60"})
