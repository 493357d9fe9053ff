"""The window clerk's desk: finding an item, its sheet, two side by side, notices, reports of gaps; who may, and what is kept."""

import json
import re
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.answering.library import Library
from assistant.clerk import paper
from assistant.clerk.finder import Finder, How
from assistant.clerk.notices import content_of
from assistant.clerk.sheets import SheetView, compare, sheet_of
from assistant.people.duty import CHINA
from assistant.staff.roles import Member, Role
from assistant.storage.conversations import make_engine
from assistant.storage.desk_tables import GapReportRow, NoticeRow
from knowledge.snapshot import without
from tests.unit.fakes import Office
from tests.unit.small_knowledge import ABROAD, BROKEN, EXPIRED, FIRE, FOR_CLERKS, LOST

pytestmark = pytest.mark.anyio

TODAY = datetime(2026, 11, 23, tzinfo=UTC).date()
STAFF = "/api/v1/staff"
SOMEBODY = "张小明"


@pytest.fixture
def finder(library: Library) -> Finder:
    """The finder of the small knowledge."""
    return Finder(library)


@pytest.fixture
async def clerk(office: Office) -> AsyncClient:
    """The browser of a window clerk."""
    office.hire("chuang", Role.CLERK, "公安局")
    return await office.signed_in("chuang")


def sheet(library: Library, subject: str = LOST) -> SheetView:
    """A sheet that is there."""
    found = sheet_of(library, subject, TODAY)
    assert found is not None
    return found


# --- finding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first", "how"),
    [
        ("身份证丢失补领", LOST, How.NAME), ("丢失", LOST, How.NAME), ("補領", LOST, How.NAME), ("证丢了", LOST, How.EVERYDAY),
        ("sfzds", LOST, How.INITIALS), ("SFZDS", LOST, How.INITIALS), ("shenfenzhengdiushi", LOST, How.PINYIN),
        ("gaj-sfz-hl", EXPIRED, How.CODE), ("sfz-shhl", BROKEN, How.CODE), ("身份证 丢失", LOST, How.NAME), ("身份证ds", LOST, How.NAME),
        ("公安局丢失", LOST, How.DEPARTMENT), ("身份证补领丢失", LOST, How.NAME), ("diushibuling", LOST, How.PINYIN),
        ("派出所 丢失", LOST, How.DEPARTMENT),
    ],
)  # fmt: skip
def test_an_item_is_found_by_whatever_a_clerk_types(finder: Finder, typed: str, first: str, how: How) -> None:
    found = finder.find(typed)
    assert (found[0].subject.id, found[0].how) == (first, how), [(f.subject.id, f.how, f.name) for f in found]


def test_where_no_name_fits_the_meaning_does(finder: Finder) -> None:
    found = finder.find("我的身份证不见了怎么补办啊")
    assert found[0].subject.id == LOST
    assert found[0].how is How.MEANING


def test_a_department_shows_what_is_its_own(finder: Finder) -> None:
    assert {(f.subject.department, f.name) for f in finder.find("公安局")} == {("公安局", "公安局")}
    assert {(f.subject.department, f.name) for f in finder.find("派出所")} == {("公安局", "派出所")}
    assert finder.find("身份证", department="政务服务局") == []


@pytest.mark.parametrize("typed", ["", "  ", "！？", "zzzz", "ushi", "iushibu", "x" * 500, "\x00"])
def test_nothing_and_nonsense_find_nothing(finder: Finder, typed: str) -> None:
    assert finder.find(typed) == []


def test_boundaries_and_known_ambiguities_are_no_items(finder: Finder) -> None:
    assert all(f.subject.kind in ("item", "topic") for typed in ("着火", "换身份证", "手机卡") for f in finder.find(typed))


def test_clerks_find_what_citizens_do_not(finder: Finder) -> None:
    assert finder.find("审查要点")[0].subject.id == FOR_CLERKS


# --- the sheet ----------------------------------------------------------------------------------


def test_a_sheet_has_everything_that_is_published_and_what_only_clerks_see(library: Library) -> None:
    found = sheet(library)
    assert found.review_points == ["1. 只给窗口看的审查要点"]
    assert [(row.name, row.asked, row.source.title) for row in found.materials] == [("居民户口簿", "原件", "中华人民共和国居民身份证法")]
    assert (found.kind, found.window, found.handling, found.department) == ("行政确认", "公安综窗", "综合收件限时转办", "公安局")
    assert {"申请材料", "办理时限", "收费", "办理地点", "补齐补正"} <= {text.title for text in found.facets}
    assert [text.entry for text in found.manual] == [ABROAD]
    assert all(text.reviewed_on and text.citations for text in found.facets)


