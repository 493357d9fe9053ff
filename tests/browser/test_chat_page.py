"""The chat page as citizens use it: in a real browser, against the real service with the real knowledge.

Only what the service cannot be asked to do (fail, be slow, answer with markup) is put in its place.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

WEB = Path(__file__).resolve().parents[2] / "channels" / "web"
LOST = "身份证丢了补办要带什么"
CHAT = "**/api/v1/chat"


def ask(page: Page, words: str) -> Locator:
    """Type a question, press Enter, wait until the reply is there; gives the turn."""
    before = page.locator(".turn").count()
    question = page.get_by_label("您的问题")
    question.fill(words)
    question.press("Enter")
    turn = page.locator(".turn").nth(before)
    expect(turn.locator(".assistant")).to_be_visible()
    return turn


def reply(**changes: Any) -> str:
    """A reply as the service sends it, with some fields changed."""
    fields: dict[str, Any] = {
        "conversation_id": "c" * 32, "turn_id": "d" * 32, "outcome": "smalltalk", "degraded": False,
        "text": "您好。", "answers": [], "options": [], "actions": [],
    }  # fmt: skip
    return json.dumps(fields | changes)


def answer_with(page: Page, given: str) -> None:
    """Let the service's next replies be this one."""
    page.route(CHAT, lambda route: route.fulfill(content_type="application/json", body=given))


TRIES = 4
"""How often the page sends a message by itself before it tells the citizen."""


def fail(page: Page, times: int = TRIES, **failure: Any) -> None:
    """Break the next chat requests: cut the connection, or answer with the status and body given."""

    def handle(route: Route) -> None:
        if failure:
            route.fulfill(**failure)
        else:
            route.abort("connectionrefused")

    page.route(CHAT, handle, times=times)


def body(request: Request) -> dict[str, Any]:
    """What the page sent."""
    sent: dict[str, Any] = json.loads(request.post_data or "{}")
    return sent


def press_clear(page: Page) -> None:
    """Ask for the record to be cleared."""
    page.get_by_role("button", name="记录", exact=True).click()
    page.get_by_role("dialog", name="对话记录").get_by_role("button", name="清空").click()


def clear(page: Page) -> None:
    """Clear it, and confirm that."""
    press_clear(page)
    page.get_by_role("dialog").get_by_role("button", name="清空", exact=True).click()


