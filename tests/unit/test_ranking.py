"""Candidates, their shares and the one confidence."""

from collections.abc import Sequence

import pytest

from assistant.answering.library import Library
from assistant.answering.ranking import CONFIDENCE_FEATURES, FEATURES, KNOWN_FEATURES
from assistant.answering.thread import FEATURES as THREAD_FEATURES
from assistant.shelf import load_ranker
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, WHICH_CHANGE


def _with_products(names: Sequence[str]) -> int:
    return len(names) + len(names) * (len(names) + 1) // 2


def test_the_shipped_weights_fit_the_features_that_the_code_computes() -> None:
    ranker = load_ranker()
    assert len(ranker.weights) == len(FEATURES)
    assert len(ranker.confidence_weights) == _with_products(CONFIDENCE_FEATURES)
    assert len(ranker.known_weights) == _with_products(KNOWN_FEATURES)
    assert ranker.thread is not None
    assert {len(ranker.thread.linear), *map(len, ranker.thread.hidden)} == {len(THREAD_FEATURES)}
    assert len(ranker.thread.hidden) == len(ranker.thread.bias) == len(ranker.thread.out)


def test_a_phrase_word_for_word_comes_first_and_is_as_good_as_sure(library: Library) -> None:
    for phrase in library.index.phrases:
        _, ranking = library.rank(phrase.text)
        assert ranking.best is not None and ranking.best.match.subject == phrase.subject, phrase
        assert ranking.confidence > 0.9


def test_confidence_and_shares_are_probabilities(library: Library) -> None:
    for text in ("身份证", "丢了", "红烧肉", "x", "身份证丢了过期了坏了", "？"):
        _, ranking = library.rank(text)
        assert 0 <= ranking.confidence <= 1
        assert sum(c.share for c in ranking.candidates) == pytest.approx(1 if ranking.candidates else 0)


def test_the_situation_decides_inside_a_family(library: Library) -> None:
    for text, subject in (("我身份证不见了想弄一张", LOST), ("我身份证到期想弄一张", EXPIRED), ("我身份证消磁想弄一张", BROKEN)):
        _, ranking = library.rank(text)
        assert ranking.best is not None and ranking.best.match.subject == subject, text


def test_a_known_ambiguity_is_none_once_the_situation_is_said(library: Library) -> None:
    _, ranking = library.rank("换身份证，过期了要带什么")
    assert ranking.best is not None and ranking.best.match.subject != WHICH_CHANGE


def test_the_likeliest_subject_is_the_one_whose_own_words_these_are(library: Library) -> None:
    for text, subject in (("丢了补一张身份证", LOST), ("过期了换身份证", EXPIRED), ("刷不出", BROKEN)):
        likely = {m.subject: m.likely for m in library.index.match(library.index.reader.read(text), limit=100)}
        assert likely[subject] == pytest.approx(0) and min(likely.values()) < 0, text
        assert all(value <= 1e-9 for value in likely.values())


def test_words_that_nobody_asks_with_make_no_subject_likelier(library: Library) -> None:
    matches = library.index.match(library.index.reader.read("ヅ"), only=[LOST, EXPIRED])
    assert [m.likely for m in matches] == [0.0, 0.0]


def test_ranking_among_a_few_considers_only_those(library: Library) -> None:
    question, _ = library.rank("身份证丢了")
    among = library.ranker.rank(library.index, question, only=[EXPIRED, BROKEN])
    assert {c.match.subject for c in among.candidates} == {EXPIRED, BROKEN}


def test_nothing_known_ranks_nothing_with_no_confidence(library: Library) -> None:
    _, ranking = library.rank("ヅ")
    assert ranking.confidence < 0.1
