"""The door for staff: who sent a request, and whether they may.

The session is a cookie that scripts cannot read and other sites cannot send (HttpOnly, SameSite=Strict). A request
that changes something must also carry a header that a form on another site cannot set, and a WebSocket must come
from this site's own page.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request, Response, WebSocket
from starlette.concurrency import run_in_threadpool

from assistant.services import Services
from assistant.staff.roles import Member, Role

COOKIE = "zhiwen_staff"
CSRF_HEADER = "X-Requested-With"
SIGN_IN = "请先登录，或者登录已经过期，请重新登录。"
_SAFE = ("GET", "HEAD")


async def signed_in(request: Request) -> Member:
    """Who sent a request. 401 without a sign-in, 403 when it may have been made by another site's page."""
    if request.method not in _SAFE:
        same_site(request)
    services: Services = request.app.state.services
    member = await run_in_threadpool(services.sessions.member, request.cookies.get(COOKIE, ""))
    if member is None:
        raise HTTPException(401, SIGN_IN)
    return member


def same_site(request: Request) -> None:
    """Refuse a changing request without the header that only a page of this site can set (403)."""
    if CSRF_HEADER.lower() not in request.headers:
        raise HTTPException(403, f"请求要带 {CSRF_HEADER} 这个头。")


def allowed(*roles: Role) -> Callable[[Member], Member]:
    """A dependency that lets only these roles in; others get 403."""

    def check(member: Annotated[Member, Depends(signed_in)]) -> Member:
        if member.role not in roles:
            raise HTTPException(403, "您的账号不能做这件事，需要的话请找管理员。")
        return member

    return check


async def signed_in_socket(socket: WebSocket) -> Member | None:
    """Who opened a WebSocket; None when nobody is signed in, or the page is not of this site."""
    origin = socket.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != socket.headers.get("host"):
        return None
    services: Services = socket.app.state.services
    return await run_in_threadpool(services.sessions.member, socket.cookies.get(COOKIE, ""))


def set_cookie(response: Response, request: Request, token: str) -> None:
    """Give the browser its session; it ends with the browser, or when the service says so."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")


def drop_cookie(response: Response) -> None:
    """Take it back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
