"""Learning the ranking from hidden phrases and from how people begin."""

from typing import Any

import numpy as np
import pytest

from assistant.answering.library import Library
from assistant.answering.ranking import softmax
from assistant.answering.ranking_fitting import Example, first_messages, fit_ranker, hidden_phrases
from tests.unit.fakes import CharacterEncoder
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, WHICH_CHANGE


def _begins(text: str, outcome: str, *items: str) -> dict[str, Any]:
    return {"turns": [{"user": text, "expect": {"outcome": outcome, "items": list(items)}}]}


@pytest.fixture(scope="module")
def hidden(library: Library) -> list[Example]:
    return hidden_phrases(library.snapshot, library.index.reader, lambda _phrases: CharacterEncoder())


def test_fitting_learns_from_the_phrases_and_is_repeatable(library: Library, hidden: list[Example]) -> None:
    again = hidden_phrases(library.snapshot, library.index.reader, lambda _phrases: CharacterEncoder())
    ranker = fit_ranker(hidden, [], library.index.subjects)
    assert ranker == fit_ranker(again, [], library.index.subjects)
    question, _ = library.rank("身份证到期换新要带什么")
    best = ranker.rank(library.index, question).best
    assert best is not None and best.match.subject == EXPIRED


def test_a_phrase_is_searched_for_without_itself(hidden: list[Example]) -> None:
    assert hidden and not any(match.exact for example in hidden for match in example.matches)
    assert all(example.matches[n].subject in example.meant for example in hidden for n in example.right)


def test_a_first_message_is_an_example_of_what_it_is_expected_to_mean(library: Library) -> None:
    begun = [_begins("身份证给狗叼走了怎么弄", "answered", LOST, EXPIRED), _begins("红烧肉要炖多久", "out_of_scope")]
    lost, stray = first_messages(library.index, begun)
    assert {lost.matches[n].subject for n in lost.right} == {LOST, EXPIRED} == lost.meant
    assert not stray.right and not stray.meant


def test_where_a_question_back_is_due_the_ambiguity_is_right_and_what_it_offers_may_be_chosen(library: Library) -> None:
    options = library.subject(WHICH_CHANGE).options
    (vague,) = first_messages(library.index, [_begins("我身份证想去换一换呀", "clarify", *options)])
    assert [vague.matches[n].subject for n in vague.right] == [WHICH_CHANGE]
    assert vague.meant == {WHICH_CHANGE, *options}
    (unknown,) = first_messages(library.index, [_begins("身份证或者公积金的事", "clarify", BROKEN, "elsewhere")])
    assert not unknown.right and unknown.meant == {BROKEN}


def test_what_teaches_nothing_is_left_out(library: Library) -> None:
    begun = [
        _begins(library.index.phrases[0].text, "answered", library.index.phrases[0].subject),
        _begins("身份证给狗叼走了怎么弄", "answered", "of-another-knowledge"),
        _begins("转人工", "handoff"),
    ]
    assert first_messages(library.index, begun) == []


def test_what_people_say_counts_beside_the_phrases(library: Library, hidden: list[Example]) -> None:
    """Said of the broken card again and again, the message's own words outweigh what the phrases alone make of it."""
    said = first_messages(
        library.index, [_begins(text, "answered", BROKEN) for text in ("身份证它老是不灵", "证上面的字都糊掉哩", "卡片裂成两半")]
    )
    assert len(said) == 3

    def told(asked: list[Example]) -> float:
        weights = np.array(fit_ranker(hidden, asked, library.index.subjects).weights)
        return float(np.mean([np.log(softmax(e.rows @ weights)[e.right].sum()) for e in said]))

    assert told(said) > told([])
