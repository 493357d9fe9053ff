"""How long a citizen waits from the moment an agent takes them to the agent's first words, with many waiting and many agents.

A service of its own is started on a free port with the built knowledge and without the dialogue engine (nobody asks it
anything: every message goes to people). Its data directory is a copy that is thrown away. Every citizen has a line open,
as the page does, and every agent too. Each agent takes whoever is first in the queue, greets them, reads their answer
and closes, until nobody waits. What is measured, per citizen, as both sides see it:

- claim: from pressing 接待 to having the conversation on the screen,
- first: from pressing 接待 to the agent's first words being on the citizen's line,
- answer: from a citizen's words being sent to their being on the agent's line,

and the processor's time that the service takes for each, which does not depend on what else the machine does.

Nobody types: greeting and answer come at once. Between two citizens an agent pauses for a second on average, which no
real agent can; without the pause (--pause 0) all agents press at once, over and over, and it is the capacity that is measured.

usage: python -m benchmarks.handoffs [--data data] [--waiting 200] [--agents 20] [--pause 1]
"""

import asyncio
import contextlib
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

from assistant.api.staff_door import COOKIE, CSRF_HEADER
from assistant.settings import ROOT, Settings
from assistant.staff.accounts import Accounts
from assistant.staff.roles import Role
from assistant.storage.conversations import make_engine
from assistant.storage.migrate import migrate
from assistant.supervisor import free_port
from benchmarks.processes import Job, answers_http, served

PASSWORD = "correct horse battery"
BUILT = ("snapshots", "encoders", "publications", "current.json")
"""What is borrowed of a data directory; the database is a new one."""


@dataclass
class Times:
    """Milliseconds of each citizen's steps."""

    claim: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    conflicts: int = 0
    """Claims that came too late."""


Arrivals = dict[str, "asyncio.Future[float]"]
"""When each greeting arrived, by its words."""