def width_beyond_the_screen(page: Page) -> int:
    """How many pixels one would have to scroll sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def behind_the_composer(page: Page, selector: str) -> float:
    """How many pixels of an element the composer covers; none, when not more than 0."""
    bottom = "selector => document.querySelector(selector).getBoundingClientRect().bottom"
    return float(page.evaluate(bottom, selector)) - float(page.evaluate("document.querySelector('.composer').getBoundingClientRect().top"))


# --- asking and answers ---


def test_a_citizen_asks_what_to_bring_and_sees_a_list_with_source_and_date(page: Page) -> None:
    """The heart of it: materials as a list to tick, what it rests on, when it was last checked."""
    answer = ask(page, LOST).locator(".answer").first
    expect(answer.get_by_role("heading")).to_contain_text("居民身份证补领")
    items = answer.get_by_role("list", name="材料清单").get_by_role("listitem")
    expect(items.filter(has_text="居民户口簿")).to_have_count(1)
    assert items.count() >= 2
    expect(items.first).not_to_have_text(re.compile(r"^\s*1[.、]"))
    expect(answer.locator(".sources")).to_contain_text("依据")
    expect(answer.locator(".sources")).to_contain_text("居民身份证法")
    expect(answer).to_contain_text(re.compile(r"更新于 \d{4}-\d{2}-\d{2}"))


def test_a_citizen_taps_an_example_on_the_first_screen(phone: Page) -> None:
    """Six examples to tap; a tap asks, and the on-screen keyboard stays down."""
    examples = phone.locator("#examples button")
    expect(examples).to_have_count(6)
    words = examples.first.inner_text()
    examples.first.tap()
    expect(phone.locator(".citizen p")).to_have_text(words)
    expect(phone.locator(".assistant")).to_be_visible()
    expect(phone.get_by_label("您的问题")).not_to_be_focused()


def test_the_examples_on_the_first_screen_are_all_answered(page: Page) -> None:
    """An example that is not answered, or answered with something else, would be a bad first impression."""
    titles = {
        "身份证丢了补办要带什么": "居民身份证补领",
        "驾驶证到期了去哪里换": "机动车驾驶证期满换证",
        "社保卡丢了怎么补": "社会保障卡补",
        "结婚登记要带什么": "结婚登记",
        "注册个体户收费吗": "个体工商户设立登记",
        "请别人代办要带什么": "代办",
    }
    assert page.locator("#examples button").all_inner_texts() == list(titles)
    for words, title in titles.items():
        expect(ask(page, words).locator(".answer h2").first).to_contain_text(title)


def test_a_vague_question_is_asked_back_and_tapping_a_choice_answers_it(page: Page) -> None:
    """Choices are buttons, shown once; after the next turn they are out of use, the one taken marked."""
    turn = ask(page, "我要换身份证")
    choices = turn.locator(".options button")
    assert 2 <= choices.count() <= 4
    first = choices.first.locator("span").last.inner_text()
    assert turn.inner_text().count(first) == 1
    choices.first.click()
    expect(page.locator(".turn").nth(1).locator(".answer").first).to_contain_text("身份证")
    for choice in choices.all():
        expect(choice).to_be_disabled()
    expect(choices.first).to_have_class(re.compile("chosen"))
    expect(page.get_by_label("您的问题")).to_be_focused()


def test_a_follow_up_stays_in_the_same_conversation(page: Page) -> None:
    """The second message carries the number that the first reply brought."""
    with page.expect_response(CHAT) as first:
        ask(page, LOST)
    with page.expect_request(CHAT) as second:
        ask(page, "要多久")
    assert body(second.value)["conversation_id"] == first.value.json()["conversation_id"]


def test_a_sample_value_is_set_off_from_the_rest(page: Page) -> None:
    """What is only a sample must not look like a rule."""
    note = ask(page, "补办的身份证几天能到手").locator(".answer .sample").first
    expect(note).to_have_text(re.compile("^（示例值.*）$"))


def test_in_an_emergency_the_number_is_one_tap_away(phone: Page) -> None:
    """A telephone link, not a number to copy."""
    turn = ask(phone, "着火了")
    expect(turn.get_by_role("link", name="拨打119")).to_have_attribute("href", "tel:119")


def test_asking_for_a_person_is_one_tap_from_an_answer(page: Page) -> None:
    """The action's value is sent like anything the citizen says."""
    # Its name says what it can do now; whether somebody is there is test_handoff's affair.
    ask(page, LOST).get_by_role("button", name=re.compile("找工作人员|留言或请人回电")).click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").nth(1).locator(".assistant")).to_be_visible()


def test_the_catalogue_can_be_browsed_and_asked_from(page: Page) -> None:
    """Someone who does not know the words finds the item by its theme."""
    page.get_by_text("看看能问哪些事项").click()
    page.locator("#catalogue summary").first.click()
    item = page.locator("#catalogue button").first
    name = item.inner_text()
    item.click()
    expect(page.locator(".citizen p")).to_have_text(name)


# --- typing ---


