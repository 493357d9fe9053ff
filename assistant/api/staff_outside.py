"""What operators see of the outside systems."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from assistant.api.citizen import Wired
from assistant.api.staff_door import allowed
from assistant.staff.roles import Member, Role
from outside.client import HealthState
from outside.models import SYSTEM_TITLES, System

router = APIRouter(prefix="/api/v1/staff", tags=["工作人员"])

Operator = Annotated[Member, Depends(allowed(Role.SUPERVISOR, Role.MAINTAINER, Role.ADMIN))]

STATE_TITLES = {
    HealthState.UNUSED: "还没用过",
    HealthState.UP: "正常",
    HealthState.FAILING: "上一次没答上来",
    HealthState.RESTING: "连着没答上来，暂停几秒再问",
}


class OutsideState(BaseModel):
    """一个外部系统的情况，从服务启动算起。"""

    system: System
    title: str
    own: bool = Field(description="接的是本地自己的系统为 true，用参考服务的示例数据为 false")
    state: HealthState
    state_title: str
    failures: int = Field(description="连着失败了几次")
    last_ok: datetime | None = Field(description="上一次答上来的时间")
    last_ms: float | None = Field(description="上一次答上来用了多少毫秒，连同重试")
    last_error: str = Field(description="上一次失败的原因（英文，不含问了什么）")
    last_error_at: datetime | None


@router.get("/outside", summary="外部系统的情况")
async def outside_states(_member: Operator, wired: Wired) -> list[OutsideState]:
    """每个外部系统：正常不正常、上一次的错、用了多久。班长、知识维护、管理员能看。"""
    return [
        OutsideState(
            system=system,
            title=SYSTEM_TITLES[system],
            own=bool(wired.settings.outside_urls[system]),
            state=health.state,
            state_title=STATE_TITLES[health.state],
            failures=health.failures,
            last_ok=health.last_ok,
            last_ms=health.last_ms,
            last_error=health.last_error,
            last_error_at=health.last_error_at,
        )
        for system, health in wired.outside.health().items()
    ]
