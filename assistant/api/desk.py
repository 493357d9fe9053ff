"""What window clerks call: finding an item, its sheet, two side by side, notices of what is missing, reports of what is wrong."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.staff_door import allowed
from assistant.clerk import paper
from assistant.clerk.finder import How
from assistant.clerk.gaps import GapKind
from assistant.clerk.notices import Content, Notice, content_of
from assistant.clerk.sheets import Comparison, SheetView, compare, sheet_of
from assistant.people.duty import CHINA
from assistant.privacy import mask
from assistant.services import Services
from assistant.settings import ROOT
from assistant.staff.roles import DESK, Member
from knowledge.text import clean, typeset
from knowledge.vocabulary import Facet

router = APIRouter(prefix="/api/v1/staff", tags=["窗口"])

AtDesk = Annotated[Member, Depends(allowed(*DESK))]
ItemId = Annotated[str, Path(max_length=80, description="事项或话题的编号")]
NoticeId = Annotated[int, Path(ge=1, description="告知单的编号")]

OFFICE_PHONES = ("[电话]",)
"""Fixed lines are an office's: a notice may say whom to call."""
NOTICE_STYLE = ROOT / "channels" / "desk" / "notice.css"


class FoundView(BaseModel):
    """找到的一个事项。"""

    id: str
    title: str
    label: str
    department: str
    kind: str = Field(description="item 事项，topic 话题")
    how: How = Field(description="靠什么找到的")
    name: str = Field(description="对上的是哪个叫法")


@router.get("/lookup", summary="边打边找事项")
async def lookup(
    wired: Wired,
    _member: AtDesk,
    q: Annotated[str, Query(max_length=100, description="名称、俗称、首字母、编号、部门；几样之间可以空格")] = "",
    department: Annotated[str, Query(max_length=60, description="只找这个部门的")] = "",
) -> list[FoundView]:
    """最像的在前，最多20个。名字对不上时，按意思找。"""
    found = await run_in_threadpool(lambda: wired.clerks.finders.live().find(q, department))
    return [
        FoundView(
            id=f.subject.id, title=f.subject.title, label=f.subject.label, department=f.subject.department, kind=f.subject.kind,
            how=f.how, name=f.name,
        )
        for f in found
    ]  # fmt: skip


@router.get("/sheets/{item_id}", summary="一个事项的全部")
async def sheet(item_id: ItemId, wired: Wired, _member: AtDesk) -> SheetView:
    """各方面、审查要点、材料明细、易混的事项、一件事、答疑手册，连同依据和日期。"""
    return _sheet(wired, item_id)


@router.get("/compare", summary="两个事项并排")
async def compared(
    wired: Wired, _member: AtDesk, left: Annotated[str, Query(max_length=80)], right: Annotated[str, Query(max_length=80)]
) -> Comparison:
    """一样的方面在后；哪一行那边没有，differs 是 true。"""
    return compare(_sheet(wired, left), _sheet(wired, right))


class Gap(BaseModel):
    """报一条答错的、缺的。"""

    kind: GapKind = Field(description="wrong 答错了，missing 没有答案，unhelpful 没用")
    text: Annotated[str, StringConstraints(max_length=500)] = Field(description="市民问的，或者您找的；个人信息会遮盖")
    note: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="哪里不对，应该怎么说")
    subject: Annotated[str, StringConstraints(max_length=80)] = Field(default="", description="哪个事项；没有就不写")
    facet: Facet | None = Field(default=None, description="哪个方面")


class GapTaken(BaseModel):
    """报上去了。"""

    id: int


@router.post("/gaps", status_code=201, summary="报一条答错的、缺的")
async def report_gap(gap: Gap, wired: Wired, member: AtDesk) -> GapTaken:
    """写进知识缺口，由事项的部门处理。"""
    text, note, library = mask(clean(gap.text)), mask(clean(gap.note)), wired.shelf.library()
    if not (text or gap.subject):
        raise HTTPException(422, "请写一下市民问的是什么，或者先选一个事项。")
    if gap.subject and not library.knows(gap.subject):
        raise HTTPException(404, "没有这个事项，可能刚下架，请刷新再试。")
    subject = library.subject(gap.subject) if gap.subject else None
    department = subject.department if subject else ""
    asked = text or (subject.title if subject else "")
    number = await run_in_threadpool(
        wired.clerks.gaps.add, gap.kind, asked, note, gap.subject, gap.facet or "", department, "clerk", member
    )  # fmt: skip
    return GapTaken(id=number)


