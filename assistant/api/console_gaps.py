"""What maintainers call about gaps: the list, who fills one until when, and that an entry answers it now."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.staff_door import allowed
from assistant.console.gaps import GAP_TITLES, KIND_TITLES, TO_DO, Gap, GapState, Kind
from assistant.hit_test import hit_test
from assistant.privacy import mask
from assistant.services import Services
from assistant.staff.roles import KEEPING, Member, Role
from knowledge.text import clean

router = APIRouter(prefix="/api/v1/staff/gaps", tags=["知识维护"])

Reader = Annotated[Member, Depends(allowed(*KEEPING, Role.SUPERVISOR))]
Keeper = Annotated[Member, Depends(allowed(*KEEPING))]
Question = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
SHOWN = 10
"""So many wordings of a gap are shown, and asked again."""
LATEST_DAY = timedelta(days=365)


class GapShown(BaseModel):
    """一个知识缺口：意思相同的问题放在一起。"""

    question: str = Field(description="代表这一组的问法，已遮盖；处理时用它来指")
    questions: list[str] = Field(description="不同的问法，最多10句")
    notes: list[str] = Field(description="市民或窗口对答复说了什么，最多10条")
    count: int = Field(description="八周里问了多少次")
    weeks: list[int] = Field(description="最近八周每周的次数，这一周在最后")
    kinds: dict[str, int] = Field(description="没答上、评价没用、窗口报的各多少")
    last_at: datetime | None
    state: GapState
    state_title: str
    department: str = Field(description="归哪个部门；没分派的是按最像的猜的，空是说不准")
    due_on: date | None
    overdue: bool
    entry: str = Field(description="现在由哪一条回答")
    note: str
    decided_by: str

    @classmethod
    def of(cls, gap: Gap, today: date, titles: dict[str, str]) -> "GapShown":
        """As it goes over the wire."""
        kinds = {KIND_TITLES[kind]: sum(a.kind is kind for a in gap.asked) for kind in Kind}
        return cls(
            question=gap.question, questions=gap.questions[:SHOWN], notes=[a.note for a in gap.asked if a.note][:SHOWN],
            count=len(gap.asked), weeks=gap.weeks(today), kinds={title: n for title, n in kinds.items() if n},
            last_at=gap.asked[0].at if gap.asked else None, state=gap.state, state_title=GAP_TITLES[gap.state], department=gap.department,
            due_on=gap.due_on, overdue=gap.overdue(today), entry=gap.entry, note=gap.note,
            decided_by=titles.get(gap.decided_by, gap.decided_by),
        )  # fmt: skip


class Asking(BaseModel):
    """现在问一遍，会怎么答。"""

    question: str
    outcome: str
    entries: list[str] = Field(description="答的是哪几条")
    titles: list[str]
    text: str


class Assignment(BaseModel):
    """分给一个部门。"""

    question: Question
    department: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    due_on: date
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class Closing(BaseModel):
    """由一条发布了的内容补上。"""

    question: Question
    entry: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Dismissal(BaseModel):
    """不用补。"""

    question: Question
    reason: Annotated[str, StringConstraints(min_length=2, max_length=500)]


@router.get("", summary="知识缺口")
async def gaps(member: Reader, wired: Wired, done: Annotated[bool, Query(description="要已经补上的和不用补的")] = False) -> list[GapShown]:
    """八周里没答上的、评价没用的、窗口报错的，意思相同的放在一起；问得多的在前。部门的人看本部门的，总台的看全部。"""
    found = await run_in_threadpool(wired.console.gaps.gather, wired.shelf.library())
    titles = await run_in_threadpool(wired.accounts.titles)
    return [GapShown.of(g, date.today(), titles) for g in found if member.keeps(g.department) and (g.state in TO_DO) is not done]


@router.get("/answers", summary="再问一遍")
async def answers(member: Reader, wired: Wired, question: Question) -> list[Asking]:
    """这一组的问法，用现在发布的知识各问一遍。"""
    gap = await _gap(wired, member, question)
    return await run_in_threadpool(lambda: [_ask(wired, text) for text in gap.questions[:SHOWN]])


@router.post("/assign", summary="分给部门")
async def assign(given: Assignment, member: Keeper, wired: Wired) -> GapShown:
    """写明哪个部门、最晚哪天。"""
    gap, today = await _gap(wired, member, given.question), date.today()
    if not today <= given.due_on <= today + LATEST_DAY:
        raise HTTPException(422, "期限要在今天以后、一年以内。")
    if given.department not in {s.department for s in wired.shelf.library().snapshot.subjects}:
        raise HTTPException(422, f"没有“{given.department}”这个部门，请从列表里选。")
    note = mask(clean(given.note))
    changed = await run_in_threadpool(wired.console.gaps.assign, gap, given.department, given.due_on, note, member.name)
    return await _shown(wired, changed)


@router.post("/close", summary="补上了")
async def close(given: Closing, member: Keeper, wired: Wired) -> GapShown:
    """要现在就由这一条回答代表这一组的问法，不然是 409。"""
    gap = await _gap(wired, member, given.question)
    now = await run_in_threadpool(_ask, wired, gap.question)
    if given.entry not in now.entries:
        raise HTTPException(409, f"现在问“{gap.question}”，还不是这一条回答的。请先补上、复核、发布，再来关。")
    return await _shown(wired, await run_in_threadpool(wired.console.gaps.close, gap, given.entry, member.name))


@router.post("/dismiss", summary="不用补")
async def dismiss(given: Dismissal, member: Keeper, wired: Wired) -> GapShown:
    """写明为什么，比如不归政务大厅办。"""
    gap = await _gap(wired, member, given.question)
    changed = await run_in_threadpool(wired.console.gaps.dismiss, gap, mask(clean(given.reason)), member.name)
    return await _shown(wired, changed)


async def _shown(wired: Services, gap: Gap) -> GapShown:
    return GapShown.of(gap, date.today(), await run_in_threadpool(wired.accounts.titles))


async def _gap(wired: Services, member: Member, question: str) -> Gap:
    gap = await run_in_threadpool(wired.console.gaps.find, wired.shelf.library(), question)
    if gap is None or not member.keeps(gap.department):
        raise HTTPException(404, "没有这个缺口，可能刚被合到别的里面，或者不归您的部门。请刷新再看。")
    return gap


def _ask(wired: Services, text: str) -> Asking:
    found = hit_test(wired.shelf.library(), text, date.today(), wired.settings.region)
    return Asking(
        question=text, outcome=found["outcome"], entries=[a["entry"] for a in found["answers"]],
        titles=[a["title"] for a in found["answers"]], text=found["text"],
    )  # fmt: skip