def test_suggestions_come_while_typing_and_are_taken_by_keyboard(page: Page) -> None:
    """The combobox pattern: arrows move, Enter asks, the focus never leaves the input."""
    question = page.get_by_role("combobox", name="您的问题")
    question.press_sequentially("身份证丢了")
    listed = page.get_by_role("listbox", name="猜您想问")
    expect(listed).to_be_visible()
    expect(question).to_have_attribute("aria-expanded", "true")
    question.press("ArrowDown")
    chosen = listed.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    expect(question).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "missing")
    words = chosen.inner_text()
    question.press("Enter")
    expect(page.locator(".citizen p")).to_have_text(words)
    expect(listed).to_be_hidden()
    expect(question).to_be_focused()


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(page: Page) -> None:
    """And Enter then sends the citizen's own words."""
    question = page.get_by_label("您的问题")
    question.press_sequentially("身份证丢了")
    expect(page.get_by_role("option").first).to_be_visible()
    question.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(question).to_have_attribute("aria-expanded", "false")
    expect(question).to_have_value("身份证丢了")
    question.press("Enter")
    expect(page.locator(".citizen p")).to_have_text("身份证丢了")


def test_enter_picks_a_word_while_chinese_is_being_composed_and_sends_nothing(page: Page) -> None:
    """The input method's Enter is not ours: while it composes, and in Safari, by its code, just after."""
    question = page.get_by_label("您的问题")
    question.focus()
    typist = page.context.new_cdp_session(page)
    # As an input method does it: the page hears of the key, but no line break is typed.
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter"}
    typist.send("Input.imeSetComposition", {"text": "shenfenzheng", "selectionStart": 12, "selectionEnd": 12})
    typist.send("Input.dispatchKeyEvent", {**enter, "windowsVirtualKeyCode": 13})
    expect(question).to_have_value("shenfenzheng")
    expect(page.locator(".turn")).to_have_count(0)
    typist.send("Input.insertText", {"text": "身份证丢了"})
    typist.send("Input.dispatchKeyEvent", {**enter, "windowsVirtualKeyCode": 229})
    expect(question).to_have_value("身份证丢了")
    expect(page.locator(".turn")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".citizen p")).to_have_text("身份证丢了")


def test_shift_enter_starts_a_new_line_and_enter_sends_both(page: Page) -> None:
    """Two lines are one message, shown as two lines."""
    question = page.get_by_label("您的问题")
    question.press_sequentially("身份证丢了")
    question.press("Shift+Enter")
    question.press_sequentially("要带什么")
    expect(page.locator(".turn")).to_have_count(0)
    question.press("Enter")
    expect(page.locator(".citizen p")).to_have_text("身份证丢了\n要带什么", use_inner_text=True)


def test_blank_input_sends_nothing(page: Page) -> None:
    """Neither by Enter nor by the button."""
    page.get_by_label("您的问题").fill("  ")
    page.get_by_label("您的问题").press("Enter")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".turn")).to_have_count(0)


def test_while_the_reply_is_on_its_way_this_is_shown_and_a_second_question_waits(page: Page) -> None:
    """An impatient Enter neither asks twice nor loses what was typed."""
    held: list[Route] = []
    page.route(CHAT, lambda route: held.append(route))
    question = page.get_by_label("您的问题")
    question.fill("你好")
    question.press("Enter")
    expect(page.get_by_text("正在查…")).to_be_visible()
    question.fill("身份证丢了")
    question.press("Enter")
    expect(page.get_by_text("上一个问题还在查")).to_be_visible()
    expect(question).to_have_value("身份证丢了")
    expect(page.locator(".turn")).to_have_count(1)
    assert len(held) == 1
    held[0].fulfill(content_type="application/json", body=reply())
    expect(page.locator(".assistant")).to_contain_text("您好。")
    expect(page.get_by_text("正在查…")).to_be_hidden()


def test_that_an_answer_is_being_looked_for_is_not_behind_the_composer(phone: Page) -> None:
    """The question is the last thing on the page then, at the very bottom."""
    ask(phone, LOST)
    phone.route(CHAT, lambda route: None, times=1)
    phone.get_by_label("您的问题").fill("要多久")
    phone.get_by_label("您的问题").press("Enter")
    expect(phone.get_by_text("正在查…")).to_be_visible()
    phone.wait_for_timeout(1000)  # it moves there smoothly
    assert behind_the_composer(phone, "#typing") <= 0


