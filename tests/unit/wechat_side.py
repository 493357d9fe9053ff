"""WeChat's side of an official account and a mini-program: its servers, and its users' phones.

Written from WeChat's documentation and not with the library that the service uses, so that both cannot share a mistake.
"""

import asyncio
import base64
import contextlib
import json
import secrets
import struct
import threading
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

import httpx
import uvicorn
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from assistant.supervisor import free_port

ACCOUNT, APP_ID, SECRET, TOKEN = "gh_0123456789ab", "wx0123456789abcdef", "the-secret-of-the-account", "the-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
FAULT = "该公众号提供的服务出现故障，请稍后再试"
"""What a user sees when the account's server has not answered three times, or has answered rubbish."""
TRIES = 3
AFTER_WORDS, AFTER_TAP = (5, 48 * 3600.0), (3, 60.0)


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts."""
    return sha1("".join(sorted(parts)).encode()).hexdigest()


def encrypted(text: str, key: str = AES_KEY, app_id: str = APP_ID) -> str:
    """AES-256-CBC of 16 random bytes, the length, the text and the app's id, padded to 32 bytes (PKCS #7)."""
    raw = text.encode()
    plain = secrets.token_bytes(16) + struct.pack(">I", len(raw)) + raw + app_id.encode()
    fill = 32 - len(plain) % 32
    secret = base64.b64decode(key + "=")
    cipher = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([fill]) * fill) + cipher.finalize()).decode()


def decrypted(text: str, key: str = AES_KEY) -> tuple[str, str]:
    """The text, and the app that it is of."""
    secret = base64.b64decode(key + "=")
    cipher = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    plain = cipher.update(base64.b64decode(text)) + cipher.finalize()
    plain = plain[: -plain[-1]]
    (length,) = struct.unpack(">I", plain[16:20])
    return plain[20 : 20 + length].decode(), plain[20 + length :].decode()


def message(openid: str, kind: str, **fields: object) -> str:
    """A message's XML, with the fields of its kind."""
    everything = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": kind, **fields}
    inside = "".join(f"<{k}>{v}</{k}>" if isinstance(v, int) else f"<{k}><![CDATA[{v}]]></{k}>" for k, v in everything.items())
    return f"<xml>{inside}</xml>"


