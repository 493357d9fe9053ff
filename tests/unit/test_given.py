"""What a message gives to a form is found however it is typed, and leaves nothing of itself behind."""

import re

import pytest

from assistant.casework.given import Flaw, Given, is_identity_number, take_out
from assistant.screen import screen
from knowledge.text import clean

SHAPE = r"[A-Z]{2}\d{8}"
NUMBER, TAIL = "SL20260007", "1107"


def given(typed: str, asked: bool = True) -> tuple[str, Given]:
    """What is left of a message and what was taken out of it."""
    return take_out(clean(typed), re.compile(SHAPE), asked)


@pytest.mark.parametrize(
    "typed",
    [
        "SL20260007 1107",
        "SL20260007，1107",
        "1107 SL20260007",
        "编号SL20260007，手机尾号1107",
        "尾号是1107，编号是SL20260007",
        "sl20260007/1107",
        "ＳＬ２０２６０００７　１１０７",
        "SL 2026 0007 1107",
        "SL-2026-0007，后四位1107",
        "SL2O26OOO7 11O7",
        "sl2026ooo7，尾号llO7",
        "SL20260007后四位：一一零七",
        "编号SL20260007 后4位是1107",
        "SL20260007手机13800131107",
        "不是SL20260001，是SL20260007，尾号1107",
        "我的是SL20260007，2026年交的，末四位1107，在3号窗口",
        "SL20260007\n1107",
    ],
)
def test_a_pair_is_read_in_any_order_and_spelling(typed: str) -> None:
    left, found = given(typed)
    assert (found.number, found.tail, found.flaw) == (NUMBER, TAIL, None)
    assert NUMBER not in left
    assert "0007" not in left.replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "number", "tail"),
    [("SL20260007", NUMBER, ""), ("编号SL 2026 0007", NUMBER, ""), ("1107", "", TAIL), ("后四位1107", "", TAIL), ("是1107哦", "", TAIL)],
)
def test_one_half_is_read_alone_when_it_was_asked_for(typed: str, number: str, tail: str) -> None:
    found = given(typed)[1]
    assert (found.number, found.tail, found.flaw) == (number, tail, None)


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("20260007", Flaw.NUMBER),
        ("SL2026007", Flaw.NUMBER),
        ("SL202600071", Flaw.NUMBER),
        ("编号是 8834512345", Flaw.NUMBER),
        ("尾号是110", Flaw.TAIL),
        ("后四位11071", Flaw.TAIL),
        ("107", Flaw.TAIL),
        ("36010219900101100X", Flaw.IDENTITY),
        ("110105194912310021", Flaw.IDENTITY),
        ("身份证号360102 19900101 1234", Flaw.IDENTITY),
    ],
)
def test_what_has_the_wrong_shape_is_no_proof_and_is_named(typed: str, flaw: Flaw) -> None:
    found = given(typed)[1]
    assert (found.number, found.tail, found.flaw) == ("", "", flaw)


@pytest.mark.parametrize(
    "typed", ["2026年交的", "在1107室", "收费1200元", "3号窗口", "10个工作日", "身份证丢了", "有2份材料", "A4纸2份", "第2条"]
)
def test_numbers_that_count_something_are_no_proof(typed: str) -> None:
    assert not given(typed)[1].proof


@pytest.mark.parametrize("typed", ["2026", "1107", "20260007", "110", "我2026要退休", "卡号6222021234567890123", "电话13800131107"])
def test_unasked_bare_digits_are_no_proof(typed: str) -> None:
    left, found = given(typed, asked=False)
    assert not found.proof
    assert left == clean(typed)


@pytest.mark.parametrize("typed", ["查SL20260007", "SL20260007 1107", "帮我看看 sl20260007 办好没"])
def test_a_case_number_is_known_unasked(typed: str) -> None:
    assert given(typed, asked=False)[1].number == NUMBER


@pytest.mark.parametrize(
    ("typed", "phone"),
    [("13800131107", "13800131107"), ("我姓王，138 0013 1107", "13800131107"), ("0791-88880000", "079188880000"), ("1380013110", "")],
)
def test_a_telephone_number_is_read_for_those_who_leave_one(typed: str, phone: str) -> None:
    assert given(typed, asked=False)[1].phone == phone


@pytest.mark.parametrize("typed", ["GD123456789012", "gd 1234 5678 9012", "工单GD1234-5678-9012办到哪了"])
def test_a_work_orders_number_is_read(typed: str) -> None:
    left, found = given(typed, asked=False)
    assert found.order == "GD123456789012"
    assert "9012" not in left
    assert not found.proof


@pytest.mark.parametrize(("digits", "valid"), [("11010519491231002X", True), ("110105194912310021", False), ("11010519491331002X", False)])
def test_an_identity_number_has_a_date_and_a_check_digit(digits: str, valid: bool) -> None:
    """The valid one is the example of GB 11643-1999 itself."""
    assert is_identity_number(digits) is valid


def test_nothing_of_the_proof_is_in_what_is_stored_searched_or_printed() -> None:
    message = screen("编号SL20260007，尾号1107，电话13800131107", SHAPE, asked=True)
    assert message.masked == "编号[办件编号],尾号[手机尾号],电话[手机号]"
    for secret in (NUMBER, TAIL, "13800131107"):
        assert secret not in message.masked + message.query + repr(message)
    assert (message.given.number, message.given.tail) == (NUMBER, TAIL)


def test_a_message_of_proof_alone_still_says_what_it_is() -> None:
    assert screen("SL20260007 1107", SHAPE, asked=True).query == "办件编号 手机尾号"


def test_where_case_numbers_are_digits_alone_an_identity_number_is_none() -> None:
    shape = re.compile(r"\d{18}")
    assert take_out("编号360100202611230012", shape, asked=True)[1].number == "360100202611230012"
    assert take_out("11010519491231002X", shape, asked=True)[1].flaw is Flaw.IDENTITY
    assert take_out("110101199003074514", shape, asked=True)[1].number == "", "it is a valid identity number"