# --- what helped and what did not ---


def test_a_thumb_up_is_thanked_and_remembered(page: Page) -> None:
    """The service gets it once; the thumb stays pressed after a reload."""
    turn = ask(page, LOST)
    with page.expect_response("**/api/v1/feedback") as sent:
        turn.get_by_role("button", name="有帮助").click()
    assert sent.value.status == 204
    assert body(sent.value.request)["helpful"] is True
    expect(turn.get_by_text("谢谢您的评价")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "false")


def test_a_thumb_down_may_be_explained(page: Page) -> None:
    """The thumb counts at once; the comment follows for the same turn."""
    turn = ask(page, LOST)
    with page.expect_request("**/api/v1/feedback") as thumb:
        turn.get_by_role("button", name="没帮助").click()
    expect(turn.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
    turn.get_by_label("哪里没帮上您").fill("没说夏天几点开门")
    with page.expect_response("**/api/v1/feedback") as comment:
        turn.get_by_role("button", name="提交意见").click()
    assert comment.value.status == 200
    assert body(comment.value.request) == {**body(thumb.value), "comment": "没说夏天几点开门"}
    expect(turn.get_by_text("您的意见已经记下")).to_be_visible()


def test_a_rating_that_could_not_be_sent_is_not_shown_as_given(page: Page) -> None:
    """A thumb that nobody received must not look pressed."""
    turn = ask(page, LOST)
    page.route("**/api/v1/feedback", lambda route: route.abort(), times=1)
    turn.get_by_role("button", name="有帮助").click()
    expect(turn.get_by_text("评价没有发出去")).to_be_visible()
    expect(turn.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "false")


# --- when something is broken ---


def test_a_reply_that_was_lost_is_fetched_again_and_the_message_counts_once(page: Page) -> None:
    """The service has taken the turn and its answer never arrives: the same message, under the same key, brings that very answer."""
    lost: list[dict[str, Any]] = []
    keys: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().json())
        route.abort("connectionreset")

    page.on("request", lambda request: keys.append(request.headers["idempotency-key"]) if request.url.endswith("/chat") else None)
    page.route(CHAT, lose, times=2)
    with page.expect_response(lambda response: response.url.endswith("/chat") and response.ok) as arrived:
        page.get_by_label("您的问题").fill(LOST)
        page.get_by_label("您的问题").press("Enter")
        expect(page.locator("#typing").get_by_text("正在自动再试")).to_be_visible()
    assert [arrived.value.json()] * 2 == lost
    assert len(keys) == 3
    assert len(set(keys)) == 1
    expect(page.locator(".answer").first).to_contain_text("居民身份证补领")
    expect(page.locator(".citizen")).to_have_count(1)


def test_after_a_failure_retry_brings_the_answer_and_the_question_stands_once(page: Page) -> None:
    """The server was away for longer than the page tries by itself."""
    fail(page)
    turn = ask(page, LOST)
    expect(turn).to_contain_text("暂时连不上服务")
    turn.get_by_role("button", name="重试").click()
    expect(turn.locator(".answer").first).to_contain_text("居民身份证补领")
    expect(page.locator(".citizen")).to_have_count(1)
    expect(page.get_by_role("button", name="重试")).to_have_count(0)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ({"status": 429, "content_type": "application/problem+json", "body": '{"detail": "问得太快了。"}'}, "问得太快了。"),
        ({"status": 429, "headers": {"Retry-After": "20"}, "body": ""}, "请过20秒再点“重试”"),
        ({"status": 503, "content_type": "text/html", "body": "<h1>Service Unavailable</h1>"}, "服务正在重启"),
        ({"status": 422, "content_type": "application/json", "body": '{"detail": [{"msg": "no"}]}'}, "服务出了点问题"),
        ({"status": 200, "content_type": "text/html", "body": "<h1>Wi-Fi login</h1>"}, "没有收到正常的答复"),
    ],
    ids=["in the service's words", "too fast", "restarting", "not in words", "a login page instead"],
)  # fmt: skip
def test_a_failure_is_told_in_words_one_can_act_on(page: Page, failure: dict[str, Any], told: str) -> None:
    """The service's own words where it has any; never a status or a trace."""
    fail(page, **failure)
    turn = ask(page, LOST)
    expect(turn).to_contain_text(told)
    expect(turn.get_by_role("button", name="重试")).to_be_visible()
    expect(turn.get_by_role("link", name="拨打12345")).to_have_attribute("href", "tel:12345")
    assert not re.search(r"Error|undefined|object|<h1>", turn.inner_text())


