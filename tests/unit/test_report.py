"""Coverage, reviews due, questions without an answer."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.report import NOBODY, Coverage, Report, make_report, told
from assistant.storage.conversations import Conversations, make_engine
from assistant.storage.tables import TurnRow
from knowledge.loader import load
from knowledge.vocabulary import Facet, Outcome
from tests.unit.fakes import Office
from tests.unit.small_knowledge import ABROAD, EXPIRED, LOST, WEEKEND, WHICH_CHANGE, dated, edit, item_file, manual, write

TODAY = date(2024, 6, 1)


def turn(text: str, outcome: Outcome, *subjects: str) -> TurnRow:
    """A turn that was not answered, with its candidates."""
    return TurnRow(text=text, outcome=outcome.value, explanation={"candidates": [{"subject": s} for s in subjects]})


def report(folder: Path, turns: tuple[TurnRow, ...] = (), due: int = 60, department: str = "") -> Report:
    """The report on a folder."""
    return make_report(load(folder)[0], turns, TODAY, due, department)


def one(rows: list[Coverage], number: str) -> Coverage:
    """The row of something."""
    return next(row for row in rows if row.id == number)


def test_coverage_is_counted_by_department_item_and_facet(folder: Path) -> None:
    found = report(folder)
    # Place, and the promised limit, are sample values; so is the entry on proxies.
    lost = one(found.subjects, LOST)
    assert (lost.questions, lost.manual, lost.samples, lost.missing) == (4, 1, 3, [])
    police = one(found.departments, "公安局")
    assert (police.subjects, police.questions, police.manual) == (3, sum(s.questions for s in found.subjects[:3]), 1)
    fee = one(found.facets, Facet.FEE)
    assert (fee.subjects, fee.questions, fee.manual) == (3, 2, 0)
    assert one(found.facets, Facet.PROXY).manual == 1 and one(found.subjects, WEEKEND).missing == []
    assert f"{LOST} 身份证丢失补领：问法 4 句，问答 1 条，示例值 3 处" in told(found)


def test_a_thin_guide_tells_what_it_lacks(folder: Path) -> None:
    guide = dated() | {
        "id": "g-qs-1", "name": "取水许可", "label": "取水许可", "parent": "取水许可", "department": "公安局", "names": ["取水许可"],
        "sources": {"s1": {"title": "取水许可条例"}},
    }  # fmt: skip
    write(folder / "guides" / "all.yml", [guide])
    found = report(folder)
    assert {Facet.FEE, Facet.MATERIALS} <= set(one(found.subjects, "g-qs-1").missing)
    assert Facet.FEE in one(found.departments, "公安局").missing and "没有：申请材料、办理时限、收费" in told(found)


def test_reviews_due_are_listed_first_come_first(folder: Path) -> None:
    edit(item_file(folder, LOST), expires_on="2024-07-31")
    edit(item_file(folder, EXPIRED), expires_on="2024-08-01")
    first, second = manual()
    write(folder / "manual" / "gaj.yml", [first | {"expires_on": "2024-06-02"}, second])
    assert [d.id for d in report(folder).due] == [ABROAD, LOST]
    assert [d.id for d in report(folder, due=61).due] == [ABROAD, LOST, EXPIRED]
    assert [d.id for d in report(folder, due=0).due] == []


def test_what_was_not_answered_goes_to_the_nearest_department(folder: Path) -> None:
    turns = (
        turn("[姓名]的证丢了算谁的", Outcome.NO_ANSWER, "x-gone", LOST),
        turn("换证", Outcome.CLARIFY, WHICH_CHANGE),
        turn("换证", Outcome.CLARIFY, WHICH_CHANGE),
        turn("红烧肉怎么做", Outcome.OUT_OF_SCOPE, LOST),
    )
    found = {u.department: u for u in report(folder, turns).unanswered}
    assert found["公安局"].outcomes == {"no_answer": 1, "clarify": 2} and found["公安局"].latest == ["[姓名]的证丢了算谁的", "换证"]
    assert found[NOBODY].outcomes == {"out_of_scope": 1}
    assert "公安局：clarify 2，no_answer 1" in told(report(folder, turns))


def test_one_department_alone(folder: Path) -> None:
    found = report(folder, (turn("证", Outcome.NO_ANSWER, LOST), turn("红烧肉", Outcome.OUT_OF_SCOPE)), department="政务服务局")
    assert {s.department for s in found.subjects} == {"政务服务局"} and not found.unanswered
    assert [d.id for d in found.departments] == ["政务服务局"]


@pytest.mark.anyio
async def test_unanswered_turns_are_read_from_the_store_newest_first(office: Office) -> None:
    async with office.client() as client:
        for text in ("身份证丢了怎么办", "换身份证", "红烧肉怎样炖才烂"):
            await client.post("/api/v1/chat", json={"text": text})
    store = Conversations(make_engine(office.settings.database))
    assert [t.text for t in store.latest_turns((Outcome.CLARIFY, Outcome.OUT_OF_SCOPE), 9)] == ["红烧肉怎样炖才烂", "换身份证"]
    assert len(store.latest_turns((Outcome.CLARIFY, Outcome.OUT_OF_SCOPE), 1)) == 1


def test_the_command_works_before_anything_was_asked(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIWEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ZHIWEN_KNOWLEDGE", str(folder))
    done = CliRunner().invoke(main, ["knowledge", "report", "--department", "公安局", "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert len(found["subjects"]) == 3 and found["unanswered"] == []
