"""What a message means in the light of its thread."""

import pytest

from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.answering.thread import Meant, affirmed, elliptical, place
from knowledge.vocabulary import Facet
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, WEEKEND

OPTIONS = (EXPIRED, BROKEN, LOST)


def meant(library: Library, text: str, context: Context, *facets: Facet, asking: bool = False) -> Meant | None:
    """What the thread makes of a text."""
    question, alone = library.rank(text)
    return place(library, text, question, alone, context, facets or question.facets, asking)


@pytest.mark.parametrize("text", ["那过期的呢", "变更的呢，几天", "要是坏了要带什么", "我老婆的咧"])
def test_what_leans_on_the_message_before_is_elliptical(text: str) -> None:
    assert elliptical(text)


@pytest.mark.parametrize("text", ["身份证丢了怎么办", "大厅周末开门吗"])
def test_a_whole_question_is_not_elliptical(text: str) -> None:
    assert not elliptical(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("不对，是过期了", "过期了"),
        ("说错了，是身份证丢了", "身份证丢了"),
        ("不要身份证，只要居住证", "居住证"),
        ("我不买房也不租房，是离职了", "离职了"),
        ("户口簿还在，就是身份证没了", "身份证没了"),
        ("身份证丢了", "身份证丢了"),
        ("不对", "不对"),
    ],
)
def test_a_correction_or_a_negation_leaves_what_is_meant(text: str, left: str) -> None:
    assert affirmed(text) == left


@pytest.mark.parametrize(("text", "picked"), [("2", BROKEN), ("不是坏了，是过期了", EXPIRED), ("是丢了", LOST)])
def test_an_open_option_is_picked_by_number_or_in_own_words(library: Library, text: str, picked: str) -> None:
    found = meant(library, text, Context(options=OPTIONS, question="换身份证"))
    assert found is not None and found.subject == picked


def test_a_bare_facet_keeps_the_subject(library: Library) -> None:
    assert meant(library, "那要多久", Context(subject=LOST)) == Meant(LOST, "kept")


def test_a_correction_moves_to_the_sibling(library: Library) -> None:
    found = meant(library, "不对，是过期了", Context(subject=LOST, question="身份证丢了"))
    assert found == Meant(EXPIRED, "moved")


def test_a_general_question_about_a_facet_is_about_the_matter_at_hand(library: Library) -> None:
    assert meant(library, "周末能办吗", Context(subject=LOST), Facet.HOURS) == Meant(LOST, "kept")


def test_going_back_finds_the_earlier_subject(library: Library) -> None:
    found = meant(library, "回到刚才丢了的身份证", Context(subject=WEEKEND, recent=(LOST, EXPIRED)))
    assert found == Meant(LOST, "returned")


def test_a_paper_that_the_matter_asks_for_is_only_mentioned(library: Library) -> None:
    assert meant(library, "户口簿没带可以吗", Context(subject=LOST)) == Meant(LOST, "kept")


def test_without_a_thread_every_message_stands_on_its_own(library: Library) -> None:
    assert meant(library, "那过期的呢", Context()) is None


def test_a_subject_that_was_unpublished_meanwhile_is_no_thread(library: Library) -> None:
    assert meant(library, "那要多久", Context(subject="gaj-weg-fort")) is None


def test_the_last_few_subjects_are_remembered() -> None:
    thread = Context().about(LOST, ()).about(EXPIRED, ()).about(WEEKEND, ()).about(EXPIRED, ())
    assert (thread.subject, thread.recent) == (EXPIRED, (WEEKEND, LOST))
