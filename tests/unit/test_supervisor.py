"""Programs beside the service: started, started again when they die, and gone when it stops."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assistant import supervisor as supervisor_module
from assistant.reference import addresses, reference_program
from assistant.settings import Settings
from assistant.supervisor import Program, Supervisor, free_port
from outside.models import System
from outside.systems import connect

pytestmark = pytest.mark.anyio


def sleeper(name: str, log: Path, code: str = "import time; print('up', flush=True); time.sleep(60)") -> Program:
    """A small program."""
    return Program(name, [sys.executable, "-S", "-c", code], dict(os.environ), log)


async def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_killed_program_is_started_again_and_the_others_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "BACKOFF_SECONDS", (0.01,))
    supervisor = Supervisor([sleeper("one", tmp_path / "logs" / "one.log"), sleeper("two", tmp_path / "two.log")])
    supervisor.start()
    try:
        assert await until(
            lambda: all(p.exists() and p.read_text() == "up\n" for p in (tmp_path / "logs" / "one.log", tmp_path / "two.log"))
        )
        (first,), (other,) = supervisor.pids("one"), supervisor.pids("two")
        os.kill(first, signal.SIGKILL)
        assert await until(lambda: supervisor.pids("one") != [first])
        assert supervisor.pids("two") == [other] and alive(other)
        assert await until(lambda: (tmp_path / "logs" / "one.log").read_text() == "up\nup\n")
    finally:
        await supervisor.stop()
    assert not any(map(alive, supervisor.pids("one") + supervisor.pids("two")))


async def test_the_waits_between_restarts_grow_and_begin_anew_for_a_steady_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds >= 1:
            waits.append(seconds)
        await real_sleep(0.001)

    monkeypatch.setattr(supervisor_module.asyncio, "sleep", sleep)
    falling = Supervisor([sleeper("falling", tmp_path / "log", "raise SystemExit(3)")])
    falling.start()
    assert await until(lambda: len(waits) >= 7, 20)
    await falling.stop()
    assert waits[:7] == [1.0, 2.0, 5.0, 15.0, 30.0, 30.0, 30.0]

    waits.clear()
    monkeypatch.setattr(supervisor_module, "STEADY_SECONDS", 0.0)
    steady = Supervisor([sleeper("steady", tmp_path / "log", "raise SystemExit(3)")])
    steady.start()
    assert await until(lambda: len(waits) >= 3, 20)
    await steady.stop()
    assert set(waits) == {1.0}


async def test_a_program_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "STOP_SECONDS", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    supervisor = Supervisor([sleeper("deaf", tmp_path / "log", deaf)])
    supervisor.start()
    assert await until(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text() == "up\n")
    await supervisor.stop()
    assert not any(map(alive, supervisor.pids("deaf")))


async def test_the_reference_server_serves_every_system_and_ends_with_its_parent(tmp_path: Path) -> None:
    settings, port = Settings(data=tmp_path), free_port()
    program = reference_program(settings, port)
    # A parent of its own, which is then killed as kill -9 does it.
    code = f"import subprocess, time; p = subprocess.Popen({list(program.command)!r}); print(p.pid, flush=True); time.sleep(60)"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, env=dict(program.environment))
    assert parent.stdout is not None
    server = int(await parent.stdout.readline())
    outside = connect(addresses(settings, port), patience=2.0)

    async def answers() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/post/parcels/none")).is_success
            except httpx.HTTPError:
                return False

    try:
        deadline = time.monotonic() + 30
        while not await answers():
            assert time.monotonic() < deadline, "the reference server did not start"
            await asyncio.sleep(0.1)
        case = await outside.cases.find("SL20260017", "1117")
        assert case is not None and case.elsewhere == ""
        assert await outside.supervision.limits("SL20260005") is not None
        assert (tmp_path / "reference.db").exists()
    finally:
        parent.kill()
        await parent.wait()
        await outside.close()
    assert await until(lambda: not alive(server)), "the reference server outlived the service"


async def test_a_program_whose_parent_died_before_it_began_does_not_begin(tmp_path: Path) -> None:
    program = reference_program(Settings(data=tmp_path), free_port())
    orphan = await asyncio.create_subprocess_exec(*program.command, env={**program.environment, "ZHIWEN_PARENT": "1"})
    assert await asyncio.wait_for(orphan.wait(), 20) == 0
    assert not (tmp_path / "reference.db").exists()


async def test_a_program_is_told_whose_child_it_is(tmp_path: Path) -> None:
    supervisor = Supervisor([sleeper("child", tmp_path / "log", "import os; print(os.environ['ZHIWEN_PARENT'], os.getppid(), flush=True)")])
    supervisor.start()
    assert await until(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text() != "")
    await supervisor.stop()
    told, real = (tmp_path / "log").read_text().split()[:2]
    assert told == real == str(os.getpid())


def test_a_county_points_each_system_at_its_own(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, hotline_url="https://12345.example/api")
    found = addresses(settings, 9000)
    assert found[System.HOTLINE] == "https://12345.example/api"
    assert found[System.CASES] == "http://127.0.0.1:9000/cases"
