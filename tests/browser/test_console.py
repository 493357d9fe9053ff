"""The maintainers' desk, each of them in a browser of their own, against a service with a small knowledge that they may change."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from assistant import serving
from assistant.settings import ROOT, Settings
from assistant.staff.accounts import Accounts
from assistant.staff.roles import Role
from assistant.storage.conversations import make_engine
from tests.browser.accessibility import violations
from tests.browser.test_chat_page import width_beyond_the_screen
from tests.unit.exchange_files import HEADER, PHOTO, workbook
from tests.unit.small_knowledge import EXPIRED, LOST, write_folder

PASSWORD = "correct horse battery"
SCREENSHOTS = ROOT / "screenshots"
POLICE = "公安局"
NAMELESS = ["身份证丢失补领", "补证能不能加急", "", "", POLICE, "流程", ""]
"""A row that forgot its answer."""
ASKED = "身份证丢了补办要带什么"
SIDES = ["gaps", "entries", f"entries/{LOST}", f"entries/{POLICE}", "drafts", "publish", "checks", "test", "reports"]
Desk = Callable[..., Page]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation of its own, without Rasa: whoever edits here changes nobody else's files."""
    home = tmp_path_factory.mktemp("console")
    shutil.copytree(ROOT / "knowledge" / "import", write_folder(home / "knowledge") / "import")
    return Settings(data=home / "data", knowledge=home / "knowledge", rasa_processes=0)


@pytest.fixture(scope="module")
def console(shop: Settings) -> Iterator[str]:
    """The address of a running service."""
    serving.configure_logging(shop)
    serving.prepare(shop)
    with serving.temporary_service(shop, None) as url:
        yield f"{url}/console"


@pytest.fixture
def desk(chromium: Browser, shop: Settings, console: str) -> Iterator[Desk]:
    """Signs somebody new in; a script error in any page fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def sign_in(role: Role = Role.MAINTAINER, department: str = "", width: int = 1280, height: int = 900) -> Page:
        name = f"m{uuid4().hex[:12]}"
        Accounts(make_engine(shop.database)).add(name, "小周", role, department, PASSWORD, by="test")
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.on("weberror", lambda found: broken.append(str(found.error)))
        page = context.new_page()
        page.goto(console)
        page.get_by_label("登录名").fill(name)
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.locator("#me")).to_contain_text("小周")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not broken, broken


def to(page: Page, side: str) -> None:
    """Go to one side of the desk."""
    page.get_by_role("link", name=side, exact=True).click()
    expect(page.locator('.tabs a[aria-current="page"]')).to_have_text(side)
    expect(page.locator("#body")).not_to_contain_text("正在取…")


def pictured(page: Page, name: str) -> None:
    """A picture for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"console-{name}.png", full_page=True)


def complain(console: str) -> None:
    """A citizen asks, and is not helped."""
    service = console.removesuffix("/console")
    reply = httpx.post(f"{service}/api/v1/chat", json={"text": ASKED}, trust_env=False).json()
    rated = {"turn_id": reply["turn_id"], "helpful": False, "comment": "没说要不要照片，我的号码13800131107"}
    assert httpx.post(f"{service}/api/v1/feedback", json=rated, trust_env=False).status_code == 200


def answered(console: str, words: str) -> str:
    """What the chat replies."""
    service = console.removesuffix("/console")
    return str(httpx.post(f"{service}/api/v1/chat", json={"text": words}, trust_env=False).json()["text"])


def test_a_handbook_is_imported_a_row_mended_reviewed_published_answers_and_is_rolled_back(
    desk: Desk, console: str, tmp_path: Path
) -> None:
    """What a maintainer does on the first day, the colleague's review included."""
    mine, theirs = desk(department=POLICE), desk(department=POLICE)
    to(mine, "导入和复核")
    mine.get_by_label("文件（").set_input_files(workbook(tmp_path / "答疑手册.xlsx", [HEADER, PHOTO, NAMELESS]))
    mine.get_by_role("button", name="试导入").click()
    expect(mine.get_by_text("试过了：")).to_have_text("试过了：新增1行，退回1行。")
    expect(mine.get_by_role("row").nth(1)).to_contain_text("没有写答案")
    pictured(mine, "import")
    mine.get_by_role("button", name="改这一行").click()
    mine.get_by_label("答案", exact=True).fill("不能，请按期来取。")
    mine.get_by_role("button", name="再试这一行").click()
    expect(mine.get_by_role("row").nth(1)).to_contain_text("改好了：新增")
    mine.get_by_role("button", name="写成草稿").click()
    expect(mine.locator("#status")).to_contain_text("写成了草稿“答疑手册”")
    expect(mine.locator(".rows")).to_contain_text("2条")
    mine.get_by_role("link", name="答疑手册").click()
    expect(mine.get_by_text("要由另一位同事复核")).to_be_visible()
    expect(mine.get_by_role("button", name="复核通过")).to_have_count(0)

    to(theirs, "导入和复核")
    theirs.get_by_role("link", name="答疑手册").click()
    expect(theirs.get_by_role("heading", name="补证能不能加急")).to_be_visible()
    pictured(theirs, "review")
    theirs.get_by_role("button", name="复核通过").click()
    expect(theirs.locator("#status")).to_contain_text("复核通过2条")
    to(theirs, "发布")
    expect(theirs.locator("#body")).to_contain_text("条目新增 2")
    theirs.get_by_role("button", name="发布…").click()
    theirs.get_by_label("为什么发布").fill("手册更新")
    theirs.get_by_role("button", name="发布", exact=True).click()
    expect(theirs.locator("#status")).to_contain_text("发布好了", timeout=90_000)
    expect(theirs.get_by_role("row").nth(1)).to_contain_text("手册更新")
    theirs.wait_for_timeout(2000)
    assert "不能，请按期来取。" in answered(console, NAMELESS[1])
    pictured(theirs, "publish")

    theirs.get_by_role("button", name="退回到这版…").last.click()
    theirs.get_by_label("为什么").fill("答案还要核")
    theirs.get_by_role("button", name="退回", exact=True).click()
    expect(theirs.locator("#status")).to_contain_text("内容和第1版一样")
    theirs.wait_for_timeout(2000)
    assert "请按期来取" not in answered(console, NAMELESS[1])


