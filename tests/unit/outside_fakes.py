"""Outside systems for tests: the reference server in this process, and systems that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

import httpx

from outside.models import System
from outside.reference.app import make_app
from outside.reference.store import Store
from outside.systems import Outside, connect

URLS = {system: f"http://outside/{system}" for system in System}
TODAY = date(2026, 11, 23)
PATIENCE = 1.0

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def reference(folder: Path, today: date = TODAY) -> Outside:
    """Every outside system, played by the reference server on its sample data."""
    return connect(URLS, PATIENCE, transport=httpx.ASGITransport(app=make_app(Store(folder / "reference.db", today))))


def playing(handler: Callable[[httpx.Request], httpx.Response]) -> Outside:
    """Every outside system, played by a function."""
    return connect(URLS, PATIENCE, transport=httpx.MockTransport(handler))


def _refuse_connection(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def away() -> Outside:
    """Every outside system, gone."""
    return playing(_refuse_connection)


@asynccontextmanager
async def listening(handler: Handler, patience: float) -> AsyncIterator[Outside]:
    """Every outside system, at a real socket with this behaviour."""
    writers: list[asyncio.StreamWriter] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError):  # the client has given up, as it should
            await handler(reader, writer)

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outside = connect(dict.fromkeys(System, f"http://127.0.0.1:{port}"), patience)
    try:
        yield outside
    finally:
        await outside.close()
        server.close()
        for writer in writers:
            writer.close()


async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Takes the call and says nothing for half a minute."""
    await asyncio.sleep(30)


async def dribbling(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends a byte now and then, so that no single read takes long."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def hanging_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hangs up in the middle of the answer."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    writer.close()


def answering(status: bytes, body: bytes) -> Handler:
    """Answers whatever is asked in the same way."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    return answer


class LosingAnswers(httpx.AsyncBaseTransport):
    """The way to the reference server. While `losing`, what is sent arrives and the answer does not."""

    def __init__(self, store: Store) -> None:
        self._way = httpx.ASGITransport(app=make_app(store))
        self.losing = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        response = await self._way.handle_async_request(request)
        if self.losing:
            raise httpx.ReadError("lost")
        return response