def test_without_a_network_the_citizen_is_told_so_and_asked_again_when_it_is_back(page: Page) -> None:
    """The phone is offline, not the service; nobody has to press anything."""
    page.context.set_offline(True)
    turn = ask(page, LOST)
    expect(turn).to_contain_text("现在没有网络")
    expect(turn.get_by_role("button", name="重试")).to_be_visible()
    page.context.set_offline(False)
    expect(turn.locator(".answer").first).to_be_visible()
    expect(page.locator(".citizen")).to_have_count(1)


def test_a_page_reloaded_before_the_reply_came_offers_to_ask_again(page: Page) -> None:
    """The question is not lost."""
    page.route(CHAT, lambda route: None, times=1)
    page.get_by_label("您的问题").fill(LOST)
    page.get_by_label("您的问题").press("Enter")
    expect(page.get_by_text("正在查…")).to_be_visible()
    page.reload()
    expect(page.get_by_text("还没有收到答复")).to_be_visible()
    page.get_by_role("button", name="重试").click()
    expect(page.locator(".answer").first).to_contain_text("居民身份证补领")
    expect(page.locator(".citizen")).to_have_count(1)


def test_a_degraded_reply_says_so_kindly_and_still_answers(page: Page) -> None:
    """The answer stands, with a word of caution before it."""
    answer_with(page, reply(outcome="smalltalk", degraded=True))
    turn = ask(page, "你好")
    expect(turn.locator(".notice")).to_contain_text("请换个说法再问一次")
    expect(turn).to_contain_text("您好。")


def test_an_error_reply_can_be_tried_again(page: Page) -> None:
    """Its own words stand; a retry replaces it."""
    broken = reply(outcome="error", text="刚才没有查成，请再问一次。")
    page.route(CHAT, lambda route: route.fulfill(content_type="application/json", body=broken), times=1)
    turn = ask(page, LOST)
    expect(turn).to_contain_text("刚才没有查成")
    turn.get_by_role("button", name="重试").click()
    expect(turn.locator(".answer").first).to_be_visible()
    expect(turn).not_to_contain_text("刚才没有查成")
    expect(page.locator(".citizen")).to_have_count(1)


# --- rendering ---


def test_script_in_a_question_is_shown_as_text(page: Page) -> None:
    """Whatever the service makes of it."""
    words = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    turn = ask(page, words)
    expect(turn.locator(".citizen p")).to_have_text(words)
    assert page.evaluate("window.hacked") is None


