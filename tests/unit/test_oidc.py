"""Signing in with the organisation's own accounts, against an issuer of our own making."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import ValidationError

from assistant.answering.library import Library
from assistant.services import open_oidc
from assistant.settings import Settings
from assistant.staff import oidc
from tests.unit.fakes import Office, open_office

pytestmark = pytest.mark.anyio

ISSUER = "https://sso.example.gov.cn"
BACK = "http://office/api/v1/staff/oidc/back"


@dataclass
class Issuer:
    """Vouches for one person, as the standard has it; tests change what it says."""

    nonce: str = ""
    challenge: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    away: bool = False

    def visited(self, address: str) -> str:
        """The browser comes with the address that we gave it; gives the state that it takes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == ("code", "S256", BACK)
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        return asked["state"]

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What it answers us."""
        if self.away:
            raise httpx.ConnectError("away")
        if request.url.path.endswith("/.well-known/openid-configuration"):
            known = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token"}
            return httpx.Response(200, json=known | self.described)
        given = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        proven = base64.urlsafe_b64encode(sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")
        basic = base64.b64encode(b"zhiwen:secret").decode()
        if proven != self.challenge or given["code"] != "code" or request.headers["authorization"] != f"Basic {basic}":
            return httpx.Response(400, json={"error": "invalid_grant"})
        claims = {"iss": ISSUER, "aud": "zhiwen", "exp": time.time() + 60, "nonce": self.nonce, "preferred_username": "lili"}
        payload = base64.urlsafe_b64encode(json.dumps(claims | self.claims).encode()).decode().rstrip("=")
        return httpx.Response(200, json={"id_token": f"e30.{payload}.c2ln"})


@pytest.fixture
def issuer() -> Issuer:
    """An issuer that vouches for lili."""
    return Issuer()


@pytest.fixture
def office(library: Library, tmp_path: Path, issuer: Issuer) -> Office:
    """An office whose staff may sign in there."""
    made = open_office(library, tmp_path / "data", oidc_issuer=ISSUER, oidc_client_id="zhiwen", oidc_client_secret="secret")
    client = httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer))
    made.services.oidc = open_oidc(made.settings, made.services.vault, client)
    made.hire("lili")
    return made


async def sign_in(office: Office, issuer: Issuer, change: Callable[[dict[str, str]], object] = lambda _: None) -> tuple[int, int]:
    """Go to the issuer and come back; the status of coming back, and of asking who one is then."""
    async with office.client() as browser:
        started = await browser.get("/api/v1/staff/oidc/start")
        assert started.status_code == 302
        assert started.headers["location"].startswith(f"{ISSUER}/auth?")
        back = {"state": issuer.visited(started.headers["location"]), "code": "code"}
        change(back)
        returned = await browser.get("/api/v1/staff/oidc/back", params=back)
        return returned.status_code, (await browser.get("/api/v1/staff/me")).status_code


async def test_who_is_vouched_for_and_has_an_account_is_signed_in(office: Office, issuer: Issuer) -> None:
    assert await sign_in(office, issuer) == (303, 200)
    async with office.client() as browser:
        assert (await browser.get("/api/v1/staff/ways")).json() == {"oidc": True}


async def test_who_has_no_account_here_or_a_disabled_one_is_not(office: Office, issuer: Issuer) -> None:
    issuer.claims = {"preferred_username": "stranger"}
    assert await sign_in(office, issuer) == (403, 401)
    issuer.claims = {}
    office.services.accounts.set_active("lili", False, by="test")
    assert await sign_in(office, issuer) == (403, 401)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": time.time() - 3600},
        {"exp": None},
        {"preferred_username": ""},
        {"preferred_username": ["lili"]},
    ],
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(office: Office, issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.claims = claims
    assert await sign_in(office, issuer) == (401, 401)


@pytest.mark.parametrize("field_", ["state", "code"])
async def test_another_state_or_code_is_refused(office: Office, issuer: Issuer, field_: str) -> None:
    assert await sign_in(office, issuer, lambda back: back.update({field_: "another"})) == (401, 401)


async def test_coming_back_without_having_gone_is_refused(office: Office, issuer: Issuer) -> None:
    async with office.client() as browser:
        address = (await browser.get("/api/v1/staff/oidc/start")).headers["location"]
    async with office.client() as other:
        back = {"state": issuer.visited(address), "code": "code"}
        assert (await other.get("/api/v1/staff/oidc/back", params=back)).status_code == 401


async def test_who_takes_too_long_begins_again(office: Office, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(_: object) -> None:
        monkeypatch.setattr(oidc, "LASTS_SECONDS", -1)

    assert await sign_in(office, issuer, late) == (401, 401)


@pytest.mark.parametrize(
    "described", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"authorization_endpoint": None}]
)
async def test_an_issuer_that_describes_itself_wrongly_is_not_gone_to(office: Office, issuer: Issuer, described: dict[str, Any]) -> None:
    issuer.described = described
    async with office.client() as browser:
        assert (await browser.get("/api/v1/staff/oidc/start")).status_code == 503


async def test_an_issuer_that_is_away_leaves_the_password(office: Office, issuer: Issuer) -> None:
    issuer.away = True
    async with office.client() as browser:
        response = await browser.get("/api/v1/staff/oidc/start")
    assert response.status_code == 503
    assert "口令" in response.json()["detail"]
    await office.signed_in("lili")


async def test_where_it_is_not_set_there_is_no_such_door(library: Library, tmp_path: Path) -> None:
    office = open_office(library, tmp_path / "data")
    assert open_oidc(office.settings, office.services.vault) is None
    async with office.client() as browser:
        for path in ("start", "back"):
            assert (await browser.get(f"/api/v1/staff/oidc/{path}")).status_code == 404
        assert (await browser.get("/api/v1/staff/ways")).json() == {"oidc": False}


@pytest.mark.parametrize("address", ["http://sso.example.gov.cn", "sso.example.gov.cn", "ftp://127.0.0.1", "https://"])
def test_an_issuer_that_anybody_could_pose_as_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        Settings(oidc_issuer=address)
