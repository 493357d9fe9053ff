"""A citizen and agents talking, each in a browser of their own, against the real service."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant.people.states import State
from assistant.settings import Settings
from assistant.staff.accounts import Accounts
from assistant.staff.roles import Role
from assistant.storage.conversations import make_engine
from assistant.storage.tables import HandOffRow
from tests.browser.test_chat_page import LOST, ask, behind_the_composer, width_beyond_the_screen

PASSWORD = "correct horse battery"
Opener = Callable[[str], Page]


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opener]:
    """Opens pages, each in a browser of its own; a script error in any of them fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def open_page(url: str) -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        contexts.append(context)
        context.on("weberror", lambda found: broken.append(str(found.error)))
        page = context.new_page()
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not broken, broken


@pytest.fixture
def citizen(page: Page, service_settings: Settings) -> Page:
    """The chat page, with nobody waiting any more whom another test has left behind."""
    left = update(HandOffRow).where(HandOffRow.state == State.WAITING)
    with Session(make_engine(service_settings.database)) as session:
        session.execute(left.values(state=State.CLOSED, ended_at=datetime.now(UTC)))
        session.commit()
    return page


@pytest.fixture
def desk(opened: Opener, service_settings: Settings, service_url: str) -> Callable[..., Page]:
    """Signs somebody new in on the agents' page. Whatever earlier tests left in the queue is not theirs to see."""

    def sign_in(title: str, role: Role = Role.AGENT, department: str = "") -> Page:
        name = f"a{uuid4().hex[:12]}"
        Accounts(make_engine(service_settings.database)).add(name, title, role, department, PASSWORD, by="test")
        page = opened(f"{service_url}/desk")
        page.get_by_label("登录名").fill(name)
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.locator("#me")).to_contain_text(title)
        return page

    return sign_in


def says(page: Page, words: str) -> None:
    """Type words on either page and press Enter."""
    box = page.locator("#input, #words").first
    box.fill(words)
    box.press("Enter")


def heard(page: Page) -> Locator:
    """What agents have said, on the citizen's page."""
    return page.locator(".person .words")


def calls_for_a_person(citizen: Page, first: str = LOST) -> None:
    """A citizen asks something, and then for a person."""
    ask(citizen, first)
    ask(citizen, "转人工")
    expect(citizen.locator("#service")).to_contain_text("您排在第1位")


def takes(agent: Page) -> None:
    """An agent takes the one who waits."""
    agent.locator("#queue").get_by_role("button", name="接待").last.click()
    expect(agent.locator("#talk")).to_be_visible()


def ends(agent: Page) -> None:
    """Leave nothing behind for the next test."""
    agent.get_by_role("button", name="结束").click()
    expect(agent.locator("#talk")).to_be_hidden()


def test_a_citizen_and_an_agent_talk_and_then_the_assistant_goes_on(citizen: Page, desk: Callable[..., Page]) -> None:
    agent = desk("小李")
    calls_for_a_person(citizen)
    takes(agent)
    expect(agent.locator("#talk-title")).to_contain_text("居民身份证补领")
    expect(agent.locator("#before")).to_contain_text(LOST)
    expect(citizen.locator("#service")).to_have_text("现在由工作人员小李接待您。")
    says(agent, "您好，我是小李。\n请问户口在本地吗？")
    expect(heard(citizen)).to_have_text("您好，我是小李。\n请问户口在本地吗？")
    says(citizen, "在外地")
    expect(agent.locator("#messages .from-citizen .said")).to_have_text("在外地")
    expect(citizen.locator(".delivered")).to_contain_text("已送到")
    agent.get_by_role("button", name="交回智问").click()
    expect(citizen.locator(".announcement").last).to_contain_text("交回智问")
    expect(citizen.locator("#service")).to_be_empty()
    expect(ask(citizen, "身份证丢了补办多少钱").locator(".answer").first).to_contain_text("40元")


