"""What a message means in the light of its thread."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.answering import thread
from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.answering.thread import FEATURES, affirmed, beliefs, elliptical, rank_alone, rank_in_thread, tapped
from assistant.answering.thread_fitting import examples, fit_network
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, WEEKEND

OPTIONS = (EXPIRED, BROKEN, LOST)


def meant(library: Library, text: str, context: Context) -> str | None:
    """The subject that the thread makes likeliest for a text."""
    ranking = rank_in_thread(library, text, context)
    return ranking.candidates[0].match.subject if ranking is not None else None


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


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("不是身份证丢了，身份证过期了怎么办", EXPIRED),
        ("不是星期六去办事，身份证丢了怎么办", LOST),
        ("身份证丢了怎么办", LOST),
    ],
)
def test_a_matter_that_is_set_aside_first_is_not_the_one_meant(library: Library, text: str, subject: str) -> None:
    best = rank_alone(library, text)[1].best
    assert best is not None and best.match.subject == subject


@pytest.mark.parametrize(("text", "picked"), [("2", BROKEN), ("最后一个", LOST), ("第一个", EXPIRED)])
def test_an_open_option_is_tapped_by_number_or_order(library: Library, text: str, picked: str) -> None:
    assert tapped(library, text, library.rank(text)[0], OPTIONS) == picked


@pytest.mark.parametrize(("text", "picked"), [("不是坏了，是过期了", EXPIRED), ("是丢了", LOST)])
def test_an_open_option_is_picked_in_own_words(library: Library, text: str, picked: str) -> None:
    assert meant(library, text, Context(options=OPTIONS, question="换身份证")) == picked


def test_a_bare_facet_keeps_the_subject(library: Library) -> None:
    assert meant(library, "那要多久", Context(subject=LOST)) == LOST


def test_a_correction_moves_to_the_sibling(library: Library) -> None:
    assert meant(library, "不对，是过期了", Context(subject=LOST, question="身份证丢了")) == EXPIRED


def test_a_general_question_about_a_facet_is_about_the_matter_at_hand(library: Library) -> None:
    assert meant(library, "要带什么", Context(subject=LOST)) == LOST


def test_going_back_finds_the_earlier_subject(library: Library) -> None:
    assert meant(library, "回到刚才丢了的身份证", Context(subject=WEEKEND, recent=(LOST, EXPIRED))) == LOST


def test_a_paper_that_the_matter_asks_for_is_only_mentioned(library: Library) -> None:
    assert meant(library, "户口簿没带可以吗", Context(subject=LOST)) == LOST


@pytest.mark.parametrize(
    ("text", "leans"), [("户口簿不在身边", True), ("户口簿忘拿了", True), ("户口簿落家里了", True), ("户口簿拿来了", False)]
)
def test_a_paper_that_is_not_at_hand_leans_on_the_thread(library: Library, text: str, leans: bool) -> None:
    found = beliefs(library, text, Context(subject=LOST))
    assert found is not None
    assert set(found[1][:, FEATURES.index("leaning")]) == {float(leans)}


def test_what_is_set_aside_is_not_what_is_meant(library: Library) -> None:
    assert meant(library, "哎 刚才老公讲的不是丢了 是过期了", Context(subject=LOST, question="身份证丢了")) == EXPIRED


def test_an_earlier_matter_is_found_by_how_it_was_asked_for(library: Library) -> None:
    asked = {LOST: "钱包被偷身份证", EXPIRED: "身份证到期"}
    assert meant(library, "回到前面钱包那个", Context(subject=EXPIRED, recent=(LOST,), asked=asked)) == LOST


@pytest.mark.parametrize(
    ("words", "aside"),
    [
        ("老公刚讲不是到期 是丢了", "到期"), ("不跑网约车 改拉货呢", "网约车"), ("算了不联办 就单独给他上个户口", "联办"),
        ("能不能补身份证，我在外地", None), ("不动产证丢了，怎么补", None), ("要不要本人去，代办行不行", None),
        ("不好意思，问错了人", None),
    ],
)  # fmt: skip
def test_what_a_message_sets_aside(words: str, aside: str | None) -> None:
    found = thread._SET_ASIDE.search(words)
    assert (found[1] if found else None) == aside


@pytest.mark.parametrize(
    ("words", "left"),
    [("再说回津贴 多少天打钱", "津贴 多少天打钱"), ("刚才那个批地基的", "批地基的"), ("户口迁走了想再回迁", "户口迁走了想再回迁")],
)
def test_the_words_that_lead_back_are_cut_and_no_others(words: str, left: str) -> None:
    assert thread._LED_BACK.sub("", words, count=1) == left


def test_a_message_stands_alone_until_a_network_was_fitted(library: Library) -> None:
    unfitted = replace(library, ranker=replace(library.ranker, thread=None))
    assert rank_in_thread(unfitted, "那过期的呢", Context(subject=LOST, question="身份证丢了")) is None


def test_beliefs_are_the_confidence_and_leave_some_for_what_strays(library: Library) -> None:
    ranking = rank_in_thread(library, "那过期的呢", Context(subject=LOST, question="身份证丢了"))
    assert ranking is not None
    assert 0.9 < sum(c.share for c in ranking.candidates) < 1.0
    assert ranking.confidence == ranking.candidates[0].share == max(c.share for c in ranking.candidates)


def test_the_last_row_is_for_what_has_nothing_to_do_with_the_thread(library: Library) -> None:
    found = beliefs(library, "今天热不热", Context(subject=LOST, question="身份证丢了"))
    assert found is not None
    matches, rows = found
    assert rows.shape == (len(matches) + 1, len(FEATURES))
    assert rows[:, FEATURES.index("stranger")].tolist() == [0.0] * len(matches) + [1.0]


def test_without_a_thread_every_message_stands_on_its_own(library: Library) -> None:
    assert rank_in_thread(library, "那过期的呢", Context()) is None


def test_a_subject_that_was_unpublished_meanwhile_is_no_thread(library: Library) -> None:
    assert rank_in_thread(library, "那要多久", Context(subject="gaj-weg-fort")) is None


THREADS = [
    {"turns": [
        {"user": "身份证丢了怎么办", "expect": {"outcome": "answered", "items": [LOST], "facets": ["process"]}},
        {"user": "那过期的呢", "expect": {"outcome": "answered", "items": [EXPIRED]}},
        {"user": "今天热不热", "expect": {"outcome": "out_of_scope"}},
        {"user": "要带什么", "expect": {"outcome": "answered", "items": [EXPIRED]}},
    ]},
    {"turns": [
        {"user": "换身份证", "expect": {"outcome": "clarify", "items": list(OPTIONS)}},
        {"user": "2", "expect": {"outcome": "answered", "items": [BROKEN]}},
        {"user": "回到刚才过期的", "expect": {"outcome": "answered", "items": [EXPIRED]}},
    ]},
]  # fmt: skip


def test_every_later_message_that_is_no_tap_is_an_example_with_what_is_right_in_it(library: Library) -> None:
    found = examples(library, THREADS)
    assert len(found) == 4
    assert all(rows.shape[1] == len(FEATURES) and right for rows, right in found)


def test_a_fitted_network_finds_what_it_was_fitted_on(library: Library) -> None:
    found = examples(library, THREADS)
    network = fit_network(found)
    assert all(int(np.argmax(network.scores(rows))) in right for rows, right in found)
    fitted = replace(library, ranker=replace(library.ranker, thread=network))
    assert rank_in_thread(fitted, "今天热不热", Context(subject=EXPIRED, question="过期")) is None, "it strays from the thread"


def test_what_a_feature_is_worth_may_depend_on_another() -> None:
    """The first candidate is right when both features agree: no weighing of the two alone can tell."""
    pairs = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    found = [(np.array([(a, b), (0.5, 0.5)]), [0 if a == b else 1]) for a, b in pairs for _ in range(5)]
    network = fit_network(found)
    assert all(int(np.argmax(network.scores(rows))) == right[0] for rows, right in found)


def test_the_same_threads_give_the_same_network(library: Library) -> None:
    found = examples(library, THREADS)
    assert fit_network(found) == fit_network(found)


def test_the_last_few_subjects_are_remembered() -> None:
    thread = Context().about(LOST, ()).about(EXPIRED, ()).about(WEEKEND, ()).about(EXPIRED, ())
    assert (thread.subject, thread.recent) == (EXPIRED, (WEEKEND, LOST))


def test_with_a_subject_the_words_that_first_asked_for_it_are_remembered() -> None:
    first = Context(question="身份证丢了").about(LOST, ())
    later = first.model_copy(update={"question": "户口簿没带"}).about(LOST, ())
    thread = later.model_copy(update={"question": "周末"}).about(WEEKEND, ())
    assert thread.asked == {LOST: "身份证丢了", WEEKEND: "周末"}


def test_what_was_offered_beside_the_matter_at_hand_is_remembered_as_long_as_it_is_at_hand() -> None:
    thread = Context(options=(LOST, WEEKEND)).about(LOST, ())
    assert thread.offered == (LOST, WEEKEND) and thread.options == ()
    assert thread.about(WEEKEND, ()).offered == (LOST, WEEKEND)
    assert thread.about(EXPIRED, ()).offered == ()


def test_another_family_that_is_named_and_no_more_is_asked_about(library: Library) -> None:
    elsewhere = Context(question="周末开门").about(WEEKEND, ())
    assert rank_in_thread(library, "换身份证多少钱", elsewhere) is None
    assert rank_in_thread(library, "换身份证多少钱", Context(question="过期").about(EXPIRED, ())) is not None
    assert rank_in_thread(library, "换身份证也这么多钱", elsewhere) is not None
