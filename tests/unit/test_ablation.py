"""The ablation: each part is really gone, and nothing else is."""

import pytest

from assistant.answering import answerer
from assistant.answering.library import Library
from assistant.answering.question import QuestionReader
from benchmarks import ablation
from benchmarks.ablation import PARTS, Mute, Part, Uncalibrated, WithoutGrams, WithoutSound, WithoutWords, Workshop, recall
from tests.unit.small_knowledge import LOST, PHONE_CARD, WHICH_CHANGE


def part(word: str) -> Part:
    """The one part whose name holds a word."""
    (found,) = (p for p in PARTS if word in p.name)
    return found


@pytest.fixture(scope="module")
def workshop(library: Library) -> Workshop:
    """Takes parts away from the small knowledge."""
    return Workshop(library)


def test_as_shipped_nothing_is_missing(workshop: Workshop, library: Library) -> None:
    whole = workshop.library(part("as shipped"))
    for text in ("身份证丢了怎么办", "换身份证", "手机卡丢了怎么补", "周末上班吗"):
        assert whole.rank(text)[1] == library.rank(text)[1]


def test_without_exact_matches_a_published_question_is_only_like_itself(workshop: Workshop, library: Library) -> None:
    text, without = "身份证丢了怎么办", workshop.library(part("exact"))
    question, ranking = without.rank(text)
    assert library.index.exact_phrase(question) is not None and without.index.exact_phrase(question) is None
    assert ranking.best is not None and ranking.best.match.subject == LOST and not ranking.best.match.exact


def test_without_words_the_vectors_are_alone(library: Library) -> None:
    index = WithoutWords(library.snapshot, library.index.reader, library.index.encoder)
    best = index.match(index.reader.read("我的身份证丢了"))[0]
    assert (best.words, best.core, best.covered) == (0, 0, 0) and best.meaning > 0
    assert library.index.match(index.reader.read("我的身份证丢了"))[0].words > 0


def test_without_the_encoder_the_words_are_alone(library: Library) -> None:
    index = type(library.index)(library.snapshot, library.index.reader, Mute())
    best = index.match(index.reader.read("我的身份证丢了"))[0]
    assert (best.meaning, best.core_meaning, best.typical) == (0, 0, 0) and best.words > 0


def test_without_runs_of_characters_and_without_sound(library: Library) -> None:
    words = library.snapshot.words
    grams, sound = (
        QuestionReader(kind(words.terms, words.rewrites, words.fillers), words.facet_cues) for kind in (WithoutGrams, WithoutSound)
    )
    assert "#身" in library.index.reader.read("身份证").terms and not [t for t in grams.read("身份证").terms if t.startswith("#")]
    assert library.index.reader.read("公机金").text == "公积金" and sound.read("公机金").text == "公机金"


def test_situations_boundaries_and_ambiguities_go_with_the_snapshot(workshop: Workshop, library: Library) -> None:
    assert not any(s.situations for s in part("situation").snapshot(library.snapshot).subjects)
    assert not workshop.library(part("boundaries")).knows(PHONE_CARD) and library.knows(PHONE_CARD)
    assert not workshop.library(part("ambiguities")).knows(WHICH_CHANGE) and library.knows(WHICH_CHANGE)


def test_without_threads_the_answerer_reads_each_message_alone() -> None:
    usual = answerer.rank_in_thread
    with ablation.read_alone():
        assert answerer.rank_in_thread is not usual
    assert answerer.rank_in_thread is usual


def test_without_calibration_the_confidence_is_the_share_of_belief(library: Library) -> None:
    ranking = Uncalibrated(**vars(library.ranker)).rank(library.index, library.index.reader.read("我那个身份证找不到了"))
    assert ranking.best is not None and ranking.confidence == ranking.best.share


def test_recall_counts_first_messages_that_expect_an_answer(library: Library) -> None:
    def asked(text: str, outcome: str, *items: str) -> dict[str, object]:
        return {"turns": [{"user": text, "expect": {"outcome": outcome, "items": list(items)}}, {"user": "那要多久"}]}

    dialogues = [
        asked("身份证丢了怎么办", "answered", LOST),
        asked("手机卡丢了怎么补", "out_of_scope"),
        asked("没有这件事", "answered", "gone"),
    ]
    assert recall(library, dialogues, 1) == 0.5
