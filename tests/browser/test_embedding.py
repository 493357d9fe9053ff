"""The chat on another site: a second and a third local origin, one that may embed it and one that may not."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.test_chat_page import LOST

HOST_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>人社局</title>
<style>button {{ display: none !important }} iframe {{ filter: blur(5px) }}</style></head>
<body><main><h1>人社局</h1><p>本局自己的页面。</p></main><script src="{service}/widget.js" async></script></body></html>"""


@contextmanager
def site(origin: str, service: str, policy: str = "") -> Iterator[str]:
    """A department's site with the one script tag in its page."""
    body = HOST_PAGE.format(service=service).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("localhost", urlsplit(origin).port or 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def department(chromium: Browser, service_url: str, embedding_origin: str) -> Iterator[Page]:
    """A page of a site that may embed the chat, in a browser that blocks third-party cookies as new ones do."""
    with site(embedding_origin, service_url) as address:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(address)
        yield page
        assert context.cookies() == []
        context.close()
        assert broken == []


def chat(page: Page) -> FrameLocator:
    """Inside the widget's frame."""
    return page.frame_locator("iframe[title^=智问]")


def opened(page: Page) -> FrameLocator:
    """Press the widget's button, wait until the chat is there."""
    page.get_by_role("button", name="办事问答").click()
    expect(chat(page).get_by_label("您的问题")).to_be_visible()
    return chat(page)


def test_one_script_tag_puts_the_chat_on_a_site_that_may_have_it(department: Page) -> None:
    """Ask and be answered, whatever the site's own styles do to buttons and frames."""
    inside = opened(department)
    inside.get_by_label("您的问题").fill(LOST)
    inside.get_by_label("您的问题").press("Enter")
    expect(inside.locator(".answer").first).to_contain_text("居民身份证补领")
    frame = department.locator("iframe[title^=智问]")
    assert frame.evaluate("frame => getComputedStyle(frame).filter") == "none"


def test_a_site_that_is_not_on_the_list_gets_no_chat_but_a_way_to_it(chromium: Browser, service_url: str) -> None:
    """The browser refuses the frame; the widget offers a window of its own."""
    with site("http://localhost:0", service_url) as address:
        page = chromium.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "frame-ancestors" in message.text else None)
        page.goto(address)
        page.get_by_role("button", name="办事问答").click()
        expect(page.get_by_role("link", name="在新窗口打开智问")).to_have_attribute("href", service_url.rstrip("/"))
        expect(page.get_by_role("link", name="在新窗口打开智问")).to_be_visible()
        page.wait_for_timeout(1000)
        assert refused
        assert page.locator("iframe").evaluate("frame => getComputedStyle(frame).visibility") == "hidden"
        assert chat(page).locator("#input").count() == 0
        page.close()


FRAME = "address => { const f = document.createElement('iframe'); f.src = address; f.id = 'stolen'; document.body.append(f); }"


@pytest.mark.parametrize("path", ["", "staff"])
def test_no_other_page_can_be_framed_even_by_a_site_on_the_list(department: Page, service_url: str, path: str) -> None:
    """Clickjacking: a page laid invisibly over another one must not load at all."""
    refused: list[str] = []
    department.on("console", lambda message: refused.append(message.text) if "frame-ancestors" in message.text else None)
    address = f"{service_url.rstrip('/')}/{path}"
    department.evaluate(FRAME, address)
    department.wait_for_timeout(1000)
    assert refused
    assert department.frame_locator("#stolen").locator("script[src^='/static']").count() == 0


def test_it_works_under_a_strict_policy_of_the_site(chromium: Browser, service_url: str, embedding_origin: str) -> None:
    """Neither inline script nor inline style is needed: script-src and frame-src name the service, and that is all."""
    service = service_url.rstrip("/")
    policy = f"default-src 'none'; script-src {service}; frame-src {service}; style-src 'self'"
    with site(embedding_origin, service_url, policy) as address:
        page = chromium.new_page()
        page.goto(address)
        opened(page)
        button = page.get_by_role("button", name="收起")
        assert button.evaluate("button => getComputedStyle(button).position") == "fixed"
        page.close()


def test_by_keyboard_it_is_opened_used_and_closed_with_escape(department: Page) -> None:
    """The focus goes into the chat and comes back to the button."""
    department.keyboard.press("Tab")
    expect(department.get_by_role("button", name="办事问答")).to_be_focused()
    department.keyboard.press("Enter")
    inside = chat(department)
    expect(inside.get_by_label("您的问题")).to_be_visible()
    department.keyboard.press("Tab")
    department.keyboard.press("Enter")
    expect(inside.get_by_label("您的问题")).to_be_focused()
    department.keyboard.type("身份证")
    expect(inside.get_by_role("option").first).to_be_visible()
    department.keyboard.press("Escape")  # first the suggestions …
    expect(inside.get_by_role("listbox")).to_be_hidden()
    expect(department.get_by_role("button", name="收起")).to_have_attribute("aria-expanded", "true")
    department.keyboard.press("Escape")  # … then the chat
    expect(department.get_by_role("button", name="办事问答")).to_be_focused()
    expect(department.locator("section[aria-label=智问]")).to_be_hidden()


def test_what_was_said_is_still_there_when_it_is_opened_again(department: Page) -> None:
    inside = opened(department)
    inside.get_by_label("您的问题").fill(LOST)
    inside.get_by_label("您的问题").press("Enter")
    expect(inside.locator(".answer").first).to_be_visible()
    department.get_by_role("button", name="收起").click()
    opened(department)
    expect(inside.locator(".citizen p")).to_have_text(LOST)


def test_messages_from_anywhere_else_do_nothing(department: Page) -> None:
    """Only the frame itself, at the service's origin, is listened to."""
    opened(department)
    department.evaluate("window.postMessage('zhiwen:close', '*')")
    department.wait_for_timeout(300)
    expect(department.get_by_role("button", name="收起")).to_have_attribute("aria-expanded", "true")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740), (320, 200)])
def test_on_every_screen_it_fits_and_axe_finds_nothing(department: Page, width: int, height: int) -> None:
    department.set_viewport_size({"width": width, "height": height})
    assert violations(department) == []
    opened(department)
    assert violations(department) == []
    box = department.locator("section[aria-label=智问]").bounding_box()
    button = department.get_by_role("button", name="收起").bounding_box()
    assert box is not None and button is not None
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= button["y"]
    assert box["height"] >= 120
    assert re.match("收起", department.get_by_role("button", name="收起").inner_text())