def test_what_is_expired_is_named_and_not_shown(library: Library) -> None:
    entries = tuple(
        e.model_copy(update={"expires_on": TODAY.replace(year=2025)}) if e.subject == LOST else e for e in library.snapshot.entries
    )
    old = Library.of(library.snapshot.model_copy(update={"entries": entries}), library.index, library.ranker)
    found = sheet(old)
    assert (found.facets, found.materials, found.review_points) == ([], [], [])
    assert "身份证丢失补领·收费" in found.expired


@pytest.mark.parametrize("off", [LOST, f"{LOST}#materials"])
def test_what_is_switched_off_is_not_worked_with(library: Library, off: str) -> None:
    dark = Library.of(without(library.snapshot, {off}), library.index, library.ranker)
    assert sheet(dark).materials == []


def test_two_items_side_by_side_show_what_differs(library: Library) -> None:
    pair = compare(sheet(library, LOST), sheet(library, EXPIRED))
    fee = next(row for row in pair.rows if row.title == "收费")
    assert not fee.same
    assert "丢失补领每证40元。" in "".join(line.text for line in fee.left if line.differs)
    same = next(row for row in pair.rows if row.title == "办理窗口")
    assert same.same
    assert not any(line.differs for line in same.left + same.right)
    assert [row.same for row in pair.rows] == sorted(row.same for row in pair.rows), "what differs comes first"


async def test_the_routes_give_what_the_page_shows(clerk: AsyncClient) -> None:
    hits = (await clerk.get(f"{STAFF}/lookup", params={"q": "丢失"})).json()
    assert (hits[0]["id"], hits[0]["how"]) == (LOST, "名称")
    assert (await clerk.get(f"{STAFF}/sheets/{LOST}")).json()["title"] == "身份证丢失补领"
    pair = (await clerk.get(f"{STAFF}/compare", params={"left": LOST, "right": BROKEN})).json()
    assert (pair["left"]["id"], pair["right"]["id"]) == (LOST, BROKEN)
    for missing in ("gaj-nichts", FIRE, "%00", "<script>"):
        assert (await clerk.get(f"{STAFF}/sheets/{missing}")).status_code == 404


# --- notices ------------------------------------------------------------------------------------


def wanted(**changes: Any) -> dict[str, Any]:
    """What the page sends for a notice on the lost card."""
    return {"subject": LOST, "version": "", "missing": [0], "lines": [], "key": uuid4().hex} | changes


async def make(clerk: AsyncClient, **changes: Any) -> dict[str, Any]:
    """Make a notice; gives its record."""
    version = (await clerk.get(f"{STAFF}/sheets/{LOST}")).json()["version"]
    response = await clerk.post(f"{STAFF}/notices", json=wanted(version=version, **changes))
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_notice_lists_everything_with_its_ground_and_has_a_number(clerk: AsyncClient, office: Office) -> None:
    first, second = await make(clerk, lines=["照片要白底的"]), await make(clerk)
    year = datetime.now(CHINA).year
    assert [made["number"] for made in (first, second)] == [f"告知〔{year}〕1号", f"告知〔{year}〕2号"]
    page = (await clerk.post(f"{STAFF}/notices/{first['id']}/paper", json={"applicant": SOMEBODY})).text
    for told in (
        "一次性告知单",
        first["number"],
        SOMEBODY,
        "居民户口簿",
        "照片要白底的",
        "中华人民共和国行政许可法",
        "政务服务中心综合窗口",
        "0791-12345",
    ):
        assert told in page
    assert page.count("<article") == 2, "two copies"
    assert [row.action for row in office.audited(str(first["id"]))] == ["notice"]


async def test_whose_it_was_is_kept_nowhere(clerk: AsyncClient, office: Office) -> None:
    made = await make(clerk, lines=["请打13812345678", "我叫张小明，证件号110101199003077774", "问0791-88886666"])
    for form in ("html", "pdf"):
        await clerk.post(f"{STAFF}/notices/{made['id']}/paper", json={"applicant": SOMEBODY, "format": form})
    kept = b"".join(path.read_bytes() for path in office.settings.data.rglob("*") if path.is_file())
    for secret in (SOMEBODY, "13812345678", "110101199003077774"):
        assert secret.encode() not in kept
        assert json.dumps(secret).strip('"').encode() not in kept
    assert made["content"]["lines"] == ["请打[手机号]", "我叫[姓名]，证件号[证件号]", "问0791-88886666"]


