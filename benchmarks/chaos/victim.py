"""The service that is killed: a process of its own, started again whenever it dies, as systemd would do it."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from subprocess import DEVNULL, Popen

import httpx
import psutil

from assistant.settings import ROOT, Settings
from outside.models import System

RESTART_SECONDS = 0.3
READY_SECONDS = 240.0
"""Longest wait for the service and Rasa to be up after a kill; two busy cores took 90."""
STOP_SECONDS = 20.0


class Target(StrEnum):
    """What is killed."""

    SERVICE = "service"
    RASA = "rasa"
    REFERENCE = "reference"


_COMMANDS = {Target.RASA: "rasa_server.py", Target.REFERENCE: "outside.reference"}


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of the service: people always on duty, and nothing of what this installation is connected to."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ZHIWEN_DATABASE_URL": settings.database,
        "ZHIWEN_RASA_PYTHON": str(settings.rasa_python.absolute()),
        "ZHIWEN_RASA_PROCESSES": "1",
        "ZHIWEN_HOST": "127.0.0.1",
        "ZHIWEN_RATE_LIMIT_LOOPBACK": "false",
        "ZHIWEN_PEOPLE_HOURS": "00:00-24:00",
        "ZHIWEN_PEOPLE_EVERY_DAY": "true",
        **{f"ZHIWEN_{system.upper()}_URL": "" for system in System},
        "ZHIWEN_OUTSIDE_TOKEN": "",
    }


class Victim:
    """One running service with its children."""

    def __init__(self, settings: Settings) -> None:
        self.url = f"http://127.0.0.1:{settings.port}"
        self._settings = settings
        self._process: Popen[bytes] | None = None

    @contextmanager
    def _started(self) -> Iterator[Popen[bytes]]:
        data, port = str(self._settings.data), str(self._settings.port)
        command = [sys.executable, "-m", "assistant.cli", "run", "--data", data, "--port", port]
        environment = environment_of(self._settings)
        process = Popen(command, cwd=ROOT, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()

    async def live(self) -> None:
        """Run the service until this task is cancelled, starting it again whenever it dies."""
        while True:
            with self._started() as self._process:
                try:
                    while self._process.poll() is None:
                        await asyncio.sleep(0.05)
                except asyncio.CancelledError:
                    await self._stop(self._process)
                    raise
            await asyncio.sleep(RESTART_SECONDS)

    async def _stop(self, process: Popen[bytes]) -> None:
        process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                while process.poll() is None:
                    await asyncio.sleep(0.05)

    def there(self) -> list[Target]:
        """What could be killed now."""
        return [target for target in Target if self._found(target)]

    def kill(self, target: Target) -> bool:
        """Kill -9 the service or one of its children; False when it is not there any more."""
        for process in self._found(target):
            with suppress(psutil.NoSuchProcess):
                process.kill()
                return True
        return False

    def _found(self, target: Target) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        with suppress(psutil.NoSuchProcess):
            service = psutil.Process(self._process.pid)
            return [service] if target is Target.SERVICE else [c for c in service.children() if _COMMANDS[target] in " ".join(c.cmdline())]
        return []

    async def serving(self) -> bool:
        """Wait until the service answers, with Rasa or without."""
        return await self._until("healthz", lambda body: True)

    async def ready(self) -> bool:
        """Wait until Rasa is up too."""
        return await self._until("readyz", lambda body: body["status"] == "ready")

    async def _until(self, page: str, fine: Callable[[dict[str, str]], bool]) -> bool:
        """Wait for an answer of a page; False when it takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(trust_env=False, timeout=5) as client:
                while True:
                    with suppress(httpx.HTTPError, ValueError):
                        if fine((await client.get(f"{self.url}/{page}")).json()):
                            return True
                    await asyncio.sleep(0.2)
        return False
