"""The list of gaps: what comes into it, what goes together, who fills it, and that an entry answers it before it is closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy.orm import Session

from assistant.console.clusters import groups
from assistant.console.gaps import GapState, Kind
from assistant.messages import Answer, Reply
from assistant.staff.roles import Role
from assistant.storage.conversations import make_engine
from assistant.storage.desk_tables import GapReportRow
from assistant.storage.tables import TurnRow
from knowledge.vocabulary import Facet, Outcome
from tests.unit.fakes import CharacterEncoder, Office
from tests.unit.small_knowledge import LOST

pytestmark = pytest.mark.anyio

GAPS = "/api/v1/staff/gaps"
POLICE, AFFAIRS = "公安局", "政务服务局"
DUE = (date.today() + timedelta(days=7)).isoformat()
PHOTO = "身份证照片可以自己带吗"


def ask(office: Office, text: str, outcome: Outcome = Outcome.NO_ANSWER, subject: str = LOST, weeks_ago: float = 0) -> str:
    """A turn as it is recorded; returns its number."""
    store = office.conversations
    number = f"{len(office.recorded()):032d}"
    answer = Answer.model_construct(entry=f"{subject}#fee", subject=subject, facet=Facet.FEE)
    reply = Reply(conversation_id="c" * 32, turn_id=number, outcome=outcome, text="答复")
    reply = reply.model_copy(update={"answers": [answer] if outcome is Outcome.ANSWERED else []})
    store.record(reply, "web", text, None, {"candidates": [{"subject": subject}]}, 1.0)
    with Session(make_engine(office.settings.database)) as session, session.begin():
        row = session.get(TurnRow, number)
        assert row is not None
        row.at = datetime.now(UTC) - timedelta(weeks=weeks_ago)
    return number


def report(office: Office, text: str, department: str = POLICE) -> int:
    """What a clerk reports."""
    with Session(make_engine(office.settings.database)) as session, session.begin():
        row = GapReportRow(text=text, subject=LOST, channel="clerk", kind="wrong", reporter="lili", department=department, note="少一样")
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
async def keeper(office: Office) -> AsyncClient:
    """The general desk's maintainer."""
    office.hire("zhou", Role.MAINTAINER)
    return await office.signed_in("zhou")


def test_questions_of_one_meaning_go_together() -> None:
    texts = ["身份证照片自己带吗", "身份证的照片自己带吗", "公积金怎么提取"]
    assert sorted(map(sorted, groups(CharacterEncoder().encode(texts)))) == [[0, 1], [2]]
    assert sorted(groups(CharacterEncoder().encode(["", "  "]))) == [[0], [1]], "what says nothing is like nothing"


async def test_unanswered_badly_rated_and_reported_questions_are_one_gap(office: Office, keeper: AsyncClient) -> None:
    ask(office, PHOTO)
    ask(office, PHOTO)
    rated = ask(office, "身份证的照片可以自己带吗", Outcome.ANSWERED)
    office.conversations.rate(rated, False, "没说照片")
    report(office, "身份证照片可以自己带吗？")
    ask(office, "办身份证多少钱", Outcome.ANSWERED)
    (gap,) = (await keeper.get(GAPS)).json()
    assert (gap["question"], gap["count"], gap["weeks"][-1], gap["state"]) == (PHOTO, 4, 4, "new")
    assert gap["kinds"] == {"没答上": 2, "评价没用": 1, "窗口报的": 1}
    assert gap["department"] == POLICE and set(gap["notes"]) == {"没说照片", "少一样"}


async def test_the_trend_counts_weeks_and_forgets_what_is_older(office: Office, keeper: AsyncClient) -> None:
    for weeks_ago in (0, 1.1, 1.2, 7.5, 8.5):
        ask(office, PHOTO, weeks_ago=weeks_ago)
    (gap,) = (await keeper.get(GAPS)).json()
    assert gap["weeks"] == [1, 0, 0, 0, 0, 0, 2, 1]


async def test_a_gap_is_given_to_a_department_and_found_again_by_what_means_the_same(office: Office, keeper: AsyncClient) -> None:
    ask(office, PHOTO)
    given = {"question": PHOTO, "department": AFFAIRS, "due_on": DUE, "note": "问13800131107"}
    done = (await keeper.post(f"{GAPS}/assign", json=given)).json()
    assert (done["state"], done["department"], done["due_on"], done["note"]) == ("assigned", AFFAIRS, DUE, "问[手机号]")
    ask(office, "身份证的照片可以自己带吗")
    (gap,) = (await keeper.get(GAPS)).json()
    assert (gap["count"], gap["state"], gap["department"]) == (2, "assigned", AFFAIRS)
    assert [(row.actor, row.action) for row in office.audited("gap 1")] == [("zhou", "gap_assigned")]


@pytest.mark.parametrize(("department", "due_on"), [(POLICE, "2020-01-01"), (POLICE, "2099-01-01"), ("水产局", DUE)])
async def test_a_gap_goes_to_no_unknown_department_and_to_no_impossible_day(
    office: Office, keeper: AsyncClient, department: str, due_on: str
) -> None:
    ask(office, PHOTO)
    assert (await keeper.post(f"{GAPS}/assign", json={"question": PHOTO, "department": department, "due_on": due_on})).status_code == 422