def test_a_gap_is_given_to_a_department_and_closed_by_what_answers_it(desk: Desk, console: str) -> None:
    complain(console)
    page = desk()
    row = page.locator(".rows > li", has_text=ASKED)
    expect(row).to_contain_text("评价没用1")
    row.get_by_text("他们说哪里不对").click()
    expect(row).to_contain_text("没说要不要照片,我的号码[手机号]")
    row.get_by_role("button", name="分给部门").click()
    page.get_by_role("combobox", name="部门").select_option(POLICE)
    page.get_by_role("button", name="分派").click()
    expect(row).to_contain_text("已分派")
    row.get_by_role("button", name="再问一遍").click()
    expect(row).to_contain_text("现在会这样答")
    pictured(page, "gaps")
    row.get_by_role("button", name="答对了").first.click()
    expect(page.locator("#status")).to_contain_text("补上了")
    page.get_by_role("button", name="补上的和不用补的").click()
    expect(page.locator(".rows > li", has_text=ASKED)).to_contain_text(f"由 {LOST}#materials 回答")


def test_a_text_is_edited_into_a_draft_and_an_entry_is_switched_off_and_on(desk: Desk, console: str) -> None:
    page = desk(department=POLICE)
    to(page, "条目")
    page.get_by_label("找条目").fill("丢失补领")
    page.get_by_role("button", name="找", exact=True).click()
    page.get_by_role("link", name="身份证丢失补领").click()
    opened(page, "收费").get_by_label("收费说明").fill("丢失补领每证40元，加急另收。")
    page.get_by_role("button", name="保存成草稿").click()
    expect(page.locator("#status")).to_contain_text("写成了草稿")
    expect(page.locator("#status")).to_be_in_viewport()
    expect(page.get_by_text("改过、还没复核的内容")).to_be_visible()
    pictured(page, "entry")
    page.get_by_role("button", name="停答…").click()
    page.get_by_label("停哪些").select_option(f"{LOST}#fee")
    page.get_by_label("为什么").fill("标准核实中")
    page.get_by_role("button", name="马上停答").click()
    expect(page.get_by_text("停答了：标准核实中")).to_be_visible()
    page.wait_for_timeout(2000)
    assert "40元" not in answered(console, "补一张丢了的身份证多少钱")
    page.get_by_role("button", name="恢复回答").click()
    page.get_by_label("为什么").fill("核实过了")
    page.get_by_role("button", name="恢复", exact=True).click()
    expect(page.get_by_text("停答了：标准核实中")).to_have_count(0)
    page.get_by_role("link", name="看改了什么").click()
    page.get_by_role("button", name="不要这份草稿…").click()
    page.get_by_label("为什么").fill("不改了")
    page.get_by_role("button", name="不要这份草稿", exact=True).click()
    expect(page.locator("#status")).to_have_text("草稿不要了。")


def opened(page: Page, section: str) -> Locator:
    """A section of a record's form, opened."""
    summary = page.locator(".section > summary", has_text=re.compile(f"^{section}"))
    summary.click()
    return summary.locator("..")


