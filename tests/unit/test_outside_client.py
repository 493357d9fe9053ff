"""Asking and filing outside: quick and honest whatever the other side does, and nothing of the question in the log."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import structlog

from outside import client as client_module
from outside.client import FAILURES_TO_REST, MAX_ANSWER, HealthState, OutsideClient
from outside.errors import OutsideError, OutsideRefused, OutsideUnavailable
from outside.models import CaseRecord, Contact, Rating, RatingLevel, Stage, System, WorkOrder, WorkOrderKind
from outside.systems import connect
from tests.unit.outside_fakes import URLS, Handler, away, dribbling, hanging_up, listening, playing, reference, silent

pytestmark = pytest.mark.anyio

NUMBER, TAIL = "SL20260003", "1103"
ORDER = WorkOrder(
    reference="ZW-1", kind=WorkOrderKind.COMPLAINT, what="3号窗口中午没有人", region="360100",
    contact=Contact(name="小王", phone="13812345678"), filed_at=datetime(2026, 11, 23, 4, tzinfo=UTC),
)  # fmt: skip
RATING = Rating(about="case", subject=NUMBER, level=RatingLevel.BAD, rated_at=datetime(2026, 11, 23, 4, tzinfo=UTC))  # type: ignore[arg-type]


@pytest.mark.parametrize("handler", [silent, dribbling, hanging_up])
async def test_a_system_that_is_slow_or_hangs_up_costs_no_more_than_the_patience(handler: Handler) -> None:
    async with listening(handler, patience=0.3) as outside:
        started = time.perf_counter()
        with pytest.raises(OutsideUnavailable):
            await outside.cases.find(NUMBER, TAIL)
        assert time.perf_counter() - started < 0.6


def answering(status: int, body: object = None, text: str | None = None) -> Callable[[httpx.Request], httpx.Response]:
    """A system that answers all the same."""
    return lambda _: httpx.Response(status, text=text) if text is not None else httpx.Response(status, json=body)


ANOTHER = CaseRecord(number="SL20260099", title="别人的件", stage=Stage.ACCEPTED, received_on="2026-11-20").model_dump(mode="json")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "handler",
    [
        answering(500, text="oops"),
        answering(503, {"detail": "busy"}),
        answering(429, {"detail": "too many"}),
        answering(401, {"detail": "who are you"}),
        answering(404, text="<html>not here</html>"),
        answering(302, text=""),
        answering(204, text=""),
        answering(200, text="<html>维护中</html>"),
        answering(200, text=""),
        answering(200, {"number": NUMBER, "stage": "somewhere"}),
        answering(200, ["a", "list"]),
        answering(200, ANOTHER),
        answering(200, text='"' + "x" * (MAX_ANSWER + 1) + '"'),
    ],
    ids=["500", "503", "429", "401", "404", "302", "204", "html", "empty", "wrong", "list", "another's case", "endless"],
)
async def test_errors_and_rubbish_are_unavailability_and_never_an_answer(handler: Callable[[httpx.Request], httpx.Response]) -> None:
    with pytest.raises(OutsideUnavailable):
        await playing(handler).cases.find(NUMBER, TAIL)


async def test_an_answer_about_something_else_is_no_answer_and_operators_see_it(tmp_path: Path) -> None:
    right = reference(tmp_path)
    parcel, warning = await right.post.track("SL20260013"), await right.supervision.limits("SL20260005")
    status = await right.hotline.status("RX90000001")
    assert parcel is not None and warning is not None and status is not None
    answers = {"post": parcel, "supervision": warning, "hotline": status}
    wrong = playing(lambda request: httpx.Response(200, text=answers[request.url.path.split("/")[1]].model_dump_json()))
    for question in (wrong.post.track("SL20260014"), wrong.supervision.limits("SL20260004"), wrong.hotline.status("RX90000002")):
        with pytest.raises(OutsideUnavailable, match="something else"):
            await question
    assert {system for system, health in wrong.health().items() if health.last_error} == {System.POST, System.SUPERVISION, System.HOTLINE}


async def test_nobody_there_is_unavailability() -> None:
    with pytest.raises(OutsideUnavailable, match="ConnectError"):
        await away().cases.find(NUMBER, TAIL)


async def test_a_question_is_asked_again_after_a_passing_failure(tmp_path: Path) -> None:
    calls: list[httpx.Request] = []
    found = CaseRecord(number=NUMBER, title="居住证申领", stage=Stage.ACCEPTED, received_on="2026-11-20")  # type: ignore[arg-type]

    def flaky(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(200, json=found.model_dump(mode="json")) if len(calls) == 3 else httpx.Response(502)

    outside = playing(flaky)
    assert await outside.cases.find(NUMBER, TAIL) == found
    assert len(calls) == 3
    assert outside.health()[System.CASES].state is HealthState.UP


async def test_a_filing_is_sent_once_and_carries_its_key() -> None:
    calls: list[httpx.Request] = []

    def failing(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(502)

    with pytest.raises(OutsideUnavailable):
        await playing(failing).hotline.file(ORDER, "key-of-order-1")
    assert [call.headers["Idempotency-Key"] for call in calls] == ["key-of-order-1"]


async def test_a_refusal_is_told_with_its_reason_and_is_not_asked_again() -> None:
    calls: list[httpx.Request] = []

    def refusing(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(422, json={"detail": "诉求内容不能为空"})

    outside = playing(refusing)
    for _ in range(FAILURES_TO_REST + 1):
        with pytest.raises(OutsideRefused) as caught:
            await outside.cases.find(NUMBER, TAIL)
        assert caught.value.reason == "诉求内容不能为空"
        assert "诉求" not in str(caught.value), "the reason may repeat what was sent"
    assert len(calls) == FAILURES_TO_REST + 1
    assert outside.health()[System.CASES].state is HealthState.UP


async def test_a_system_that_keeps_failing_is_left_alone_for_a_while_and_then_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "REST_SECONDS", 1)
    monkeypatch.setattr(client_module, "ATTEMPTS", 1)
    calls: list[httpx.Request] = []
    up = False

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(200, text="null") if up else httpx.Response(500)

    outside = playing(handler)
    for _ in range(FAILURES_TO_REST + 3):
        with pytest.raises(OutsideUnavailable):
            await outside.cases.find(NUMBER, TAIL)
    assert len(calls) == FAILURES_TO_REST, "not asked while it rests"
    assert outside.health()[System.CASES].state is HealthState.RESTING
    up = True
    await asyncio.sleep(1.1)
    assert outside.health()[System.CASES].state is HealthState.FAILING
    assert await outside.cases.find(NUMBER, TAIL) is None
    assert outside.health()[System.CASES].state is HealthState.UP
    assert outside.health()[System.CASES].failures == 0


async def test_one_system_that_is_down_leaves_the_others_alone(tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if request.url.path.startswith("/hotline") else httpx.Response(200, text="null")

    outside = playing(handler)
    with pytest.raises(OutsideUnavailable):
        await outside.hotline.file(ORDER, "key-of-order-1")
    assert await outside.post.track(NUMBER) is None
    states = {system: health.state for system, health in outside.health().items()}
    assert (states[System.HOTLINE], states[System.POST], states[System.RATINGS]) == (
        HealthState.FAILING,
        HealthState.UP,
        HealthState.UNUSED,
    )


async def test_operators_see_the_last_error_and_how_long_an_answer_took(tmp_path: Path) -> None:
    broken = playing(answering(503, {"detail": "busy"}))
    with pytest.raises(OutsideError):
        await broken.supervision.limits(NUMBER)
    health = broken.health()[System.SUPERVISION]
    assert (health.last_error, health.failures, health.last_ok) == ("answered 503", 1, None)
    assert health.last_error_at is not None and abs((datetime.now(UTC) - health.last_error_at).total_seconds()) < 5
    working = reference(tmp_path)
    await working.supervision.limits(NUMBER)
    health = working.health()[System.SUPERVISION]
    assert health.last_ms is not None and 0 < health.last_ms < 1000
    assert health.last_error == ""


async def test_the_token_goes_with_every_call_and_only_when_there_is_one() -> None:
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization"))
        return httpx.Response(200, text="null")

    for token in ("geheim", ""):
        await connect(URLS, 1.0, token, httpx.MockTransport(handler)).post.track(NUMBER)
    assert seen == ["Bearer geheim", None]


async def test_neither_case_nor_proof_nor_phone_is_logged_or_in_an_error_or_an_address() -> None:
    events: list[object] = []

    def remember(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        events.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(processors=[remember])
    addresses: list[str] = []

    def echoing(request: httpx.Request) -> httpx.Response:
        addresses.append(str(request.url))
        # As FastAPI itself does: the answer repeats the question, in the wrong shape.
        return httpx.Response(200, json={"number": NUMBER, "title": TAIL, "input": request.content.decode()})

    errors: list[str] = []
    outside = playing(echoing)
    for attempt in (outside.cases.find(NUMBER, TAIL), outside.hotline.file(ORDER, "key-of-order-1"), away().cases.find(NUMBER, TAIL)):
        with pytest.raises(OutsideUnavailable) as caught:
            await attempt
        errors.append(repr(caught.value) + str(caught.value))
    assert events, "failures are logged"
    told = repr(events) + repr(errors) + repr(addresses) + repr(outside.health())
    assert [secret for secret in (NUMBER, TAIL, "13812345678", "小王") if secret in told] == []


async def test_a_client_closes_its_connections() -> None:
    client = OutsideClient(System.POST, "http://outside", 1.0)
    await client.close()
    assert client._http.is_closed
