"""Outside systems for tests: the reference server in this process, and systems that misbehave."""

from collections.abc import Callable
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
