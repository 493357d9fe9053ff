"""Looking a case up and filing with 12345 as citizens see it, through nothing but the reply object."""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_chat_page import ask


def test_a_case_is_looked_up_and_what_is_missing_is_a_list(page: Page) -> None:
    asked = ask(page, "我的件办到哪一步了")
    expect(asked.locator("ol > li")).to_have_count(2)
    told = ask(page, "SL20260002，尾号1102")
    expect(told.locator(".assistant")).to_contain_text("食品经营许可（新办）")
    expect(told.locator("ol > li").filter(has_text="从业人员健康证明")).to_have_count(1)


def test_a_draft_is_confirmed_with_one_tap_and_the_button_is_good_once(page: Page) -> None:
    ask(page, "建议政务大厅中午也安排人值班，上班的人才有空来")
    draft = ask(page, "匿名")
    expect(draft.locator(".assistant")).to_contain_text("类型：建议")
    buttons = draft.get_by_role("button")
    confirm = draft.get_by_role("button", name="确认提交")
    expect(confirm).to_have_count(1)
    expect(buttons.filter(has_text="不交了")).to_be_enabled()
    before = page.locator(".turn").count()
    confirm.click()
    filed = page.locator(".turn").nth(before)
    expect(filed.locator(".assistant")).to_contain_text(re.compile(r"登记好了，编号 GD\d{12}"))
    expect(confirm).to_be_disabled()
    expect(buttons.filter(has_text="不交了")).to_be_disabled()


def test_a_rating_is_five_buttons(page: Page) -> None:
    asked = ask(page, "我要评价")
    expect(asked.locator("[data-sends]")).to_have_text(
        [re.compile(level) for level in ("非常满意", "满意", "基本满意", "不满意", "非常不满意")]
    )
    before = page.locator(".turn").count()
    asked.get_by_role("button", name="基本满意").click()
    expect(page.locator(".turn").nth(before).locator(".assistant")).to_contain_text("谢谢您的评价")
