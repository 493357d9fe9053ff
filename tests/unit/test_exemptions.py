"""The 电子证照库 at the window: asked with consent, answered yes or no, and the code is kept nowhere."""

from pathlib import Path

import httpx
import pytest

from assistant.answering.library import Library
from assistant.staff.roles import Role
from outside.systems import Outside
from tests.unit.fakes import open_office
from tests.unit.outside_fakes import away, playing, reference
from tests.unit.small_knowledge import LOST

pytestmark = pytest.mark.anyio

ADDRESS = f"/api/v1/staff/sheets/{LOST}/exemptions"


async def asked(library: Library, folder: Path, outside: Outside, code: str, role: Role = Role.CLERK) -> httpx.Response:
    """What a clerk gets who asks for an item's papers."""
    office = open_office(library, folder, outside)
    office.hire("chuang", role, "公安局")
    client = await office.signed_in("chuang")
    return await client.post(ADDRESS, json={"code": code})


@pytest.mark.parametrize(("code", "free"), [("SL100001", [0]), ("SL100003", []), ("nobodys-code", [])])
async def test_what_the_store_holds_need_not_be_handed_in(library: Library, tmp_path: Path, code: str, free: list[int]) -> None:
    response = await asked(library, tmp_path, reference(tmp_path), code)
    assert response.json() == {"may_skip": free}
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("zhiwen.db"))
    assert b"licences_asked" in kept, "who asked is audited"
    assert code.encode() not in kept, "with what code is not"


async def test_a_store_that_is_away_is_told_honestly(library: Library, tmp_path: Path) -> None:
    response = await asked(library, tmp_path, away(), "SL100001")
    assert response.status_code == 503
    assert "没有回答" in response.json()["detail"]


async def test_a_code_that_the_store_refuses_is_told_with_what_to_do(library: Library, tmp_path: Path) -> None:
    refusing = playing(lambda _request: httpx.Response(403, json={"detail": "code"}))
    response = await asked(library, tmp_path, refusing, "SL100001")
    assert response.status_code in (422, 503)
    assert "SL100001" not in response.text


async def test_only_the_desk_may_ask(library: Library, tmp_path: Path) -> None:
    response = await asked(library, tmp_path, reference(tmp_path), "SL100001", Role.MAINTAINER)
    assert response.status_code == 403
