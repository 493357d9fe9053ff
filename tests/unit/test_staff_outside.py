"""Operators see how it goes with the outside systems; nobody else does."""

from pathlib import Path

import pytest

from assistant.answering.library import Library
from assistant.staff.roles import Role
from outside.errors import OutsideUnavailable
from outside.models import System
from tests.unit.fakes import Office, open_office
from tests.unit.outside_fakes import reference

pytestmark = pytest.mark.anyio

STATES = "/api/v1/staff/outside"


async def test_a_failure_and_a_latency_are_seen_by_supervisors(office: Office, library: Library, tmp_path: Path) -> None:
    with pytest.raises(OutsideUnavailable):
        await office.services.outside.cases.find("SL20260003", "1103")
    office.hire("lili", Role.SUPERVISOR)
    seen = {row["system"]: row for row in (await (await office.signed_in("lili")).get(STATES)).json()}
    assert list(seen) == [system.value for system in System]
    cases = seen["cases"]
    assert (cases["title"], cases["state"], cases["last_error"], cases["failures"]) == ("一窗平台", "failing", "ConnectError", 1)
    assert (seen["hotline"]["state"], seen["hotline"]["state_title"], seen["hotline"]["own"]) == ("unused", "还没用过", False)

    working = open_office(library, tmp_path / "working", reference(tmp_path), cases_url="http://10.0.0.1/cases")
    await working.services.outside.cases.find("SL20260003", "1103")
    working.hire("lili", Role.ADMIN)
    row = (await (await working.signed_in("lili")).get(STATES)).json()[0]
    assert (row["state"], row["own"], row["last_error"]) == ("up", True, "")
    assert 0 < row["last_ms"] < 1000
    assert "SL20260003" not in str(row)


async def test_agents_and_strangers_do_not_see_it(office: Office) -> None:
    office.hire("lili", Role.AGENT)
    assert (await (await office.signed_in("lili")).get(STATES)).status_code == 403
    async with office.client() as stranger:
        assert (await stranger.get(STATES)).status_code == 401
