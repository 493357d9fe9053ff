"""What leaders call: the figures of a period, their chart, and the report as a file."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.api.citizen import Wired
from assistant.api.console_gaps import Reader
from assistant.statistics.charts import chart
from assistant.statistics.figures import Figures, Scope
from assistant.statistics.papers import MEDIA_TYPES, Format, title, write

router = APIRouter(prefix="/api/v1/staff/reports", tags=["知识维护"])

LONGEST_DAYS = 366


def scope(
    member: Reader,
    first: Annotated[date, Query(description="第一天")],
    last: Annotated[date, Query(description="最后一天")],
    department: Annotated[str, Query(max_length=60, description="哪个部门；空是全部")] = "",
    channel: Annotated[Literal["", "web", "miniprogram", "wechat", "clerk", "cli"], Query(description="哪个渠道；空是全部")] = "",
) -> Scope:
    """What is asked for, as far as the reader may see it: a department's people see their own."""
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise HTTPException(422, f"最后一天要在第一天以后，最多{LONGEST_DAYS}天。")
    if department and not member.keeps(department):
        raise HTTPException(403, "您只能看本部门的报表。")
    return Scope(first, last, department or ("" if member.keeps("") else member.department), channel)


Asked = Annotated[Scope, Depends(scope)]


class TableShown(BaseModel):
    """一张表。"""

    title: str
    columns: list[str]
    rows: list[list[str | int]]
    note: str


class ReportShown(BaseModel):
    """一份报表。"""

    title: str
    headline: list[tuple[str, str]] = Field(description="最要紧的几个数")
    tables: list[TableShown]


@router.get("", summary="报表")
async def report(asked: Asked, wired: Wired) -> ReportShown:
    """一段时间的：量、结果、热点、方面、涨幅、没答上的、满意度、转人工和等待，旁边是上一段同样长的时间。"""
    found = await _figures(asked, wired)
    tables = [TableShown(title=t.title, columns=list(t.columns), rows=[list(r) for r in t.rows], note=t.note) for t in found.tables]
    return ReportShown(title=title(asked), headline=found.headline, tables=tables)


@router.get("/chart.png", summary="报表的图", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def picture(asked: Asked, wired: Wired) -> Response:
    """每天多少、问得最多的事、各部门；数字都在表里。"""
    return Response(await run_in_threadpool(chart, await _figures(asked, wired)), media_type="image/png")


@router.get("/paper", summary="下载报表", response_class=Response)
async def paper(asked: Asked, wired: Wired, format: Format) -> Response:
    """xlsx、docx、pdf 或 html。没有装 Pango 的机器做不了 PDF，返回 422，说明怎么办。"""
    raw = await run_in_threadpool(write, await _figures(asked, wired), format)
    name = quote(f"{title(asked)}.{format}")
    return Response(raw, media_type=MEDIA_TYPES[format], headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


async def _figures(asked: Scope, wired: Wired) -> Figures:
    return await run_in_threadpool(wired.console.statistics.figures, asked, wired.shelf.library())
