"""What is published twice and does not agree."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.checks import check
from knowledge.loader import Problem, load
from tests.unit.small_knowledge import ABROAD, LOST, WEEKEND, Record, dated, edit, item_file, manual, write

ASKS_THE_SAME, ASKS_ELSE = "补一张丢了的身份证要多少钱", "照相馆照一张相贵不贵"


def found(folder: Path, about: str) -> list[Problem]:
    """The problems of entries (`answer`) or guides (`name`)."""
    knowledge, problems = load(folder)
    assert problems == []
    return [p for p in check(knowledge, date(2024, 6, 1)) if p.entry.endswith(f".{about}")]


def entries(folder: Path, *changes: Record) -> list[Problem]:
    """What is said of entries on the fee of the lost card (40元)."""
    base = manual()[0] | {"facet": "fee", "similar": []}
    write(folder / "manual" / "gaj.yml", [base | {"id": f"{ABROAD}{n}"} | change for n, change in enumerate(changes)])
    return found(folder, "answer")


@pytest.mark.parametrize("answer", ["20元。", "每证20块钱。", "先交20元，再交30元。"])
def test_an_entry_that_asks_for_the_fee_and_says_another_stops_the_build(folder: Path, answer: str) -> None:
    (problem,) = entries(folder, {"question": ASKS_THE_SAME, "answer": answer})
    assert not problem.warning and "40元对20" in problem.cause and problem.entry == f"{ABROAD}0.answer"


def test_an_entry_on_fees_that_asks_something_else_is_a_reminder(folder: Path) -> None:
    (problem,) = entries(folder, {"question": ASKS_ELSE, "answer": "一般20元。"})
    assert problem.warning


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "40元。"},
        {"answer": "工本费40元，加急另收20元。"},
        {"answer": "要收费，3个工作日到账。"},
        {"answer": "20元。", "region": "CN"},
        {"answer": "20元。", "facet": "process", "question": ASKS_ELSE},
    ],
)
def test_what_does_not_contradict_is_left_alone(folder: Path, change: Record) -> None:
    assert entries(folder, {"question": ASKS_THE_SAME} | change) == []


def test_days_are_held_against_the_limits_and_dates_are_none(folder: Path) -> None:
    asked = {"facet": "time_limit", "question": "丢了的身份证补办要多久呀"}
    assert entries(folder, asked | {"answer": "10个工作日，6月15日起收。"}) == []
    (problem,) = entries(folder, asked | {"answer": "15个工作日。"})
    assert not problem.warning and "10工作日对15工作日" in problem.cause


def test_two_entries_that_answer_one_question_differently_stop_the_build(folder: Path) -> None:
    one = {"facet": "delivery", "question": "身份证寄到家里邮费多少", "answer": "15元，3天到。"}
    (problem,) = entries(folder, one, one | {"question": "寄到家里邮费要多少", "answer": "22元，3天到。"})
    assert not problem.warning and problem.entry == f"{ABROAD}1.answer" and f"{ABROAD}0" in problem.cause
    assert entries(folder, one, one | {"question": "寄到国外可以吗", "answer": "不寄，国外的邮费是200元。"}) == []
    assert entries(folder, one, one | {"question": "寄到家里邮费要多少", "answer": "22元。", "region": "CN"}) == []


def test_an_entry_on_a_topic_is_held_against_the_topic(folder: Path) -> None:
    edit(folder / "topics" / f"{WEEKEND}.yml", text="节后2天开门。")
    entry = manual()[1] | {"question": "大厅周末开门不", "answer": "节后3天开门。"}
    write(folder / "manual" / "gaj.yml", [entry])
    (problem,) = found(folder, "answer")
    assert not problem.warning


def guide(**changes: Any) -> Record:
    """A guide as an export tells it."""
    base = dated() | {
        "id": "g-qs-1", "name": "取水许可", "label": "取水许可", "parent": "取水许可", "department": "公安局",
        "sources": {"s1": {"title": "取水许可和水资源费征收管理条例"}}, "materials": [{"name": "申请书", "source": "s1"}],
        "limits": {"statutory": {"value": 20, "unit": "工作日"}}, "names": ["取水许可"],
    }  # fmt: skip
    return base | changes


def test_levels_of_one_item_must_agree_and_the_element_is_named(folder: Path) -> None:
    write(folder / "guides" / "city.yml", [guide()])
    write(folder / "guides" / "county.yml", [guide(id="g-qs-2", limits={"statutory": {"value": 30, "unit": "工作日"}})])
    (problem,) = found(folder, "name")
    assert not problem.warning and "limits" in problem.cause and "materials" not in problem.cause
    assert problem.file == "guides/county.yml" and "guides/city.yml" in problem.cause


@pytest.mark.parametrize("change", [{}, {"department": "政务服务局", "materials": []}, {"name": "取水许可注销", "materials": []}])
def test_levels_that_agree_and_other_items_are_left_alone(folder: Path, change: Record) -> None:
    write(folder / "guides" / "city.yml", [guide(), guide(id="g-qs-2") | change])
    assert found(folder, "name") == []


def test_the_fifteen_elements_of_written_items_are_compared_too(folder: Path) -> None:
    def same_item(elements: Record) -> list[Problem]:
        twin = load(folder)[0].items[LOST].model_dump(mode="json", exclude_defaults=True) | {"id": "gaj-sfz-bl-x", "questions": {"any": []}}
        twin["elements"] |= elements
        write(item_file(folder, "gaj-sfz-bl-x"), twin)
        return found(folder, "name")

    assert same_item({"levels": ["乡"]}) == []
    (problem,) = same_item({"kind": "行政许可"})
    assert "elements.kind" in problem.cause


@pytest.mark.parametrize(
    ("title", "reminds"),
    [("某局办事指南", True), ("社保卡热点问答", True), ("国务院令（第1号令）", False), ("关于某事的通知（国发〔2024〕3号）", False)],
)
def test_a_material_without_a_legal_basis_is_a_reminder(folder: Path, title: str, reminds: bool) -> None:
    edit(item_file(folder, LOST), sources={"law": {"title": title}, "price": {"title": "收费标准的通知"}})
    told = [p for p in check(load(folder)[0], date(2024, 6, 1)) if p.entry == "materials"]
    assert [p.warning for p in told] == ([True] if reminds else [])
    assert all("居民户口簿" in p.value and title in p.cause for p in told)
