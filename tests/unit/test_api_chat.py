"""POST /api/v1/chat: the reply of the contract, and problems that a person can act on."""

from typing import Any

import pytest
from httpx import Response

from assistant.messages import MAX_MESSAGE
from tests.unit.fakes import Office
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, WEEKEND

pytestmark = pytest.mark.anyio

REPLY = {"conversation_id", "turn_id", "outcome", "degraded", "text", "answers", "options", "actions"}
ANSWER = {"subject", "facet", "entry", "title", "text", "citations", "version", "effective_from", "reviewed_on", "confidence"}


async def post(office: Office, text: str, **more: Any) -> dict[str, Any]:
    """Say one thing; the reply."""
    async with office.client() as client:
        response = await client.post("/api/v1/chat", json={"text": text, **more})
    assert response.status_code == 200, response.text
    reply: dict[str, Any] = response.json()
    return reply


def problem_of(response: Response, status: int) -> str:
    """The Chinese detail of a problem document; fails when it is none."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert any("\u4e00" <= c <= "\u9fff" for c in body["detail"])
    return str(body["detail"])


async def test_an_answer_has_the_contracts_shape(office: Office) -> None:
    reply = await post(office, "身份证丢了补办要带什么", conversation_id=None, channel="web", region="360100")
    assert set(reply) == REPLY
    assert (reply["outcome"], reply["degraded"], reply["options"]) == ("answered", False, [])
    (answer,) = reply["answers"]
    assert set(answer) == ANSWER
    assert (answer["subject"], answer["facet"], answer["entry"]) == (LOST, "materials", f"{LOST}#materials")
    assert answer["citations"] == [{"title": "中华人民共和国居民身份证法", "locator": "第十一条", "url": None}]
    assert (answer["effective_from"], answer["reviewed_on"]) == ("2020-01-01", "2024-05-01")
    assert 0 <= answer["confidence"] <= 1
    assert answer["text"] in reply["text"]
    assert {a["kind"] for a in reply["actions"]} <= {"rate", "handoff", "hotline", "call", "open", "download"}
    assert all(set(a) == {"kind", "label", "value"} for a in reply["actions"])


async def test_a_topics_answer_has_no_facet(office: Office) -> None:
    (answer,) = (await post(office, "大厅周末开门吗"))["answers"]
    assert (answer["subject"], answer["facet"]) == (WEEKEND, None)


async def test_a_question_with_two_facets_gets_two_answers(office: Office) -> None:
    answers = (await post(office, "身份证丢了补办要带什么，要多久"))["answers"]
    assert [a["facet"] for a in answers] == ["materials", "time_limit"]


async def test_tapping_an_option_answers_the_question_first_asked(office: Office) -> None:
    asked = await post(office, "换身份证多少钱")
    assert asked["outcome"] == "clarify"
    assert [o["subject"] for o in asked["options"]] == [EXPIRED, BROKEN, LOST]
    assert all(set(o) == {"subject", "label", "text"} for o in asked["options"])
    picked = await post(office, asked["options"][2]["text"], conversation_id=asked["conversation_id"])
    assert [(a["subject"], a["facet"]) for a in picked["answers"]] == [(LOST, "fee")]
    assert picked["conversation_id"] == asked["conversation_id"]


async def test_without_the_engine_it_says_degraded_beside_the_outcome(office: Office) -> None:
    office.dialogue.goes_away()
    reply = await post(office, "身份证丢了补办要带什么")
    assert (reply["outcome"], reply["degraded"]) == ("answered", True)


async def test_whatever_breaks_inside_is_a_reply_and_no_http_error(office: Office) -> None:
    office.dialogue.breaks = RuntimeError("broken")
    reply = await post(office, "身份证丢了补办要带什么")
    assert reply["outcome"] == "error"
    assert "12345" in reply["text"]


@pytest.mark.parametrize("text", ["", "   ", "\u0000\u200b", "\r\n\t"])
async def test_an_empty_message_is_a_problem_that_says_what_to_do(office: Office, text: str) -> None:
    async with office.client() as client:
        detail = problem_of(await client.post("/api/v1/chat", json={"text": text}), 422)
    assert "还没写" in detail
    assert office.recorded() == []


async def test_the_longest_message_is_taken_and_one_character_more_is_a_problem(office: Office) -> None:
    assert (await post(office, "证" * MAX_MESSAGE))["text"]
    async with office.client() as client:
        detail = problem_of(await client.post("/api/v1/chat", json={"text": "证" * (MAX_MESSAGE + 1)}), 422)
    assert str(MAX_MESSAGE) in detail


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"text": ', b"[" * 20_000])
async def test_broken_json_is_a_problem(office: Office, body: bytes) -> None:
    async with office.client() as client:
        response = await client.post("/api/v1/chat", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    problem_of(response, response.status_code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"text": 5},
        {"text": None},
        {"text": ["身份证"]},
        {"text": "身份证", "conversation_id": "../../etc/passwd"},
        {"text": "身份证", "channel": "fax"},
        {"text": "身份证", "region": "36"},
    ],
)
async def test_a_field_that_is_wrong_is_a_problem(office: Office, body: object) -> None:
    async with office.client() as client:
        problem_of(await client.post("/api/v1/chat", json=body), 422)
    assert office.recorded() == []


async def test_a_problem_names_the_field(office: Office) -> None:
    async with office.client() as client:
        assert "text" in problem_of(await client.post("/api/v1/chat", json={}), 422)
        assert "channel" in problem_of(await client.post("/api/v1/chat", json={"text": "证", "channel": "fax"}), 422)


async def test_an_oversized_body_is_refused(office: Office) -> None:
    async with office.client() as client:
        problem_of(await client.post("/api/v1/chat", json={"text": "a", "more": "x" * 70_000}), 413)


async def test_a_body_that_does_not_say_its_length_is_refused(office: Office) -> None:
    async def chunks():  # noqa: ANN202
        yield b'{"text": "a", "more": "'
        for _ in range(100):
            yield b"x" * 1024
        yield b'"}'

    async with office.client() as client:
        response = await client.post("/api/v1/chat", content=chunks(), headers={"content-type": "application/json"})
    problem_of(response, 411)


async def test_a_length_that_is_no_number_is_no_server_error(office: Office) -> None:
    async with office.client() as client:
        response = await client.post("/api/v1/chat", content=b'{"text": "a"}', headers={"content-length": "many"})
    assert response.status_code < 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("GET", "/nothing", 404), ("GET", "/static/nothing.js", 404), ("GET", "/api/v1/chat", 405)],
)
async def test_a_wrong_address_or_method_is_a_problem(office: Office, method: str, path: str, status: int) -> None:
    async with office.client() as client:
        problem_of(await client.request(method, path), status)
