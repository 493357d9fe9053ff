"""The one place where the concrete parts are put together. Tests wire others."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import Engine

from actions import all_actions
from assistant.answering.library import Library
from assistant.casework.wiring import Casework, wire_casework
from assistant.clerk.wiring import Clerks, wire_clerks
from assistant.console.wiring import Console, wire_console
from assistant.desk import Desk
from assistant.dialogue.client import RasaClient
from assistant.dialogue.program import rasa_program
from assistant.people.briefing import Briefing
from assistant.people.duty import Duty
from assistant.people.handoffs import HandOffs
from assistant.people.reception import Reception
from assistant.people.switchboard import Switchboard
from assistant.reference import addresses, reference_program
from assistant.settings import Settings
from assistant.shelf import HeldLibrary, Shelf
from assistant.staff.accounts import Accounts
from assistant.staff.audit import Audit
from assistant.staff.oidc import OpenIdConnect
from assistant.staff.sessions import Sessions
from assistant.storage.conversations import Conversations, make_engine
from assistant.storage.migrate import migrate
from assistant.supervisor import Supervisor, free_port
from assistant.turn import TurnTaker
from assistant.vault import Vault
from assistant.wechat.account import OfficialAccount
from assistant.wechat.miniprogram import MiniProgram
from assistant.wechat.wiring import open_account, open_miniprogram
from assistant.workdays import is_workday
from outside.systems import Outside, connect

log = structlog.get_logger()

PURGE_SECONDS = 24 * 3600
"""How often conversations past their retention are deleted."""


@dataclass
class Services:
    """The wired parts of one running service."""

    settings: Settings
    shelf: Shelf | HeldLibrary
    conversations: Conversations
    dialogue: RasaClient
    turns: TurnTaker
    executor: ActionExecutor
    action_token: str
    vault: Vault
    casework: Casework
    clerks: Clerks
    accounts: Accounts
    sessions: Sessions
    oidc: OpenIdConnect | None
    outside: Outside
    switchboard: Switchboard
    reception: Reception
    console: Console
    supervisor: Supervisor
    wechat: OfficialAccount | None
    miniprogram: MiniProgram | None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Start what runs beside the requests."""
        self.supervisor.start()
        self._tasks = [
            asyncio.create_task(self.shelf.watch()),
            asyncio.create_task(self._purge()),
            asyncio.create_task(self.switchboard.watch()),
            asyncio.create_task(self.casework.outbox.run()),
        ]
        if self.wechat is not None:
            self._tasks.append(asyncio.create_task(self.wechat.run()))

    async def stop(self) -> None:
        """Stop it again, Rasa and the reference server included."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.console.publisher.stop()
        await self.supervisor.stop()
        await self.dialogue.close()
        await self.outside.close()
        for part in (self.oidc, self.wechat, self.miniprogram):
            if part is not None:
                await part.close()

    async def _purge(self) -> None:
        while True:
            gone = await asyncio.to_thread(self.conversations.forget_older_than, self.settings.retention_days)
            await asyncio.to_thread(self.casework.forget_old, self.settings.retention_days)
            if self.wechat is not None:
                await asyncio.to_thread(self.wechat.people.forget_older_than, self.settings.retention_days)
            await asyncio.to_thread(self.console.gaps.forget_older_than, self.settings.retention_days)
            log.info("purged", conversations=gone)
            await asyncio.sleep(PURGE_SECONDS)


def open_oidc(settings: Settings, vault: Vault, client: httpx.AsyncClient | None = None) -> OpenIdConnect | None:
    """Wire the organisation's own sign-in, where one is set."""
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return OpenIdConnect(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_claim, vault, client or httpx.AsyncClient())


def open_people(
    settings: Settings, engine: Engine, accounts: Accounts, conversations: Conversations, vault: Vault, library: Callable[[], Library]
) -> tuple[Switchboard, Reception]:
    """Wire the hand-off to people."""
    duty = Duty(settings.people_hours, settings.people_every_day, is_workday, accounts.online)
    audit = Audit(engine)
    switchboard = Switchboard(
        handoffs=HandOffs(engine),
        accounts=accounts,
        duty=duty,
        briefing=Briefing(conversations, library, vault, audit),
        audit=audit,
        vault=vault,
        longest_wait=timedelta(minutes=settings.people_wait_minutes),
        longest_silence=timedelta(minutes=settings.people_silent_minutes),
    )
    return switchboard, Reception(switchboard, duty, vault)


def wire(settings: Settings, model: Path | None, held: HeldLibrary | None = None) -> Services:
    """Wire a service; without a dialogue model it answers from the search alone, marked degraded.

    Args:
        settings: of the installation.
        model: of the dialogue engine.
        held: answer from this library instead of the published one.

    """
    migrate(settings.database)
    token = secrets.token_urlsafe(24)
    programs, rasa_ports, reference_port = [], [], free_port()
    if model is not None:
        rasa_ports = [free_port() for _ in range(settings.rasa_processes)]
        programs = [rasa_program(settings, model, port, token) for port in rasa_ports]
    if not all(settings.outside_urls.values()):
        programs.append(reference_program(settings, reference_port))
    shelf = held or Shelf(settings)
    desk = Desk()
    engine = make_engine(settings.database)
    conversations = Conversations(engine)
    dialogue = RasaClient([f"http://127.0.0.1:{port}" for port in rasa_ports], settings.rasa_timeout)
    vault, accounts = Vault.at(settings.data), Accounts(engine)
    outside = connect(addresses(settings, reference_port), settings.outside_timeout, settings.outside_token.get_secret_value())
    casework = wire_casework(engine, vault, outside, settings)
    executor = ActionExecutor()
    for action in all_actions(desk, casework.forms):
        executor.register_action(action)
    switchboard, reception = open_people(settings, engine, accounts, conversations, vault, shelf.library)
    turns = TurnTaker(shelf.library, dialogue, desk, conversations, reception, casework.forms, settings)
    return Services(
        settings=settings,
        shelf=shelf,
        conversations=conversations,
        dialogue=dialogue,
        turns=turns,
        executor=executor,
        action_token=token,
        vault=vault,
        casework=casework,
        clerks=wire_clerks(engine, shelf.library),
        accounts=accounts,
        sessions=Sessions(engine, settings.session_hours),
        oidc=open_oidc(settings, vault),
        outside=outside,
        switchboard=switchboard,
        reception=reception,
        console=wire_console(engine, settings),
        supervisor=Supervisor(programs),
        wechat=open_account(settings, engine, vault, turns, switchboard),
        miniprogram=open_miniprogram(settings, vault),
    )
