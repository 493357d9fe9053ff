"""Pictures of the chat page, for people to look at: written to ./screenshots, which git ignores."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
QUESTIONS = {
    "身份证": ("身份证丢了补办要带什么", "居民身份证补领"),
    "公积金": ("租房子能提取公积金吗", "租房提取"),
    "食品证": ("开饭店的食品经营许可证快到期了怎么延续", "延续"),
    "周末上班": ("星期六星期天你们大厅上班吗", "周末"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_questions_of_the_readme_are_answered_and_pictured(phone: Page, name: str) -> None:
    """Each is asked on a phone, answered with its own title, and photographed."""
    question, title = QUESTIONS[name]
    phone.emulate_media(reduced_motion="reduce")  # a picture taken while the page still scrolls shows no answer
    box = phone.get_by_role("combobox")
    box.fill(question)
    box.press("Enter")
    expect(phone.locator(".answer").first.get_by_role("heading")).to_contain_text(title)
    SCREENSHOTS.mkdir(exist_ok=True)
    phone.screenshot(path=SCREENSHOTS / f"phone-{name}.png")


def test_the_first_screen_is_pictured_on_a_desktop(page: Page) -> None:
    """What a newcomer sees first."""
    expect(page.get_by_role("combobox")).to_be_visible()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "desktop-first.png")
