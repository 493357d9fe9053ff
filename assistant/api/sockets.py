"""What both WebSockets do: read the first frame in time, and push a view whenever the bell rings."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from assistant.people.bell import Bell

log = structlog.get_logger()

OPENING_SECONDS = 5.0
"""A socket that does not say within this who it is, is closed; an honest page says so at once."""
POLICY_VIOLATION = 1008
"""RFC 6455 § 7.4.1."""

Frame = TypeVar("Frame", bound=BaseModel)


async def next_frame(socket: WebSocket, kind: type[Frame]) -> Frame | None:
    """The next frame of a socket; None when it is not of its kind. Raises WebSocketDisconnect when the client has gone."""
    try:
        return kind.model_validate_json(await socket.receive_text())
    except (ValidationError, KeyError):  # KeyError: a binary frame
        return None


async def first_frame(socket: WebSocket, kind: type[Frame]) -> Frame | None:
    """The first frame of a socket; None also when it is late."""
    try:
        return await asyncio.wait_for(next_frame(socket, kind), OPENING_SECONDS)
    except TimeoutError:
        return None


@contextlib.asynccontextmanager
async def pushed(
    socket: WebSocket,
    bell: Bell,
    topics: tuple[str, ...],
    look: Callable[[], Awaitable[BaseModel | None]],
    every: float,
    pause: float = 0.0,
) -> AsyncIterator[None]:
    """Send what `look` gives: at once, whenever a topic rings, and every so many seconds; for as long as the block runs.

    When `look` gives None, the socket is closed: whoever it was may no longer look. `pause` is the least time between
    two looks, in seconds, where many rings come at once.
    """
    task = asyncio.create_task(_push(socket, bell, topics, look, every, pause))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _push(
    socket: WebSocket, bell: Bell, topics: tuple[str, ...], look: Callable[[], Awaitable[BaseModel | None]], every: float, pause: float
) -> None:
    with bell.listen(*topics) as rung:
        while True:
            rung.clear()
            try:
                view = await look()
                if view is None:
                    await socket.close(POLICY_VIOLATION)
                    return
                await socket.send_text(view.model_dump_json())
            except SQLAlchemyError:
                log.exception("view_not_read")  # the next look may find the database again
            except (WebSocketDisconnect, RuntimeError):
                return  # the client has gone; the reading side ends the block
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), every)
