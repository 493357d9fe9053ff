"""What staff call to sign in and out. Accounts are made on the command line: ./zhiwen staff."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.limits import limited
from assistant.api.staff_door import COOKIE, drop_cookie, same_site, set_cookie, signed_in
from assistant.staff.accounts import LOCKED, MAX_FAILURES
from assistant.staff.oidc import LASTS_SECONDS, OidcError
from assistant.staff.roles import ROLE_TITLES, Member, Role

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/staff", tags=["工作人员"])

SignedIn = Annotated[Member, Depends(signed_in)]


class SignIn(BaseModel):
    """登录名和口令。"""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(repr=False)


class Me(BaseModel):
    """登录的人。"""

    name: str
    title: str = Field(description="市民和同事看到的称呼")
    role: Role
    role_title: str
    department: str = Field(description="部门；空是总台")

    @classmethod
    def of(cls, member: Member) -> "Me":
        """As the page shows it."""
        return cls(
            name=member.name, title=member.title, role=member.role, role_title=ROLE_TITLES[member.role], department=member.department
        )


@router.post("/login", summary="登录", dependencies=[Depends(limited)])
async def login(given: SignIn, request: Request, response: Response, wired: Wired) -> Me:
    """登录成功给一个 HttpOnly、SameSite=Strict 的 cookie。不论哪里不对，答复都一样（401）。"""
    same_site(request)
    member = await run_in_threadpool(wired.accounts.check, given.name.lower(), given.password)
    if member is None:
        minutes = int(LOCKED.total_seconds() // 60)
        raise HTTPException(401, f"登录名或口令不对。连着错{MAX_FAILURES}次，账号会锁{minutes}分钟。")
    set_cookie(response, request, await run_in_threadpool(wired.sessions.open, member))
    return Me.of(member)


class Ways(BaseModel):
    """有哪些登录的办法。"""

    oidc: bool = Field(description="能不能用单位的统一账号登录")


@router.get("/ways", summary="怎么登录")
async def ways(wired: Wired) -> Ways:
    """登录页要知道的。"""
    return Ways(oidc=wired.oidc is not None)


PENDING = "zhiwen_oidc"


@router.get("/oidc/start", summary="用单位的统一账号登录", dependencies=[Depends(limited)])
async def oidc_start(request: Request, wired: Wired) -> Response:
    """转到统一账号系统；没有设置时是 404。"""
    if wired.oidc is None:
        raise HTTPException(404)
    try:
        address, kept = await wired.oidc.begin(str(request.url_for("oidc_back")))
    except OidcError as error:
        log.warning("oidc_failed", cause=str(error))
        raise HTTPException(503, "统一账号系统暂时连不上，请用口令登录，或者稍后再试。") from None
    response = RedirectResponse(address, status_code=302)
    # Lax and not Strict: the browser comes back from another site.
    response.set_cookie(PENDING, kept, max_age=LASTS_SECONDS, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return response


@router.get("/oidc/back", summary="从统一账号系统回来", include_in_schema=False, dependencies=[Depends(limited)])
async def oidc_back(request: Request, wired: Wired, state: str = "", code: str = "") -> Response:
    """Where the issuer sends the browser back to."""
    if wired.oidc is None:
        raise HTTPException(404)
    try:
        name = await wired.oidc.finish(request.cookies.get(PENDING, ""), state, code, str(request.url_for("oidc_back")))
    except OidcError as error:
        log.warning("oidc_failed", cause=str(error))
        raise HTTPException(401, "统一账号登录没有成功，请回到 /desk 再试一次，或者用口令登录。") from None
    member = await run_in_threadpool(wired.accounts.vouched, name)
    if member is None:
        raise HTTPException(403, "您的统一账号在这里还没有开通，请找管理员。")
    response = RedirectResponse("/desk", status_code=303)
    set_cookie(response, request, await run_in_threadpool(wired.sessions.open, member))
    response.delete_cookie(PENDING)
    return response


@router.post("/logout", status_code=204, summary="退出")
async def logout(request: Request, wired: Wired, member: SignedIn) -> Response:
    """退出以后，原来的 cookie 就不能用了。"""
    await run_in_threadpool(wired.sessions.close, request.cookies.get(COOKIE, ""), member)
    response = Response(status_code=204)
    drop_cookie(response)
    return response


@router.get("/me", summary="我是谁")
async def me(member: SignedIn) -> Me:
    """登录着的人；没有登录返回 401。"""
    return Me.of(member)