def test_a_reload_and_a_new_page_find_the_conversation_and_everything_once(
    citizen: Page, desk: Callable[..., Page], service_url: str
) -> None:
    agent = desk("小李")
    calls_for_a_person(citizen)
    takes(agent)
    says(agent, "第一句")
    expect(heard(citizen)).to_have_text(["第一句"])
    says(citizen, "市民的话")
    expect(agent.locator("#messages .from-citizen")).to_have_count(1)
    citizen.reload()
    says(agent, "第二句")
    expect(heard(citizen)).to_have_text(["第一句", "第二句"])
    expect(citizen.locator(".citizen", has_text="市民的话")).to_have_count(1)
    context = citizen.context
    citizen.close()
    says(agent, "页面关着的时候说的")
    again = context.new_page()
    again.goto(service_url)
    expect(heard(again)).to_have_text(["第一句", "第二句", "页面关着的时候说的"])
    expect(again.locator(".citizen", has_text="市民的话")).to_have_count(1)
    says(again, "我回来了")
    expect(agent.locator("#messages .from-citizen")).to_have_count(2)
    agent.reload()
    agent.locator("#queue").get_by_role("button", name="打开").click()
    expect(agent.locator("#messages .from-citizen")).to_have_count(2)
    expect(agent.locator("#messages .from-agent")).to_have_count(3)
    ends(agent)


def test_without_websockets_everything_still_arrives(opened: Opener, desk: Callable[..., Page], service_url: str) -> None:
    citizen = opened("about:blank")
    citizen.route_web_socket(re.compile(".*"), lambda line: line.close())
    citizen.goto(service_url)
    agent = desk("小李")
    calls_for_a_person(citizen)
    takes(agent)
    for words in ("第一句", "第二句"):
        says(agent, words)
    expect(heard(citizen)).to_have_text(["第一句", "第二句"])
    ends(agent)
    expect(citizen.locator("#service")).to_be_empty()


def test_what_looks_like_a_script_is_only_text_on_both_sides(citizen: Page, desk: Callable[..., Page]) -> None:
    script = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    agent = desk("小李")
    calls_for_a_person(citizen)
    says(citizen, script)
    expect(citizen.locator("#service")).to_contain_text("排在")
    takes(agent)
    expect(agent.locator("#messages .from-citizen")).to_contain_text("<img src=x")
    says(agent, script)
    expect(heard(citizen)).to_contain_text("<img src=x")
    citizen.reload()
    expect(heard(citizen)).to_contain_text("<img src=x")
    for page in (citizen, agent):
        assert page.evaluate("window.hacked") is None
        assert page.locator("#log img, #messages img").count() == 0
    ends(agent)


def test_an_agent_passes_a_citizen_on_to_a_colleague(citizen: Page, desk: Callable[..., Page]) -> None:
    first, second = desk("小李"), desk("小王", department="市公安局")
    calls_for_a_person(citizen)
    takes(first)
    first.locator("#to").select_option(label="小王（市公安局）")
    first.get_by_role("button", name="转", exact=True).click()
    expect(first.locator("#talk")).to_be_hidden()
    expect(citizen.locator("#service")).to_have_text("现在由工作人员小王接待您。")
    second.locator("#queue").get_by_role("button", name="打开").click()
    says(second, "我接着帮您。")
    expect(heard(citizen)).to_have_text("我接着帮您。")
    expect(citizen.locator(".person .author")).to_have_text("工作人员小王")
    ends(second)


def test_what_is_typed_for_one_citizen_does_not_get_to_another(
    citizen: Page, desk: Callable[..., Page], opened: Opener, service_url: str
) -> None:
    agent, other = desk("小李"), opened(service_url)
    calls_for_a_person(citizen)
    takes(agent)
    agent.locator("#words").fill("只写给第一位的")
    ask(other, "转人工")
    agent.get_by_role("button", name="接待：还没说到事项").last.click()
    expect(agent.locator("#talk-title")).to_have_text("对话")
    expect(agent.locator("#words")).to_have_value("")
    ends(agent)
    agent.get_by_role("button", name="打开：居民身份证补领").click()
    expect(agent.locator("#words")).to_have_value("只写给第一位的")
    ends(agent)


def test_what_is_said_while_the_line_is_lost_stays_in_sight_and_arrives_once(citizen: Page, desk: Callable[..., Page]) -> None:
    agent = desk("小李")
    calls_for_a_person(citizen)
    takes(agent)
    agent.context.set_offline(True)
    says(agent, "断线时说的")
    expect(agent.locator("#messages .from-agent")).to_contain_text("还没送到")
    agent.context.set_offline(False)
    expect(heard(citizen)).to_have_text("断线时说的")
    expect(agent.locator("#messages .from-agent")).to_have_count(1)
    expect(agent.locator("#messages .from-agent")).to_contain_text("小李")
    ends(agent)


