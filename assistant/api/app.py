"""The FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from assistant.api import (
    citizen,
    console_gaps,
    console_knowledge,
    console_reports,
    conversations,
    desk,
    exemptions,
    handoffs,
    pages,
    problems,
    staff,
    staff_casework,
    staff_outside,
    webhook,
    wechat,
)
from assistant.api.guard import Guard
from assistant.api.limits import RateLimit
from assistant.messages import MAX_MESSAGE
from assistant.services import Services
from assistant.settings import ROOT

STAFF = ROOT / "channels" / "staff"
DESK = ROOT / "channels" / "desk"
CONSOLE = ROOT / "channels" / "console"


def make_app(services: Services) -> FastAPI:
    """Put the routes over wired services."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await services.start()
        yield
        await services.stop()

    loopback = "本机也限" if services.settings.rate_limit_loopback else "本机不限"
    app = FastAPI(
        title="智问 API",
        description=f"政务服务智能问答。一句话最多{MAX_MESSAGE}字；每个客户端限速 {services.settings.rate_limit}（{loopback}）。"
        "错误按 RFC 9457 返回，detail 是可以照着做的中文说明。",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # its page loads a script from outside; the description itself is enough for any tool
        openapi_url="/api/openapi.json",
        redoc_url=None,
    )
    app.state.services = services
    app.state.rate_limit = RateLimit(services.settings)
    problems.install(app)
    app.add_middleware(Guard)
    app.include_router(citizen.router)
    for router in (
        conversations.router,
        staff.router,
        desk.router,
        exemptions.router,
        handoffs.router,
        staff_casework.router,
        staff_outside.router,
        wechat.router,
        console_gaps.router,
        console_knowledge.router,
        console_reports.router,
    ):
        app.include_router(router)
    app.include_router(pages.make_router(services.settings))
    app.include_router(webhook.make_router(services.executor, services.action_token))

    @app.get("/healthz", summary="进程是否活着", tags=["运维"])
    async def healthz() -> dict[str, str]:
        """进程活着就返回 ok。"""
        return {"status": "ok"}

    @app.get("/readyz", summary="能不能回答问题", tags=["运维"])
    async def readyz() -> JSONResponse:
        """知识和对话引擎都好返回 ready；对话引擎不在时仍能回答，返回 degraded。"""
        dialogue = await services.dialogue.alive()
        body = {
            "status": "ready" if dialogue else "degraded",
            "knowledge": services.shelf.library().snapshot.version,
            "dialogue": "up" if dialogue else "down",
        }
        return JSONResponse(body)

    @app.get("/desk", include_in_schema=False)
    async def desk_page() -> FileResponse:
        return FileResponse(DESK / "index.html")

    @app.get("/desk/screen", include_in_schema=False)
    async def second_screen() -> FileResponse:
        return FileResponse(DESK / "screen.html")

    @app.get("/staff", include_in_schema=False)
    async def old_address() -> RedirectResponse:
        return RedirectResponse("/desk", status_code=308)

    @app.get("/console", include_in_schema=False)
    async def console_page() -> FileResponse:
        return FileResponse(CONSOLE / "index.html")

    app.mount("/static/desk", StaticFiles(directory=DESK), name="desk")
    app.mount("/static/console", StaticFiles(directory=CONSOLE), name="console")
    app.mount("/static/staff", StaticFiles(directory=STAFF), name="staff")
    # Compressed for citizens' telephones; the API's short answers are not worth the time.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=pages.WEB), minimum_size=1000), name="static")
    return app
