"""A real browser on the chat page of a real service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once a module.

    Not once a session: Playwright's loop would still be running when asynchronous tests start theirs.
    """
    if not CHROMIUM.exists():
        pytest.fail(f"没有{CHROMIUM}，浏览器测试跑不了。请先装：apt-get install -y chromium fonts-noto-cjk", pytrace=False)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def _opened(context: BrowserContext, service_url: str) -> Iterator[Page]:
    """The page in a context of its own; a script error in it fails the test."""
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(service_url)
    yield page
    context.close()
    assert not broken, broken


@pytest.fixture
def page(chromium: Browser, service_url: str) -> Iterator[Page]:
    """The chat page on a desktop screen."""
    yield from _opened(chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN"), service_url)


@pytest.fixture
def phone(chromium: Browser, service_url: str) -> Iterator[Page]:
    """The chat page on a small phone."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, locale="zh-CN")
    yield from _opened(context, service_url)