async def test_a_gap_is_closed_only_by_an_entry_that_answers_it_now(office: Office, keeper: AsyncClient) -> None:
    ask(office, PHOTO)
    asked = "身份证丢了补办要带什么"
    number = report(office, asked)
    closed = {"question": asked, "entry": f"{LOST}#materials"}
    assert (await keeper.post(f"{GAPS}/close", json=closed | {"entry": "m-nothing-1"})).status_code == 409
    (answer,) = (await keeper.get(f"{GAPS}/answers", params={"question": asked})).json()
    assert (answer["outcome"], answer["entries"]) == ("answered", [f"{LOST}#materials"]) and "居民户口簿" in answer["text"]
    assert (await keeper.post(f"{GAPS}/close", json=closed)).json()["state"] == "closed"
    assert [gap["question"] for gap in (await keeper.get(GAPS)).json()] == [PHOTO]
    assert [gap["entry"] for gap in (await keeper.get(GAPS, params={"done": True})).json()] == [f"{LOST}#materials"]
    with Session(make_engine(office.settings.database)) as session:
        row = session.get(GapReportRow, number)
        assert row is not None
        assert row.state == "closed"


async def test_what_is_asked_again_in_vain_after_it_was_closed_comes_back(office: Office, keeper: AsyncClient) -> None:
    gaps, library = office.services.console.gaps, office.shelf.library()
    ask(office, PHOTO, weeks_ago=1)
    (gap,) = gaps.gather(library)
    gaps.close(gap, f"{LOST}#materials", "zhou")
    assert gaps.gather(library)[0].state is GapState.CLOSED
    ask(office, PHOTO)
    (again,) = (await keeper.get(GAPS)).json()
    assert (again["state"], again["count"]) == ("again", 2)


async def test_what_needs_no_entry_is_dismissed_with_a_reason(office: Office, keeper: AsyncClient) -> None:
    ask(office, PHOTO)
    assert (await keeper.post(f"{GAPS}/dismiss", json={"question": PHOTO, "reason": ""})).status_code == 422
    await keeper.post(f"{GAPS}/dismiss", json={"question": PHOTO, "reason": "不归我们办"})
    assert (await keeper.get(GAPS)).json() == []
    ask(office, PHOTO)
    assert (await keeper.get(GAPS)).json() == [], "asked again, it still needs none"


async def test_old_decisions_are_forgotten_unless_their_day_is_to_come(office: Office) -> None:
    gaps, library = office.services.console.gaps, office.shelf.library()
    for text in (PHOTO, "公积金怎么提取"):
        ask(office, text)
    by_text = {gap.question: gap for gap in gaps.gather(library)}
    gaps.dismiss(by_text[PHOTO], "不归我们", "zhou")
    gaps.assign(by_text["公积金怎么提取"], POLICE, date.today() + timedelta(days=7), "", "zhou")
    gaps.forget_older_than(1)
    assert {gap.state for gap in gaps.gather(library)} == {GapState.DISMISSED, GapState.ASSIGNED}, "none is old yet"
    gaps.forget_older_than(-1)
    assert {gap.question: gap.state for gap in gaps.gather(library)} == {PHOTO: GapState.NEW, "公积金怎么提取": GapState.ASSIGNED}


async def test_a_department_sees_and_decides_its_own_gaps_alone(office: Office) -> None:
    ask(office, PHOTO)
    office.hire("ping", Role.MAINTAINER, POLICE)
    office.hire("xing", Role.MAINTAINER, AFFAIRS)
    ping, xing = await office.signed_in("ping"), await office.signed_in("xing")
    assert len((await ping.get(GAPS)).json()) == 1 and (await xing.get(GAPS)).json() == []
    body = {"question": PHOTO, "department": AFFAIRS, "due_on": DUE}
    assert (await xing.post(f"{GAPS}/assign", json=body)).status_code == 404
    assert (await xing.get(f"{GAPS}/answers", params={"question": PHOTO})).status_code == 404
    assert (await ping.post(f"{GAPS}/assign", json=body)).status_code == 200
    assert (await ping.get(GAPS)).json() == [] and len((await xing.get(GAPS)).json()) == 1


async def test_supervisors_read_and_agents_do_not(office: Office) -> None:
    ask(office, PHOTO)
    office.hire("wang", Role.SUPERVISOR)
    office.hire("lili")
    wang = await office.signed_in("wang")
    assert len((await wang.get(GAPS)).json()) == 1
    assert (await wang.post(f"{GAPS}/dismiss", json={"question": PHOTO, "reason": "不归我们"})).status_code == 403
    assert (await (await office.signed_in("lili")).get(GAPS)).status_code == 403
    assert (await office.client().get(GAPS)).status_code == 401


async def test_another_sites_page_changes_nothing(office: Office, keeper: AsyncClient) -> None:
    ask(office, PHOTO)
    del keeper.headers["X-Requested-With"]
    assert (await keeper.post(f"{GAPS}/dismiss", json={"question": PHOTO, "reason": "不归我们"})).status_code == 403
    assert office.services.console.gaps.gather(office.shelf.library())[0].state is GapState.NEW
    assert {a.kind for a in office.services.console.gaps.gather(office.shelf.library())[0].asked} == {Kind.UNANSWERED}
