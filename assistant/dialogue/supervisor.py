"""Starts Rasa processes on loopback, watches them, and starts them again when they die."""

import asyncio
import os
import socket
import subprocess
import time
from pathlib import Path

import structlog

from assistant.settings import ROOT

log = structlog.get_logger()

ACTION_PATH = "/internal/actions/webhook"
"""Where Rasa calls our actions back."""

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Waits between restarts of a process that keeps dying."""
STEADY_SECONDS = 120.0
"""A process that has lived this long counts as steady, and its next fall starts the waits anew."""


class RasaSupervisor:
    """Owns the Rasa processes of this service."""

    def __init__(self, python: Path, model: Path, count: int, log_file: Path, action_url: str, action_token: str) -> None:
        self._python = python
        self._model = model
        self._log_file = log_file
        self._environment = {
            **os.environ,
            "RASA_TELEMETRY_ENABLED": "false",
            "ZHIWEN_ACTION_URL": action_url,
            "ZHIWEN_ACTION_TOKEN": action_token,
            "PYTHONPATH": str(ROOT),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "OMP_NUM_THREADS": "1",
        }
        # Compiled files save Rasa 8 s at every start.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._ports = [free_port() for _ in range(count)]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._watcher: asyncio.Task[None] | None = None

    @property
    def urls(self) -> list[str]:
        """Where the processes listen."""
        return [f"http://127.0.0.1:{port}" for port in self._ports]

    @property
    def pids(self) -> list[int]:
        """Process ids, for the memory figures and for tests that kill them."""
        return [process.pid for process in self._processes.values()]

    def start(self) -> None:
        """Start all processes and the watch over them; call inside a running event loop."""
        for port in self._ports:
            self._processes[port] = self._launch(port)
        self._watcher = asyncio.create_task(self._watch())

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        command = [
            str(self._python), str(ROOT / "assistant/dialogue/rasa_server.py"), "run",
            "--model", str(self._model), "--endpoints", str(ROOT / "endpoints.yml"),
            "--credentials", str(ROOT / "credentials.yml"), "--interface", "127.0.0.1", "--port", str(port),
        ]  # fmt: skip
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as output:
            # A session of its own: Ctrl-C reaches us first, and we stop it in order.
            return subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
            )

    async def _watch(self) -> None:
        falls = dict.fromkeys(self._ports, 0)
        started = dict.fromkeys(self._ports, time.monotonic())
        while True:
            await asyncio.sleep(0.5)
            for port, process in list(self._processes.items()):
                if process.poll() is None:
                    continue
                if time.monotonic() - started[port] > STEADY_SECONDS:
                    falls[port] = 0
                wait = BACKOFF_SECONDS[min(falls[port], len(BACKOFF_SECONDS) - 1)]
                falls[port] += 1
                log.warning("rasa_died", port=port, code=process.returncode, restart_in=wait)
                await asyncio.sleep(wait)
                self._processes[port] = self._launch(port)
                started[port] = time.monotonic()

    async def stop(self) -> None:
        """Stop the watch and the processes; those that do not listen within 5 s are killed."""
        if self._watcher is not None:
            self._watcher.cancel()
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + 5
        for process in self._processes.values():
            while process.poll() is None and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
            if process.poll() is None:
                process.kill()
            process.wait()


def free_port() -> int:
    """A TCP port that is free on loopback now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
