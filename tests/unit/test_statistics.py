"""Reports: what is counted, beside the period before; who may see it; the papers that it becomes."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from httpx import AsyncClient
from matplotlib.font_manager import fontManager, get_font_names
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from assistant import shelf
from assistant.cli import main
from assistant.people.duty import CHINA
from assistant.staff.roles import Role
from assistant.statistics.figures import Scope, week_before
from assistant.statistics.fonts import FONTS, chinese_fonts
from assistant.storage.casework_tables import RatingRow, WorkOrderRow
from assistant.storage.conversations import make_engine
from assistant.storage.tables import ConversationRow, FeedbackRow, HandOffRow, TurnRow
from knowledge.vocabulary import Outcome
from tests.unit.fakes import Office
from tests.unit.small_knowledge import EXPIRED, LOST, WEEKEND

pytestmark = pytest.mark.anyio

REPORTS = "/api/v1/staff/reports"
POLICE, AFFAIRS = "公安局", "政务服务局"
PERIOD = week_before(date.today())
"""Not a fixed week: gaps are those of the last eight."""
WEEK = {"first": PERIOD.first.isoformat(), "last": PERIOD.last.isoformat()}
TITLE = f"智问咨询情况 {PERIOD.first}至{PERIOD.last}"
Counted = dict[str, list[list[str | int]]]


def at(day: int, hour: int = 10) -> datetime:
    """A moment of that week, by China's clocks; days before it are negative."""
    return (datetime.combine(PERIOD.first, time(hour), CHINA) + timedelta(days=day)).astimezone(UTC)


@pytest.fixture
def busy(office: Office) -> Office:
    """A week with a few of everything, and the week before."""
    rows: list[object] = [
        ConversationRow(id="a" * 32, channel="web", context={"region": "360100"}),
        ConversationRow(id="b" * 32, channel="clerk", context={}),
    ]
    answered, clarified = Outcome.ANSWERED, Outcome.CLARIFY
    asked: Sequence[tuple[str, int, Outcome, str]] = [
        ("a", 0, answered, LOST), ("a", 0, answered, LOST), ("a", 1, answered, LOST), ("b", 2, clarified, EXPIRED),
        ("a", 6, Outcome.NO_ANSWER, WEEKEND), ("a", 6, Outcome.HANDOFF, ""), ("a", -1, answered, LOST), ("a", 7, answered, LOST),
    ]  # fmt: skip
    for number, (conversation, day, outcome, subject) in enumerate(asked):
        by = [{"entry": f"{subject}#fee", "subject": subject, "facet": "fee"}] if outcome is answered else []
        why = {"answered": by, "candidates": [{"subject": subject}] if subject else []}
        rows.append(
            TurnRow(
                id=f"{number:032d}", conversation_id=conversation * 32, at=at(day), text="=问", outcome=outcome, reply="",
                explanation=why, milliseconds=20,
            )
        )  # fmt: skip
    rows += [FeedbackRow(turn_id=f"{0:032d}", helpful=True), FeedbackRow(turn_id=f"{2:032d}", helpful=False)]
    waits = [(POLICE, 30.0), (POLICE, 90.0), (POLICE, None)]
    for number, (department, wait) in enumerate(waits):
        claimed = at(1) if wait is not None else None
        state = "closed" if wait is not None else "returned"
        rows.append(
            HandOffRow(
                id=f"h{number:031d}", conversation_id="a" * 32, state=state, kind="live", reason="asked", department=department,
                asked_at=at(1), claimed_at=claimed, waited_seconds=wait,
            )
        )  # fmt: skip
    rows.append(RatingRow(matter="m", about="case", level="bad", reasons=[], department=POLICE, rated_at=at(2)))
    rows.append(WorkOrderRow(number="GD1", ticket="t", conversation_id="a" * 32, kind="complaint", filed_at=at(2)))
    with Session(make_engine(office.settings.database)) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()
    office.hire("wang", Role.SUPERVISOR)
    return office


async def counted(client: AsyncClient, **asked: str) -> Counted:
    """The tables of a report by their titles."""
    response = await client.get(REPORTS, params=WEEK | asked)
    assert response.status_code == 200, response.text
    return {table["title"]: table["rows"] for table in response.json()["tables"]}


