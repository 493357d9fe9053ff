"""What stands before every route: oversized bodies are refused before they are read, browsers load nothing from elsewhere."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api import pages, problems
from assistant.api.console_knowledge import MAX_UPLOAD, UPLOAD
from assistant.messages import MAX_MESSAGE

MAX_BODY = 64 * 1024
"""Largest request body in bytes; a message of 2,000 characters needs a tenth of it."""

_HEADERS = {
    "Content-Security-Policy": pages.policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every response tells browsers."""

_TOO_LARGE = {UPLOAD: f"文件超过 {MAX_UPLOAD // 1_000_000} MB。请删掉图片，或者拆成几个文件。"}


class Guard:
    """Plain ASGI middleware: Starlette's BaseHTTPMiddleware starts a task for every request, and a turn is two of them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        # Rasa's calls come from this machine, with a token, and carry a whole tracker.
        if scope["type"] != "http" or scope["path"].startswith("/internal/"):
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/static/"):
                    # Asked for again each time, and mostly not sent again: after an update no page mixes old modules with new ones.
                    headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if scope["method"] == "POST" and "transfer-encoding" in headers:
            await problems.problem(411, "请求要写明长度（Content-Length），不收分块发送的内容。")(scope, receive, secured)
        elif length.isdecimal() and int(length) > (MAX_UPLOAD if scope["path"] == UPLOAD else MAX_BODY):
            await problems.problem(413, _TOO_LARGE.get(scope["path"], f"内容太长了，一句话最多{MAX_MESSAGE}字。"))(scope, receive, secured)
        else:
            await self._app(scope, receive, secured)
