"""The citizen's page over HTTP: who may frame it, and what another site's page cannot make of it."""

from pathlib import Path

import pytest

from assistant.answering.library import Library
from tests.unit.fakes import Office, open_office

pytestmark = pytest.mark.anyio

SITES = "https://rsj.example.gov.cn, http://10.0.0.5:8080"


def ancestors(policy: str) -> str:
    """Whom a policy lets frame the page."""
    return next(part.strip().removeprefix("frame-ancestors ") for part in policy.split(";") if "frame-ancestors" in part)


async def test_only_the_sites_on_the_list_may_frame_the_page_and_only_at_its_own_address(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path, embed_origins=SITES)
    async with office.client() as client:
        embedded = await client.get("/embed")
        others = [await client.get(path) for path in ("/", "/staff", "/widget.js", "/static/index.html", "/embed/", "/api/v1/items")]
    assert embedded.status_code == 200
    assert ancestors(embedded.headers["content-security-policy"]) == "https://rsj.example.gov.cn http://10.0.0.5:8080"
    assert {ancestors(other.headers["content-security-policy"]) for other in others} == {"'none'"}


async def test_without_a_list_nobody_may_frame_it(office: Office) -> None:
    async with office.client() as client:
        assert ancestors((await client.get("/embed")).headers["content-security-policy"]) == "'none'"


async def test_the_script_may_be_loaded_by_other_sites_and_nothing_else_may(office: Office) -> None:
    async with office.client() as client:
        script, page = await client.get("/widget.js"), await client.get("/static/chat.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert page.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/embed", "/widget.js", "/static/chat.js", "/api/v1/suggest?q=身份证"])
async def test_a_citizen_gets_no_cookie_and_other_sites_no_leave_to_read(office: Office, path: str) -> None:
    async with office.client() as client:
        headers = (await client.get(path, headers={"Origin": "https://elsewhere.example"})).headers
    assert "set-cookie" not in headers
    assert "access-control-allow-origin" not in headers
    assert "microphone=(self)" in headers["permissions-policy"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_form_on_another_site_cannot_speak_for_its_visitor(office: Office, kind: str) -> None:
    """What a browser sends across sites without asking first is not taken for a message."""
    async with office.client() as client:
        sent = await client.post("/api/v1/chat", content='{"text": "身份证丢了怎么办"}', headers={"Content-Type": kind})
        asked = await client.options(
            "/api/v1/chat", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
        )
    assert sent.status_code == 422
    assert "access-control-allow-origin" not in asked.headers
    assert office.recorded() == []


@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "/embed?next=https://elsewhere.example", "/?url=javascript:alert(1)", "/\\elsewhere.example"]
)
async def test_no_address_sends_the_visitor_to_another_site(office: Office, path: str) -> None:
    async with office.client() as client:
        response = await client.get(path)
    assert response.status_code in (200, 404)
    assert "location" not in response.headers


async def test_what_is_static_is_compressed_and_asked_for_again(office: Office) -> None:
    """An update must not be mixed with modules of the day before."""
    async with office.client() as client:
        first = await client.get("/static/chat.js")
        again = await client.get("/static/chat.js", headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


async def test_the_page_names_every_module_that_it_loads(office: Office) -> None:
    """They are fetched at once and not one after the other, which a slow line would feel."""
    async with office.client() as client:
        page = (await client.get("/")).text
    modules = {file.name for file in Path("channels/web").glob("*.js")} - {"widget.js"}
    assert {name for name in modules if f'/static/{name}"' in page} == modules
