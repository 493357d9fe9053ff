"""Picking one of the offered options by number, by order, by its label, or none of them."""

import pytest

from assistant.answering.picks import declines_all, picked_label, picked_number


@pytest.mark.parametrize(
    ("said", "index"),
    [
        ("2", 1), ("２", 1), ("②", 1), ("二", 1), ("第二个", 1), ("选第2个吧", 1), ("我要第一种", 0), ("就第三个", 2),
        ("第1项", 0),
        ("第一个", 0), ("头一个", 0), ("上面那个", 0), ("最后一个", 2), ("后面那个", 2), ("最下面的那个", 2), ("是第二种情况", 1),
        ("2。", 1),
    ],
)  # fmt: skip
def test_a_number_or_an_order_picks(said: str, index: int) -> None:
    assert picked_number(said, 3) == index


@pytest.mark.parametrize("said", ["4", "第四个", "2024年", "两个都要带什么", "要2张照片吗", "一天能好吗", "换新的", "", "？"])
def test_what_is_no_pick_among_three_picks_nothing(said: str) -> None:
    assert picked_number(said, 3) is None


@pytest.mark.parametrize(("said", "index"), [("到期换领", 0), (" 到期 换领。", 0), ("丢了,補一張！", 1)])
def test_the_words_of_a_button_pick_it(said: str, index: int) -> None:
    assert picked_label(said, ["到期换领", "丢了，补一张"]) == index


def test_part_of_a_label_picks_nothing() -> None:
    assert picked_label("换领", ["到期换领", "损坏换领"]) is None


@pytest.mark.parametrize("said", ["都不是", "都不对。", "没有我要的", "不是这个意思", "一个都不是", "上面这几个全不对", "你给的选项都没有"])
def test_none_of_them_can_be_said(said: str) -> None:
    assert declines_all(said)


@pytest.mark.parametrize(
    "said",
    [
        "不是本地人能办吗",
        "是不是第二个",
        "都要带什么",
        "2",
        "这几个证都不在身上能办吗",
        "这些都没有怎么办",
        "你说的都没有带",
        "这个都没有吗",
    ],
)
def test_a_question_with_a_not_in_it_declines_nothing(said: str) -> None:
    assert not declines_all(said)
