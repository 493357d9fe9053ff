"""The door through which Rasa runs our actions. Loopback and a token made at every start; never public."""

import hmac
import json
import zlib
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from assistant.api.limits import is_loopback
from assistant.dialogue.program import ACTION_PATH


def make_router(executor: ActionExecutor, secret: str) -> APIRouter:
    """The webhook route for one executor. It is left out of the OpenAPI page."""
    router = APIRouter()

    @router.post(ACTION_PATH, include_in_schema=False)
    async def webhook(request: Request, token: str = "") -> JSONResponse:
        if not (request.client and is_loopback(request.client.host) and hmac.compare_digest(token.encode(), secret.encode())):
            raise HTTPException(404)
        call = await _body(request)
        call.setdefault("domain", {})
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=404)
        return JSONResponse(result.model_dump() if result is not None else None)

    return router


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if request.headers.get("content-encoding") == "deflate":
        raw = zlib.decompress(raw)
    call = json.loads(raw)
    if not isinstance(call, dict):
        raise HTTPException(400)
    return call
