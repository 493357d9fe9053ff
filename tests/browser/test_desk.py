"""The window clerk's desk in a real browser: with the keyboard alone, on a desktop and on a phone, with axe on every state."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.staff.roles import Role
from tests.browser.accessibility import violations
from tests.browser.test_chat_page import width_beyond_the_screen
from tests.browser.test_handoff import Opener, calls_for_a_person, citizen, desk, ends, opened, says, takes  # noqa: F401  # fixtures

LOST, EXPIRED = "居民身份证补领（丢失）", "居民身份证换领（有效期满/信息变更）"
SHOTS = Path(__file__).resolve().parents[2] / "screenshots"
Desk = Callable[..., Page]


@pytest.fixture
def clerk(desk: Desk) -> Page:  # noqa: F811
    """The desk of a window clerk, with nothing typed yet."""
    page = desk("小周", Role.CLERK, "公安局")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other, wherever the focus is."""
    for key in keys:
        page.keyboard.press(key)


def opens(page: Page, typed: str, title: str = LOST) -> None:
    """Find an item with the keyboard alone, from wherever the box has the focus."""
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(typed)
    expect(page.locator("#results [aria-selected=true]")).to_contain_text(title)
    press(page, "Enter")
    expect(page.locator("#sheet h2")).to_have_text(title)
    expect(page.locator("#sheet")).to_be_focused()


def shows(page: Page, name: str) -> None:
    """A state of the page: no violation, nothing beyond the screen, and a picture to look at."""
    assert violations(page) == []
    assert width_beyond_the_screen(page) == 0
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"desk-{name}.png")


