"""The one way to ask or file: time-outs, retries, circuit breaker, validation, and a record of how it went."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import httpx
import stamina
import structlog
from circuitbreaker import CircuitBreaker
from pydantic import BaseModel, TypeAdapter, ValidationError

from outside.errors import OutsideRefused, OutsideUnavailable
from outside.models import System

log = structlog.get_logger()

T = TypeVar("T")

CONNECT_SECONDS = 0.5
"""Two machines of one government network meet in milliseconds; what takes longer is away."""
FILING_SECONDS = 10.0
"""A filing goes out from the outbox, where nobody waits, and may take its time."""
ATTEMPTS = 3
"""Tries of a question, all within its seconds: enough for a restart or a lost packet."""
FIRST_WAIT, LONGEST_WAIT, JITTER = 0.05, 0.4, 0.05
"""Seconds between the tries, doubled each time."""
FAILURES_TO_REST, REST_SECONDS = 5, 10
"""After so many failures in a row the system is left alone for so long: citizens hear at once that it is away,
and one that is starting again is not run down."""
MAX_ANSWER = 256 * 1024
"""Largest answer in bytes that is read; a case with fifty supplements has a tenth of it."""
MAX_REASON = 200
"""Characters of a refusal's reason that are kept."""
PASSING = {401, 403, 404, 405, 407, 408, 425, 429}
"""4xx that are not about what was sent but about our address, our key, or too many calls: somebody mends it, and the
same filing is good again. What is not found is an empty answer and no 404, so that a wrong address is never taken for it."""


class HealthState(StrEnum):
    """What the last call to a system says about it."""

    UNUSED = "unused"
    UP = "up"
    FAILING = "failing"
    RESTING = "resting"
    """It failed so often that it is not asked for some seconds."""


@dataclass
class Health:
    """How it went with a system since the service started."""

    state: HealthState = HealthState.UNUSED
    failures: int = 0
    """Failures in a row."""
    last_ok: datetime | None = None
    last_ms: float | None = None
    """Milliseconds that the last answer took, retries included."""
    last_error: str = ""
    last_error_at: datetime | None = None


class OutsideClient:
    """One system: where it is, how long it is waited for, and how it went."""

    def __init__(
        self, system: System, url: str, patience: float, token: str = "", transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """`patience` is how many seconds a question may take in all; `token`, if any, is sent as a bearer token."""
        self.system = system
        self.url = url.rstrip("/")
        self._patience = patience
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"} if token else None,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            trust_env=False,
            transport=transport,
        )
        self._breaker = CircuitBreaker(FAILURES_TO_REST, REST_SECONDS, OutsideUnavailable, name=system.value)
        self._health = Health()

    def health(self) -> Health:
        """How it went so far."""
        if self._breaker.opened:
            self._health.state = HealthState.RESTING
        elif self._health.state is HealthState.RESTING:
            self._health.state = HealthState.FAILING
        return self._health

    async def ask(
        self, method: str, path: str, answer: TypeAdapter[T], body: BaseModel | None = None, fits: Callable[[T], bool] = lambda _: True
    ) -> T:
        """Ask a question: it changes nothing outside, so it is asked again when it fails, within the seconds it has.

        Args:
            method: of HTTP.
            path: below the system's address.
            answer: the shape of the answer.
            body: what is sent, if anything.
            fits: whether an answer of the right shape is about what was asked.

        Raises:
            OutsideUnavailable: no valid answer in time, or the system is being left alone.
            OutsideRefused: it will not answer this.

        """

        async def tries() -> T:
            # Not stamina's caller or decorator: those log the arguments, and the arguments are people's.
            async for attempt in stamina.retry_context(
                OutsideUnavailable, attempts=ATTEMPTS, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT, wait_jitter=JITTER
            ):
                with attempt:
                    result = await self._call(method, path, answer, body, {}, self._patience)
                    if not fits(result):
                        raise OutsideUnavailable(self.system, "answered about something else")
                    return result
            raise AssertionError("the last attempt returns or raises")

        return await self._guarded(tries, self._patience)

    async def file(self, path: str, body: BaseModel, key: str, answer: TypeAdapter[T]) -> T:
        """File something, once, under an idempotency key. The outbox files it again when it fails; so not here.

        Raises:
            OutsideUnavailable: it may have arrived or not; file it again with the same key.
            OutsideRefused: it will never be taken as it is.

        """
        return await self._guarded(lambda: self._call("POST", path, answer, body, {"Idempotency-Key": key}, FILING_SECONDS), FILING_SECONDS)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _guarded(self, work: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Do it within these seconds, unless the system is being left alone, and remember how it went."""
        if self._breaker.opened:
            raise OutsideUnavailable(self.system, "not asked, it failed a moment ago")
        started = time.perf_counter()
        try:
            with self._breaker:
                result = await self._in_time(work, seconds)
        except OutsideUnavailable as error:
            self._failed(error)
            raise
        except OutsideRefused:
            self._answered(started)
            raise
        self._answered(started)
        return result

    async def _in_time(self, work: Callable[[], Awaitable[T]], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work()
        except TimeoutError as error:
            raise OutsideUnavailable(self.system, f"no answer in {seconds:g} s") from error

    async def _call(
        self, method: str, path: str, answer: TypeAdapter[T], body: BaseModel | None, headers: dict[str, str], seconds: float
    ) -> T:
        """One request and its answer, checked."""
        content = None if body is None else body.model_dump_json()
        headers = headers if content is None else {**headers, "Content-Type": "application/json"}
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
        try:
            async with self._http.stream(method, self.url + path, content=content, headers=headers, timeout=timeout) as response:
                raw = await self._read(response)
        except httpx.HTTPError as error:
            raise OutsideUnavailable(self.system, type(error).__name__) from error
        if 400 <= response.status_code < 500 and response.status_code not in PASSING:
            raise OutsideRefused(self.system, f"refused with {response.status_code}", _reason(raw))
        if response.status_code != 200:
            raise OutsideUnavailable(self.system, f"answered {response.status_code}")
        try:
            return answer.validate_json(raw)
        except ValidationError as error:
            # Only where it is wrong: the values may be somebody's.
            places = ", ".join(".".join(map(str, flaw["loc"])) or flaw["type"] for flaw in error.errors()[:3])
            raise OutsideUnavailable(self.system, f"answered rubbish ({places})") from None

    async def _read(self, response: httpx.Response) -> bytes:
        raw = bytearray()
        async for chunk in response.aiter_bytes():
            raw += chunk
            if len(raw) > MAX_ANSWER:
                raise OutsideUnavailable(self.system, f"answered more than {MAX_ANSWER} bytes")
        return bytes(raw)

    def _answered(self, started: float) -> None:
        health = self._health
        health.state, health.failures = HealthState.UP, 0
        health.last_ok, health.last_ms = datetime.now(UTC), round((time.perf_counter() - started) * 1000, 1)

    def _failed(self, error: OutsideUnavailable) -> None:
        health = self._health
        health.state, health.failures = HealthState.FAILING, health.failures + 1
        health.last_error, health.last_error_at = error.cause, datetime.now(UTC)
        log.warning("outside_failed", system=self.system.value, cause=error.cause, failures=health.failures)


class _Problem(BaseModel):
    """What an error's body should hold (RFC 9457)."""

    detail: str


def _reason(raw: bytes) -> str:
    try:
        return _Problem.model_validate_json(raw).detail[:MAX_REASON]
    except ValidationError:
        return ""