def test_with_the_keyboard_alone_an_agent_takes_answers_and_ends(citizen: Page, desk: Callable[..., Page]) -> None:
    agent = desk("小李")
    calls_for_a_person(citizen)
    take = agent.locator("#queue").get_by_role("button", name="接待").last
    take.focus()
    ask(citizen, "我在外地")  # the queue comes anew
    expect(take).to_be_focused()
    agent.keyboard.press("Enter")
    expect(agent.locator("#words")).to_be_focused()
    expect(agent).to_have_title(re.compile("^（1）"))
    expect(agent.locator("#offers article").first).to_be_visible()
    agent.keyboard.press("ArrowDown")
    expect(agent.locator("#offers button").first).to_be_focused()
    agent.keyboard.press("Escape")
    expect(agent.locator("#words")).to_be_focused()
    agent.locator("#canned summary").press("Enter")
    agent.locator("#canned button").nth(1).press("Enter")
    expect(agent.locator("#words")).to_have_value(re.compile("户口"))
    agent.keyboard.press("Enter")
    expect(heard(citizen)).to_contain_text("户口")
    agent.get_by_role("button", name="结束").press("Enter")
    expect(agent.locator("#queue-title")).to_be_focused()


def test_nobody_is_passed_on_or_left_by_a_slip(citizen: Page, desk: Callable[..., Page]) -> None:
    agent = desk("小李")
    calls_for_a_person(citizen)
    takes(agent)
    agent.get_by_role("button", name="转", exact=True).click()
    expect(agent.locator("#problem")).to_contain_text("请先选转给谁")
    expect(agent.locator("#talk")).to_be_visible()
    agent.get_by_role("button", name="退出").click()
    expect(agent.locator("#dialog")).to_contain_text("您还在接待1位市民")
    agent.get_by_role("button", name="不用了").click()
    ends(agent)


def test_a_supervisor_sees_who_waits_and_how_long(citizen: Page, desk: Callable[..., Page]) -> None:
    supervisor = desk("老张", Role.SUPERVISOR)
    calls_for_a_person(citizen)
    row = supervisor.locator("#overview tbody tr").first
    expect(row).to_contain_text("总台")
    expect(row.locator("td").nth(1)).to_have_text("1")
    expect(row.locator("td").nth(2)).to_have_text(re.compile(r"\d+秒"))
    takes(supervisor)
    expect(row.locator("td").nth(1)).to_have_text("0")
    ends(supervisor)


def test_a_wrong_password_is_told_and_lets_nobody_in(opened: Opener, service_url: str) -> None:
    page = opened(f"{service_url}/desk")
    page.get_by_label("登录名").fill("nobody")
    page.get_by_label("口令").fill("wrong horse battery")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("form").get_by_role("alert")).to_contain_text("登录名或口令不对")
    expect(page.locator("#tabs")).to_be_hidden()


def test_a_thumb_down_offers_a_person(citizen: Page, desk: Callable[..., Page]) -> None:
    desk("小李")
    turn = ask(citizen, LOST)
    turn.get_by_role("button", name="没帮助").click()
    turn.locator(".help").get_by_role("button", name="找工作人员").click()
    expect(citizen.locator("#service")).to_contain_text("正在为您找工作人员")
    citizen.get_by_role("button", name="不等了").click()
    expect(citizen.locator("#service")).to_be_empty()


def test_a_number_that_is_left_is_asked_for_and_shown_once(citizen: Page) -> None:
    asked = ask(citizen, "请给我回电话")
    expect(asked.locator(".assistant.handoff .card")).to_contain_text("能打通的电话")
    told = ask(citizen, "13812345678，下午打")
    expect(told.locator(".assistant")).to_contain_text("已经记下了")
    citizen.wait_for_timeout(1500)  # until what the office keeps of it has come back
    expect(citizen.locator(".citizen", has_text="下午打")).to_have_count(1)


def test_an_elder_sees_all_that_an_agent_says(citizen: Page, desk: Callable[..., Page]) -> None:
    """Above the composer, which then has no button for a person: one is there."""
    citizen.set_viewport_size({"width": 360, "height": 640})
    citizen.get_by_role("button", name="长辈模式").click()
    agent = desk("小李")
    calls_for_a_person(citizen)
    expect(citizen.locator("#person")).to_be_hidden()
    takes(agent)
    says(agent, "您好，我是小李。请问户口在本地吗？")
    expect(heard(citizen)).to_be_visible()
    citizen.wait_for_timeout(500)
    assert behind_the_composer(citizen, ".person .words") <= 0
    ends(agent)
    expect(citizen.locator("#person")).to_be_visible()


def test_the_agents_page_fits_a_phone(opened: Opener, desk: Callable[..., Page]) -> None:
    page = desk("小李")
    page.set_viewport_size({"width": 360, "height": 740})
    assert width_beyond_the_screen(page) == 0
