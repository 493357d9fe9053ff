"""Errors as RFC 9457 problem details, with a Chinese detail that a person can act on."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.console.workshop import NotYours
from assistant.errors import BuildError
from knowledge.exchange.errors import ExchangeError, Unsound

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "请求有误", 401: "没有登录", 403: "不能访问", 404: "没有找到", 405: "方法不对", 409: "已经变了",
    411: "没写长度", 413: "内容太长",
    422: "内容有误", 429: "太快了", 500: "服务出错", 503: "服务还没准备好",
}  # fmt: skip


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    """A problem document."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "出错了"), "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn every error of the app into a problem document."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (BuildError, ExchangeError):
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(NotYours, _not_yours)
    app.add_exception_handler(Exception, _unexpected)


_CAUSES = {
    "missing": "缺少 {field}",
    "string_too_long": "{field} 太长，最多{max_length}个字",
    "string_too_short": "{field} 不能为空",
    "string_pattern_mismatch": "{field} 的格式不对",
    "json_invalid": "请求不是合法的 JSON",
    "literal_error": "{field} 只能是：{expected}",
    "string_type": "{field} 要是文字",
    "bool_parsing": "{field} 要是 true 或 false",
}


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    causes = []
    for found in error.errors()[:5]:
        field = ".".join(str(part) for part in found["loc"] if part not in ("body", "query", "path")) or "请求"
        causes.append(_CAUSES.get(found["type"], "{field} 不符合要求").format(field=field, **_plain(found.get("ctx"))))
    status = 400 if any(e["type"] == "json_invalid" for e in error.errors()) else 422
    return problem(status, "；".join(causes) + "。请改好再发。")


def _plain(context: Any) -> dict[str, Any]:
    wanted = {"max_length": "", "expected": ""}
    return {**wanted, **{k: v for k, v in (context or {}).items() if k in wanted}}


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    details = {404: "没有这个地址或内容，请检查网址。", 405: "这个地址不支持这种请求方法。"}
    written = error.detail if isinstance(error.detail, str) and not error.detail.isascii() else None
    response = problem(error.status_code, written or details.get(error.status_code, "请求没有成功，请检查后再试。"))
    response.headers.update(error.headers or {})
    return response


async def _told(_request: Request, error: Exception) -> JSONResponse:
    faults = [vars(fault) for fault in error.faults] if isinstance(error, Unsound) else []
    return problem(422, str(error), **({"faults": faults} if faults else {}))


async def _not_yours(_request: Request, _error: Exception) -> JSONResponse:
    return problem(404, "没有这一条，或者不归您的部门。")


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return problem(500, "服务出了点问题，请稍后再试；着急的话请打12345。")
