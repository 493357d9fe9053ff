"""What staff see and do of the casework: what bad ratings ask to be put right, and what waits to be delivered outside."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.staff_door import allowed
from assistant.casework.ratings import RECTIFICATION_TITLES, Rectification, RectificationState
from assistant.outbox import State
from assistant.privacy import mask
from assistant.staff.roles import Member, Role
from knowledge.text import clean
from outside.models import RATING_TITLES, RatedKind, RatingLevel

router = APIRouter(prefix="/api/v1/staff", tags=["工作人员"])

Server = Annotated[Member, Depends(allowed(Role.AGENT, Role.SUPERVISOR, Role.ADMIN))]
Operator = Annotated[Member, Depends(allowed(Role.SUPERVISOR, Role.MAINTAINER, Role.ADMIN))]
Number = Annotated[int, Path(ge=1, description="整改的编号")]
Key = Annotated[str, Path(max_length=64, description="待发的编号")]


class RectificationShown(BaseModel):
    """一件差评的整改。"""

    id: int
    department: str = Field(description="谁负责")
    state: RectificationState
    state_title: str
    due_on: date = Field(description="最晚哪天改好")
    overdue: bool
    note: str = Field(description="怎么处理的")
    handled_by: str = Field(description="谁处理的（登录名）")
    opened_at: datetime
    level: RatingLevel
    level_title: str
    reasons: list[str]
    comment: str = Field(description="市民写的，已遮盖个人信息")
    about: RatedKind = Field(description="case 评办件，conversation 评咨询")

    @classmethod
    def of(cls, item: Rectification) -> "RectificationShown":
        """As it goes over the wire."""
        return cls(
            id=item.id, department=item.department, state=item.state, state_title=RECTIFICATION_TITLES[item.state], due_on=item.due_on,
            overdue=item.overdue, note=item.note, handled_by=item.handled_by, opened_at=item.opened_at, level=item.level,
            level_title=RATING_TITLES[item.level], reasons=list(item.reasons), comment=item.comment, about=item.about,
        )  # fmt: skip


class Move(BaseModel):
    """改一件整改的状态。"""

    seen: RectificationState = Field(description="您看到的状态；别人先改了就不改，返回 409")
    state: RectificationState = Field(description="改成什么")
    note: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="怎么处理的；个人信息会遮盖")


class Letter(BaseModel):
    """一件还没送到外部系统的东西；内容是密封的，这里看不到。"""

    key: str
    destination: str = Field(description="送到哪里：hotline 12345，ratings 好差评")
    about: str = Field(description="我们的编号")
    state: State = Field(description="pending 在重试，parked 停下了，要人处理")
    attempts: int
    written_at: datetime
    next_at: datetime = Field(description="下一次什么时候送；停下的没有意义")
    last_error: str = Field(description="上一次没送到的原因")


class OutboxShown(BaseModel):
    """待发的情况。"""

    pending: int
    delivered: int
    parked: int
    waiting: list[Letter] = Field(description="还没送到的，早的在前，最多100件")


@router.get("/rectifications", summary="差评整改")
async def rectifications(
    member: Server, wired: Wired, open_only: Annotated[bool, Query(description="只要还没改好的")] = False
) -> list[RectificationShown]:
    """要整改的，快到期的在前。部门的人看本部门的，总台的班长和管理员看全部。"""
    department = None if _sees_all(member) else member.department
    found = await run_in_threadpool(wired.casework.ratings.rectifications, date.today(), department, open_only)
    return [RectificationShown.of(item) for item in found]


@router.post("/rectifications/{number}", summary="处理一件差评整改")
async def move(number: Number, change: Move, member: Server, wired: Wired) -> RectificationShown:
    """改状态，写明怎么处理的。看不到的返回 404，别人先改了返回 409。"""
    ratings = wired.casework.ratings
    item = await run_in_threadpool(ratings.rectification, number, date.today())
    if item is None or not (_sees_all(member) or item.department == member.department):
        raise HTTPException(404, "没有这件整改，或者不归您的部门。")
    if not await run_in_threadpool(ratings.move, number, change.seen, change.state, mask(clean(change.note)), member.name):
        raise HTTPException(409, "别人刚改过这一件，请刷新看看再改。")
    changed = await run_in_threadpool(ratings.rectification, number, date.today())
    assert changed is not None, "it was there a moment ago, and none is ever deleted"
    return RectificationShown.of(changed)


@router.get("/outbox", summary="还没送到外部系统的")
async def outbox(_member: Operator, wired: Wired) -> OutboxShown:
    """工单和评价先写在这里再送出去。停下的（parked）要人看：改好对方系统，再点重发。"""
    counts = await run_in_threadpool(wired.casework.outbox.counts)
    waiting = await run_in_threadpool(wired.casework.outbox.waiting)
    letters = [Letter.model_validate(letter, from_attributes=True) for letter in waiting]
    return OutboxShown(**counts, waiting=letters)


@router.post("/outbox/{key}/again", status_code=204, summary="重发停下的")
async def send_again(key: Key, member: Operator, wired: Wired) -> None:
    """把停下的一件再拿出来送；不是停下的返回 404。"""
    if not await run_in_threadpool(wired.casework.outbox.send_again, key, member.name):
        raise HTTPException(404, "没有停下的这一件，可能已经送到，或者正在重试。")
    wired.casework.outbox.hurry()


def _sees_all(member: Member) -> bool:
    return member.role is Role.ADMIN or (member.role is Role.SUPERVISOR and not member.department)