def test_with_the_keyboard_alone_find_copy_compare_report_and_come_back(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    sheet = clerk.locator("#sheet")
    expect(sheet.get_by_role("region", name="审查要点")).to_contain_text("人像")
    expect(sheet.get_by_role("region", name="申请材料")).to_contain_text("居民户口簿")
    shows(clerk, "item")
    press(clerk, "f")
    expect(clerk.locator("#status")).to_contain_text("复制好了")
    copied = clerk.evaluate("navigator.clipboard.readText()")
    assert "40元" in copied
    assert "审查" not in copied, "what only clerks may see is not copied"
    press(clerk, "b")
    expect(clerk.locator("#q-label")).to_contain_text("比较")
    expect(clerk.locator("#results [aria-selected=true]")).to_contain_text(EXPIRED)
    press(clerk, "Enter")
    expect(sheet.locator("mark").first).to_be_visible()
    expect(sheet.locator("thead").first).to_contain_text(EXPIRED)
    shows(clerk, "compare")
    press(clerk, "Escape")
    expect(sheet.locator("h2")).to_have_text(LOST)
    press(clerk, "w")
    clerk.keyboard.type("没说要不要照片")
    shows(clerk, "report")
    clerk.get_by_role("button", name="报上去").press("Enter")
    expect(clerk.locator("#status")).to_contain_text("报上去了")
    expect(sheet).to_be_focused()
    press(clerk, "Escape")
    expect(clerk.locator("#q")).to_be_focused()
    clerk.keyboard.type("居住证")
    press(clerk, "ArrowDown")
    expect(clerk.locator("#results li").nth(1)).to_have_attribute("aria-selected", "true")
    shows(clerk, "found")


def test_typing_letters_into_a_box_does_nothing_to_the_item(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    press(clerk, "Escape")
    clerk.keyboard.type("fdgbpw")
    expect(clerk.locator("dialog")).to_be_hidden()
    expect(clerk.locator("#sheet h2")).to_have_text(LOST)
    assert len(clerk.context.pages) == 1


def test_a_notice_is_ticked_with_the_keyboard_printed_and_printed_again(clerk: Page) -> None:
    opens(clerk, "身份证丢了")
    press(clerk, "g")
    expect(clerk.get_by_role("checkbox").first).to_be_focused()
    press(clerk, "Enter")  # ticks as the space bar does, and makes nothing yet
    expect(clerk.get_by_role("checkbox").first).to_be_checked()
    clerk.get_by_label("自己加一行").focus()
    clerk.keyboard.type("照片要白底的")
    press(clerk, "Enter")
    expect(clerk.locator(".own li")).to_contain_text("照片要白底的")
    clerk.get_by_label("申请人").fill("张小明")
    shows(clerk, "notice-form")
    press(clerk, "Enter")
    paper = clerk.frame_locator("iframe.paper")
    expect(paper.locator("article")).to_have_count(2)
    expect(paper.locator("article").first).to_contain_text("张小明")
    for told in ("居民户口簿", "照片要白底的", "行政许可法", re.compile(r"告知〔\d{4}〕\d+号")):
        expect(paper.locator("article").first).to_contain_text(told)
    expect(clerk.get_by_role("button", name="打印")).to_be_focused()
    assert paper.locator("h1").first.evaluate("node => getComputedStyle(node).color") == "rgb(204, 0, 0)", "its style sheet is there"
    shows(clerk, "notice")
    with clerk.expect_download() as download:
        clerk.get_by_role("button", name="下载 PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    clerk.get_by_role("button", name="回到事项").click()
    clerk.get_by_text("开过的告知单").click()
    clerk.get_by_label("编号或事项").fill("没有这件事")
    expect(clerk.locator("#made")).to_contain_text("没有找到")
    clerk.get_by_label("编号或事项").fill("身份证")
    clerk.locator("#made li button").first.click()
    expect(paper.locator("article").first).to_contain_text("申请人：")
    expect(paper.locator("article").first).not_to_contain_text("张小明")


def test_a_notice_without_anything_missing_says_what_to_do(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    press(clerk, "g")
    clerk.get_by_role("button", name="开单").click()
    expect(clerk.locator("#problem")).to_contain_text("还没勾缺什么")
    expect(clerk.get_by_role("checkbox").first).to_be_visible()


def test_the_second_screen_follows_and_shows_no_review_points(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    with clerk.context.expect_page() as window:
        press(clerk, "p")
    second = window.value
    expect(second.locator("h2")).to_have_text(LOST)
    expect(second.locator("#guide")).to_contain_text("居民户口簿")
    shows(second, "second-screen")
    clerk.bring_to_front()
    clerk.locator("#q").focus()
    clerk.locator("#q").fill("")
    opens(clerk, "居住证签注", "居住证签注")
    expect(second.locator("h2")).to_have_text("居住证签注")
    assert "审查要点" not in second.content()


def test_on_paper_there_are_no_review_points(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    clerk.emulate_media(media="print")
    expect(clerk.get_by_role("region", name="审查要点")).to_be_hidden()
    expect(clerk.locator("#finding")).to_be_hidden()
    expect(clerk.get_by_role("region", name="申请材料")).to_be_visible()


def test_a_report_of_nothing_says_what_to_write(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    press(clerk, "w")
    clerk.get_by_role("button", name="报上去").click()
    expect(clerk.locator("#dialog")).to_contain_text("请写一句")
    press(clerk, "Escape")
    expect(clerk.locator("#sheet")).to_be_focused()


def test_more_than_fit_are_said_to_be_more(clerk: Page) -> None:
    clerk.locator("#q").fill("公安局")
    expect(clerk.locator("#more")).to_be_visible()
    clerk.locator("#q").fill("sfzbl")
    expect(clerk.locator("#more")).to_be_hidden()


def test_what_is_not_found_is_reported_with_what_was_typed(clerk: Page) -> None:
    clerk.locator("#q").fill("qwxyz")
    clerk.get_by_role("button", name="没找到？报给知识维护").click()
    expect(clerk.get_by_label("市民怎么问的")).to_have_value("qwxyz")
    clerk.get_by_role("button", name="报上去").click()
    expect(clerk.locator("#status")).to_contain_text("报上去了")


def test_a_clerk_at_a_window_sees_no_citizens_who_wait(clerk: Page) -> None:
    expect(clerk.get_by_role("link", name="人工服务")).to_be_hidden()
    expect(clerk.locator("#people")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 256)])
def test_on_a_phone_and_at_400_percent_everything_is_within_the_screen(
    chromium: Browser,
    clerk: Page,
    width: int,
    height: int,
) -> None:
    clerk.set_viewport_size({"width": width, "height": height})
    shows(clerk, f"{width}-empty")
    opens(clerk, "sfzbl")
    shows(clerk, f"{width}-item")
    press(clerk, "g")
    expect(clerk.get_by_role("checkbox").first).to_be_focused()
    shows(clerk, f"{width}-notice")


def test_when_the_service_is_away_the_desk_says_so_and_goes_on_afterwards(clerk: Page) -> None:
    clerk.route("**/api/v1/staff/lookup*", lambda route: route.abort("connectionrefused"), times=1)
    clerk.locator("#q").fill("sfzbl")
    expect(clerk.locator("#problem")).to_contain_text("连不上服务")
    clerk.locator("#q").press("Enter")
    expect(clerk.locator("#sheet h2")).to_have_text(LOST)
    expect(clerk.locator("#problem")).to_be_empty()


def test_an_agent_sends_a_suggested_answer_changes_another_and_keeps_a_good_one(citizen: Page, desk: Desk) -> None:  # noqa: F811
    agent = desk("小李")
    calls_for_a_person(citizen)
    takes(agent)
    offers = agent.locator("#offers article")
    expect(offers.first).to_contain_text(LOST)
    shows(agent, "talk")
    agent.locator("#canned summary").click()
    agent.locator("#canned button").first.click()
    expect(agent.locator("#words")).to_have_value(re.compile("您好"))
    agent.locator("#words").fill("")
    offers.first.get_by_role("button", name="发送").click()
    expect(citizen.locator(".person .words").last).to_contain_text("更新于")
    says(citizen, "补办多少钱")
    expect(agent.locator("#offers")).to_contain_text("补办多少钱")
    expect(offers.first).to_contain_text("40元")
    offers.first.get_by_role("button", name="改了再发").click()
    expect(agent.locator("#words")).to_be_focused()
    agent.keyboard.press("Control+Home")
    agent.keyboard.type("您好，")
    press(agent, "Enter")
    expect(citizen.locator(".person .words").last).to_contain_text(re.compile("您好，.*40元"))
    agent.get_by_role("button", name="存成问答").last.click()
    expect(agent.get_by_label("市民一般怎么问")).to_have_value("补办多少钱")
    shows(agent, "draft")
    agent.get_by_role("button", name="不用了").click()
    agent.locator("#reason").select_option("pointed")
    ends(agent)


def test_the_agents_side_fits_a_phone_and_a_large_zoom(desk: Desk, citizen: Page) -> None:  # noqa: F811
    agent = desk("小李", Role.SUPERVISOR)
    calls_for_a_person(citizen)
    takes(agent)
    expect(agent.locator("#offers article").first).to_be_visible()
    for width, height in ((360, 740), (320, 256)):
        agent.set_viewport_size({"width": width, "height": height})
        shows(agent, f"{width}-talk")
    agent.set_viewport_size({"width": 1280, "height": 900})
    ends(agent)


def test_with_a_citizens_consent_the_licence_store_is_asked(clerk: Page) -> None:
    opens(clerk, "sfzbl")
    press(clerk, "e")
    dialog = clerk.locator("#dialog")
    dialog.get_by_label("授权码").fill("SL100001")
    press(clerk, "Enter")
    expect(dialog).to_be_visible()  # without the consent nothing is asked
    dialog.get_by_label("市民同意").check()
    press(clerk, "Enter")
    expect(clerk.locator("#status")).to_contain_text("可以免交：居民户口簿")
    expect(clerk.locator(".materials .free").last).to_have_text("证照库里有，可以免交")
    shows(clerk, "licences")
