"""The knowledge that is shipped."""

import re
from collections import Counter
from datetime import date

import pytest

from assistant.answering.picks import picked_label, picked_number
from assistant.settings import ROOT
from knowledge.checks import MIN_QUESTIONS, check
from knowledge.compiler import compile_snapshot
from knowledge.loader import Knowledge, load
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Facet


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The shipped folder, free of problems."""
    found, problems = load(ROOT / "knowledge")
    assert list(map(str, problems)) == []
    return found


@pytest.fixture(scope="module")
def snapshot(knowledge: Knowledge) -> Snapshot:
    """What would be published of it."""
    return compile_snapshot(knowledge)


def test_the_shipped_knowledge_has_no_errors(knowledge: Knowledge) -> None:
    assert [str(p) for p in check(knowledge, date.today()) if not p.warning] == []
    assert len(knowledge.items) > 100 and knowledge.topics and knowledge.clarifications and knowledge.boundaries


def test_every_shipped_item_has_enough_questions(knowledge: Knowledge) -> None:
    counts = {i.id: sum(map(len, i.questions.values())) for i in knowledge.items.values()}
    assert {subject: n for subject, n in counts.items() if n < MIN_QUESTIONS} == {}


def test_every_shipped_item_answers_every_facet(knowledge: Knowledge, snapshot: Snapshot) -> None:
    written = Counter(
        e.subject for e in snapshot.entries if e.layer == "citizen" and not e.manual and e.facet and e.text.strip() and e.citations
    )
    assert {subject: written[subject] for subject in knowledge.items if written[subject] != len(Facet)} == {}


def test_the_shipped_manual_is_published_entry_by_entry(knowledge: Knowledge, snapshot: Snapshot) -> None:
    assert {e.id for e in snapshot.entries if e.manual} == set(knowledge.manual) and len(knowledge.manual) >= 500


def test_every_shipped_topic_has_its_answer(knowledge: Knowledge, snapshot: Snapshot) -> None:
    written = {e.subject for e in snapshot.entries if e.layer == "citizen" and not e.manual and e.facet is None and e.text.strip()}
    assert set(knowledge.topics) <= written


def test_every_option_button_picks_itself_and_no_other(knowledge: Knowledge) -> None:
    subjects = {**knowledge.items, **knowledge.topics}
    for clarification in knowledge.clarifications.values():
        labels = [subjects[o].label for o in clarification.options]
        assert [picked_label(label, labels) for label in labels] == list(range(len(labels))), clarification.id
        assert [picked_number(label, len(labels)) for label in labels] == [None] * len(labels), clarification.id


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("九江补身份证去哪个派出所", True), ("上海灵活就业医保交多少钱", True), ("那九江在哪补", True), ("请问苏州结婚证丢了去哪补", True),
        ("户口在赣州 在南昌补身份证行吗", False), ("深圳的医保怎么转回南昌", False), ("我在上海上班 想把公积金转回来", False),
        ("我浙江的，证过期了在这换新的", False), ("红谷滩办身份证在哪", False), ("身份证丢了去哪补", False),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_place_elsewhere_is_settled_before_the_search(knowledge: Knowledge, text: str, elsewhere: bool) -> None:
    """A fee or an address of ours would be wrong there; who moves from there to here is asking about here."""
    patterns = knowledge.boundaries["x-other-place"].patterns
    assert any(re.search(pattern, text) for pattern in patterns) is elsewhere


@pytest.mark.parametrize(
    ("text", "promise"), [("你给个准话，低保批得下来不", True), ("给个准话，低保几天批得下来", False), ("低保批得下来不", False)]
)
def test_who_wants_a_promise_is_told_that_nobody_here_can_give_it(knowledge: Knowledge, text: str, promise: bool) -> None:
    assert any(re.search(pattern, text) for pattern in knowledge.boundaries["x-panduan"].patterns) is promise
