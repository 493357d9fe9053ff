"""How a message is read: which facets it names, and what is left for the subject."""

import pytest

from assistant.answering.library import Library
from assistant.answering.question import QuestionReader
from knowledge.text import Lexicon
from knowledge.vocabulary import Facet


@pytest.fixture
def reader(library: Library) -> QuestionReader:
    """The reader of the small knowledge."""
    return library.index.reader


@pytest.mark.parametrize(
    ("said", "facets"),
    [
        ("身份证丢了要带什么", (Facet.MATERIALS,)),
        ("补身份证多少钱，要多久", (Facet.FEE, Facet.TIME_LIMIT)),
        ("要多久，收费吗，带什哩", (Facet.TIME_LIMIT, Facet.FEE, Facet.MATERIALS)),
        ("身份证丢了", ()),
        ("多少钱多少钱", (Facet.FEE,)),
    ],
)
def test_facets_are_read_in_the_order_they_are_asked(reader: QuestionReader, said: str, facets: tuple[Facet, ...]) -> None:
    assert reader.read(said).facets == facets


@pytest.mark.parametrize("said", ["那要多久", "多少钱呢？", "要带什么啊", "请问收费吗", "那怎么办"])
def test_a_follow_up_that_names_no_subject_has_no_core(reader: QuestionReader, said: str) -> None:
    assert reader.read(said).core == ""


@pytest.mark.parametrize(
    ("said", "core"), [("身份证丢了要带什么", "身份证丢"), ("那过期的呢，多少钱", "过期"), ("身份正坏了几久能好", "身份证坏")]
)
def test_the_core_is_what_is_left_for_the_subject(reader: QuestionReader, said: str, core: str) -> None:
    assert reader.read(said).core.startswith(core)


def test_of_two_overlapping_cues_the_longer_wins() -> None:
    reader = QuestionReader(Lexicon(), {Facet.FEE: ["多少"], Facet.TIME_LIMIT: ["多少天"]})
    assert reader.read("要多少天").facets == (Facet.TIME_LIMIT,)


def test_messages_and_phrases_are_read_the_same_way(reader: QuestionReader) -> None:
    assert reader.read("身份正，丟了啷辦？").key == reader.read("身份证丢了怎么办").key


def test_core_terms_leave_the_facets_words_out(reader: QuestionReader) -> None:
    question = reader.read("身份证丢了要带什么")
    assert "#带" in question.terms and "#带" not in question.core_terms
    assert "身份证" in question.core_terms
