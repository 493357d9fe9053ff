"""The mini-program: a login code for a short-lived session token, which says that the same person in the same program asks.

The token is sealed by the vault (Fernet: encrypted, signed, dated): nothing is stored, and neither the openid nor what
it is made of can be read from it. With it, limits count by person and not by address, which on mobile networks hundreds
share; and nobody but the program can speak in its name.
"""

from assistant.vault import Vault
from assistant.wechat.api import WeChatApi
from assistant.wechat.people import PURPOSE

SESSION_SECONDS = 2 * 3600
"""A login in the program costs its user nothing and is repeated by itself; a token that leaks is soon worthless."""
_MARK = "miniprogram:"


class MiniProgram:
    """The sessions of one mini-program."""

    def __init__(self, api: WeChatApi, vault: Vault) -> None:
        self._api = api
        self._vault = vault

    async def open(self, code: str) -> str:
        """A session token for a login code; raises WeChatAway, or WeChatRefused when the code is used, too old or made up."""
        openid = await self._api.who(code)
        return self._vault.seal(_MARK + self._vault.fingerprint(PURPOSE, openid))

    def person(self, token: str) -> str | None:
        """Whose session it is, as a fingerprint; None when the token is not ours or has expired."""
        found = self._vault.unseal(token, SESSION_SECONDS)
        return found.removeprefix(_MARK) if found and found.startswith(_MARK) else None

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()
