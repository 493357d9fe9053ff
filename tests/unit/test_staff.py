"""Accounts and sign-ins: who gets in, who is kept out, and what stays of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from httpx import Response
from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant.api.staff_door import COOKIE, CSRF_HEADER
from assistant.staff.accounts import LOCKED, MAX_FAILURES, StaffError
from assistant.staff.audit import Audit
from assistant.staff.roles import Member, Role
from assistant.storage.conversations import make_engine
from assistant.storage.tables import StaffRow, StaffSessionRow
from tests.unit.fakes import OUTSIDE, PASSWORD, Office

pytestmark = pytest.mark.anyio

LOGIN, ME, LOGOUT = "/api/v1/staff/login", "/api/v1/staff/me", "/api/v1/staff/logout"


async def sign_in(office: Office, name: str, password: str = PASSWORD, **headers: str) -> Response:
    """Try to sign in from a page of ours."""
    async with office.client(OUTSIDE) as client:
        return await client.post(LOGIN, json={"name": name, "password": password}, headers={CSRF_HEADER: "fetch"} | headers)


def actions(office: Office) -> list[tuple[str, str, str]]:
    """What the audit says, oldest first."""
    return [(row.actor, row.action, row.about) for row in reversed(Audit(make_engine(office.settings.database)).latest(100))]


async def test_who_signs_in_is_known_until_they_sign_out_and_the_old_cookie_does_not_work_again(office: Office) -> None:
    office.hire("lili", Role.SUPERVISOR, "市公安局")
    client = await office.signed_in("lili")
    known = (await client.get(ME)).json()
    assert known == {"name": "lili", "title": "lili同志", "role": "supervisor", "role_title": "班长", "department": "市公安局"}
    token = client.cookies[COOKIE]
    assert (await client.post(LOGOUT)).status_code == 204
    async with office.client() as thief:
        assert (await thief.get(ME, cookies={COOKIE: token})).status_code == 401
    assert actions(office)[1:] == [("lili", "sign_in", "lili"), ("lili", "sign_out", "lili")]


async def test_a_capital_at_the_beginning_of_the_name_lets_in_too(office: Office) -> None:
    office.hire("lili")
    assert (await sign_in(office, "Lili")).json()["name"] == "lili"


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(office: Office) -> None:
    office.hire("lili")
    cookie = (await sign_in(office, "lili")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    async with office.client() as client:
        secure = await client.post("https://office" + LOGIN, json={"name": "lili", "password": PASSWORD}, headers={CSRF_HEADER: "fetch"})
    assert "secure" in secure.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("name", "password"), [("lili", "wrong horse battery"), ("nobody", PASSWORD), ("gone", PASSWORD), ("locked", PASSWORD)]
)
async def test_whatever_is_wrong_the_answer_is_the_same(office: Office, name: str, password: str) -> None:
    for hired in ("lili", "gone", "locked"):
        office.hire(hired)
    office.services.accounts.set_active("gone", False, by="test")
    for _ in range(MAX_FAILURES):
        office.services.accounts.check("locked", "wrong horse battery")
    response = await sign_in(office, name, password)
    assert response.status_code == 401
    assert response.json()["detail"] == "登录名或口令不对。连着错5次，账号会锁15分钟。"
    assert "set-cookie" not in response.headers


def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(office: Office) -> None:
    office.hire("lili")
    accounts = office.services.accounts
    for _ in range(MAX_FAILURES - 1):
        assert accounts.check("lili", "wrong horse battery") is None
    assert accounts.check("lili", PASSWORD) == Member("lili", "lili同志", Role.AGENT, "")
    for _ in range(MAX_FAILURES):
        accounts.check("lili", "wrong horse battery")
    assert accounts.check("lili", PASSWORD) is None
    with Session(make_engine(office.settings.database)) as session, session.begin():
        row = session.get(StaffRow, "lili")
        assert row is not None
        assert row.locked_until is not None
        row.locked_until = row.locked_until - LOCKED
    assert accounts.check("lili", PASSWORD) is not None


def test_many_guesses_at_once_are_no_more_guesses(office: Office) -> None:
    office.hire("lili")
    guesses = [f"guess number {n}" for n in range(20)] + [PASSWORD] * 20
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda guess: office.services.accounts.check("lili", guess), guesses))
    assert all(member is None for member in found), "the right one came after the lock"


def test_a_password_is_never_stored(office: Office) -> None:
    office.hire("lili")
    token = office.services.sessions.open(Member("lili", "李", Role.AGENT, ""))
    written = b"".join(path.read_bytes() for path in office.settings.data.glob("zhiwen.db*"))
    assert b"$argon2id$" in written
    assert PASSWORD.encode() not in written
    assert token.encode() not in written


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("lili", PASSWORD, "已经有"),
        ("李", PASSWORD, "登录名"),
        ("../x", PASSWORD, "登录名"),
        ("wang", "short", "至少10个"),
        ("wang", "wang is my name", "不要有登录名"),
        ("wang", "aaaaaaaaaaaa", "重复"),
    ],
)
def test_an_account_that_is_not_fit_is_refused_with_the_reason(office: Office, name: str, password: str, reason: str) -> None:
    office.hire("lili")
    with pytest.raises(StaffError, match=reason):
        office.services.accounts.add(name, "", Role.AGENT, "", password, by="test")
    assert [row.name for row in office.services.accounts.all()] == ["lili"]


@pytest.mark.parametrize("change", ["disable", "password"])
async def test_a_disabled_account_and_one_with_a_new_password_are_out_at_once(office: Office, change: str) -> None:
    office.hire("lili")
    client = await office.signed_in("lili")
    if change == "disable":
        office.services.accounts.set_active("lili", False, by="boss")
    else:
        office.services.accounts.set_password("lili", "another horse battery", by="boss")
    assert (await client.get(ME)).status_code == 401
    assert actions(office)[-1] == ("boss", f"staff_{change}", "lili")


async def test_a_sign_in_ends_after_a_working_day(office: Office) -> None:
    office.hire("lili")
    client = await office.signed_in("lili")
    with Session(make_engine(office.settings.database)) as session, session.begin():
        session.execute(update(StaffSessionRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert (await client.get(ME)).status_code == 401


async def test_a_request_that_another_site_could_have_made_changes_nothing(office: Office) -> None:
    office.hire("lili")
    client = await office.signed_in("lili")
    del client.headers[CSRF_HEADER]
    assert (await client.post(LOGOUT)).status_code == 403
    assert (await client.get(ME)).status_code == 200
    assert (await client.post(LOGIN, json={"name": "lili", "password": PASSWORD})).status_code == 403


async def test_guessing_is_also_limited_by_address(office: Office) -> None:
    statuses = [(await sign_in(office, f"nobody{n}")).status_code for n in range(62)]
    assert statuses[:60] == [401] * 60
    assert statuses[60:] == [429] * 2


@pytest.mark.parametrize(
    ("role", "department", "queue", "sees"),
    [
        (Role.AGENT, "", "", True),
        (Role.AGENT, "", "市公安局", False),
        (Role.AGENT, "市公安局", "", True),
        (Role.AGENT, "市公安局", "市公安局", True),
        (Role.AGENT, "市公安局", "市民政局", False),
        (Role.SUPERVISOR, "市公安局", "市民政局", False),
        (Role.SUPERVISOR, "", "市民政局", True),
        (Role.MAINTAINER, "", "", False),
        (Role.ADMIN, "", "", False),
    ],
)
def test_queues_are_seen_by_those_whose_they_are(role: Role, department: str, queue: str, sees: bool) -> None:
    assert Member("x", "x", role, department).sees(queue) is sees


def test_online_is_who_was_seen_within_the_minute_and_talks_to_citizens(office: Office) -> None:
    for name, role, department in (("lili", Role.AGENT, ""), ("wang", Role.AGENT, "市公安局"), ("boss", Role.ADMIN, "")):
        office.hire(name, role, department)
    accounts, sessions = office.services.accounts, office.services.sessions
    assert accounts.online() == 0
    tokens = {row.name: sessions.open(Member(row.name, row.title, Role(row.role), row.department)) for row in accounts.all()}
    assert (accounts.online(), accounts.online("市公安局"), accounts.online("市民政局")) == (2, 1, 0)
    assert [(member.name, here) for member, here in accounts.colleagues()] == [("lili", True), ("wang", True)]
    wang = sessions.member(tokens["wang"])
    assert wang is not None
    sessions.close(tokens["wang"], wang)
    assert accounts.online() == 1
    with Session(make_engine(office.settings.database)) as session, session.begin():
        session.execute(update(StaffRow).values(seen_at=datetime.now(UTC) - timedelta(minutes=2)))
    assert accounts.online() == 0
    assert sessions.member(tokens["lili"]) is not None
    assert accounts.online() == 1
