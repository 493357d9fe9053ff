"""The text that a citizen reads, made from an item's fields."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.loader import load
from knowledge.render import SAMPLE_NOTE, Rendered, is_expired, render
from knowledge.vocabulary import Facet
from tests.unit.small_knowledge import LOST, edit, item_file


def rendered(folder: Path, facet: Facet, **changes: Any) -> Rendered:
    """A facet of the lost-card item after some fields were replaced."""
    if changes:
        edit(item_file(folder, LOST), **changes)
    knowledge, problems = load(folder)
    assert problems == []
    found = render(knowledge.items[LOST], facet, knowledge)
    assert found is not None
    return found


def test_materials_say_original_copies_condition_and_exemption(folder: Path) -> None:
    found = rendered(
        folder,
        Facet.MATERIALS,
        materials=[
            {"name": "户口簿", "copies": 2, "note": "看过就还", "exempt": {"by": "数据共享", "how": "系统里查得到"}, "source": "law"},
            {"name": "照片", "form": "现场采集", "source": "law"},
            {"name": "监护人身份证", "when": "未满十六周岁时", "source": "price"},
            {"name": "声明", "form": "电子", "original": False, "source": "law"},
        ],
        materials_note="不用登报。",
    )
    assert found.text == (
        "请准备：\n"
        "1. 户口簿（原件、复印件2份；看过就还；可免交：系统里查得到（数据共享））\n"
        "2. 照片（现场采集）\n"
        "3. 【未满十六周岁时】监护人身份证（原件）\n"
        "4. 声明（电子版）\n"
        "不用登报。"
    )
    assert [s.title for s in found.sources] == ["中华人民共和国居民身份证法", "收费标准的通知"]
    assert not found.sample


def test_without_materials_it_says_that_nothing_is_needed(folder: Path) -> None:
    assert rendered(folder, Facet.MATERIALS, materials=[]).text == "不用带材料。"
    assert rendered(folder, Facet.MATERIALS, materials=[], materials_note="只带人来。").text == "只带人来。"


def test_both_limits_stand_side_by_side_the_promised_one_first(folder: Path) -> None:
    found = rendered(
        folder,
        Facet.TIME_LIMIT,
        limits={
            "promised": {"value": 10, "unit": "工作日", "sample": True},
            "statutory": {"value": 60, "unit": "自然日", "source": "law", "note": "可以延长30天"},
            "note": "从交齐材料那天算起。",
        },
    )
    assert found.text == f"承诺时限：10个工作日{SAMPLE_NOTE}。\n法定时限：60个自然日，可以延长30天。\n从交齐材料那天算起。"
    assert found.sample
    assert [s.locator for s in found.sources] == ["第十一条"]


def test_on_the_spot_has_no_number(folder: Path) -> None:
    assert rendered(folder, Facet.TIME_LIMIT, limits={"promised": {"unit": "当场"}}).text == "承诺时限：当场办结。"


def test_without_any_limit_the_window_is_named(folder: Path) -> None:
    assert "窗口" in rendered(folder, Facet.TIME_LIMIT, limits={}).text


@pytest.mark.parametrize(
    ("fee", "text"),
    [
        ({"amount": 0, "rule": "依法免征。"}, "收费标准：不收费。\n依法免征。"),
        ({"amount": 40, "unit": "元/证", "rule": "丢失补领。"}, "收费标准：40元/证。\n丢失补领。"),
        ({"amount": "0.50", "unit": "元/页", "rule": "按页收。"}, "收费标准：0.5元/页。\n按页收。"),
        ({"amount": 1000, "unit": "元", "rule": "一次交清。"}, "收费标准：1000元。\n一次交清。"),
        ({"rule": "按面积分档收。"}, "按面积分档收。"),
        ({"amount": 40, "unit": "元/证", "rule": "补领。", "sample": True}, f"收费标准：40元/证。\n补领。{SAMPLE_NOTE}"),
    ],
)
def test_a_fee_is_told_as_the_rule_has_it(folder: Path, fee: dict[str, object], text: str) -> None:
    found = rendered(folder, Facet.FEE, fee=fee)
    assert found.text == text
    assert found.sample is bool(fee.get("sample"))


@pytest.mark.parametrize(
    ("depth", "visits", "beginning"),
    [
        ("全程网办", 0, "可以全程网上办，一次都不用跑。"),
        ("网上申请现场核验", 1, "可以网上申请，要到现场1次。"),
        ("网上预约", 1, "可以网上预约，要到现场1次。"),
        ("不能网办", 2, "暂时不能网上办，要到现场2次。"),
    ],
)
def test_online_says_how_far_and_how_many_visits(folder: Path, depth: str, visits: int, beginning: str) -> None:
    found = rendered(folder, Facet.ONLINE, online={"depth": depth, "visits": visits, "text": "说明。", "sample": True})
    assert found.text == f"{beginning}说明。{SAMPLE_NOTE}"


def test_the_legal_basis_lists_every_source(folder: Path) -> None:
    text = rendered(folder, Facet.LEGAL_BASIS).text
    assert text.endswith("1. 《中华人民共和国居民身份证法》第十一条\n2. 《收费标准的通知》")


def test_place_names_the_window_and_the_office_and_marks_a_sample(folder: Path) -> None:
    found = rendered(folder, Facet.PLACE)
    assert found.text == f"窗口：公安综窗。\n一楼大厅。{SAMPLE_NOTE}"
    assert found.sample


def test_hours_and_phone_are_the_offices(folder: Path) -> None:
    assert rendered(folder, Facet.HOURS).text == "工作日9点到17点。"
    assert rendered(folder, Facet.PHONE).text == "0791-12345。"


def test_what_an_item_writes_itself_comes_before_template_default_and_office(folder: Path) -> None:
    own = {facet: {"text": f"自己写的{facet}。"} for facet in ("materials", "time_limit", "fee", "online", "place", "supplement", "phone")}
    edit(item_file(folder, LOST), answers=own)
    for facet in own:
        assert rendered(folder, Facet(facet)).text == f"自己写的{facet}。"


def test_the_default_and_its_law_hold_where_the_item_says_nothing(folder: Path) -> None:
    found = rendered(folder, Facet.SUPPLEMENT)
    assert found.text == "缺什么一次说清。"
    assert [s.locator for s in found.sources] == ["第三十二条"]


def test_a_hand_written_text_is_verbatim_and_marked_when_it_is_a_sample(folder: Path) -> None:
    written = {"text": "  可以代办，见说明——“委托书”。\n", "source": "price", "sample": True}
    found = rendered(folder, Facet.PROXY, answers={"proxy": written})
    assert found.text == f"可以代办，见说明——“委托书”。{SAMPLE_NOTE}"
    assert [s.title for s in found.sources] == ["收费标准的通知"]


def test_a_facet_that_nobody_wrote_is_not_made_up(folder: Path) -> None:
    edit(item_file(folder, LOST), answers={})
    knowledge, _ = load(folder)
    assert render(knowledge.items[LOST], Facet.PROXY, knowledge) is None


def test_an_entry_may_be_answered_up_to_and_on_its_last_day() -> None:
    last = date(2024, 6, 30)
    assert not is_expired(last, last)
    assert is_expired(last, date(2024, 7, 1))
    assert not is_expired(None, date(2999, 1, 1))
