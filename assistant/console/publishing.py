"""Publication from the console: the command `knowledge publish`, run as a process of its own.

It compiles, compares, and asks the maintainers' questions of two services: hundreds of megabytes, which go with the
process. What it prints is what the page shows.
"""

import asyncio
import os
import re
import sys
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.settings import ROOT, Settings
from assistant.staff.audit import Audit

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class JobState(StrEnum):
    """How a publication goes."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Job:
    """One publication on its way, or the last one."""

    by: str
    state: JobState = JobState.RUNNING
    lines: list[str] = field(default_factory=list)
    """What it has told so far."""


class Publisher:
    """Runs one publication at a time."""

    def __init__(self, settings: Settings, audit: Audit) -> None:
        self._settings = settings
        self._audit = audit
        self._task: asyncio.Task[None] | None = None
        self.job: Job | None = None

    def start(self, by: str, reason: str, *, accept: bool) -> Job | None:
        """Start a publication; None while another one runs."""
        if self._task is not None and not self._task.done():
            return None
        self.job = Job(by)
        self._task = asyncio.create_task(self._run(self.job, reason, accept))
        return self.job

    async def _run(self, job: Job, reason: str, accept: bool) -> None:
        await asyncio.to_thread(self._audit.write, job.by, "publish", "knowledge", reason=reason)
        command = [sys.executable, "-m", "assistant.cli", "knowledge", "publish", "--by", job.by, "--reason", reason]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, *(["--accept"] if accept else []), cwd=ROOT, env=self._environment(), stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                told = _COLOURS.sub("", line.decode("utf-8", "replace")).rstrip()
                if told:
                    job.lines.append(told)
            job.state = JobState.FAILED if await process.wait() else JobState.DONE
        finally:
            if process.returncode is None:  # the service stops: what was live stays live
                process.kill()

    async def stop(self) -> None:
        """End a publication that is on its way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _environment(self) -> dict[str, str]:
        """The settings of this service, for they may not all come from the environment."""
        wanted = ("data", "knowledge", "encoder", "encoder_prompt", "region")
        told = {f"ZHIWEN_{name.upper()}": str(getattr(self._settings, name)) for name in wanted}
        return {**os.environ, "PYTHONPATH": str(ROOT), **told}
