"""Signing in with the organisation's own accounts: OpenID Connect's authorization code flow, with PKCE.

Only who somebody is comes from there. What they may do is in our account of the same name, which must be there.

The ID token's signature is not checked: it comes straight from the issuer over TLS, which OpenID Connect Core 1.0
§ 3.1.3.7 (6) accepts in its place. So the issuer must be an https address, or this machine's own.
"""

import base64
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from assistant.vault import Vault

LASTS_SECONDS = 600
"""How long somebody may take at the issuer's page."""
TIMEOUT_SECONDS = 5.0
LEEWAY_SECONDS = 60
"""By how much two machines' clocks may differ."""


class OidcError(Exception):
    """Nobody could be signed in; the message is for the log, in English, and holds nothing secret."""


@dataclass(frozen=True)
class Pending:
    """A sign-in that has begun; the browser keeps it sealed in a cookie."""

    state: str
    nonce: str
    verifier: str
    began: float


class OpenIdConnect:
    """One issuer."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, claim: str, vault: Vault, client: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._claim = claim
        self._vault = vault
        self._client = client

    async def begin(self, back: str) -> tuple[str, str]:
        """Begin a sign-in that returns to the address `back`.

        Returns:
            Where the browser must go, and what it must keep until it is back.

        Raises:
            OidcError: the issuer cannot be asked.

        """
        pending = Pending(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), time.time())
        challenge = _base64(sha256(pending.verifier.encode()).digest())
        asked = {
            "response_type": "code", "scope": "openid profile", "client_id": self._client_id, "redirect_uri": back,
            "state": pending.state, "nonce": pending.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = (await self._described())["authorization_endpoint"]
        return f"{address}?{urlencode(asked)}", self._vault.seal(json.dumps(asdict(pending)))

    async def finish(self, kept: str, state: str, code: str, back: str) -> str:
        """End a sign-in.

        Args:
            kept: what the browser has kept.
            state: what the issuer sent back with it.
            code: what the issuer gave for it.
            back: the address that it returned to.

        Returns:
            The name that the issuer knows somebody by.

        Raises:
            OidcError: it is not the sign-in that began here, it took too long, or the issuer vouches for nobody.

        """
        opened = self._vault.unseal(kept)
        if opened is None:
            raise OidcError("not begun here")
        pending = Pending(**json.loads(opened))
        if not hmac.compare_digest(pending.state.encode(), state.encode("utf-8", "replace")):
            raise OidcError("another sign-in's state")
        if time.time() - pending.began > LASTS_SECONDS:
            raise OidcError("took too long")
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": pending.verifier}
        address = (await self._described())["token_endpoint"]
        tokens = await self._json("POST", address, data=given, auth=(self._client_id, self._client_secret))
        return self._vouched(_claims(tokens.get("id_token")), pending.nonce)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _vouched(self, claims: dict[str, Any], nonce: str) -> str:
        audience = claims.get("aud")
        if claims.get("iss") != self._issuer or self._client_id not in (audience if isinstance(audience, list) else [audience]):
            raise OidcError("of another issuer or for another client")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OidcError("of another sign-in")
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires < time.time() - LEEWAY_SECONDS:
            raise OidcError("expired")
        name = claims.get(self._claim)
        if not isinstance(name, str) or not name:
            raise OidcError(f"no claim {self._claim}")
        return name

    async def _described(self) -> dict[str, Any]:
        """The issuer's own description (OpenID Connect Discovery 1.0 § 4)."""
        found = await self._json("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer:
            raise OidcError("describes another issuer")
        for name in ("authorization_endpoint", "token_endpoint"):
            if not is_safe(str(found.get(name, ""))):
                raise OidcError(f"{name} is no safe address")
        return found

    async def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            response = await self._client.request(method, url, timeout=TIMEOUT_SECONDS, **more)
            response.raise_for_status()
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcError(f"the issuer did not answer: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise OidcError("the issuer answered rubbish")
        return found


def is_safe(url: str) -> bool:
    """Whether what is said to an address stays between us: https, or this machine's own."""
    address = urlsplit(url)
    return (address.scheme == "https" and bool(address.hostname)) or (
        address.scheme == "http" and address.hostname in ("127.0.0.1", "::1", "localhost")
    )


def _claims(token: object) -> dict[str, Any]:
    """The payload of a JSON Web Token (RFC 7519)."""
    try:
        payload = str(token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError) as error:
        raise OidcError("no ID token") from error
    if not isinstance(claims, dict):
        raise OidcError("no ID token")
    return claims


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
