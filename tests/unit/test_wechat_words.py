"""How replies read as text, and how long texts are cut for WeChat."""

import pytest

from assistant.messages import Action, Option, Reply
from assistant.wechat import words
from knowledge.vocabulary import Outcome


def reply(outcome: Outcome = Outcome.ANSWERED, text: str = "答复", **more: object) -> Reply:
    """A reply of the turn."""
    return Reply.model_validate({"conversation_id": "a" * 32, "turn_id": "b" * 32, "outcome": outcome, "text": text, **more})


def test_options_are_picked_by_number_and_buttons_are_words_to_send() -> None:
    text = words.told(
        reply(
            Outcome.CLARIFY,
            "您要办哪一种？\n1. 到期换\n2. 丢了补",
            options=[Option(subject="a", label="到期换", text="到期换"), Option(subject="b", label="丢了补", text="丢了补")],
            actions=[Action(kind="handoff", label="找工作人员", value="转人工"), Action(kind="call", label="拨打12345", value="12345"),
                     Action(kind="rate", label="评价这次回答", value="rate")],
        )
    )  # fmt: skip
    assert text == (
        "您要办哪一种？\n1. 到期换\n2. 丢了补\n回复前面的数字选一个，比如“1”。\n还可以：回复“转人工”（找工作人员）；打电话12345。"
    )


def test_a_number_that_the_text_names_is_not_offered_again() -> None:
    call = Action(kind="call", label="拨打12345", value="12345")
    assert words.told(reply(text="着急的话打12345。", actions=[call])) == "着急的话打12345。"


def test_in_danger_nothing_stands_beside_whom_to_call() -> None:
    call = Action(kind="call", label="拨打12345", value="12345")
    assert words.told(reply(Outcome.EMERGENCY, "请马上打119。", actions=[call])) == "请马上打119。"


def test_a_degraded_reply_says_so() -> None:
    assert words.told(reply(degraded=True)).startswith("系统有点忙")


def test_recognised_speech_is_shown_back_without_what_is_personal() -> None:
    assert words.heard_as("我的手机13812345678办身份证") == "您说的是：我的手机[手机号]办身份证\n"
    assert len(words.heard_as("长" * 500)) < 80


@pytest.mark.parametrize("text", ["证" * 5000, "第一句。" * 900, "一行字\n" * 900, "𠮷a" * 2000, "a" * 2048, "a" * 2049, "短"])
def test_a_long_text_is_cut_so_that_each_piece_fits_with_its_note_and_nothing_is_lost(text: str) -> None:
    pieces, rest = [], text
    while rest:
        piece, rest = words.split(rest)
        assert piece
        assert len((words.with_more(piece) if rest else piece).encode()) <= words.LONGEST
        assert len(words.with_last(piece).encode()) <= words.LONGEST
        pieces.append(piece)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")


def test_a_text_is_cut_where_a_line_or_a_sentence_ends() -> None:
    assert words.split("一行有十来个字的内容\n" * 200)[0].endswith("内容")
    assert words.split("这是一句话。" * 200)[0].endswith("。")


def test_the_menu_is_one_that_wechat_takes() -> None:
    buttons = words.MENU["button"]
    assert 1 <= len(buttons) <= 3
    for button in buttons:
        assert len(button["name"].encode()) <= 16
        below = button.get("sub_button", [])
        assert ("key" in button) != bool(below)
        assert len(below) <= 5
        assert all(len(b["name"].encode()) <= 60 and len(b["key"].encode()) <= 128 for b in [button, *below] if "key" in b)
