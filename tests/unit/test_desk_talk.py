"""What an agent has beside a conversation: suggested answers, canned phrases, a draft of a good answer, a reason for the end."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.people.suggestions import suggest
from assistant.staff.roles import Role
from assistant.storage.conversations import make_engine
from assistant.storage.tables import HandOffRow
from knowledge.exchange.drafts import Review, accept_draft, load_drafts
from knowledge.loader import load
from tests.unit.fakes import Office, open_office
from tests.unit.small_knowledge import ABROAD, LOST, write_folder
from tests.unit.test_handoffs import act, agent, claimed, waiting

pytestmark = pytest.mark.anyio


@pytest.fixture
def open_day(library: Library, tmp_path: Path) -> Office:
    """An office that is open at any hour, with a knowledge folder of its own to write drafts into."""
    folder = write_folder(tmp_path / "knowledge", words=False)
    return open_office(library, tmp_path / "data", knowledge=folder, people_hours="00:00-24:00", people_every_day=True)


def path(handoff: str, what: str) -> str:
    """An address of a hand-off."""
    return f"/api/v1/staff/handoffs/{handoff}/{what}"


async def test_the_same_search_suggests_what_the_chat_would_say_with_its_rule_and_date(open_day: Office) -> None:
    lili = await agent(open_day)
    citizen = await waiting(open_day, ["身份证丢了补办要带什么", "转人工"])
    handoff = await claimed(lili)
    before = (await lili.get(path(handoff, "suggestions"))).json()
    assert before["asked"] == "身份证丢了补办要带什么"
    first = before["suggestions"][0]
    assert (first["subject"], first["facet"]) == (LOST, "materials")
    assert first["text"].endswith("依据：《中华人民共和国居民身份证法》第十一条；更新于2024-05-01。")
    await citizen.say("补办多少钱")
    after = (await lili.get(path(handoff, "suggestions"))).json()
    assert (after["asked"], after["suggestions"][0]["facet"], after["suggestions"][0]["subject"]) == ("补办多少钱", "fee", LOST)
    own = (await lili.get(path(handoff, "suggestions"), params={"q": "大厅周末开门吗"})).json()
    assert own["suggestions"][0]["subject"] == "t-zhoumo"


def test_what_only_clerks_may_see_or_is_expired_is_not_suggested(library: Library) -> None:
    for asked in ("收件的时候要审查哪几样", "身份证丢了怎么办", "审查要点"):
        found = suggest(library, asked, Context(), date(2026, 11, 23)).suggestions
        assert all("审查要点" not in one.text and "人像" not in one.text for one in found)
    entries = tuple(e.model_copy(update={"expires_on": date(2025, 1, 1)}) for e in library.snapshot.entries)
    old = Library.of(library.snapshot.model_copy(update={"entries": entries}), library.index, library.ranker)
    assert suggest(old, "身份证丢了怎么办", Context(), date(2026, 11, 23)).suggestions == []


def test_nothing_said_suggests_nothing_and_numbers_are_masked(library: Library) -> None:
    assert suggest(library, "", Context(), date(2026, 11, 23)).suggestions == []
    assert suggest(library, "13812345678 身份证丢了", Context(), date(2026, 11, 23)).asked == "[手机号] 身份证丢了"


async def test_a_good_answer_becomes_a_draft_that_another_person_lets_in(open_day: Office) -> None:
    lili = await agent(open_day, department="公安局")
    citizen = await waiting(open_day, ["身份证丢了怎么办", "转人工"])
    handoff = await claimed(lili)
    await citizen.say("小孩的身份证丢了谁去")
    said = (await act(lili, handoff, "messages", text="由监护人带着去。", key="one")).json()
    body = {"sequence": said["sequence"], "subject": LOST, "facet": "proxy", "question": "小孩的身份证丢了谁去，我电话13812345678"}
    name = (await lili.post(path(handoff, "drafts"), json=body)).json()["draft"]
    root = open_day.settings.knowledge
    draft = load_drafts(root)[name]
    (entry,) = draft.manual
    assert (entry.subject, entry.facet, entry.answer, entry.department) == (LOST, "proxy", "由监护人带着去。", "公安局")
    assert entry.question == "小孩的身份证丢了谁去,我电话[手机号]"
    assert draft.imported_by == "lili"
    assert [(line.actor, line.action) for line in open_day.audited(name)] == [("lili", "draft")]
    assert [source.title for source in entry.sources] == ["中华人民共和国居民身份证法"]
    assert accept_draft(root, load(root)[0], name, Review("zhou", "公安局", date.today())) == [entry.id]
    assert entry.id in load(root)[0].manual
    assert ABROAD in load(root)[0].manual


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sequence": 999}, 404), ({"sequence": 1}, 404), ({"subject": "gaj-nichts"}, 422), ({"facet": None}, 422),
        ({"question": "？"}, 422), ({"subject": "x-huozai"}, 422),
    ],
)  # fmt: skip
async def test_what_cannot_be_a_draft_is_refused_and_writes_none(open_day: Office, changes: dict[str, object], status: int) -> None:
    lili = await agent(open_day)
    await waiting(open_day)
    handoff = await claimed(lili)
    said = (await act(lili, handoff, "messages", text="由监护人带着去。", key="one")).json()
    body = {"sequence": said["sequence"], "subject": LOST, "facet": "proxy", "question": "谁去"} | changes
    response = await lili.post(path(handoff, "drafts"), json=body)
    assert response.status_code == status, response.text
    assert load_drafts(open_day.settings.knowledge) == {}


async def test_how_it_ended_is_kept_and_audited(open_day: Office) -> None:
    lili = await agent(open_day)
    for body, kept in (({"reason": "pointed"}, "pointed"), ({}, "other")):
        await waiting(open_day)
        handoff = await claimed(lili)
        assert (await act(lili, handoff, "close", **body)).status_code == 204
        with Session(make_engine(open_day.settings.database)) as session:
            assert session.scalar(select(HandOffRow.close_reason).where(HandOffRow.id == handoff)) == kept
        assert open_day.audited(handoff)[-1].detail == {"reason": kept}
    await waiting(open_day)
    assert (await act(lili, await claimed(lili), "close", reason="bored")).status_code == 422


async def test_canned_phrases_are_what_the_knowledge_says(open_day: Office) -> None:
    lili = await agent(open_day)
    assert (await lili.get("/api/v1/staff/canned")).json() == ["请稍等，我查一下。"]


async def test_nobody_else_looks_beside_a_conversation(open_day: Office) -> None:
    lili, wang, clerk = await agent(open_day), await agent(open_day, "wang"), await agent(open_day, "chuang", Role.CLERK)
    supervisor = await agent(open_day, "ban", Role.SUPERVISOR)
    await waiting(open_day)
    handoff = await claimed(lili)
    assert (await wang.get(path(handoff, "suggestions"))).status_code == 404
    assert (await clerk.get(path(handoff, "suggestions"))).status_code == 403
    assert (await supervisor.get(path(handoff, "suggestions"))).status_code == 200
    body = {"sequence": 1, "subject": LOST, "facet": "proxy", "question": "谁去"}
    assert (await wang.post(path(handoff, "drafts"), json=body)).status_code == 404