def test_markup_from_the_service_is_shown_as_text_wherever_it_stands(page: Page) -> None:
    """Text, title, source, choice, action: nothing becomes an element, no script address becomes a link."""
    mark = "<img src=x onerror='window.hacked=1'>"
    answer = {
        "subject": "s", "facet": "materials", "entry": "e", "title": f"甲{mark}", "text": f"1. 乙{mark}\n丙{mark}",
        "citations": [{"title": f"丁{mark}", "locator": mark, "url": "javascript:window.hacked=1"}],
        "version": "v", "effective_from": "2026-01-01", "reviewed_on": "2026-11-22", "confidence": 1.0,
    }  # fmt: skip
    options = [{"subject": "s", "label": f"戊{mark}", "text": mark}]
    actions = [
        {"kind": "open", "label": f"己{mark}", "value": "javascript:window.hacked=1"},
        {"kind": "call", "label": f"庚{mark}", "value": "12345"},
    ]
    answer_with(page, reply(outcome="answered", text=f"辛{mark}", answers=[answer], options=options, actions=actions))
    turn = ask(page, "你好")
    for sign in "甲乙丙丁戊庚辛":
        expect(turn).to_contain_text(f"{sign}{mark}")
    expect(turn.locator("img")).to_have_count(0)
    expect(turn.locator("a[href^='javascript']")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_words_around_an_answer_are_not_lost(page: Page) -> None:
    """In the middle of a form, a question is answered and the form's own question asked again."""
    answer = {
        "subject": "s", "facet": "fee", "entry": "e", "title": "补领·收费", "text": "40元/证。\n头一回领不收钱。",
        "citations": [{"title": "收费通知", "locator": "", "url": None}],
        "version": "v", "effective_from": "2026-01-01", "reviewed_on": "2026-11-22", "confidence": 1.0,
    }  # fmt: skip
    text = "【补领·收费】\n40元/证。\n头一回领不收钱。\n依据：《收费通知》\n更新于：2026-11-22\n\n接着查进度：请告诉我办件编号。"
    answer_with(page, reply(outcome="progress", text=text, answers=[answer]))
    turn = ask(page, "你好")
    expect(turn).to_contain_text("接着查进度：请告诉我办件编号。")
    assert turn.inner_text().count("40元/证。") == 1
    assert turn.inner_text().count("收费通知") == 1


def test_a_silent_turn_while_a_person_has_the_conversation_is_not_an_empty_bubble(page: Page) -> None:
    """The assistant says nothing then; the page says why."""
    answer_with(page, reply(outcome="handoff", text=""))
    expect(ask(page, "在吗")).to_contain_text("工作人员能看到")


# --- what stays on the device ---


def test_the_conversation_is_still_there_after_a_reload(page: Page) -> None:
    """Questions, answers and choices; older choices stay out of use, the newest can be tapped."""
    ask(page, "我要换身份证")
    ask(page, LOST)
    ask(page, "我要换身份证")
    page.reload()
    expect(page.locator(".citizen")).to_have_count(3)
    expect(page.locator(".answer").first).to_contain_text("居民身份证补领")
    expect(page.locator(".turn").first.locator(".options button").first).to_be_disabled()
    page.locator(".turn").nth(2).locator(".options button").first.click()
    expect(page.locator(".turn").nth(3).locator(".answer").first).to_be_visible()


def test_clearing_asks_first_and_then_forgets_everything(page: Page) -> None:
    """The next question starts a new conversation."""
    ask(page, LOST)
    press_clear(page)
    page.get_by_role("button", name="不清空").click()
    expect(page.locator(".turn")).to_have_count(1)
    clear(page)
    expect(page.locator(".turn")).to_have_count(0)
    page.reload()
    expect(page.locator(".turn")).to_have_count(0)
    with page.expect_request(CHAT) as fresh:
        ask(page, LOST)
    assert body(fresh.value)["conversation_id"] is None


def test_clearing_while_waiting_drops_the_late_reply(page: Page) -> None:
    """A cleared page stays clear, and the next question is answered."""
    page.route(CHAT, lambda route: None, times=1)
    page.get_by_label("您的问题").fill("你好")
    page.get_by_label("您的问题").press("Enter")
    expect(page.get_by_text("正在查…")).to_be_visible()
    clear(page)
    expect(page.locator("#typing")).to_be_hidden()
    expect(ask(page, LOST).locator(".answer").first).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)


# --- for everybody ---


