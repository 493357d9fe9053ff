"""What staff see of ratings to put right and of letters that wait; each department its own."""

from datetime import UTC, date, datetime

import pytest

from assistant.staff.roles import Role
from outside.models import RatedKind, Rating, RatingLevel
from tests.unit.fakes import Office
from tests.unit.played_rasa import citizen
from tests.unit.test_hotline import STORY, drafted

pytestmark = pytest.mark.anyio

POLICE, MARKET = "公安局", "市场监督管理局"


def rate(office: Office, subject: str, department: str, comment: str = "") -> None:
    """A bad rating of something of a department."""
    rating = Rating(
        about=RatedKind.CASE, subject=subject, level=RatingLevel.BAD, reasons=("办得慢",), comment=comment, department=department,
        rated_at=datetime.now(UTC),
    )  # fmt: skip
    assert office.services.casework.ratings.submit(rating, date.today())


@pytest.fixture
def rated(office: Office) -> Office:
    """Two departments with one bad rating each."""
    rate(office, "SL20260001", POLICE, "等了一上午")
    rate(office, "SL20260002", MARKET)
    office.hire("lili", Role.AGENT, POLICE)
    office.hire("wang", Role.SUPERVISOR)
    office.hire("zhou", Role.MAINTAINER)
    return office


async def test_a_department_sees_its_own_and_the_supervisor_all(rated: Office) -> None:
    lili, wang = await rated.signed_in("lili"), await rated.signed_in("wang")
    (mine,) = (await lili.get("/api/v1/staff/rectifications")).json()
    assert (mine["department"], mine["state_title"], mine["level_title"], mine["reasons"], mine["comment"]) == (
        POLICE, "待处理", "不满意", ["办得慢"], "等了一上午",
    )  # fmt: skip
    assert {item["department"] for item in (await wang.get("/api/v1/staff/rectifications")).json()} == {POLICE, MARKET}


async def test_putting_right_is_noted_without_personal_data_and_audited(rated: Office) -> None:
    lili = await rated.signed_in("lili")
    (mine,) = (await lili.get("/api/v1/staff/rectifications")).json()
    change = {"seen": "open", "state": "done", "note": "已回访13800131107，道歉"}
    done = (await lili.post(f"/api/v1/staff/rectifications/{mine['id']}", json=change)).json()
    assert (done["state"], done["note"], done["handled_by"]) == ("done", "已回访[手机号],道歉", "lili")
    assert (await lili.get("/api/v1/staff/rectifications", params={"open_only": True})).json() == []
    assert [row.actor for row in rated.audited(str(mine["id"]))] == ["lili"]
    again = await lili.post(f"/api/v1/staff/rectifications/{mine['id']}", json=change)
    assert again.status_code == 409


async def test_another_departments_is_not_there(rated: Office) -> None:
    lili, wang = await rated.signed_in("lili"), await rated.signed_in("wang")
    theirs = next(item["id"] for item in (await wang.get("/api/v1/staff/rectifications")).json() if item["department"] == MARKET)
    for number in (theirs, 999):
        response = await lili.post(f"/api/v1/staff/rectifications/{number}", json={"seen": "open", "state": "done"})
        assert response.status_code == 404


@pytest.mark.parametrize(("path", "who", "status"), [("rectifications", "zhou", 403), ("outbox", "lili", 403), ("outbox", "zhou", 200)])
async def test_only_some_roles_may(rated: Office, path: str, who: str, status: int) -> None:
    assert (await (await rated.signed_in(who)).get(f"/api/v1/staff/{path}")).status_code == status
    assert (await rated.client().get(f"/api/v1/staff/{path}")).status_code == 401


async def test_operators_see_what_waits_and_why_but_not_what_it_says(rated: Office) -> None:
    """The outside systems are away in this office."""
    me = citizen(rated)
    await drafted(me, STORY)
    await me.say("确认提交", "affirm")
    await rated.services.casework.outbox.deliver_due()
    zhou = await rated.signed_in("zhou")
    response = await zhou.get("/api/v1/staff/outbox")
    shown = response.json()
    assert (shown["pending"], shown["parked"], len(shown["waiting"])) == (3, 0, 3)
    order = next(letter for letter in shown["waiting"] if letter["destination"] == "hotline")
    assert order["about"].startswith("GD") and order["attempts"] == 1 and order["last_error"]
    assert "两小时" not in response.text and "sealed" not in response.text
    assert (await zhou.post(f"/api/v1/staff/outbox/{order['key']}/again")).status_code == 404, "it is being tried anyway"