async def test_sent_again_it_is_the_same_notice(clerk: AsyncClient, office: Office) -> None:
    key = uuid4().hex
    assert (await make(clerk, key=key))["id"] == (await make(clerk, key=key))["id"]
    with Session(make_engine(office.settings.database)) as session:
        assert len(session.scalars(select(NoticeRow)).all()) == 1


async def test_a_notice_of_the_evening_keeps_its_day_and_is_found_by_number_and_matter(clerk: AsyncClient, office: Office) -> None:
    evening = datetime(2026, 11, 23, 18, 58, tzinfo=CHINA)
    content = content_of(sheet(office.services.shelf.library()), [0], [])
    chuang = Member("chuang", "", Role.CLERK, "公安局")
    for key in ("key-one", "key-two"):
        office.services.clerks.notices.make(content, LOST, "v", chuang, key, evening)
    kept = (await clerk.get(f"{STAFF}/notices")).json()
    assert {datetime.fromisoformat(notice["made_at"]) for notice in kept} == {evening}
    assert "2026年11月23日" in (await clerk.post(f"{STAFF}/notices/{kept[0]['id']}/paper", json={})).text
    for words, numbers in (("2", ["2"]), ("告知〔2026〕1号", ["1"]), ("丢失", ["2", "1"]), ("驾驶证", []), ("%", []), ("", ["2", "1"])):
        found = (await clerk.get(f"{STAFF}/notices", params={"q": words})).json()
        assert [notice["number"] for notice in found] == [f"告知〔2026〕{number}号" for number in numbers], words


def test_many_at_once_get_numbers_without_gaps(office: Office, library: Library) -> None:
    content, moment = content_of(sheet(library), [0], []), datetime.now(UTC)
    clerks = [Member(f"c{n}", "", Role.CLERK, "") for n in range(8)]

    def write(n: int) -> str:
        return office.services.clerks.notices.make(content, LOST, "v", clerks[n % 8], f"key-{n}", moment).number

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(int(re.findall(r"\d+", made)[1]) for made in pool.map(write, range(40)))
    assert numbers == list(range(1, 41))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"missing": []}, 422), ({"missing": [], "lines": ["  "]}, 422), ({"missing": [99]}, 422), ({"missing": [-1]}, 422),
        ({"subject": "gaj-nichts"}, 404), ({"version": "old"}, 409), ({"lines": ["长" * 201]}, 422), ({"key": ""}, 422),
    ],
)  # fmt: skip
async def test_a_notice_that_cannot_be_made_is_refused_and_leaves_nothing(
    clerk: AsyncClient, office: Office, library: Library, changes: dict[str, Any], status: int
) -> None:
    body = wanted(version=library.snapshot.version) | changes
    response = await clerk.post(f"{STAFF}/notices", json=body)
    assert response.status_code == status
    assert response.json()["detail"].endswith(("。", "！")), "it says what to do"
    with Session(make_engine(office.settings.database)) as session:
        assert session.scalars(select(NoticeRow)).all() == []


async def test_others_do_not_see_a_clerks_notices_and_a_supervisor_does(clerk: AsyncClient, office: Office) -> None:
    made = await make(clerk)
    office.hire("other", Role.CLERK)
    office.hire("ban", Role.SUPERVISOR)
    other, supervisor = await office.signed_in("other"), await office.signed_in("ban")
    assert (await other.get(f"{STAFF}/notices")).json() == []
    assert (await other.post(f"{STAFF}/notices/{made['id']}/paper", json={})).status_code == 404
    assert [notice["clerk"] for notice in (await supervisor.get(f"{STAFF}/notices")).json()] == ["chuang"]
    assert (await supervisor.post(f"{STAFF}/notices/{made['id']}/paper", json={})).status_code == 200


async def test_a_pdf_is_a_pdf_with_both_copies(clerk: AsyncClient) -> None:
    made = await make(clerk, lines=["照片要白底的"])
    response = await clerk.post(f"{STAFF}/notices/{made['id']}/paper", json={"applicant": SOMEBODY, "format": "pdf"})
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    assert response.content.startswith(b"%PDF-")
    assert b"/Count 2" in b"".join(
        zlib.decompressobj().decompress(stream) for stream in re.findall(rb"stream\n(x.*?)endstream", response.content, re.DOTALL)
    )


