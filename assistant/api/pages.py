"""The citizen's page: on its own, inside the sites that may embed it, and the script that puts it there."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from assistant.settings import ROOT, Settings

WEB = ROOT / "channels" / "web"


def policy(ancestors: str = "'none'") -> str:
    """The Content-Security-Policy: everything from this service, and framed by nobody but the origins given."""
    return f"default-src 'self'; frame-ancestors {ancestors}; base-uri 'none'; form-action 'self'"


def make_router(settings: Settings) -> APIRouter:
    """The page's routes; the allow-list of embedding sites is the settings'."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    @router.get("/embed")
    async def embedded() -> FileResponse:
        allowed = " ".join(settings.embedding_origins) or "'none'"
        return FileResponse(WEB / "index.html", headers={"Content-Security-Policy": policy(allowed)})

    @router.get("/widget.js")
    async def widget() -> FileResponse:
        # Another site's page loads it, which everything else here refuses.
        return FileResponse(WEB / "widget.js", headers={"Cross-Origin-Resource-Policy": "cross-origin"})

    return router
