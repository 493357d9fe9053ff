"""The rate limit: so many requests a client, counted by address. Loopback is free unless set otherwise."""

import ipaddress

from fastapi import HTTPException, Request
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from assistant.settings import Settings


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


async def limited(request: Request) -> None:
    """Dependency of the public routes."""
    limit: RateLimit = request.app.state.rate_limit
    client = request.client.host if request.client else ""
    if not await limit.check(client):
        raise HTTPException(429, "您问得太快了，请过一分钟再试。", headers={"Retry-After": "60"})
