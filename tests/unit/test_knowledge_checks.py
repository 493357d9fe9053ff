"""Checks over all files together."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge.checks import MIN_QUESTIONS, check
from knowledge.loader import Problem, load
from tests.unit.small_knowledge import ABROAD, BROKEN, EXPIRED, LOST, WEEKEND, edit, item_file, manual, write

TODAY = date(2024, 6, 1)


def errors(folder: Path, today: date = TODAY) -> list[Problem]:
    """What stops a build."""
    knowledge, problems = load(folder)
    assert problems == []
    return [p for p in check(knowledge, today) if not p.warning]


def the_error(folder: Path, today: date = TODAY) -> Problem:
    """The one error of a folder."""
    found = errors(folder, today)
    assert len(found) == 1, list(map(str, found))
    return found[0]


def test_a_good_folder_has_no_errors(folder: Path) -> None:
    assert errors(folder) == []


def test_an_entry_past_its_date_stops_the_build_and_names_the_date(folder: Path) -> None:
    edit(item_file(folder, LOST), expires_on="2024-05-31")
    problem = the_error(folder)
    assert (problem.entry, problem.value) == ("expires_on", "2024-05-31")


def test_the_last_day_still_counts(folder: Path) -> None:
    edit(item_file(folder, LOST), expires_on="2024-06-01")
    assert errors(folder) == []
    assert the_error(folder, date(2024, 6, 2)).entry == "expires_on"


def test_an_expired_topic_is_found_too(folder: Path) -> None:
    edit(folder / "topics" / f"{WEEKEND}.yml", expires_on="2024-01-01")
    assert the_error(folder).file == f"topics/{WEEKEND}.yml"


def test_a_review_in_the_future_is_refused(folder: Path) -> None:
    edit(item_file(folder, LOST), reviewed_on="2030-01-01")
    assert the_error(folder).entry == "reviewed_on"


def test_an_unknown_department_is_named(folder: Path) -> None:
    edit(item_file(folder, LOST), department="航天局")
    problem = the_error(folder)
    assert (problem.entry, problem.value) == ("department", "航天局")


@pytest.mark.parametrize(
    "change",
    [
        {"materials": [{"name": "户口簿", "source": "nowhere"}]},
        {"fee": {"amount": 40, "rule": "收费", "source": "nowhere"}},
        {"limits": {"statutory": {"value": 60, "unit": "自然日", "source": "nowhere"}}},
    ],
)
def test_a_source_that_is_not_listed_is_named(folder: Path, change: dict[str, object]) -> None:
    edit(item_file(folder, LOST), **change)
    problem = the_error(folder)
    assert problem.entry.endswith(".source") and problem.value == "nowhere"


def test_a_facet_that_nobody_wrote_is_named(folder: Path) -> None:
    path = item_file(folder, LOST)
    answers = yaml.safe_load(path.read_text("utf-8"))["answers"]
    del answers["proxy"]
    edit(path, answers=answers)
    assert the_error(folder).entry == "answers.proxy"


def test_one_question_under_two_subjects_names_both_files(folder: Path) -> None:
    edit(item_file(folder, BROKEN), questions={"any": ["身份证，过期了怎么办？"]})
    problem = the_error(folder)
    assert problem.file.endswith(f"{BROKEN}.yml")
    assert problem.value == "身份证，过期了怎么办？" and f"{EXPIRED}.yml" in problem.cause


def test_one_question_twice_under_one_subject_is_no_conflict(folder: Path) -> None:
    edit(item_file(folder, BROKEN), questions={"any": ["身份证坏了", "身份证坏了?"]})
    assert errors(folder) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("身份证号", "例如360102199001011234"),
        ("身份证号", "例如36010219900101123X的张女士"),
        ("手机号", "打13800138000找小王"),
        ("邮箱", "发到wang@example.com"),
        ("口令", "内网密码是Abc12345"),
    ],
)
def test_personal_data_and_passwords_are_found_and_not_repeated(folder: Path, kind: str, text: str) -> None:
    edit(item_file(folder, LOST), materials_note=text)
    problem = the_error(folder)
    assert problem.entry == "materials_note" and kind in problem.cause
    assert text not in str(problem)


def test_a_public_hotline_is_no_personal_data(folder: Path) -> None:
    edit(item_file(folder, LOST), materials_note="可以打12345，或0791-88888888，2024年起不收费。")
    assert errors(folder) == []


def test_an_option_that_leads_nowhere_is_named(folder: Path) -> None:
    options = [{"id": "c-sfz-huan", "ask": "哪种？", "options": [LOST, "gaj-sfz-gone"], "questions": ["换身份证"]}]
    write(folder / "clarifications" / "sfz.yml", options)
    problem = the_error(folder)
    assert (problem.entry, problem.value) == ("c-sfz-huan.options", "gaj-sfz-gone")


def test_a_popular_matter_that_leads_nowhere_is_named(folder: Path) -> None:
    write(folder / "popular.yml", {"ask": "哪件事？", "options": [LOST, "gaj-sfz-gone"]})
    problem = the_error(folder)
    assert (problem.file, problem.value) == ("popular.yml", "gaj-sfz-gone")


def test_a_file_name_that_is_not_the_id_is_told(folder: Path) -> None:
    item_file(folder, LOST).rename(folder / "items" / "gaj" / "lost.yml")
    assert the_error(folder).entry == "id"


def test_a_neighbour_that_is_not_written_yet_is_only_a_reminder(folder: Path) -> None:
    edit(item_file(folder, LOST), confused_with=[{"subject": "gaj-sfz-later", "difference": "以后再写"}])
    knowledge, _ = load(folder)
    reminders = [p for p in check(knowledge, TODAY) if p.value == "gaj-sfz-later"]
    assert len(reminders) == 1 and reminders[0].warning


def test_few_questions_are_only_a_reminder(folder: Path) -> None:
    edit(item_file(folder, LOST), questions={"any": [f"身份证丢了第{n}种问法" for n in range(MIN_QUESTIONS)]})
    thin = {p.file for p in check(load(folder)[0], TODAY) if p.entry == "questions"}
    assert f"items/gaj/{LOST}.yml" not in thin and f"items/gaj/{EXPIRED}.yml" in thin


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        ({"subject": "gaj-sfz-gone"}, "subject"),
        ({"subject": WEEKEND}, "facet"),
        ({"facet": None}, "facet"),
        ({"department": "航天局"}, "department"),
        ({"expires_on": "2024-05-31"}, "expires_on"),
        ({"answer": "打13800138000找小王"}, "answer"),
        ({"question": "身份证过期了怎么办？"}, "question"),
        ({"similar": ["身份证丢了怎么办"]}, "similar"),
    ],
)
def test_a_fault_of_a_manual_entry_names_the_entry(folder: Path, change: dict[str, object], entry: str) -> None:
    first, second = manual()
    write(folder / "manual" / "gaj.yml", [first | change, second])
    problem = the_error(folder)
    assert (problem.file, problem.entry) == ("manual/gaj.yml", f"{ABROAD}.{entry}")


def test_two_manual_entries_may_not_ask_the_same(folder: Path) -> None:
    first, second = manual()
    write(folder / "manual" / "gaj.yml", [first, second, first | {"id": "m-gaj-sfz-bl-2"}])
    assert {p.entry for p in errors(folder)} == {"m-gaj-sfz-bl-2.question", "m-gaj-sfz-bl-2.similar"}
