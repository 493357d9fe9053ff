"""Items, suggestions, feedback, and whether the service is alive."""

from pathlib import Path

import pytest

from knowledge.vocabulary import Facet
from tests.unit.fakes import Office, open_folder, open_office
from tests.unit.small_knowledge import EXPIRED, FIRE, FOR_CLERKS, LOST, WEEKEND, WHICH_CHANGE, edit, item_file, write_folder
from tests.unit.test_api_chat import post, problem_of

pytestmark = pytest.mark.anyio


async def test_the_catalogue_lists_what_citizens_may_read(office: Office) -> None:
    async with office.client() as client:
        body = (await client.get("/api/v1/items")).json()
    assert body["version"] == office.shelf.library().snapshot.version
    ids = {i["id"] for i in body["items"]}
    assert {LOST, WEEKEND} <= ids
    assert ids.isdisjoint({FOR_CLERKS, WHICH_CHANGE, FIRE})
    assert all(set(i) == {"id", "name", "label", "kind", "department", "theme"} for i in body["items"])


async def test_the_catalogue_can_be_narrowed_by_name_office_and_kind(office: Office) -> None:
    async with office.client() as client:
        by_name = (await client.get("/api/v1/items", params={"q": "丢失"})).json()["items"]
        by_office = (await client.get("/api/v1/items", params={"q": "政务服务局"})).json()["items"]
        by_kind = (await client.get("/api/v1/items", params={"kind": "topic"})).json()["items"]
        none = (await client.get("/api/v1/items", params={"q": "红烧肉"})).json()["items"]
        problem_of(await client.get("/api/v1/items", params={"kind": "boundary"}), 422)
        problem_of(await client.get("/api/v1/items", params={"q": "证" * 101}), 422)
    assert [i["id"] for i in by_name] == [LOST]
    assert [i["id"] for i in by_office] == [i["id"] for i in by_kind] == [WEEKEND]
    assert none == []


async def test_an_items_guide_has_every_facet_with_source_and_dates(office: Office) -> None:
    async with office.client() as client:
        body = (await client.get(f"/api/v1/items/{LOST}")).json()
    assert (body["id"], body["name"], body["department"]) == (LOST, "身份证丢失补领", "公安局")
    assert {f["facet"] for f in body["facets"]} == set(Facet)
    fee = next(f for f in body["facets"] if f["facet"] == "fee")
    assert (fee["title"], fee["text"], fee["reviewed_on"]) == ("收费", "收费标准：40元/证。\n丢失补领每证40元。", "2024-05-01")
    assert fee["citations"][0]["title"] == "收费标准的通知"
    assert "审查要点" not in str(body)


async def test_a_topics_guide_is_its_one_text(office: Office) -> None:
    async with office.client() as client:
        body = (await client.get(f"/api/v1/items/{WEEKEND}")).json()
    assert [(f["facet"], f["text"]) for f in body["facets"]] == [(None, "星期六上午有人值班。")]


@pytest.mark.parametrize("unknown", ["gaj-nothing", FOR_CLERKS, WHICH_CHANGE, FIRE, "%00", "..%2f..", "😭"])
async def test_what_is_not_published_to_citizens_has_no_guide(office: Office, unknown: str) -> None:
    async with office.client() as client:
        problem_of(await client.get(f"/api/v1/items/{unknown}"), 404)


async def test_an_expired_text_is_not_in_the_guide(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "knowledge")
    edit(item_file(folder, LOST), expires_on="2024-05-31")
    office = open_office(open_folder(folder), tmp_path / "data")
    async with office.client() as client:
        expired = (await client.get(f"/api/v1/items/{LOST}")).text
        valid = (await client.get(f"/api/v1/items/{EXPIRED}")).json()
    assert "40元" not in expired
    assert len(valid["facets"]) == len(Facet)


async def test_suggestions_follow_what_is_typed(office: Office) -> None:
    async with office.client() as client:
        found = (await client.get("/api/v1/suggest", params={"q": "身份证丢"})).json()["suggestions"]
        none = (await client.get("/api/v1/suggest")).json()["suggestions"]
        problem_of(await client.get("/api/v1/suggest", params={"q": "证" * 101}), 422)
    assert found[0]["subject"] == LOST
    assert all("身份证丢" in s["text"] for s in found)
    assert len(found) <= 8
    assert none == []


async def test_a_thumb_is_kept_with_its_comment_masked(office: Office) -> None:
    reply = await post(office, "身份证丢了怎么办")
    async with office.client() as client:
        body = {"turn_id": reply["turn_id"], "helpful": False, "comment": "不对，打我电话13800138000"}
        response = await client.post("/api/v1/feedback", json=body)
        again = await client.post("/api/v1/feedback", json=body | {"helpful": True})
    assert (response.status_code, again.status_code, again.content) == (200, 204, b"")
    written = b"".join(p.read_bytes() for p in office.settings.data.rglob("*") if p.is_file())
    assert "[手机号]".encode() in written
    assert b"13800138000" not in written


async def test_a_thumb_for_an_answer_that_is_not_there_is_a_problem(office: Office) -> None:
    async with office.client() as client:
        problem_of(await client.post("/api/v1/feedback", json={"turn_id": "0" * 32, "helpful": True}), 404)
        problem_of(await client.post("/api/v1/feedback", json={"turn_id": "x", "helpful": True}), 422)
        problem_of(await client.post("/api/v1/feedback", json={"turn_id": "0" * 32, "helpful": True, "comment": "长" * 501}), 422)
        problem_of(await client.post("/api/v1/feedback", json={"turn_id": "0" * 32}), 422)


async def test_alive_and_ready_are_told_apart(office: Office) -> None:
    async with office.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        version = office.shelf.library().snapshot.version
        assert (await client.get("/readyz")).json() == {"status": "ready", "knowledge": version, "dialogue": "up"}
        office.dialogue.goes_away()
        assert (await client.get("/readyz")).json() == {"status": "degraded", "knowledge": version, "dialogue": "down"}
        assert (await client.get("/healthz")).status_code == 200
