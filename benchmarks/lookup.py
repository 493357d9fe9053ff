"""How long a window clerk waits for results while typing, with many clerks at it.

A service of its own is started on a free port with the built knowledge and without the dialogue engine; its data
directory is a copy that is thrown away. Each clerk signs in and types one query after the other, with a request for every
key: a key each 250 ms on average, names, everyday names, initials, codes and departments of random items mixed, and one in
ten a sentence that no name fits, which the search by meaning answers. Then the clerk opens the item and reads for 5 s on
average, which is quick too; --read 0 has nobody stop at all. What is measured is the time from sending a request to having
its answer, and the processor's time that the service takes for one, which does not depend on what else the machine does.

usage: python -m benchmarks.lookup [--data data] [--clerks 50] [--seconds 30] [--read 5]
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx
import psutil
from pypinyin import Style, lazy_pinyin

from assistant.publications import live_snapshot
from assistant.settings import ROOT, Settings
from assistant.staff.roles import Role
from benchmarks.handoffs import figures, office, sign_in

KEY_SECONDS = 0.25
"""Mean time between two keys; 240 a minute is quick for Chinese."""
SENTENCES = 0.1
"""Share of queries that are a citizen's sentence."""


@dataclass
class Times:
    """Milliseconds of each request."""

    lookup: list[float] = field(default_factory=list)
    sheet: list[float] = field(default_factory=list)


def queries(data: Path) -> tuple[list[str], list[str]]:
    """What clerks type: names of every kind, and sentences."""
    snapshot = live_snapshot(Settings(data=data))
    if snapshot is None:
        raise click.ClickException(f"nothing is published in {data}; run ./zhiwen knowledge publish first")
    items = [s for s in snapshot.subjects if s.kind == "item"]
    names = [p.text for p in snapshot.phrases if p.kind == "name"]
    initials = ["".join(lazy_pinyin(name, Style.FIRST_LETTER, errors="ignore")) for name in names]
    typed = [*names, *initials, *(s.id for s in items), *(f"{s.department} {s.label[:2]}" for s in items)]
    return [text for text in typed if len(text) > 1], [p.text for p in snapshot.phrases if p.kind == "question"]


async def _timed(client: httpx.AsyncClient, path: str, into: list[float], **params: str) -> Any:
    began = time.perf_counter()
    response = await client.get(f"/api/v1/staff/{path}", params=params)
    response.raise_for_status()
    into.append((time.perf_counter() - began) * 1000)
    return response.json()


async def _type(client: httpx.AsyncClient, typed: list[str], sentences: list[str], until: float, read: float, times: Times) -> None:
    """One clerk, until the time is over."""
    await asyncio.sleep(random.uniform(0, read + 4 * KEY_SECONDS))  # nobody begins together
    while time.perf_counter() < until:
        query = random.choice(sentences if random.random() < SENTENCES else typed)
        found = []
        for end in range(1, len(query) + 1):
            await asyncio.sleep(random.expovariate(1 / KEY_SECONDS))
            found = await _timed(client, "lookup", times.lookup, q=query[:end])
            if time.perf_counter() > until:
                return
        if found:
            await _timed(client, f"sheets/{found[0]['id']}", times.sheet)
            await asyncio.sleep(random.expovariate(1 / read) if read else 0)


async def _work(url: str, names: list[str], service: psutil.Process, data: Path, seconds: float, read: float) -> dict[str, Any]:
    typed, sentences = queries(data)
    clients = [await sign_in(url, name) for name in names]
    await clients[0].get("/api/v1/staff/lookup", params={"q": "x"})  # the finder is made at the first look
    times = Times()
    until, cpu = time.perf_counter() + seconds, sum(service.cpu_times()[:2])
    await asyncio.gather(*(_type(client, typed, sentences, until, read, times) for client in clients))
    cpu = sum(service.cpu_times()[:2]) - cpu
    for client in clients:
        await client.aclose()
    counts = {"clerks": len(names), "lookups": len(times.lookup), "lookups_per_second": round(len(times.lookup) / seconds, 1)}
    counts["cpu_ms_each"] = round(cpu / (len(times.lookup) + len(times.sheet)) * 1000, 1)
    return counts | {"lookup": figures(times.lookup), "sheet": figures(times.sheet)}


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=ROOT / "data", show_default=True)
@click.option("--clerks", default=50, show_default=True)
@click.option("--seconds", default=30.0, show_default=True)
@click.option("--read", default=5.0, show_default=True, help="seconds that a clerk reads an item, on average")
def main(data: Path, clerks: int, seconds: float, read: float) -> None:
    """Measure looking up with the knowledge built in a data directory; prints JSON."""
    with office(data, clerks, Role.CLERK) as (url, names, service):
        click.echo(json.dumps(asyncio.run(_work(url, names, service, data, seconds, read))))


if __name__ == "__main__":
    main()