async def test_without_pango_the_browser_is_pointed_to(clerk: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await make(clerk)

    class Without:
        def __getattr__(self, _name: str) -> Any:
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Without())
    response = await clerk.post(f"{STAFF}/notices/{made['id']}/paper", json={"format": "pdf"})
    assert response.status_code == 503
    assert "浏览器里打印" in response.json()["detail"]


def test_what_looks_like_markup_is_only_text_on_the_paper(library: Library, office: Office) -> None:
    content = content_of(sheet(library), [0], ["<img src=x onerror=alert(1)>"])
    notice = office.services.clerks.notices.make(content, LOST, "v", Member("c", "", Role.CLERK, ""), "a-key-of-it", datetime.now(UTC))
    page = paper.html(notice, "<script>alert(1)</script>", "厅")
    assert "<script" not in page
    assert "<img" not in page


# --- gaps ---------------------------------------------------------------------------------------


async def test_a_report_is_kept_for_the_department_masked_and_audited(clerk: AsyncClient, office: Office) -> None:
    body = {"kind": "wrong", "text": "我叫张小明，电话13812345678，补证多少钱", "note": "应该是40元", "subject": LOST, "facet": "fee"}
    number = (await clerk.post(f"{STAFF}/gaps", json=body)).json()["id"]
    with Session(make_engine(office.settings.database)) as session:
        row = session.get(GapReportRow, number)
        assert row is not None
        assert (row.kind, row.subject, row.facet, row.department, row.reporter, row.state, row.channel) == (
            "wrong", LOST, "fee", "公安局", "chuang", "open", "clerk",
        )  # fmt: skip
        assert row.text == "我叫[姓名],电话[手机号],补证多少钱"
    assert [entry.action for entry in office.audited(str(number))] == ["gap_report"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "missing", "text": ""}, 422), ({"kind": "missing", "text": "x", "subject": "gaj-nichts"}, 404),
        ({"kind": "odd", "text": "x"}, 422), ({"kind": "missing", "text": "字" * 501}, 422),
    ],
)  # fmt: skip
async def test_a_report_of_nothing_is_refused(clerk: AsyncClient, body: dict[str, Any], status: int) -> None:
    assert (await clerk.post(f"{STAFF}/gaps", json=body)).status_code == status


# --- who may ------------------------------------------------------------------------------------

READ = (f"{STAFF}/lookup?q=x", f"{STAFF}/sheets/{LOST}", f"{STAFF}/compare?left={LOST}&right={BROKEN}", f"{STAFF}/notices")
CHANGE = (f"{STAFF}/gaps", f"{STAFF}/notices", f"{STAFF}/notices/1/paper")


async def test_only_who_works_at_the_desk_may(office: Office) -> None:
    for role in Role:
        office.hire(role.value, role)
    may = (Role.CLERK, Role.AGENT, Role.SUPERVISOR)
    for role in Role:
        client = await office.signed_in(role.value)
        assert {(await client.get(path)).status_code for path in READ} == ({200} if role in may else {403})
        if role not in may:
            assert {(await client.post(path, json={})).status_code for path in CHANGE} == {403}
    stranger = office.client()
    assert {(await stranger.get(path)).status_code for path in READ} == {401}


async def test_another_sites_page_can_change_nothing(office: Office) -> None:
    office.hire("chuang", Role.CLERK)
    client = await office.signed_in("chuang")
    del client.headers["X-Requested-With"]
    assert {(await client.post(path, json={})).status_code for path in CHANGE} == {403}


async def test_a_clerk_has_nothing_to_do_with_citizens_who_wait(office: Office, clerk: AsyncClient) -> None:
    assert office.services.accounts.online() == 0, "nobody is promised a clerk"
    for path in ("queue", "colleagues", "canned"):
        assert (await clerk.get(f"{STAFF}/{path}")).status_code == 403


async def test_the_pages_are_there_and_the_old_address_leads_on(office: Office) -> None:
    client = office.client()
    for path in ("/desk", "/desk/screen", "/static/desk/desk.js", "/static/staff/signin.js", paper.STYLE):
        response = await client.get(path)
        assert response.status_code == 200, path
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert (await client.get("/staff")).headers["location"] == "/desk"


def test_no_page_of_the_desk_has_a_script_or_a_style_inside() -> None:
    folder = Path(__file__).parents[2] / "channels"
    for page in (*folder.glob("desk/*.html"), *folder.glob("staff/*.html")):
        text = page.read_text("utf-8")
        assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", text), page