def test_on_a_small_phone_nothing_has_to_be_scrolled_sideways(phone: Page) -> None:
    """First screen, answer, choices; in normal and in 长辈模式."""
    assert width_beyond_the_screen(phone) == 0
    ask(phone, LOST)
    ask(phone, "我要换身份证")
    ask(phone, "a" * 300)
    assert width_beyond_the_screen(phone) == 0
    phone.get_by_role("button", name="长辈模式").tap()
    assert width_beyond_the_screen(phone) == 0


def test_at_four_hundred_percent_zoom_the_conversation_has_the_screen(page: Page) -> None:
    """1280 × 800 at 400 % leaves 320 × 200: nothing scrolls sideways, no bar covers the text."""
    page.set_viewport_size({"width": 320, "height": 200})
    answer = ask(page, LOST).locator(".answer").first
    assert width_beyond_the_screen(page) == 0
    answer.get_by_role("heading").scroll_into_view_if_needed()
    bars = "[...document.querySelectorAll('.bar, .composer')].map((bar) => getComputedStyle(bar).position)"
    assert "sticky" not in page.evaluate(bars)


def test_a_citizen_who_uses_only_the_keyboard_gets_everywhere(page: Page) -> None:
    """Skip link, question, answer, rating, with the focus always to be seen."""
    seen = "getComputedStyle(document.activeElement).outlineStyle"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到输入框")).to_be_focused()
    page.keyboard.press("Enter")
    question = page.get_by_label("您的问题")
    expect(question).to_be_focused()
    page.keyboard.type(LOST)
    page.keyboard.press("Enter")
    expect(page.locator(".answer").first).to_be_visible()
    expect(question).to_be_focused()
    assert page.evaluate(seen) != "none"
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="没帮助")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="有帮助")).to_be_focused()
    assert page.evaluate(seen) != "none"
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "true")


def test_screen_readers_are_told_of_new_messages(page: Page) -> None:
    """The message list is a polite live region with a name; the page says that it is Chinese."""
    log = page.get_by_role("log", name="对话")
    expect(log).to_have_attribute("aria-live", "polite")
    ask(page, LOST)
    expect(log).to_contain_text("智问答：")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_nothing_moves_for_those_who_asked_for_calm(page: Page) -> None:
    """prefers-reduced-motion stops the dots."""
    page.emulate_media(reduced_motion="reduce")
    page.route(CHAT, lambda route: None, times=1)
    page.get_by_label("您的问题").fill("你好")
    page.get_by_label("您的问题").press("Enter")
    expect(page.get_by_text("正在查…")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.typing i')).animationName") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(page: Page, scheme: str) -> None:
    """Contrast of at least 4.5 : 1 for every text on the page, by day and by night."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ask(page, "补办的身份证几天能到手").get_by_role("button", name="有帮助").click()
    ask(page, "我要换身份证").locator(".options button").first.click()
    expect(page.locator(".turn").nth(2).locator(".assistant")).to_be_visible()
    ask(page, "着火了")
    assert page.evaluate(FAINT_TEXT) == []


FAINT_TEXT = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255).map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    if (!text || !element.checkVisibility() || element.closest("noscript")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) faint.push(`${text.slice(0, 12)} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


# --- the files themselves ---


def test_the_page_works_under_a_strict_content_security_policy(chromium: Browser, service_url: str) -> None:
    """No inline script or style, nothing from elsewhere."""
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    def with_policy(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": "default-src 'self'"})

    page.route(service_url.rstrip("/") + "/", with_policy)
    page.goto(service_url)
    ask(page, LOST)
    page.close()
    assert complaints == []


def test_people_read_full_width_punctuation() -> None:
    """Half-width signs beside Chinese characters slip in easily."""
    half_width = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]")
    found = [f"{file.name}: {line.strip()}" for file in WEB.iterdir() for line in file.read_text().splitlines() if half_width.search(line)]
    assert found == []
