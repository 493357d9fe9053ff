"""Looking a case up and filing with 12345 as citizens see it, through nothing but the reply object."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_chat_page import LOST, ask


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
    sizes = asked.evaluate("turn => [...turn.querySelectorAll('.citizen p, .assistant .card p')].map((p) => getComputedStyle(p).fontSize)")
    assert len(set(sizes)) == 1
    before = page.locator(".turn").count()
    asked.get_by_role("button", name="基本满意").click()
    expect(page.locator(".turn").nth(before).locator(".assistant")).to_contain_text("谢谢您的评价")


@pytest.mark.parametrize(
    ("button", "told"), [("查办件进度", "办件编号"), ("向12345投诉", "写一张12345工单"), ("找工作人员", "留言|正在为您找工作人员")]
)
def test_what_can_be_done_beside_asking_is_on_the_first_screen(page: Page, button: str, told: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator(".turn .assistant")).to_contain_text(re.compile(told))


def test_whoever_has_only_a_receipt_is_told_where_its_number_stands(page: Page) -> None:
    ask(page, "查进度")
    expect(ask(page, "我只有一张回执").locator(".assistant")).to_contain_text("编号写在受理回执")


def test_a_form_is_passed_over_and_left_with_buttons_or_in_ones_own_words(page: Page) -> None:
    """“不想写了” is not taken for having had enough of life."""
    turn = ask(page, "我要投诉楼下烧烤摊天天半夜吵人")
    turn.get_by_role("button", name="跳过").click()
    expect(page.locator(".turn").nth(1).get_by_role("button", name="不交了")).to_be_enabled()
    expect(turn.get_by_role("button", name="跳过")).to_be_disabled()
    left = ask(page, "不想写了")
    expect(left.locator(".assistant")).to_contain_text("不交了，写的内容已经删掉")


def test_the_keyboard_makes_room_for_an_answer_and_stays_for_a_question(phone: Page) -> None:
    """On a touch screen: an answer is read, a form's question is answered."""
    ask(phone, LOST)
    expect(phone.get_by_label("您的问题")).not_to_be_focused()
    ask(phone, "我要投诉")
    expect(phone.get_by_label("您的问题")).to_be_focused()
