"""Run the service in this process, or use one that runs already."""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jieba
import structlog
import uvicorn
from structlog.tracebacks import ExceptionDictTransformer

from assistant.api.app import make_app
from assistant.api.guard import MAX_BODY
from assistant.build import build_dialogue, build_knowledge
from assistant.errors import BuildError
from assistant.publications import read_current
from assistant.services import wire
from assistant.settings import Settings
from assistant.shelf import HeldLibrary, calibration_path
from assistant.supervisor import free_port
from assistant.terminal import say

START_SECONDS = 120.0
"""Longest wait for Rasa; a first start on two slow cores took 60."""


def configure_logging(settings: Settings) -> None:
    """Log events as JSON lines to data/logs/zhiwen.log: English, masked text only, no messages."""
    folder = settings.data / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    output = (folder / "zhiwen.log").open("a", encoding="utf-8")
    jieba.setLogLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without locals: they hold the message before it is masked.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=output),
        cache_logger_on_first_use=True,
    )


def prepare(settings: Settings) -> Path | None:
    """Build what is missing; returns the dialogue model, or None where Rasa is switched off."""
    current = read_current(settings)
    if current is not None and current.back_to is not None:
        # What was taken back is not published again by a mere restart.
        say(f"正在用第 {current.number} 版（退回到第 {current.back_to} 版的内容），要用新的内容请运行 ./zhiwen knowledge publish")
    else:
        try:
            build_knowledge(settings, say, retrain=True)
        except BuildError as error:
            # What was live stays live: an entry that expires overnight must not keep the service from starting.
            if current is None:
                raise
            say(str(error))
    if not calibration_path(settings).exists():
        say("换了编码器，还没有校准，把握会不准。请运行一次 ./zhiwen knowledge calibrate")
    return build_dialogue(settings, say) if settings.rasa_processes else None


def check_port(settings: Settings) -> None:
    """Raises BuildError when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise BuildError(
                f"{settings.host}:{settings.port} 用不了（{error.strerror}）。多半是已经有一个程序在用这个端口："
                f"请先停掉它，或者换一个：./zhiwen run --port {settings.port + 1}"
            ) from error


async def serve(
    settings: Settings,
    model: Path | None,
    on_ready: threading.Event | None = None,
    stop: threading.Event | None = None,
    held: HeldLibrary | None = None,
) -> None:
    """Serve until interrupted (or until `stop` is set, for services that are run in a thread)."""
    services = wire(settings, model, held)
    config = uvicorn.Config(
        make_app(services),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        lifespan="on",
        ws_max_size=MAX_BODY,
    )
    server = uvicorn.Server(config)

    async def announce() -> None:
        deadline = time.monotonic() + START_SECONDS
        while not server.started or (model is not None and not await services.dialogue.alive()):
            if time.monotonic() > deadline:
                say(f"对话引擎没能起来（看 {settings.data / 'logs' / 'rasa.log'}），先用检索回答。")
                break
            await asyncio.sleep(0.1)
        if on_ready is not None:
            on_ready.set()
        else:
            say(f"好了：用浏览器打开 http://{settings.host}:{settings.port} (Ctrl-C 停止）")
        while stop is not None and not stop.is_set():
            await asyncio.sleep(0.1)
        if stop is not None:
            server.should_exit = True

    announcer = asyncio.create_task(announce())
    await server.serve()
    announcer.cancel()


def running_url(settings: Settings) -> str | None:
    """Where a service of ours already listens, if it does."""
    url = f"http://{settings.host}:{settings.port}"
    try:
        ready = httpx.get(f"{url}/readyz", timeout=2, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return None
    return url if isinstance(ready, dict) and "knowledge" in ready else None


@contextlib.contextmanager
def temporary_service(settings: Settings, model: Path | None, held: HeldLibrary | None = None) -> Iterator[str]:
    """A service on a free port for as long as the block runs, of what is published or of what is held; yields its URL."""
    private = settings.model_copy(update={"host": "127.0.0.1", "port": free_port()})
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve(private, model, ready, stop, held)), daemon=True)
    thread.start()
    while not ready.wait(0.2):
        if not thread.is_alive():
            raise BuildError(f"服务没有起来，请看 {settings.data / 'logs'}")
    try:
        yield f"http://127.0.0.1:{private.port}"
    finally:
        stop.set()
        thread.join(timeout=15)