async def test_a_week_is_counted_beside_the_week_before(busy: Office) -> None:
    wang = await busy.signed_in("wang")
    tables = await counted(wang)
    assert tables["怎样结束"] == [["答了", 3, "50.0%", 1], ["反问", 1, "16.7%", 0], ["没有答案", 1, "16.7%", 0], ["转人工", 1, "16.7%", 0]]
    assert tables["问得最多的事"][0] == ["身份证丢失补领", POLICE, 3, 1]
    assert tables["问得最多的方面"] == [["收费", 3]]
    assert tables["涨得最快的事"] == [["身份证丢失补领", POLICE, 1, 3, "+2"]], "from nothing to one is chance"
    assert tables["各部门"] == [[POLICE, 4, 3, 1, 0], [AFFAIRS, 1, 0, 0, 1], ["不归哪个部门", 1, 0, 0, 0]]
    assert tables["各渠道"] == [["窗口", 1, 0, 1, 0], ["网页", 5, 3, 0, 1]]
    assert tables["各地区"] == [["360100", 5], ["没说", 1]]
    assert tables["转人工和等待"] == [[POLICE, 3, 2, 1, "60秒", "2分钟"]]
    assert tables["好差评"] == [["不满意", 1, "100.0%"]] and tables["12345工单"] == [["投诉", 1]]
    headline = dict((await wang.get(REPORTS, params=WEEK)).json()["headline"])
    assert (headline["问了"], headline["答上"], headline["评价有用"]) == ("6句（上期1句）", "60.0%", "50.0%（2人评）")


async def test_a_department_and_a_channel_narrow_it(busy: Office) -> None:
    wang = await busy.signed_in("wang")
    assert (await counted(wang, department=AFFAIRS))["各部门"] == [[AFFAIRS, 1, 0, 0, 1]]
    assert (await counted(wang, channel="clerk"))["怎样结束"] == [["反问", 1, "100.0%", 0]]


async def test_days_begin_at_midnight_in_china(busy: Office) -> None:
    wang = await busy.signed_in("wang")
    with Session(make_engine(busy.settings.database)) as session, session.begin():
        turn = session.get(TurnRow, f"{7:032d}")
        assert turn is not None
        turn.at = at(7, 0) - timedelta(seconds=1)
    assert (await counted(wang))["怎样结束"][0][1] == 4, "23:59:59 of Sunday"


async def test_a_departments_people_see_their_own_department_alone(busy: Office) -> None:
    busy.hire("ping", Role.MAINTAINER, POLICE)
    busy.hire("lili")
    ping = await busy.signed_in("ping")
    assert [row[0] for row in (await counted(ping))["各部门"]] == [POLICE]
    assert (await ping.get(REPORTS, params=WEEK | {"department": AFFAIRS})).status_code == 403
    assert (await (await busy.signed_in("lili")).get(REPORTS, params=WEEK)).status_code == 403
    assert (await busy.client().get(REPORTS, params=WEEK)).status_code == 401


@pytest.mark.parametrize(
    "period", [{"first": "2026-11-22", "last": "2026-11-16"}, {"first": "2020-01-01", "last": "2026-11-16"}, {"first": "x", "last": "y"}]
)
async def test_an_impossible_period_is_refused(busy: Office, period: dict[str, str]) -> None:
    assert (await (await busy.signed_in("wang")).get(REPORTS, params=period)).status_code == 422


async def test_the_report_is_a_spreadsheet_a_document_a_pdf_and_a_page(busy: Office) -> None:
    wang = await busy.signed_in("wang")
    papers = {f: await wang.get(f"{REPORTS}/paper", params=WEEK | {"format": f}) for f in ("xlsx", "docx", "pdf", "html")}
    assert all("attachment" in response.headers["content-disposition"] for response in papers.values())
    book = load_workbook(io.BytesIO(papers["xlsx"].content))
    assert book["怎样结束"]["A2"].value == "答了" and book["怎样结束"]["B2"].value == 3
    gap = book["没答上和没答好的"]["A2"]
    assert (gap.value, gap.data_type) == ("=问", "s"), "a question is no formula"
    document = docx.Document(io.BytesIO(papers["docx"].content))
    assert TITLE in [p.text for p in document.paragraphs] and len(document.inline_shapes) == 1
    assert papers["pdf"].content.startswith(b"%PDF-")
    assert "<td>身份证丢失补领</td>" in papers["html"].text and "data:image/png;base64," in papers["html"].text
    assert zipfile.is_zipfile(io.BytesIO(papers["docx"].content))
    picture = await wang.get(f"{REPORTS}/chart.png", params=WEEK)
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")


def test_a_font_that_was_installed_after_the_list_of_fonts_was_written_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = {font.fname for font in fontManager.ttflist if font.name in FONTS}
    monkeypatch.setattr(fontManager, "ttflist", [font for font in fontManager.ttflist if font.fname not in chinese])
    assert not set(get_font_names()) & set(FONTS)
    assert chinese_fonts() and set(chinese_fonts()) <= set(get_font_names())


def test_the_last_whole_week_ends_on_sunday() -> None:
    assert week_before(date(2026, 11, 23)) == week_before(date(2026, 11, 29)) == Scope(date(2026, 11, 16), date(2026, 11, 22))
    assert week_before(date(2026, 11, 22)).last == date(2026, 11, 15)


async def test_the_command_writes_a_weekly_report(busy: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "open_library", lambda _: busy.shelf.library())
    asked = ["report", "--first", WEEK["first"], "--last", WEEK["last"], "--data", str(busy.settings.data), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [*asked, "--format", "xlsx"])
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{TITLE}.xlsx"]
    assert CliRunner().invoke(main, ["report"]).exit_code == 1, "no period was named"
