"""Keeps other programs running: starts them on loopback, watches them, and starts them again when they die."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from assistant.settings import ROOT

log = structlog.get_logger()

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Waits between restarts of a program that keeps dying."""
STEADY_SECONDS = 120.0
"""A program that has lived this long counts as steady, and its next fall starts the waits anew."""
STOP_SECONDS = 5.0
"""How long programs may take to stop before they are killed."""


@dataclass(frozen=True)
class Program:
    """A program to keep running. It ends by itself when its parent does."""

    name: str
    """What it is called in the log."""
    command: Sequence[str]
    environment: Mapping[str, str]
    log_file: Path


class Supervisor:
    """Owns the programs that run beside this service."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._programs = programs
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._watches: list[asyncio.Task[None]] = []

    def pids(self, name: str) -> list[int]:
        """Process ids of the programs with a name, for the memory figures and for tests that kill them."""
        return [process.pid for at, process in self._processes.items() if self._programs[at].name == name]

    def start(self) -> None:
        """Start all programs and the watch over each; call inside a running event loop."""
        self._processes = dict(enumerate(map(_launch, self._programs)))
        self._watches = [asyncio.create_task(self._keep(at, program)) for at, program in enumerate(self._programs)]

    async def _keep(self, at: int, program: Program) -> None:
        falls = 0
        while True:
            started, process = time.monotonic(), self._processes[at]
            while process.poll() is None:
                await asyncio.sleep(0.5)
            if time.monotonic() - started > STEADY_SECONDS:
                falls = 0
            wait = BACKOFF_SECONDS[min(falls, len(BACKOFF_SECONDS) - 1)]
            falls += 1
            log.warning("program_died", program=program.name, code=process.returncode, restart_in=wait)
            await asyncio.sleep(wait)
            self._processes[at] = _launch(program)

    async def stop(self) -> None:
        """Stop the watches and the programs; those that do not listen within STOP_SECONDS are killed."""
        for watch in self._watches:
            watch.cancel()
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes.values():
            while process.poll() is None and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
            if process.poll() is None:
                process.kill()
            process.wait()


def _launch(program: Program) -> subprocess.Popen[bytes]:
    program.log_file.parent.mkdir(parents=True, exist_ok=True)
    with program.log_file.open("ab") as output:
        # A session of its own: Ctrl-C reaches us first, and we stop it in order. It is told whose child it is, for we
        # may be killed before it can ask to be told of that.
        return subprocess.Popen(
            program.command, cwd=ROOT, env={**program.environment, "ZHIWEN_PARENT": str(os.getpid())},
            stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


def free_port() -> int:
    """A TCP port that is free on loopback now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
