"""What maintainers call about the entries: import, edit, review, publish, switch off, and what the checks find."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.console_gaps import Keeper, Reader
from assistant.console.publishing import Job, JobState
from assistant.console.workshop import Edited, Imported, fingerprint, kind_of
from assistant.hit_test import hit_test
from assistant.privacy import mask
from assistant.publications import read_current
from assistant.services import Services
from knowledge.exchange.drafts import Draft, Editable
from knowledge.exchange.editing import changes, title_of
from knowledge.exchange.form import Kind, form
from knowledge.exchange.plan import FAILED
from knowledge.schema import Dated
from knowledge.text import clean

router = APIRouter(prefix="/api/v1/staff/knowledge", tags=["知识维护"])

MAX_UPLOAD = 10_000_000
"""Largest file in bytes: the 162 shipped items with their 787 entries are 0.6 MB as a spreadsheet."""
UPLOAD = f"{router.prefix}/imports"
MOST_RECORDS = 100
MOST_ROWS = 5000

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class RowShown(BaseModel):
    """导入文件里的一行。"""

    where: str = Field(description="在文件的哪里")
    title: str = Field(description="问题，或者事项名称")
    verdict: str = Field(description="新增、变更、重复、冲突、退回")
    failed: bool
    why: str
    record: str = Field(description="条目编号")
    cells: dict[str, str] = Field(description="没导入的行原来的内容，改好可以再导入")


class ImportShown(BaseModel):
    """一份文件导入的结果。"""

    counts: dict[str, int]
    rows: list[RowShown] = Field(description="没导入的在前，最多5000行")
    flaws: list[str] = Field(description="Word 正文里看到的毛病")
    draft: str = Field(description="写成了哪份草稿；试导入是空的")

    @classmethod
    def of(cls, imported: Imported) -> "ImportShown":
        """As it goes over the wire."""
        plan = imported.plan
        rows = [
            RowShown(
                where=o.row.where, title=o.row.cells.get("question") or o.row.cells.get("name", ""),
                verdict=o.verdict, failed=o.verdict in FAILED, why=o.why, record=o.record.id if o.record else "",
                cells=o.row.original if o.verdict in FAILED else {},
            )
            for o in sorted(plan.outcomes, key=lambda o: o.verdict not in FAILED)
        ]  # fmt: skip
        counts = {verdict: n for verdict in dict.fromkeys(o.verdict for o in plan.outcomes) if (n := plan.count(verdict))}
        return cls(counts=counts, rows=rows[:MOST_ROWS], flaws=[f"{f.kind}：{f.what}" for f in plan.flaws], draft=imported.draft)


class RecordRow(BaseModel):
    """一个事项、话题或问答。"""

    id: str
    title: str
    kind: str = Field(description="item 事项，guide 导入的办事指南，topic 话题，manual 问答，office 部门")
    department: str
    reviewed_on: date | None = Field(description="部门没有")
    expires_on: date | None
    off: str = Field(description="停答的原因；没有停是空的")

    @classmethod
    def of(cls, record: Editable, off: dict[str, str]) -> "RecordRow":
        """As a list shows it."""
        dated = record if isinstance(record, Dated) else None
        return cls(
            id=record.id, title=title_of(record), kind=kind_of(record), department=record.department, off=off.get(record.id, ""),
            reviewed_on=dated and dated.reviewed_on, expires_on=dated and dated.expires_on,
        )  # fmt: skip


class PartShown(BaseModel):
    """表单的一格，或者一组。"""

    model_config = ConfigDict(from_attributes=True)

    key: str
    title: str
    kind: Kind = Field(description="怎么填；keyed 是按键分行的：choices 里的一个，没有 choices 的键不用给人看")
    note: str
    optional: bool = Field(description="可以不填，不填是 null")
    fixed: bool = Field(description="不能改")
    initial: str | int | bool | list[str] | dict[str, str] | None = Field(description="新加一行时填着什么")
    choices: list[tuple[str, str]] = Field(description="可以填的值和叫法")
    parts: list["PartShown"] = Field(description="一组里的，或者每一行里的；key 是空的就是整行")


class RecordShown(RecordRow):
    """一条，连同它的表单。"""

    draft: str = Field(description="改过、在等复核的草稿；没有是空的")
    content: dict[str, Any]
    form: list[PartShown]
    seen: str = Field(description="现在的样子，保存时交回来：有人先改了就不会盖掉")
    off_parts: dict[str, str] = Field(description="停答的方面和原因")


class FaultShown(BaseModel):
    """一处毛病。"""

    model_config = ConfigDict(from_attributes=True)

    place: str = Field(description="在内容的哪里，如 materials.2.copies；空是整条的")
    cause: str


class Edit(BaseModel):
    """改过的几格，每格是整格的内容；没写的不动。"""

    content: dict[Annotated[str, StringConstraints(max_length=60)], Any]
    seen: Annotated[str, StringConstraints(max_length=64)]


class EditShown(BaseModel):
    """改成了什么样。"""

    draft: str = Field(description="写成了哪份草稿；没有不同是空的")
    reminders: list[FaultShown] = Field(description="检查提醒的，不妨碍发布")

    @classmethod
    def of(cls, done: Edited) -> "EditShown":
        """As it goes over the wire."""
        return cls(draft=done.draft, reminders=[FaultShown.model_validate(fault) for fault in done.reminders])


class NewEntry(BaseModel):
    """给答疑手册加一条。"""

    subject: Name = Field(description="事项或话题的名称或编号")
    question: Annotated[str, StringConstraints(min_length=2, max_length=200)]
    similar: Annotated[str, StringConstraints(max_length=5000)] = Field(default="", description="相似问法，一行一句")
    answer: Annotated[str, StringConstraints(min_length=2, max_length=5000)]


class DraftRow(BaseModel):
    """等着复核的一份草稿里，归您的部分。"""

    name: str
    origin: str
    imported_by: str
    imported_on: date
    mine: bool = Field(description="是您自己导入或改的，要由另一个人复核")
    departments: list[str]
    count: int

    @classmethod
    def of(cls, name: str, draft: Draft, reader: str, titles: dict[str, str]) -> "DraftRow":
        """As a list shows it."""
        return cls(
            name=name, origin=draft.origin, imported_by=titles.get(draft.imported_by, draft.imported_by),
            imported_on=draft.imported_on, mine=draft.imported_by == reader,
            departments=sorted(draft.departments), count=len(draft.records),
        )  # fmt: skip


class Difference(BaseModel):
    """一处不同。"""

    field: str
    before: str
    after: str


class ChangeShown(BaseModel):
    """草稿里的一条和现在的有什么不同。"""

    id: str
    title: str
    about: str = Field(description="问答属于哪个事项或话题；别的是空的")
    new: bool
    differences: list[Difference]


class DraftShown(DraftRow):
    """一份草稿的内容。"""

    changes: list[ChangeShown]
    problems: list[str] = Field(description="错误；有错误的不能复核通过")


class ProblemShown(BaseModel):
    """检查发现的一处。"""

    file: str
    entry: str
    value: str
    cause: str
    warning: bool = Field(description="true 是提醒，false 是错误，有错误不能发布")


class DueShown(BaseModel):
    """该复核的一条。"""

    id: str
    title: str
    department: str
    expires_on: date


class VersionShown(BaseModel):
    """发布过的一版。"""

    number: int
    live: bool
    by: str
    at: datetime | None
    reason: str
    back_to: int | None = Field(description="退回到第几版的内容")
    off: dict[str, str] = Field(description="停答的和原因")


class Comparison(BaseModel):
    """现在发布会改变什么。"""

    lines: list[str]
    summary: str


class Publish(BaseModel):
    """发布。"""

    reason: Reason
    accept: bool = Field(default=False, description="试问时有原来对、以后不对的，也发布")


class JobShown(BaseModel):
    """发布进行得怎样。"""

    state: JobState
    by: str
    lines: list[str]

    @classmethod
    def of(cls, job: Job, titles: dict[str, str]) -> "JobShown":
        """As it goes over the wire."""
        return cls(state=job.state, by=titles.get(job.by, job.by), lines=job.lines)


class Back(BaseModel):
    """退回。"""

    number: int | None = Field(default=None, ge=1, description="退回到第几版；不写是上一个内容不同的")
    reason: Reason


class Why(BaseModel):
    """原因。"""

    reason: Reason


class Switch(BaseModel):
    """停答或恢复。"""

    what: Name = Field(description="编号，或者 编号#方面")
    on: bool
    reason: Reason


@router.post("/imports", summary="导入答疑手册或办事指南")
async def take_file(
    request: Request,
    member: Keeper,
    wired: Wired,
    name: Annotated[str, Query(max_length=200, description="文件名，.xlsx、.csv、.docx 或 .json")],
    dry_run: Annotated[bool, Query(description="只看每一行会怎样")] = True,
) -> ImportShown:
    """请求体就是文件，最大 10 MB。每一行一个结果；不是试导入，就写成草稿等另一个人复核。"""
    raw = await request.body()
    return ImportShown.of(await run_in_threadpool(lambda: wired.console.workshop.take_file(member, name, raw, dry_run=dry_run)))


@router.get("/records", summary="找事项、话题、问答")
async def records(
    member: Reader,
    wired: Wired,
    q: Annotated[str, Query(max_length=100, description="编号、名称、问法里的字")] = "",
    kind: Annotated[str, Query(max_length=10, description="哪一类；空是全部")] = "",
) -> list[RecordRow]:
    """归您部门的，名称里有的在前，最多100条。"""
    found = await run_in_threadpool(wired.console.workshop.records, member, clean(q), kind)
    off = await run_in_threadpool(_off, wired)
    return [RecordRow.of(record, off) for record in found[:MOST_RECORDS]]


@router.get("/records/{number}", summary="一条的内容")
async def record(number: str, member: Reader, wired: Wired) -> RecordShown:
    """内容和表单；有改过在等复核的，给的是改过的。"""
    found, draft = await run_in_threadpool(wired.console.workshop.record, member, number)
    off = await run_in_threadpool(_off, wired)
    return RecordShown(
        **RecordRow.of(found, off).model_dump(), draft=draft, content=found.model_dump(mode="json"),
        form=[PartShown.model_validate(part) for part in form(type(found))], seen=fingerprint(found),
        off_parts={what: why for what, why in off.items() if what.startswith(f"{number}#")},
    )  # fmt: skip


@router.post("/records/{number}", summary="改一条")
async def edit(number: str, given: Edit, member: Keeper, wired: Wired) -> EditShown:
    """改好写成草稿，等另一个人复核。有错不保存：422，faults 里是一处一处的。"""
    return EditShown.of(await run_in_threadpool(wired.console.workshop.edit, member, number, given.content, given.seen))


@router.post("/entries", summary="给答疑手册加一条")
async def add_entry(given: NewEntry, member: Keeper, wired: Wired) -> ImportShown:
    """和导入一行一样，写成草稿等复核；不行的是 422，写明原因。"""
    cells = {"事项": given.subject, "问题": given.question, "相似问": given.similar, "答案": given.answer}
    done = await run_in_threadpool(wired.console.workshop.add_entry, member, cells)
    if not done.draft:
        raise HTTPException(422, f"没有加上：{done.plan.outcomes[0].why or done.plan.outcomes[0].verdict}。")
    return ImportShown.of(done)


@router.get("/drafts", summary="等着复核的草稿")
async def drafts(member: Reader, wired: Wired) -> list[DraftRow]:
    """有归您部门的内容的。"""
    found = await run_in_threadpool(wired.console.workshop.drafts, member)
    titles = await run_in_threadpool(wired.accounts.titles)
    return [DraftRow.of(name, draft, member.name, titles) for name, draft in found.items()]


@router.get("/drafts/{name}", summary="草稿和现在的有什么不同")
async def draft(name: str, member: Reader, wired: Wired) -> DraftShown:
    """一条一条列出改了哪些字。"""
    found, changed, problems = await run_in_threadpool(wired.console.workshop.changes, member, name)
    titles = await run_in_threadpool(wired.accounts.titles)
    shown = [
        ChangeShown(
            id=c.new.id, title=title_of(c.new), about=c.about, new=c.old is None,
            differences=[Difference(field=f, before=before, after=after) for f, before, after in changes(c.old, c.new)],
        )
        for c in changed
    ]  # fmt: skip
    problem_lines = [f"{p.entry}：{p.cause}" for p in problems]
    return DraftShown(**DraftRow.of(name, found, member.name, titles).model_dump(), changes=shown, problems=problem_lines)


@router.post("/drafts/{name}/review", summary="复核通过")
async def review(name: str, member: Keeper, wired: Wired) -> list[str]:
    """归您部门的部分放进知识，返回编号；要发布才生效。自己导入或改的不能自己复核（422）。"""
    return await run_in_threadpool(wired.console.workshop.review, member, name)


@router.post("/drafts/{name}/drop", status_code=204, summary="退回草稿")
async def drop(name: str, given: Why, member: Keeper, wired: Wired) -> None:
    """不要这份草稿了，写明原因。"""
    await run_in_threadpool(wired.console.workshop.drop, member, name, mask(clean(given.reason)))


@router.get("/problems", summary="检查发现的")
async def problems(member: Reader, wired: Wired) -> list[ProblemShown]:
    """错误在前。"""
    found = await run_in_threadpool(wired.console.workshop.problems, member)
    return [ProblemShown.model_validate(p, from_attributes=True) for p in found]


@router.get("/due", summary="该复核的")
async def due(member: Reader, wired: Wired) -> list[DueShown]:
    """六十天内到期的和已经到期的。"""
    return [DueShown(**d.model_dump()) for d in await run_in_threadpool(wired.console.workshop.due, member)]


@router.get("/hit-test", summary="试问一句")
async def test(member: Reader, wired: Wired, q: Annotated[str, Query(min_length=1, max_length=2000)]) -> dict[str, Any]:
    """发布的知识会怎么答，读成了什么，候选和分数，由哪条界线定的。"""
    found = await run_in_threadpool(hit_test, wired.shelf.library(), q, date.today(), wired.settings.region)
    titles = {c["subject"]: wired.shelf.library().subject(c["subject"]).title for c in found["candidates"]} if "candidates" in found else {}
    return found | {"titles": titles}


@router.get("/difference", summary="现在发布会改变什么")
async def difference(member: Reader, wired: Wired) -> Comparison:
    """材料少了几件，时限短了几天，哪些条目变了。有错误的返回 422，写明是哪些。"""
    found = await run_in_threadpool(wired.console.workshop.difference)
    return Comparison(lines=found.lines, summary=found.summary)


@router.post("/publications", summary="发布", status_code=202)
async def publish(given: Publish, member: Keeper, wired: Wired) -> JobShown:
    """检查、编译、试问、发布，要十来秒；进行得怎样看 GET。已经有人在发布是 409。"""
    job = wired.console.publisher.start(member.name, mask(clean(given.reason)), accept=given.accept)
    if job is None:
        raise HTTPException(409, "有人正在发布，请等一等再看。")
    return JobShown.of(job, await run_in_threadpool(wired.accounts.titles))


@router.get("/publications/latest", summary="发布进行得怎样")
async def publication(member: Reader, wired: Wired) -> JobShown | None:
    """这次启动以来最后一次在网页上的发布；没有是 null。"""
    job = wired.console.publisher.job
    return None if job is None else JobShown.of(job, await run_in_threadpool(wired.accounts.titles))


@router.get("/versions", summary="发布过的版本")
async def versions(member: Reader, wired: Wired) -> list[VersionShown]:
    """新的在前。"""
    found = await run_in_threadpool(wired.console.workshop.versions)
    titles = await run_in_threadpool(wired.accounts.titles)
    return [
        VersionShown(number=v.number, live=at == 0, by=titles.get(v.by, v.by), at=v.at, reason=v.reason, back_to=v.back_to, off=v.off)
        for at, v in enumerate(found)
    ]


@router.post("/rollback", summary="退回")
async def roll_back(given: Back, member: Keeper, wired: Wired) -> VersionShown:
    """一秒内生效，到下次发布为止。"""
    live = await run_in_threadpool(wired.console.workshop.roll_back, member, given.number, mask(clean(given.reason)))
    return VersionShown(number=live.number, live=True, by=live.by, at=live.at, reason=live.reason, back_to=live.back_to, off=live.off)


@router.post("/switch", summary="停答、恢复")
async def switch(given: Switch, member: Keeper, wired: Wired) -> VersionShown:
    """马上停答一个事项、话题、问答或一个方面，写明原因；恢复也一样。"""
    reason = mask(clean(given.reason))
    live = await run_in_threadpool(lambda: wired.console.workshop.switch(member, given.what, reason, on=given.on))
    return VersionShown(number=live.number, live=True, by=live.by, at=live.at, reason=live.reason, back_to=live.back_to, off=live.off)


def _off(wired: Services) -> dict[str, str]:
    """What is not answered from for now, and why."""
    current = read_current(wired.settings)
    return current.off if current is not None else {}
