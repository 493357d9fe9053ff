"""Wires what is configured of WeChat; nothing, without it."""

import httpx
from sqlalchemy import Engine

from assistant.people.switchboard import Switchboard
from assistant.settings import Settings
from assistant.turn import TurnTaker
from assistant.vault import Vault
from assistant.wechat.account import OfficialAccount
from assistant.wechat.api import WeChatApi
from assistant.wechat.door import Door
from assistant.wechat.miniprogram import MiniProgram
from assistant.wechat.people import People


def open_api(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> WeChatApi | None:
    """What the official account may ask of WeChat, where its secret is set."""
    secret = settings.wechat_secret.get_secret_value()
    return WeChatApi(settings.wechat_url, settings.wechat_app_id, secret, httpx.AsyncClient(transport=transport)) if secret else None


def open_account(
    settings: Settings,
    engine: Engine,
    vault: Vault,
    turns: TurnTaker,
    switchboard: Switchboard,
    transport: httpx.AsyncBaseTransport | None = None,
) -> OfficialAccount | None:
    """The official account, where its token is set; without its secret nothing can be sent unasked."""
    token = settings.wechat_token.get_secret_value()
    if not token:
        return None
    door = Door(token, settings.wechat_app_id, settings.wechat_aes_key.get_secret_value())
    return OfficialAccount(door, People(engine, vault), turns, switchboard, vault, open_api(settings, transport))


def open_miniprogram(settings: Settings, vault: Vault, transport: httpx.AsyncBaseTransport | None = None) -> MiniProgram | None:
    """The mini-program, where its secret is set."""
    secret = settings.miniprogram_secret.get_secret_value()
    if not secret:
        return None
    http = httpx.AsyncClient(transport=transport)
    return MiniProgram(WeChatApi(settings.wechat_url, settings.miniprogram_app_id, secret, http), vault)
