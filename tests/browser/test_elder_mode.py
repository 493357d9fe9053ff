"""长辈模式: large, plain, few choices, a voice, and a person at hand."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_chat_page import LOST, ask

# A browser that hears “身份证丢了怎么办”, and one that may not listen; what is read aloud is noted down.
HEARS = """
window.SpeechRecognition = class extends EventTarget {
  start() {
    const tell = (name, fields) => this.dispatchEvent(Object.assign(new Event(name), fields));
    setTimeout(() => { tell("result", { results: [[{ transcript: "身份证丢了怎么办" }]] }); tell("end"); }, 50);
  }
  stop() {}
};
"""
MAY_NOT = """
window.SpeechRecognition = class extends EventTarget {
  start() {
    const tell = (name, fields) => this.dispatchEvent(Object.assign(new Event(name), fields));
    setTimeout(() => { tell("error", { error: "not-allowed" }); tell("end"); }, 50);
  }
  stop() {}
};
"""
READS = """
window.read = []; window.hushed = 0; window.utterances = [];
speechSynthesis.speak = (utterance) => { window.read.push(utterance.text); window.utterances.push(utterance); };
speechSynthesis.cancel = () => { window.hushed += 1; };
"""
CANNOT = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition; delete window.speechSynthesis;"


def opened(chromium: Browser, url: str, script: str) -> Page:
    """A phone whose browser can do what the script says, in 长辈模式."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, locale="zh-CN")
    page = context.new_page()
    page.add_init_script(script)
    page.goto(url)
    page.get_by_role("button", name="长辈模式").tap()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_type_is_at_least_18_points_and_contrast_at_least_7_to_1(phone: Page, scheme: str) -> None:
    phone.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    phone.get_by_role("button", name="长辈模式").tap()
    answer = ask(phone, LOST).locator(".answer").first
    sizes = "[...document.querySelectorAll('.answer label span, .citizen p, #input')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
    assert min(phone.evaluate(sizes)) >= 24
    expect(answer).to_be_visible()
    assert phone.evaluate(CONTRAST) >= 7


CONTRAST = """() => {
  const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const texts = ".answer h2, .answer label span, .answer footer, .citizen p, .small, #elder, #person";
  const ratios = [...document.querySelectorAll(texts)].map((element) => {
    let behind = element;
    while (/^rgba.*, 0\\)$/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(light);
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  });
  return Math.min(...ratios);
}"""


def test_it_is_remembered_on_the_device_and_can_be_left(phone: Page) -> None:
    phone.get_by_role("button", name="长辈模式").tap()
    phone.reload()
    expect(phone.get_by_role("button", name="长辈模式")).to_have_attribute("aria-pressed", "true")
    expect(phone.get_by_role("button", name="转人工")).to_be_visible()
    phone.get_by_role("button", name="长辈模式").tap()
    phone.reload()
    expect(phone.get_by_role("button", name="转人工")).to_be_hidden()


def test_there_is_less_to_choose_from(phone: Page) -> None:
    phone.get_by_role("button", name="长辈模式").tap()
    expect(phone.locator("#examples button:visible")).to_have_count(4)
    expect(phone.get_by_text("看看能问哪些事项")).to_be_hidden()
    phone.get_by_label("您的问题").press_sequentially("身份证")
    expect(phone.get_by_role("option").first).to_be_visible()
    assert phone.get_by_role("option").count() <= 3
    phone.keyboard.press("Escape")
    turn = ask(phone, LOST)
    # What the bar has is not shown a second time.
    expect(turn.get_by_role("link", name=re.compile("12345"))).to_be_hidden()


def test_a_person_and_12345_are_one_tap_away(phone: Page) -> None:
    phone.get_by_role("button", name="长辈模式").tap()
    expect(phone.get_by_role("link", name="打12345")).to_have_attribute("href", "tel:12345")
    phone.get_by_role("button", name="转人工").tap()
    expect(phone.locator(".citizen p")).to_have_text("转人工")
    expect(phone.locator(".assistant")).to_contain_text("工作人员")


def test_an_answer_is_read_aloud_and_stops_at_a_second_tap(chromium: Browser, service_url: str) -> None:
    page = opened(chromium, service_url, READS)
    answer = ask(page, LOST).locator(".answer").first
    read = answer.get_by_role("button", name="读给我听")
    read.tap()
    expect(read).to_have_attribute("aria-pressed", "true")
    spoken = page.evaluate("window.read")
    assert spoken[0] == "居民身份证补领（丢失）·申请材料"
    assert any("居民户口簿" in line for line in spoken)
    before = page.evaluate("window.hushed")
    read.tap()
    assert page.evaluate("window.hushed") == before + 1
    page.evaluate("window.utterances.at(-1).dispatchEvent(new Event('end'))")
    expect(read).to_have_attribute("aria-pressed", "false")
    page.context.close()


def test_what_is_said_is_written_into_the_input_and_sent_only_by_hand(chromium: Browser, service_url: str) -> None:
    """Recognition errs: one sees what was heard before it is sent."""
    page = opened(chromium, service_url, HEARS)
    page.get_by_role("button", name="说话").tap()
    expect(page.get_by_text("请说话")).to_be_visible()
    expect(page.get_by_label("您的问题")).to_have_value("身份证丢了怎么办")
    expect(page.get_by_text("对的话点“发送”")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)
    page.get_by_role("button", name="发送").tap()
    expect(page.locator(".answer").first).to_contain_text("居民身份证补领")
    page.context.close()


def test_a_microphone_that_may_not_be_used_is_told_with_a_way_out(chromium: Browser, service_url: str) -> None:
    page = opened(chromium, service_url, MAY_NOT)
    page.get_by_role("button", name="说话").tap()
    expect(page.get_by_text("请在浏览器里允许，或者打字")).to_be_visible()
    expect(page.get_by_role("button", name="说话")).to_have_attribute("aria-pressed", "false")
    page.context.close()


def test_where_the_browser_can_neither_speak_nor_listen_no_button_promises_it(chromium: Browser, service_url: str) -> None:
    page = opened(chromium, service_url, CANNOT)
    expect(page.get_by_role("button", name="说话")).to_have_count(0)
    expect(ask(page, LOST).get_by_role("button", name="读给我听")).to_have_count(0)
    expect(page.get_by_role("button", name="转人工")).to_be_visible()
    page.context.close()