@contextlib.contextmanager
def office(data: Path, agents: int, role: Role = Role.AGENT) -> Iterator[tuple[str, list[str], psutil.Process]]:
    """A service of its own, open at any hour; gives its address, the sign-in names of its staff, and its process."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), port=free_port())
        for name in BUILT:
            (settings.data / name).symlink_to((data / name).absolute())
        migrate(settings.database)
        names = [f"agent{n}" for n in range(agents)]
        accounts = Accounts(make_engine(settings.database))
        for name in names:
            accounts.add(name, name, role, "", PASSWORD, by="benchmark")
        command = [sys.executable, "-m", "assistant.cli", "run", "--data", folder, "--port", str(settings.port)]
        environment = {
            "ZHIWEN_RASA_PROCESSES": "0", "ZHIWEN_PEOPLE_HOURS": "00:00-24:00", "ZHIWEN_PEOPLE_EVERY_DAY": "true",
            "ZHIWEN_PEOPLE_WAIT_MINUTES": "60", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        url = f"http://127.0.0.1:{settings.port}"
        with served(Job("服务", command, ROOT, settings.data / "run.log", environment), lambda: answers_http(f"{url}/readyz")) as pid:
            yield url, names, psutil.Process(pid)


async def sign_in(url: str, name: str) -> httpx.AsyncClient:
    """The browser of one of its staff."""
    client = httpx.AsyncClient(base_url=url, headers={CSRF_HEADER: "fetch"}, timeout=30, trust_env=False)
    (await client.post("/api/v1/staff/login", json={"name": name, "password": PASSWORD})).raise_for_status()
    return client


async def wait_for_person(url: str, client: httpx.AsyncClient) -> ClientConnection:
    """The line of a citizen who has asked for a person and keeps the page open."""
    response = await client.post(f"{url}/api/v1/chat", json={"text": "转人工"})
    conversation, token = response.json()["conversation_id"], response.headers["X-Conversation-Token"]
    line = await connect(f"{url.replace('http', 'ws')}/api/v1/conversations/{conversation}/live")
    await line.send(json.dumps({"token": token}))
    return line


async def _listen(line: ClientConnection, arrived: Arrivals) -> None:
    """Tell the agent whose greeting arrives, and answer it."""
    async for raw in line:
        for message in json.loads(raw).get("messages", []):
            if message["sender"] == "agent":
                arrived[message["text"]].set_result(time.perf_counter())
                await line.send(json.dumps({"text": "我的户口在外地", "key": "answer"}))


async def _serve(url: str, name: str, agent: httpx.AsyncClient, arrived: Arrivals, times: Times, pause: float) -> None:
    """One agent: take, greet, hear the answer, close; until nobody waits."""
    cookie = {"Cookie": f"{COOKIE}={agent.cookies.get(COOKIE)}"}
    async with connect(f"{url.replace('http', 'ws')}/api/v1/staff/live", additional_headers=cookie) as line:
        for number in itertools.count():
            await asyncio.sleep(random.uniform(0, 2 * pause))
            rows = (await agent.get("/api/v1/staff/queue")).json()["rows"]
            waiting = [row["id"] for row in rows if row["state"] == "waiting"]
            if not waiting:
                return
            # Not all the same one: who was not quick enough is told, and looks again.
            handoff, greeting = random.choice(waiting[:20]), f"您好，我是{name}，您是第{number}位。"
            arrived[greeting] = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            taken = await agent.post(f"/api/v1/staff/handoffs/{handoff}/claim")
            if taken.status_code == 409:
                times.conflicts += 1
                continue
            times.claim.append((time.perf_counter() - began) * 1000)
            await line.send(json.dumps({"handoff": handoff, "after": taken.json()["messages"][-1]["sequence"]}))
            said = await agent.post(f"/api/v1/staff/handoffs/{handoff}/messages", json={"text": greeting, "key": handoff})
            said.raise_for_status()
            greeted = await arrived[greeting]
            times.first.append((greeted - began) * 1000)
            while not any(m["sender"] == "citizen" for m in json.loads(await line.recv()).get("messages", [])):
                pass
            times.answer.append((time.perf_counter() - greeted) * 1000)
            (await agent.post(f"/api/v1/staff/handoffs/{handoff}/close")).raise_for_status()


async def _work(url: str, names: Sequence[str], service: psutil.Process, waiting: int, pause: float) -> dict[str, Any]:
    agents = [await sign_in(url, name) for name in names]
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        lines = [await wait_for_person(url, client) for _ in range(waiting)]
    arrived: Arrivals = {}
    listeners = [asyncio.create_task(_listen(line, arrived)) for line in lines]
    times = Times()
    began, cpu = time.perf_counter(), sum(service.cpu_times()[:2])
    await asyncio.gather(*(_serve(url, name, agent, arrived, times, pause) for name, agent in zip(names, agents, strict=True)))
    seconds, cpu = time.perf_counter() - began, sum(service.cpu_times()[:2]) - cpu
    for listener in listeners:
        listener.cancel()
    for line in lines:
        await line.close()
    for agent in agents:
        await agent.aclose()
    counts = {"waiting": waiting, "agents": len(names), "served": len(times.first), "conflicts": times.conflicts, "pause": pause}
    measured = {"claim": figures(times.claim), "first": figures(times.first), "answer": figures(times.answer)}
    return counts | {"seconds": round(seconds, 2), "cpu_ms_each": round(cpu / waiting * 1000, 1)} | measured


def figures(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum of milliseconds."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1), "max_ms": round(max(values), 1)}


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=ROOT / "data", show_default=True)
@click.option("--waiting", default=200, show_default=True)
@click.option("--agents", default=20, show_default=True)
@click.option("--pause", default=1.0, show_default=True, help="seconds that an agent pauses between two citizens, on average")
def main(data: Path, waiting: int, agents: int, pause: float) -> None:
    """Measure hand-offs with the knowledge built in a data directory; prints JSON."""
    with office(data, agents) as (url, names, service):
        click.echo(json.dumps(asyncio.run(_work(url, names, service, waiting, pause))))


if __name__ == "__main__":
    main()
