"""The reference server as an application, and its description as OpenAPI."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from outside.models import SYSTEM_TITLES, System
from outside.reference.routes import ROUTERS
from outside.reference.store import Store


def make_app(store: Store) -> FastAPI:
    """All systems in one application, each under its own path."""
    app = FastAPI(title="智问参考服务", openapi_url=None)
    app.state.store = store
    for system, router in ROUTERS.items():
        app.include_router(router, prefix=f"/{system.value}")
    return app


def describe(system: System) -> dict[str, Any]:
    """The OpenAPI description of what 智问 expects of one system."""
    return get_openapi(
        title=f"智问对{SYSTEM_TITLES[system]}的要求",
        version="1",
        description="没有找到的返回 200 和 null，不用 404：这样地址写错时不会被当成没有。拒绝用其他 4xx，detail 写原因，不会再发来；"
        "401、403、404、405、407、408、425、429 和 5xx 都算暂时不通，以后会再发。请求带 Authorization: Bearer 口令（设置了才带）。",
        routes=ROUTERS[system].routes,
    )