class NewNotice(BaseModel):
    """一张新的告知单。"""

    subject: Annotated[str, StringConstraints(max_length=80)] = Field(description="事项编号")
    version: str = Field(max_length=20, description="勾的时候看到的知识版本；之后变过的返回 409")
    missing: list[Annotated[int, Field(ge=0)]] = Field(default=[], max_length=100, description="缺哪几样：事项材料里的第几样，从0数")
    lines: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        default=[], max_length=20, description="自己加的；个人信息会遮盖"
    )
    key: Annotated[str, StringConstraints(min_length=8, max_length=64)] = Field(description="这张单子的编号；重发用同一个，就只有一张")


class NoticeView(BaseModel):
    """一张告知单的记录。"""

    id: int
    number: str
    made_at: datetime
    clerk: str
    subject: str
    matter: str
    missing: int = Field(description="缺几样")
    content: Content

    @classmethod
    def of(cls, notice: Notice) -> "NoticeView":
        """As it goes over the wire."""
        content = notice.content
        return cls(
            id=notice.id, number=notice.number, made_at=notice.made_at, clerk=notice.clerk, subject=notice.subject, matter=content.matter,
            missing=len(content.materials) + len(content.lines), content=content,
        )  # fmt: skip


@router.post("/notices", status_code=201, summary="开一张告知单")
async def new_notice(given: NewNotice, wired: Wired, member: AtDesk) -> NoticeView:
    """把缺的一次列清，给一个号，留一份记录。记录里没有申请人。"""
    found = _sheet(wired, given.subject)
    if found.version != given.version:
        raise HTTPException(409, "这个事项的内容刚刚更新过，请重新打开事项，再勾一次。")
    lines = [line for typed in given.lines if (line := typeset(mask(clean(typed), keep=OFFICE_PHONES)))]
    if not given.missing and not lines:
        raise HTTPException(422, "还没勾缺什么。请勾选缺的材料，或者自己加一行。")
    try:
        content = content_of(found, given.missing, lines)
    except IndexError:
        raise HTTPException(422, "勾的材料不在这个事项里，请重新打开事项再勾。") from None
    moment = datetime.now(CHINA)
    made = await run_in_threadpool(wired.clerks.notices.make, content, given.subject, found.version, member, given.key, moment)
    return NoticeView.of(made)


@router.get("/notices", summary="开过的告知单")
async def notices(
    wired: Wired, member: AtDesk, q: Annotated[str, Query(max_length=60, description="编号里的数，或者事项的名称")] = ""
) -> list[NoticeView]:
    """自己最近开的50张，写了 q 就是对得上的50张；班长看全部人的。"""
    return [NoticeView.of(notice) for notice in await run_in_threadpool(wired.clerks.notices.latest, member, clean(q))]


class Print(BaseModel):
    """打印一张告知单。"""

    applicant: Annotated[str, StringConstraints(max_length=60)] = Field(default="", repr=False, description="印在抬头，不保存")
    format: Literal["html", "pdf"] = "html"


@router.post("/notices/{notice_id}/paper", summary="告知单的纸面", response_class=Response)
async def notice_paper(notice_id: NoticeId, wanted: Print, wired: Wired, member: AtDesk) -> Response:
    """一式两联，HTML 或 PDF。申请人只印在纸上。"""
    notice = await run_in_threadpool(wired.clerks.notices.get, notice_id, member)
    if notice is None:
        raise HTTPException(404, "没有这张告知单，或者不是您开的。")
    applicant, hall = typeset(clean(wanted.applicant)), wired.settings.hall
    unkept = {"Cache-Control": "no-store"}
    if wanted.format == "html":
        return Response(paper.html(notice, applicant, hall), media_type="text/html; charset=utf-8", headers=unkept)
    try:
        made = await run_in_threadpool(paper.pdf, notice, applicant, hall, NOTICE_STYLE)
    except paper.NoPdf as error:
        raise HTTPException(503, str(error)) from None
    return Response(made, media_type="application/pdf", headers=unkept)


def _sheet(wired: Services, item_id: str) -> SheetView:
    found = sheet_of(wired.shelf.library(), item_id, date.today())
    if found is None:
        raise HTTPException(404, f"没有编号为“{clean(item_id)[:60]}”的事项，可能已经下架。")
    return found
