"""Questions put to a bot over HTTP: one after the other, by many clients at once, and to see what it answers.

usage: python -m benchmarks.load evaluation/dev-4.jsonl [--url http://127.0.0.1:8000]
"""

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import click

Reply = dict[str, Any]
"""A reply as the contract has it, as far as it is judged: outcome, answers, options."""

TIMEOUT_SECONDS = 30.0
WARM_UP_TURNS = 30
"""Turns before the measured ones; they fill caches and compile what is compiled at the first call."""


@dataclass(frozen=True)
class Bot:
    """Where a bot is asked, and how its answers are read."""

    url: str
    path: str
    ask: Callable[[str], dict[str, Any]]
    """The body that puts a question in a new conversation."""
    read: Callable[[Any], Reply]


class Connection:
    """One keep-alive HTTP/1.1 connection that posts JSON: so lean that it costs the measured bot no CPU to speak of."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "127.0.0.1", address.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._drop()

    async def post(self, path: str, message: dict[str, Any]) -> bytes | None:
        """Post a message; returns the body of the response, or None for a failure of any kind."""
        body = json.dumps(message).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if self._streams is None:
                    self._streams = await asyncio.open_connection(self._host, self._port)
                reader, writer = self._streams
                writer.write(head.encode() + body)
                return await self._read(reader)
        except (OSError, EOFError, ValueError):  # TimeoutError is an OSError, IncompleteReadError an EOFError
            self._drop()
            return None

    async def _read(self, reader: asyncio.StreamReader) -> bytes | None:
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", "")))  # both servers send it; ValueError if not
        if headers.get("connection") == "close":
            self._drop()
        return body if status.split()[1] == "200" else None

    def _drop(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


def measure(bot: Bot, questions: Sequence[str], turns: int, clients: int, client_turns: int) -> dict[str, float | int]:
    """Put questions to a bot, over and over.

    Args:
        bot: what is asked.
        questions: asked in turn, each in a new conversation.
        turns: measured turns of one client alone.
        clients: how many clients ask at once afterwards.
        client_turns: measured turns of these together.

    Returns:
        p50_ms, p95_ms and p99_ms of the one client; turns_per_s of the many; `failed`, the turns without a usable reply, and
        `degraded`, those answered without the dialogue engine, of both together.

    """
    alone, _, bodies = asyncio.run(_ask(bot, itertools.islice(itertools.cycle(questions), WARM_UP_TURNS + turns), 1))
    _, seconds, more = asyncio.run(_ask(bot, itertools.islice(itertools.cycle(questions), client_turns), clients))
    cuts = statistics.quantiles(alone[WARM_UP_TURNS:], n=100, method="inclusive")
    replies = [_reply(bot, body) for body in bodies[WARM_UP_TURNS:] + more]
    return {
        "p50_ms": round(cuts[49], 2),
        "p95_ms": round(cuts[94], 2),
        "p99_ms": round(cuts[98], 2),
        "turns_per_s": round(client_turns / seconds, 1),
        "failed": sum(reply.get("outcome") in (None, "error") for reply in replies),
        "degraded": sum(bool(reply.get("degraded")) for reply in replies),
    }


def replies_to(bot: Bot, questions: Sequence[str]) -> list[Reply]:
    """What a bot replies to each question, in order; {} where there was no usable reply."""
    _, _, bodies = asyncio.run(_ask(bot, iter(questions), 1))
    return [_reply(bot, body) for body in bodies]


async def _ask(bot: Bot, questions: Iterator[str], clients: int) -> tuple[list[float], float, list[bytes | None]]:
    """Milliseconds of each turn, seconds of them all, and the bodies; in the order of the questions for one client."""
    times: list[float] = []
    bodies: list[bytes | None] = []

    async def client() -> None:
        async with Connection(bot.url) as connection:
            # The iterator is shared: a client that is done takes the next question.
            for question in questions:
                message = bot.ask(question)
                started = time.perf_counter()
                body = await connection.post(bot.path, message)
                times.append((time.perf_counter() - started) * 1000)
                bodies.append(body)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return times, time.perf_counter() - began, bodies


def _reply(bot: Bot, body: bytes | None) -> Reply:
    return bot.read(json.loads(body)) if body is not None else {}


def service(url: str) -> Bot:
    """Our service at a URL."""
    return Bot(url, "/api/v1/chat", lambda text: {"text": text}, lambda reply: reply)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--url", default="http://127.0.0.1:8000", show_default=True)
@click.option("--clients", default=16, show_default=True)
@click.option("--turns", default=300, show_default=True, help="of one client alone")
@click.option("--client-turns", default=1200, show_default=True, help="of all clients together")
def main(file: Path, url: str, clients: int, turns: int, client_turns: int) -> None:
    """Measure a running service with the first questions of a file of dialogues; prints JSON."""
    questions = [json.loads(line)["turns"][0]["user"] for line in file.read_text("utf-8").splitlines() if line.strip()]
    click.echo(json.dumps(measure(service(url), questions, turns, clients, client_turns)))


if __name__ == "__main__":
    main()
