"""The whole run: start, kill while people work, let everything settle, judge."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from assistant import serving
from assistant.api.staff_door import CSRF_HEADER
from assistant.errors import BuildError
from assistant.outbox import LEASE
from assistant.settings import Settings
from assistant.staff.accounts import Accounts
from assistant.staff.roles import Role
from assistant.storage.casework_tables import OutboxRow
from assistant.storage.conversations import make_engine
from assistant.storage.migrate import migrate
from assistant.supervisor import free_port
from benchmarks.chaos.crowd import PASSWORD, Agent, Citizen
from benchmarks.chaos.ledger import Ledger
from benchmarks.chaos.verdict import judge
from benchmarks.chaos.victim import Target, Victim
from benchmarks.processes import borrow

CITIZENS, AGENTS = 20, 3
PAUSE = (0.1, 4.0)
"""Seconds between two kills, or between a service's being back and the next."""
WEIGHTS = {Target.SERVICE: 2, Target.RASA: 1, Target.REFERENCE: 2}
AT_ONCE = 0.2
"""Share of kills that do not wait until there is work to interrupt: they hit a service in the middle of its start."""
CALM_EVERY = 20
"""After so many kills everything may come up again, Rasa included, so that forms are worked with and not only answers."""
CALM_SECONDS = 8.0
SETTLE_SECONDS = 180.0
"""Longest wait for the outbox at the end: a letter whose process died is taken up again after a minute."""
SHOWN = 50
"""Violations that are told in full."""
MARK = "chaos.mark"
"""A data directory of ours has this file; another one's database is never touched."""


def chaos(data: Path, kills: int, seed: int, builds: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it; returns the counts, with `violations` among them.

    Args:
        data: a directory for this alone; what an earlier run left in it is deleted.
        kills: how many processes to kill.
        seed: of everything that is random except what the machine's speed decides.
        builds: a data directory whose encoders, dialogue models and snapshots may be used, so that nothing is trained anew.
        say: tells how it goes.

    Raises:
        BuildError: the directory is somebody else's, or the service did not come up.

    """
    settings = Settings(data=data.absolute(), port=free_port(), database_url="")
    _clear(settings.data)
    borrow(builds.absolute(), settings.data)
    serving.prepare(settings)
    names = [f"agent{number + 1}" for number in range(AGENTS)]
    migrate(settings.database)
    accounts = Accounts(make_engine(settings.database))
    for name in names:
        accounts.add(name, name, Role.AGENT, "", PASSWORD, by="chaos")
    started = time.monotonic()
    ledger = Ledger()
    killed = asyncio.run(_play(settings, names, kills, Random(seed), ledger, say))
    found = judge(settings.database, settings.data / "reference.db", ledger)
    return {
        "kills": dict(killed),
        "seconds": round(time.monotonic() - started, 1),
        "citizen_turns": ledger.outcomes.total(),
        "outcomes": dict(ledger.outcomes),
        "degraded": ledger.degraded,
        "requests_sent_again": ledger.resent,
        "handoffs": ledger.handoffs,
        "messages_delivered": sum(map(len, ledger.delivered.values())),
        "answers_of_agents": sum(map(len, ledger.answered.values())),
        "work_orders": len(ledger.orders),
        "violations": dict(Counter(kind for kind, _ in found)),
        "shown": [f"{kind}: {what}" for kind, what in found[:SHOWN]],
    }


def _clear(data: Path) -> None:
    if (data / "zhiwen.db").exists() and not (data / MARK).exists():
        raise BuildError(f"{data} 里有别的数据库，不敢动。请换一个目录：--data 目录")
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).touch()
    for old in [*data.glob("*.db*"), *data.glob("*.key")]:
        old.unlink()
    shutil.rmtree(data / "logs", ignore_errors=True)


async def _play(
    settings: Settings, names: list[str], kills: int, generator: Random, ledger: Ledger, say: Callable[[str], None]
) -> Counter[Target]:
    victim = Victim(settings)
    service = asyncio.create_task(victim.live())
    try:
        if not await victim.ready():
            raise BuildError(f"服务没有起来，请看 {settings.data / 'logs'}")
        async with AsyncExitStack() as stack:
            enough, over = asyncio.Event(), asyncio.Event()
            clients = [await stack.enter_async_context(_client(victim.url)) for _ in range(1 + len(names))]
            citizens = [Citizen(clients[0], ledger, Random(generator.random())) for _ in range(CITIZENS)]
            agents = [
                Agent(name, [n for n in names if n != name], client, ledger, Random(generator.random()))
                for name, client in zip(names, clients[1:], strict=True)
            ]
            working = asyncio.gather(*(agent.live(over) for agent in agents))
            asking = asyncio.gather(*(citizen.live(enough) for citizen in citizens))
            killed = await _kill(victim, kills, generator, say)
            enough.set()
            say("杀完了，等大家把话说完…")
            await asking
            over.set()
            await working
        if not await victim.ready():
            raise BuildError(f"最后服务没有再起来，请看 {settings.data / 'logs'}")
        await _settle(settings)
        return killed
    finally:
        service.cancel()
        with suppress(asyncio.CancelledError):
            await service


def _client(url: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
    return httpx.AsyncClient(base_url=url, timeout=20, trust_env=False, limits=limits, headers={CSRF_HEADER: "chaos"})


async def _kill(victim: Victim, kills: int, generator: Random, say: Callable[[str], None]) -> Counter[Target]:
    """Kill so many processes, at random."""
    killed: Counter[Target] = Counter()
    while killed.total() < kills:
        if generator.random() > AT_ONCE:
            await victim.serving()
        await asyncio.sleep(generator.uniform(*PAUSE))
        there = victim.there()
        if not there:
            continue
        target = generator.choices(there, [WEIGHTS[kind] for kind in there])[0]
        if not victim.kill(target):
            continue
        killed[target] += 1
        if killed.total() % CALM_EVERY == 0:
            say(f"已经杀了 {killed.total()} 次，等它起来…")
            await victim.ready()
            await asyncio.sleep(CALM_SECONDS)
    return killed


async def _settle(settings: Settings) -> None:
    """Wait until the outbox has nothing left that it could deliver.

    A letter that failed often waits for up to an hour. Here its clock is moved on; what may be under way is left alone.
    """
    engine = make_engine(settings.database)
    pending = OutboxRow.state == "pending"
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with Session(engine) as session, session.begin():
            now = datetime.now(UTC)
            session.execute(update(OutboxRow).where(pending, OutboxRow.next_at > now + LEASE).values(next_at=now))
            if not session.scalar(select(func.count()).select_from(OutboxRow).where(pending)):
                return
        await asyncio.sleep(1)
