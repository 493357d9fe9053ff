"""What a citizen takes along from the chat page: the ticked list on paper or on the telephone, the record of the conversation."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_chat_page import LOST, answer_with, ask, clear, reply

SHARES = "() => { navigator.share = async (what) => { document.body.dataset.shared = JSON.stringify(what); }; }"
PRINTS = "() => { window.print = () => { document.body.dataset.printed = document.getElementById('paper').innerText; }; }"


def materials(page: Page) -> Locator:
    """The answer with the list."""
    return ask(page, LOST).locator(".answer").first


def test_materials_are_ticked_and_the_ticks_are_still_there_when_one_comes_back(page: Page) -> None:
    """Kept on this device beyond the conversation: one gets papers together over days."""
    answer = materials(page)
    boxes = answer.get_by_role("checkbox")
    total = boxes.count()
    assert total >= 2
    some = answer.get_by_role("checkbox", name=re.compile("^【")).count()
    wanted = f"都要带的{total - some}样，看情况带的{some}样"
    expect(answer.get_by_text(f"{wanted}，已备好0样。")).to_be_visible()
    answer.get_by_role("checkbox", name=re.compile("居民户口簿")).check()
    expect(answer.get_by_text(f"{wanted}，已备好1样。")).to_be_visible()
    page.evaluate("sessionStorage.clear()")  # as closing the tab does
    page.reload()
    again = materials(page)
    expect(again.get_by_role("checkbox", name=re.compile("居民户口簿"))).to_be_checked()
    expect(again.get_by_role("checkbox", checked=True)).to_have_count(1)


def test_clearing_the_record_clears_the_ticks(page: Page) -> None:
    materials(page).get_by_role("checkbox").first.check()
    clear(page)
    expect(page.locator(".turn")).to_have_count(0)  # else the old turn is counted as one before the new
    expect(materials(page).get_by_role("checkbox", checked=True)).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('ticks'))") == []


def test_the_printed_sheet_is_enough_on_its_own(page: Page) -> None:
    """What is ticked and what is not, where, when and whom to call, the rule, the date; and nothing else of the page."""
    page.evaluate(PRINTS)
    answer = materials(page)
    answer.get_by_role("checkbox", name=re.compile("居民户口簿")).check()
    page.emulate_media(media="print")
    answer.get_by_role("button", name="打印清单", include_hidden=True).evaluate("button => button.click()")
    paper = page.locator("#paper")
    expect(paper).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
    text = page.evaluate("document.body.dataset.printed")
    assert text.startswith("居民身份证补领（丢失）·申请材料")
    for part in (
        "☑ 居民户口簿",
        "☐ 指纹信息",
        "办理地点：",
        "办理时间：",
        "咨询电话：",
        "依据：《中华人民共和国居民身份证法》",
        "更新于：",
    ):
        assert part in text
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(paper).to_have_count(0)
    expect(page.locator("main")).to_be_visible()


def test_the_list_is_sent_to_the_telephone_where_the_browser_can_share(page: Page) -> None:
    page.evaluate(SHARES)
    materials(page).get_by_role("button", name="发到手机").click()
    expect(page.locator("body")).to_have_attribute("data-shared", re.compile("居民户口簿"))
    shared = json.loads(page.locator("body").get_attribute("data-shared") or "")
    assert shared["title"] == "居民身份证补领（丢失）·申请材料"
    assert "☐ 居民户口簿" in shared["text"] and "办理地点：" in shared["text"]


@pytest.mark.parametrize("clipboard", [True, False], ids=["https", "a hall's computer without https"])
def test_the_list_is_copied(page: Page, clipboard: bool) -> None:
    if clipboard:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    answer = materials(page)
    answer.get_by_role("button", name="复制清单").click()
    expect(answer.get_by_text("已经复制")).to_be_visible()
    page.get_by_label("您的问题").focus()
    page.keyboard.press("Control+v")
    expect(page.get_by_label("您的问题")).to_have_value(re.compile("☐ 居民户口簿"))


def test_limits_and_fees_are_facts(page: Page) -> None:
    """A name and a value each, to be seen at a glance."""
    limits = ask(page, "补办的身份证几天能到手").locator(".answer dl > div")
    expect(limits).to_have_text([re.compile("^承诺时限：10个工作日"), re.compile("^法定时限：60个自然日")])
    expect(limits.first.locator("dd")).to_contain_text("10个工作日")
    fee = ask(page, "补一张身份证多少钱").locator(".answer dl > div").first
    expect(fee).to_have_text("收费标准：40元/证。")


def test_a_place_names_its_window(page: Page) -> None:
    place = ask(page, "身份证丢了去哪里补").locator(".answer")
    expect(place.locator("dl > div").first).to_have_text(re.compile("^窗口：公安综窗"))


def test_the_record_is_downloaded_as_text(page: Page) -> None:
    ask(page, LOST)
    page.get_by_role("button", name="记录", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载").click()
    assert re.fullmatch(r"智问对话记录-\d{4}-\d\d-\d\d\.txt", saved.value.suggested_filename)
    expect(page.get_by_text("已经交给浏览器保存")).to_be_visible()
    text = Path(saved.value.path()).read_text("utf-8-sig")
    assert f"您：{LOST}" in text
    assert "居民户口簿" in text and "更新于" in text


def test_before_anything_is_said_there_is_nothing_to_save_or_clear(page: Page) -> None:
    page.get_by_role("button", name="记录", exact=True).click()
    expect(page.get_by_role("button", name="下载")).to_be_disabled()
    expect(page.get_by_role("dialog").get_by_role("button", name="清空")).to_be_disabled()


def test_the_conversation_outlives_the_tab_only_where_its_owner_says_so(page: Page) -> None:
    """On a shared computer it must not; on one's own telephone it may."""
    ask(page, LOST)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, LOST)
    page.get_by_role("button", name="记录", exact=True).click()
    page.get_by_label("关掉页面也留着").check()
    page.get_by_role("button", name="返回").click()
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.locator(".citizen p")).to_have_text(LOST)
    clear(page)
    page.reload()
    expect(page.locator(".turn")).to_have_count(0)


def test_unticking_it_forgets_what_was_kept(page: Page) -> None:
    ask(page, LOST)
    page.get_by_role("button", name="记录", exact=True).click()
    page.get_by_label("关掉页面也留着").check()
    page.get_by_label("关掉页面也留着").uncheck()
    assert page.evaluate("localStorage.getItem('zhiwen.conversation')") is None


def test_a_list_with_markup_is_printed_as_text(page: Page) -> None:
    mark = "<img src=x onerror='window.hacked=1'>"
    answer = {
        "subject": "../../s", "facet": "materials", "entry": f"e{mark}", "title": f"甲{mark}", "text": f"1. 乙{mark}",
        "citations": [{"title": f"丁{mark}", "locator": "", "url": None}],
        "version": "v", "effective_from": "2026-01-01", "reviewed_on": "2026-11-22", "confidence": 1.0,
    }  # fmt: skip
    page.evaluate(PRINTS)
    answer_with(page, reply(outcome="answered", text="", answers=[answer]))
    turn = ask(page, "你好")
    turn.get_by_role("checkbox").check()
    turn.get_by_role("button", name="打印清单").click()
    expect(page.locator("body")).to_have_attribute("data-printed", re.compile("乙"))
    assert page.evaluate("document.querySelectorAll('#paper img').length") == 0
    assert page.evaluate("document.getElementById('paper').textContent").count(mark) == 3
    assert page.evaluate("window.hacked") is None
