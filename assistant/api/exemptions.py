"""Whether a citizen at the window need not hand in a paper: the 电子证照库 is asked, with their consent."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, StringConstraints

from assistant.api.citizen import Wired
from assistant.api.desk import AtDesk, ItemId
from assistant.clerk.sheets import sheet_of
from outside.errors import OutsideRefused, OutsideUnavailable
from outside.models import Consent

router = APIRouter(prefix="/api/v1/staff", tags=["窗口"])


class Asked(BaseModel):
    """凭本人的授权码问。"""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=64)] = Field(
        repr=False, description="市民在自己手机上生成的授权码；不保存，不进日志"
    )


class Exemptions(BaseModel):
    """哪几样可以免交，只有能不能。"""

    may_skip: list[int] = Field(description="可以免交的材料，是事项材料里的第几样，从0数")


@router.post("/sheets/{item_id}/exemptions", summary="问电子证照库：哪几样可以免交")
async def exemptions(item_id: ItemId, asked: Asked, wired: Wired, member: AtDesk) -> Exemptions:
    """市民同意并报了授权码才能问；证照内容不经过智问。问过几次、是谁问的，记在审计里。"""
    sheet = sheet_of(wired.shelf.library(), item_id, date.today())
    if sheet is None:
        raise HTTPException(404, "没有这个事项，可能刚下架，请刷新再试。")
    await asyncio.to_thread(wired.clerks.audit.write, member.name, "licences_asked", item_id)
    consent = Consent(code=asked.code, given_at=datetime.now(UTC))
    questions = (wired.outside.licences.may_skip(item_id, row.name, consent) for row in sheet.materials)
    try:
        answers = await asyncio.gather(*questions)
    except OutsideUnavailable:
        raise HTTPException(503, "电子证照库现在没有回答，免交的先按指南上写的办，过一会儿再问。") from None
    except OutsideRefused:
        raise HTTPException(422, "电子证照库不认这个授权码，请市民重新生成一个。") from None
    return Exemptions(may_skip=[at for at, free in enumerate(answers) if free])
