"""The knowledge that is shipped."""

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