def test_rows_of_materials_are_edited_with_mistakes_told_beside_them_and_reviewed(desk: Desk, console: str) -> None:
    mine, theirs = desk(department=POLICE), desk(department=POLICE)
    mine.goto(f"{console}#entries/{EXPIRED}")
    materials = opened(mine, "申请材料")
    materials.get_by_role("button", name="加一条").click()
    photo = materials.locator(".part").last
    photo.get_by_label("名称").fill("近期照片")
    photo.get_by_label("复印件").fill("两张")
    opened(mine, "收费").get_by_label("金额").fill("二十元")
    mine.get_by_role("button", name="保存成草稿").click()
    expect(mine.get_by_role("alert").filter(has_text="有3处要改")).to_be_visible()
    expect(photo.get_by_label("复印件")).to_have_attribute("aria-invalid", "true")
    expect(photo.locator("label", has_text="复印件")).to_contain_text("要写整数")
    expect(photo.locator("label", has_text="依据")).to_contain_text("不能为空")
    expect(photo.get_by_label("复印件")).to_be_focused()
    pictured(mine, "faults")
    assert violations(mine) == []
    mine.once("dialog", lambda asked: asked.dismiss())
    mine.get_by_role("link", name="试问", exact=True).click()
    expect(photo.get_by_label("名称")).to_have_value("近期照片")

    photo.get_by_label("复印件").fill("2")
    photo.get_by_label("依据").select_option("law")
    mine.get_by_label("金额").fill("25")
    mine.get_by_role("button", name="保存成草稿").click()
    expect(mine.locator("#status")).to_contain_text("还没有生效")

    theirs.goto(f"{console}#drafts/edit-{EXPIRED}")
    expect(theirs.get_by_role("row").filter(has_text="申请材料·近期照片·复印件")).to_contain_text("2")
    expect(theirs.get_by_role("row").filter(has_text="收费·金额")).to_contain_text("2025")
    pictured(theirs, "review-rows")
    theirs.get_by_role("button", name="复核通过").click()
    expect(theirs.locator("#status")).to_contain_text("复核通过1条")
    theirs.goto(f"{console}#entries/{EXPIRED}")
    materials = opened(theirs, "申请材料")
    materials.locator(".part").last.locator("summary").click()
    materials.locator(".part").last.get_by_role("button", name="删掉").click()
    materials.locator(".part").last.get_by_role("button", name="不删了").click()
    theirs.get_by_role("button", name="保存成草稿").click()
    expect(theirs.locator("#status")).to_have_text("没有改动。")


def test_a_question_is_tried_by_keyboard_alone(desk: Desk) -> None:
    page = desk()
    page.keyboard.press("Tab")
    for _ in range(20):
        if page.evaluate("document.activeElement.textContent") == "试问":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#side-title")).to_have_text("试问一句")
    for _ in range(20):
        if page.evaluate("document.activeElement.type") == "search":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    expect(page.locator("#body")).to_contain_text(f"{LOST}#materials")
    expect(page.get_by_role("region", name="候选")).to_contain_text("身份证丢失补领")
    pictured(page, "hit-test")


def test_a_leader_reads_this_week_and_takes_it_along(desk: Desk, console: str, tmp_path: Path) -> None:
    complain(console)
    page = desk(Role.SUPERVISOR)
    to(page, "报表")
    expect(page.get_by_role("region", name="问得最多的事")).to_contain_text("身份证丢失补领")
    expect(page.locator(".chart")).to_have_js_property("complete", True, timeout=60_000)
    assert page.locator(".chart").evaluate("picture => picture.naturalWidth") > 500
    pictured(page, "report")
    for paper, ending in (("表格", ".xlsx"), ("Word", ".docx"), ("PDF", ".pdf"), ("网页", ".html")):
        with page.expect_download(timeout=90_000) as taken:
            page.get_by_role("link", name=paper).click()
        assert taken.value.suggested_filename.startswith("智问咨询情况") and taken.value.suggested_filename.endswith(ending)
        assert taken.value.path().stat().st_size > 10_000
    page.get_by_role("button", name="上周").click()
    expect(page.locator("#body")).to_contain_text("这段时间没有人问过")


def test_a_supervisor_reads_and_an_agent_is_told_where_to_go(desk: Desk) -> None:
    supervisor = desk(Role.SUPERVISOR)
    to(supervisor, "发布")
    expect(supervisor.get_by_role("heading", name="发布过的版本")).to_be_visible()
    expect(supervisor.get_by_role("button", name="退回到这版…")).to_have_count(0)
    to(supervisor, "导入和复核")
    expect(supervisor.get_by_role("button", name="试导入")).to_have_count(0)
    expect(desk(Role.AGENT).locator("#problem")).to_contain_text("不能维护知识")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (360, 740), (320, 256)])
def test_every_side_is_accessible_and_fits(desk: Desk, console: str, width: int, height: int) -> None:
    """320 by 256 is 1280 by 1024 at 400 %."""
    complain(console)
    page = desk(width=width, height=height)
    for side in SIDES:
        page.goto(f"{console}#{side}")
        expect(page.locator("#body")).not_to_contain_text(re.compile("正在(取|比较|算)…"), timeout=60_000)
        assert violations(page) == [], side
        assert width_beyond_the_screen(page) <= 0, side
        if width == 360:
            pictured(page, f"phone-{side.split('/')[0]}")
