"""The processes that are measured: run one to its end, serve with one for a while, read its memory; our own service among them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import SecretStr

from assistant.errors import BuildError
from assistant.settings import ROOT, Settings
from outside.models import System

STOP_SECONDS = 20.0
"""How long a process may take to stop before it is killed."""
START_SECONDS = 300.0
"""Longest wait for a server; stock Rasa loads TensorFlow and three models."""
LOG_TAIL = 2000
"""How many characters of a process's output an error shows."""
PROC = Path("/proc")
BUILDS = ("encoders", "rasa", "readings", "snapshots")
"""What is built and kept under the hash of its inputs, below a data directory."""


@dataclass(frozen=True)
class Job:
    """A command with where and how it runs."""

    title: str
    """What it is, in Chinese, for error messages."""
    command: Sequence[str]
    cwd: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beside the environment of this process."""


def run_timed(job: Job) -> float:
    """Run a job to its end; returns the seconds that it took.

    Raises:
        BuildError: it failed; with the end of its output.

    """
    started = time.perf_counter()
    with _started(job) as process:
        if process.wait() != 0:
            raise BuildError(f"{job.title}失败。最后的输出：\n{_tail(job.log)}")
    return time.perf_counter() - started


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """For as long as the block runs a termination stops us as Ctrl-C does: what we started would go on without us."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def borrow(builds: Path, data: Path) -> None:
    """Take over what is built already in another data directory; the files are linked, for they never change."""
    for name in BUILDS if builds != data else ():
        if (builds / name).is_dir():
            shutil.copytree(builds / name, data / name, copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    with contextlib.suppress(FileExistsError):
        os.link(source, target)


def alone(settings: Settings, data: Path, port: int) -> Settings:
    """Settings of our service as it is measured: a data directory of its own, loopback, and nothing outside is reached."""
    nobody = dict.fromkeys([*(f"{system}_url" for system in System), "oidc_issuer", "database_url"], "")
    return settings.model_copy(
        update={
            "host": "127.0.0.1", "port": port, "data": data.absolute(), "rate_limit_loopback": False,
            "knowledge": settings.knowledge.absolute(), "rasa_python": settings.rasa_python.absolute(),
            "outside_token": SecretStr(""), **nobody,
        }
    )  # fmt: skip


def our_service(settings: Settings, *command: str, **environment: str) -> Job:
    """Our service, or another Python command of ours, with these settings in a process of its own.

    Args:
        settings: of the process.
        command: what follows `python`; nothing for the service.
        environment: beside the settings.

    """
    given = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in settings}
    told = {f"ZHIWEN_{name.upper()}": str(value) for name, value in given.items()} | {"PYTHONPATH": str(ROOT), **environment}
    run = command or ("-m", "assistant.cli", "run")
    return Job("智问", [sys.executable, *run], ROOT, settings.data / "logs" / "measured.log", told)


def is_ready(url: str) -> bool:
    """Whether our service at a URL is up, its dialogue engine included."""
    return answers_http(f"{url}/readyz", lambda response: bool(response.is_success and response.json()["status"] == "ready"))


def rasa_server(title: str, settings: Settings, folder: Path, model: Path, port: int, *options: str, python_path: str = "") -> Job:
    """Rasa on loopback with a model, in a folder of its own, started as the service's supervisor starts it."""
    command = [
        str(settings.rasa_python.absolute()), str(ROOT / "assistant" / "dialogue" / "rasa_server.py"), "run",
        "--model", str(model), "--interface", "127.0.0.1", "--port", str(port), *options,
    ]  # fmt: skip
    return Job(title, command, folder, folder / "serve.log", {"PYTHONPATH": python_path, "OMP_NUM_THREADS": "1"})


@contextlib.contextmanager
def served(job: Job, ready: Callable[[], bool]) -> Iterator[int]:
    """A server for as long as the block runs; yields its process id once `ready` says so.

    Raises:
        BuildError: it ended, or was not ready in time; with the end of its output.

    """
    with _started(job) as process:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise BuildError(f"{job.title}没有起来。最后的输出：\n{_tail(job.log)}")
            time.sleep(0.2)
        yield process.pid


@contextlib.contextmanager
def _started(job: Job) -> Iterator[subprocess.Popen[bytes]]:
    """A running process; it and its group are gone after the block, whatever happened."""
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", **job.environment}
    # Compiled files save Rasa 8 s at every start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    job.log.parent.mkdir(parents=True, exist_ok=True)
    with job.log.open("ab") as output:
        # A session of its own: Ctrl-C reaches us alone, and we stop it in order.
        process = subprocess.Popen(
            list(job.command), cwd=job.cwd, env=environment,
            stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            # The whole group: our own build starts `rasa train` below it.
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def answers_http(url: str, expected: Callable[[httpx.Response], bool] = lambda response: response.is_success) -> bool:
    """Whether a server answers at a URL, and as expected."""
    try:
        return expected(httpx.get(url, timeout=5, trust_env=False))
    except httpx.HTTPError:
        return False


def memory_mb(pid: int) -> float | None:
    """Memory of a process and everything below it, in MiB; None where there is no /proc.

    The proportional share (PSS) where the kernel tells it, so that shared pages count once; else RSS.
    """
    if not PROC.is_dir():
        return None
    return round(sum(map(_memory_kb, _tree(pid))) / 1024, 1)


def _tree(root: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # The command's name stands in brackets and may hold anything; then come state and parent.
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _memory_kb(pid: int) -> int:
    for name, label in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with contextlib.suppress(OSError):
            for line in (PROC / str(pid) / name).read_text().splitlines():
                if line.startswith(label):
                    return int(line.split()[1])
    return 0


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-LOG_TAIL:]
