"""What staff call to sign in and out. Accounts are made on the command line: ./zhiwen staff."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.limits import limited
from assistant.api.staff_door import COOKIE, drop_cookie, same_site, set_cookie, signed_in
from assistant.staff.accounts import LOCKED, MAX_FAILURES
from assistant.staff.roles import ROLE_TITLES, Member, Role

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
    member = await run_in_threadpool(wired.accounts.check, given.name, given.password)
    if member is None:
        minutes = int(LOCKED.total_seconds() // 60)
        raise HTTPException(401, f"登录名或口令不对。连着错{MAX_FAILURES}次，账号会锁{minutes}分钟。")
    set_cookie(response, request, await run_in_threadpool(wired.sessions.open, member))
    return Me.of(member)


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
