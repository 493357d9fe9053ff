"""Who somebody is in the mini-program: a login code for a short-lived token, and what the token is good for."""

import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from httpx import ASGITransport, AsyncClient

from assistant.answering.library import Library
from assistant.wechat.miniprogram import SESSION_SECONDS
from tests.unit.fakes import OUTSIDE, Office, open_office
from tests.unit.wechat_side import APP_ID, SECRET, WeChatSide

pytestmark = pytest.mark.anyio

ANN = "oAnnMini00000000000000000000"
QUESTION = "身份证丢了补办要带什么"


@pytest.fixture
def side() -> WeChatSide:
    """WeChat, which has given Ann a login code."""
    return WeChatSide(codes={"ann-1": ANN, "ann-2": ANN, "ben-1": "oBenMini00000000000000000000"})


def office_of(library: Library, data: Path, side: WeChatSide, **settings: Any) -> Office:
    """An office with a mini-program."""
    given = {"miniprogram_app_id": APP_ID, "miniprogram_secret": SECRET, "wechat_url": "http://127.0.0.1:1", **settings}
    return open_office(library, data, wechat_side=ASGITransport(app=side.app()), **given)


@pytest.fixture
def office(library: Library, tmp_path: Path, side: WeChatSide) -> Office:
    """It, with a limit that a test can reach."""
    return office_of(library, tmp_path / "data", side, rate_limit="4/minute")


async def login(client: AsyncClient, code: str) -> str:
    """A session token."""
    response = await client.post("/api/v1/miniprogram/session", json={"code": code})
    assert response.status_code == 200, response.text
    assert response.json()["expires_in"] == SESSION_SECONDS
    return str(response.json()["token"])


async def ask(client: AsyncClient, token: str = "", channel: str = "miniprogram") -> int:
    """Ask something; the status."""
    headers = {"X-Session-Token": token} if token else {}
    return (await client.post("/api/v1/chat", json={"text": QUESTION, "channel": channel}, headers=headers)).status_code


async def test_without_a_secret_there_is_no_such_door(library: Library, tmp_path: Path) -> None:
    async with open_office(library, tmp_path / "data").client() as client:
        assert (await client.post("/api/v1/miniprogram/session", json={"code": "x"})).status_code == 404
        assert await ask(client) == 200, "the channel is told apart in the records, whoever names it"
        assert await ask(client, "a token of elsewhere") == 401


async def test_a_login_code_is_exchanged_for_a_token_that_lets_the_program_ask(office: Office) -> None:
    async with office.client() as client:
        assert await ask(client) == 401
        assert await ask(client, await login(client, "ann-1")) == 200
        assert await ask(client, channel="web") == 200


async def test_the_token_says_nothing_and_nothing_is_stored(office: Office) -> None:
    async with office.client() as client:
        token = await login(client, "ann-1")
        assert await ask(client, token) == 200
    assert ANN not in token
    for file in office.settings.data.glob("zhiwen.db*"):
        assert ANN.encode() not in file.read_bytes()
        assert token.encode() not in file.read_bytes()


async def test_a_code_is_good_once_and_a_made_up_one_never(office: Office) -> None:
    async with office.client() as client:
        await login(client, "ann-1")
        for code in ("ann-1", "made up"):
            response = await client.post("/api/v1/miniprogram/session", json={"code": code})
            assert response.status_code == 401
            assert "重新进入" in response.json()["detail"]


async def test_while_wechat_is_away_it_says_so(office: Office, side: WeChatSide) -> None:
    side.away = True
    async with office.client() as client:
        response = await client.post("/api/v1/miniprogram/session", json={"code": "ann-1"})
    assert response.status_code == 503
    assert "12345" in response.json()["detail"]


async def test_a_token_ends_and_a_changed_or_another_seal_is_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = office.services.vault
    async with office.client() as client:
        token = await login(client, "ann-1")
        assert await ask(client, token[:-4] + "AAA=") == 401
        assert await ask(client, vault.seal("13812345678")) == 401, "a seal of the vault that is no session"
        assert await ask(client, Fernet(Fernet.generate_key()).encrypt(b"miniprogram:ann").decode()) == 401
        later = time.time() + SESSION_SECONDS + 5
        monkeypatch.setattr(time, "time", lambda: later)
        assert await ask(client, token) == 401


async def test_limits_count_by_person_where_hundreds_share_an_address(office: Office) -> None:
    async with office.client(OUTSIDE) as client:
        ann, ben = await login(client, "ann-1"), await login(client, "ben-1")
        assert [await ask(client, ann) for _ in range(5)] == [200] * 4 + [429]
        assert await ask(client, ben) == 200
        assert await ask(client, await login(client, "ann-2")) == 429, "a new login is the same person"
