"""What many open chats cost while nobody says anything: memory of the service, and its processor's time.

A service of its own is started on a free port with the built knowledge and without the dialogue engine, as for
`benchmarks.handoffs`. It answers some questions first, so that what the first turns load is not counted. Then citizens open
a chat, ask a question, ask for a person and keep their line open, as the page does; the service is measured before, and
after they have all been silent for a while.

usage: python -m benchmarks.open_chats [--data data] [--chats 500] [--seconds 30]
"""

import asyncio
import json
from pathlib import Path

import click
import httpx
import psutil

from assistant.settings import ROOT
from benchmarks.handoffs import office, sign_in, wait_for_person
from benchmarks.processes import memory_mb

QUESTIONS = ("身份证丢了要带什么", "公积金租房怎么提", "食品经营许可证多久到期", "周末上班吗")
WARM_UP_TURNS = 100


async def _measure(url: str, name: str, service: psutil.Process, chats: int, seconds: float) -> dict[str, float]:
    agent = await sign_in(url, name)  # somebody is there: the chats wait and are not told to leave a message
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for number in range(WARM_UP_TURNS):
            await _ask(url, client, number)
        before = memory_mb(service.pid) or 0.0
        lines = []
        for number in range(chats):
            await _ask(url, client, number)
            lines.append(await wait_for_person(url, client))
    began = sum(service.cpu_times()[:2])
    await asyncio.sleep(seconds)
    idle = (sum(service.cpu_times()[:2]) - began) / seconds
    after = memory_mb(service.pid) or 0.0
    waiting = (await agent.get("/api/v1/staff/queue")).json()["waiting"]
    for line in lines:
        await line.close()
    await agent.aclose()
    figures = {"before_mb": before, "after_mb": after, "more_mb": round(after - before, 1), "idle_cores": round(idle, 3)}
    return {"chats": chats, "waiting": waiting} | figures


async def _ask(url: str, client: httpx.AsyncClient, number: int) -> None:
    (await client.post(f"{url}/api/v1/chat", json={"text": QUESTIONS[number % len(QUESTIONS)]})).raise_for_status()


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=ROOT / "data", show_default=True)
@click.option("--chats", default=500, show_default=True)
@click.option("--seconds", default=30.0, show_default=True, help="how long everybody is silent")
def main(data: Path, chats: int, seconds: float) -> None:
    """Measure open chats with the knowledge built in a data directory; prints JSON."""
    with office(data, 1) as (url, names, service):
        click.echo(json.dumps(asyncio.run(_measure(url, names[0], service, chats, seconds))))


if __name__ == "__main__":
    main()