@dataclass
class WeChatSide:
    """One account with its followers."""

    aes: bool = False
    patience: float = 5.0
    """Seconds that a server has for its answer."""
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What each user sees in the account's chat."""
    menu: dict[str, Any] | None = None
    away: bool = False
    """Whether the API answers nothing but 500."""
    calls: list[str] = field(default_factory=list)
    """Paths of the API that were called."""
    requests: int = 0
    """How many messages were brought to the account's server, repetitions included."""
    codes: dict[str, str] = field(default_factory=dict)
    """Login codes of the mini-program that are good once, and whose they are."""
    _token: str = ""
    _allowed: dict[str, tuple[int, float]] = field(default_factory=dict)
    _numbers: int = 7_000_000_000

    # --- phones -------------------------------------------------------------------------------

    async def says(self, office: httpx.AsyncClient, openid: str, text: str) -> list[str]:
        """Somebody types a text; what they have been shown since."""
        return await self.delivers(office, openid, "text", Content=text, MsgId=self._next())

    async def speaks(self, office: httpx.AsyncClient, openid: str, recognised: str) -> list[str]:
        """Somebody speaks, and WeChat writes down what it hears (empty: it is switched off, or has heard nothing)."""
        return await self.delivers(office, openid, "voice", MediaId="media", Format="amr", Recognition=recognised, MsgId=self._next())

    async def taps(self, office: httpx.AsyncClient, openid: str, key: str) -> list[str]:
        """Somebody taps a button of the menu."""
        return await self.delivers(office, openid, "event", Event="CLICK", EventKey=key)

    async def follows(self, office: httpx.AsyncClient, openid: str) -> list[str]:
        """Somebody begins to follow the account."""
        return await self.delivers(office, openid, "event", Event="subscribe", EventKey="")

    async def leaves(self, office: httpx.AsyncClient, openid: str) -> list[str]:
        """Somebody follows it no more."""
        return await self.delivers(office, openid, "event", Event="unsubscribe", EventKey="")

    async def delivers(self, office: httpx.AsyncClient, openid: str, kind: str, **fields: object) -> list[str]:
        """Bring one message to the account's server, again when there is no answer in time; what the user sees of it."""
        self._allow(openid, AFTER_TAP if kind == "event" else AFTER_WORDS)
        before = len(self.shown[openid])
        xml = message(openid, kind, **fields)
        for _ in range(TRIES):
            try:
                answered = await asyncio.wait_for(self.posts(office, xml), self.patience)
            except (TimeoutError, httpx.HTTPError):
                continue
            self._show(openid, answered)
            break
        else:
            self.shown[openid].append(FAULT)
        return self.shown[openid][before:]

    async def posts(self, office: httpx.AsyncClient, xml: str) -> httpx.Response:
        """One request, signed as WeChat signs it."""
        self.requests += 1
        query = self.signed()
        if self.aes:
            secret = encrypted(xml)
            query |= {"encrypt_type": "aes", "msg_signature": signature(TOKEN, query["timestamp"], query["nonce"], secret)}
            xml = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{secret}]]></Encrypt></xml>"
        return await office.post("/wechat", params=query, content=xml.encode(), headers={"content-type": "text/xml"})

    def signed(self, age: float = 0) -> dict[str, str]:
        """The query of a request."""
        timestamp, nonce = str(int(time.time() - age)), secrets.token_hex(5)
        return {"signature": signature(TOKEN, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _show(self, openid: str, answered: httpx.Response) -> None:
        if answered.status_code != 200:
            self.shown[openid].append(FAULT)
        elif answered.text not in ("", "success"):
            self.shown[openid].append(self.opened(openid, answered.text))

    def opened(self, openid: str, xml: str) -> str:
        """The text of a passive reply; fails where WeChat would not take it."""
        if self.aes:
            sealed = {child.tag: child.text or "" for child in ET.fromstring(xml)}
            assert sealed["MsgSignature"] == signature(TOKEN, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"])
            xml, app = decrypted(sealed["Encrypt"])
            assert app == APP_ID
        reply = {child.tag: child.text or "" for child in ET.fromstring(xml)}
        assert (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == (openid, ACCOUNT, "text")
        assert reply["CreateTime"].isdecimal()
        assert len(reply["Content"].encode()) <= 2048
        return reply["Content"]

    # --- servers ------------------------------------------------------------------------------

    def lets_token_go(self) -> None:
        """Make the access token void, as when another program fetches one."""
        self._token = ""

    def forgets_interaction(self, openid: str) -> None:
        """48 hours go by."""
        self._allowed.pop(openid, None)

    def _allow(self, openid: str, rule: tuple[int, float]) -> None:
        count, until = self._allowed.get(openid, (0, 0.0))
        left = count if until > time.monotonic() else 0
        self._allowed[openid] = (max(left, rule[0]), max(until, time.monotonic() + rule[1]))

    def app(self) -> FastAPI:
        """The API that a server calls."""
        app = FastAPI()

        @app.middleware("http")
        async def counted(request: Request, call_next: Any) -> Any:
            self.calls.append(request.url.path)
            if self.away:
                return HTMLResponse("<html>502</html>", status_code=502)
            return await call_next(request)

        @app.post("/cgi-bin/stable_token")
        async def stable_token(request: Request) -> dict[str, Any]:
            asked = await request.json()
            if (asked.get("grant_type"), asked.get("appid"), asked.get("secret")) != ("client_credential", APP_ID, SECRET):
                return {"errcode": 40125, "errmsg": "invalid appsecret"}
            self._token = self._token or secrets.token_hex(16)
            return {"access_token": self._token, "expires_in": 7200}

        @app.post("/cgi-bin/message/custom/send")
        async def send(request: Request, access_token: str = "") -> dict[str, Any]:
            if not self._token or access_token != self._token:
                return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
            body = await request.body()
            sent = json.loads(body)
            openid, content = sent["touser"], sent["text"]["content"]
            if b"\\u" in body:
                return {"errcode": 47001, "errmsg": "a phone would show the escapes"}
            if len(content.encode()) > 2048:
                return {"errcode": 45002, "errmsg": "content size out of limit"}
            left, until = self._allowed.get(openid, (0, 0.0))
            if until <= time.monotonic():
                return {"errcode": 45015, "errmsg": "response out of time limit or subscription is canceled"}
            if not left:
                return {"errcode": 45047, "errmsg": "out of response count limit"}
            self._allowed[openid] = (left - 1, until)
            self.shown[openid].append(content)
            return {"errcode": 0, "errmsg": "ok"}

        @app.post("/cgi-bin/menu/create")
        async def create_menu(request: Request, access_token: str = "") -> dict[str, Any]:
            if not self._token or access_token != self._token:
                return {"errcode": 42001, "errmsg": "access_token expired"}
            self.menu = await request.json()
            return {"errcode": 0, "errmsg": "ok"}

        @app.get("/sns/jscode2session")
        async def jscode2session(appid: str, secret: str, js_code: str, grant_type: str) -> dict[str, Any]:
            if (appid, secret, grant_type) != (APP_ID, SECRET, "authorization_code"):
                return {"errcode": 40013, "errmsg": "invalid appid"}
            openid = self.codes.pop(js_code, None)
            if openid is None:
                return {"errcode": 40029, "errmsg": "invalid code"}
            return {"openid": openid, "session_key": base64.b64encode(secrets.token_bytes(16)).decode()}

        return app


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An app on a loopback port of its own, in a thread; gives its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
