"""What we ask of WeChat's servers: an access token, to pass a message on, who a login code belongs to, a menu.

WeChat answers 200 whatever happens and tells by `errcode`. Addresses hold the access token and bodies people's ids, so
neither is ever logged.
"""

import asyncio
import time
from typing import Any

import httpx
import structlog

log = structlog.get_logger()

TIMEOUT_SECONDS = 3.0
"""WeChat answers in a tenth of it; a mini-program's user waits for the login code."""
RENEW_SECONDS = 300
"""An access token (7,200 s) is renewed so long before its end; WeChat lets the old one pass for five minutes more."""
TOKEN_GONE = (40001, 40014, 42001)
"""The access token is not, or no longer, valid: somebody has fetched another with the same secret."""
PASSING = (-1, 45009, 45011)
"""Busy, or our calls of this day or minute are used up: the same call is good again later."""


class WeChatAway(Exception):
    """WeChat did not answer, or asks to be left alone for a while."""


class WeChatRefused(Exception):
    """WeChat will not do it. `code` is its errcode (https://developers.weixin.qq.com/doc/, 全局返回码)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


class WeChatApi:
    """The server API of one account or mini-program."""

    def __init__(self, url: str, app_id: str, secret: str, http: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._app = {"appid": app_id, "secret": secret}
        self._http = http
        self._token, self._token_until = "", 0.0
        self._renewing = asyncio.Lock()

    async def send(self, openid: str, text: str) -> None:
        """Pass a text on as customer service (客服消息), which WeChat allows for a while after somebody has spoken.

        Raises:
            WeChatAway: it may have arrived or not.
            WeChatRefused: 45015 it is too long ago that they spoke, 45047 too many since.

        """
        await self._with_token("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def make_menu(self, menu: dict[str, Any]) -> None:
        """Put a menu under the account; raises WeChatAway or WeChatRefused."""
        await self._with_token("/cgi-bin/menu/create", menu)

    async def who(self, code: str) -> str:
        """The openid behind a mini-program's login code; raises WeChatAway, or WeChatRefused for a code that is not good."""
        query = {**self._app, "js_code": code, "grant_type": "authorization_code"}
        found = (await self._call("GET", "/sns/jscode2session", params=query)).get("openid")
        if not isinstance(found, str) or not found:
            raise WeChatAway("no openid")
        return found  # session_key, which comes with it, opens what we never ask for; it is dropped here

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _with_token(self, path: str, body: dict[str, Any]) -> None:
        token = await self._access_token()
        try:
            await self._call("POST", path, params={"access_token": token}, json=body)
        except WeChatRefused as error:
            if error.code not in TOKEN_GONE:
                raise
            if self._token == token:
                self._token_until = 0.0
            await self._call("POST", path, params={"access_token": await self._access_token()}, json=body)

    async def _access_token(self) -> str:
        """The token of now. The stable kind: other programs that use the same secret do not make it void."""
        async with self._renewing:
            if time.monotonic() >= self._token_until:
                found = await self._call("POST", "/cgi-bin/stable_token", json={"grant_type": "client_credential", **self._app})
                token, seconds = found.get("access_token"), found.get("expires_in")
                if not isinstance(token, str) or not token or not isinstance(seconds, int):
                    raise WeChatAway("no access token")
                self._token, self._token_until = token, time.monotonic() + max(seconds - RENEW_SECONDS, 1)
            return self._token

    async def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            response = await self._http.request(method, self._url + path, timeout=TIMEOUT_SECONDS, **more)
            response.raise_for_status()
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("wechat_failed", path=path, cause=type(error).__name__)
            raise WeChatAway(type(error).__name__) from None
        if not isinstance(found, dict):
            raise WeChatAway("rubbish")
        code = found.get("errcode", 0)
        if code:
            log.warning("wechat_refused", path=path, errcode=code)
            raise WeChatAway(f"errcode {code}") if code in PASSING else WeChatRefused(code)
        return found
