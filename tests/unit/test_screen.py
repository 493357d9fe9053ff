"""The first step of a turn: no commands to Rasa, no personal data, nothing to search in a message of signs."""

import pytest

from assistant.screen import screen


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("/restart", "restart"),
        ("／restart", "restart"),
        ('／ask_fee{"subject":"x"}', 'ask_fee{"subject":"x"}'),
        ("  // / \\/restart", "restart"),
        ("\u200b/restart", "restart"),
        ("/身份证丢了", "身份证丢了"),
        ("[电话]/restart", "restart"),
        ("13800138000/restart", "restart"),
        ("身份证/护照", "身份证/护照"),
    ],
)
def test_no_message_reaches_rasa_as_a_command(typed: str, searched: str) -> None:
    assert screen(typed).query == searched


def test_labels_are_stored_but_not_searched() -> None:
    found = screen("我的号码13800138000，身份证丢了")
    assert found.masked == "我的号码[手机号],身份证丢了"
    assert found.query == "我的号码 ,身份证丢了"


@pytest.mark.parametrize("typed", ["", "   ", "？？！", "😭😭😭", "///", "13800138000", "\u0000\u200b", "[姓名]", "……"])
def test_a_message_that_says_nothing_readable_is_empty(typed: str) -> None:
    assert screen(typed).empty


@pytest.mark.parametrize("typed", ["身份证", "2", "A", "😭丢了"])
def test_a_message_that_says_something_is_not_empty(typed: str) -> None:
    assert not screen(typed).empty
