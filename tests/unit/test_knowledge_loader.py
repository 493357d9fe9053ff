"""What an author is told about a file that cannot be used: file, entry, value, likely cause."""

from pathlib import Path

import pytest

from knowledge.loader import Problem, load
from tests.unit.small_knowledge import BROKEN, EXPIRED, FORGERY, LOST, edit, item_file, write

LOST_FILE = f"items/gaj/{LOST}.yml"


def problem_of(folder: Path) -> Problem:
    """The one problem of a folder."""
    _, problems = load(folder)
    assert len(problems) == 1, list(map(str, problems))
    return problems[0]


def test_a_good_folder_loads_without_a_word(folder: Path) -> None:
    knowledge, problems = load(folder)
    assert problems == []
    assert list(knowledge.items) == [LOST, EXPIRED, BROKEN]
    assert knowledge.files[LOST] == LOST_FILE
    assert FORGERY in knowledge.boundaries


def test_an_unknown_key_names_file_field_value_and_cause(folder: Path) -> None:
    edit(item_file(folder, LOST), titel="身份证补领")
    problem = problem_of(folder)
    assert (problem.file, problem.entry) == (LOST_FILE, "titel")
    assert "身份证补领" in problem.value and "拼错" in problem.cause
    assert all(part in str(problem) for part in (LOST_FILE, "titel", "身份证补领", "拼错", "错误"))


def test_a_missing_field_is_named(folder: Path) -> None:
    path = item_file(folder, LOST)
    path.write_text(path.read_text("utf-8").replace("name: 身份证丢失补领\n", "", 1), "utf-8")
    problem = problem_of(folder)
    assert (problem.file, problem.entry) == (LOST_FILE, "name")
    assert "缺少" in problem.cause


def test_broken_yaml_names_the_line_and_the_usual_mistakes(folder: Path) -> None:
    item_file(folder, LOST).write_text("id: a\n  name: b: c\n", "utf-8")
    problem = problem_of(folder)
    assert problem.file == LOST_FILE
    assert "YAML" in problem.cause and "line 2" in problem.cause and "缩进" in problem.cause


@pytest.mark.parametrize("promised", [{"value": 10}, {"unit": "工作日"}, {"value": 1, "unit": "当场"}])
def test_a_number_of_days_without_its_unit_is_refused(folder: Path, promised: dict[str, object]) -> None:
    edit(item_file(folder, LOST), limits={"promised": promised})
    problem = problem_of(folder)
    assert problem.entry.startswith("limits.promised")
    assert "缺少" in problem.cause or "工作日、自然日要写 value" in problem.cause


@pytest.mark.parametrize("written", ["2026年5月", "去年", "2026-13-01", "2026-02-30"])
def test_a_wrong_date_says_how_dates_are_written(folder: Path, written: str) -> None:
    path = item_file(folder, LOST)
    path.write_text(path.read_text("utf-8").replace("reviewed_on: '2024-05-01'", f"reviewed_on: {written}"), "utf-8")
    problem = problem_of(folder)
    assert problem.file == LOST_FILE
    assert "日期" in problem.cause and "2026-11-22" in problem.cause


def test_a_word_outside_a_fixed_list_is_shown(folder: Path) -> None:
    edit(item_file(folder, LOST), handling="随便办")
    problem = problem_of(folder)
    assert (problem.entry, problem.value) == ("handling", "'随便办'")
    assert "允许的取值" in problem.cause


def test_an_unknown_facet_is_refused(folder: Path) -> None:
    edit(item_file(folder, LOST), questions={"price": ["多少钱"]})
    assert {p.entry.split(".")[0] for p in load(folder)[1]} == {"questions"}


def test_a_missing_file_is_said_to_be_missing(folder: Path) -> None:
    (folder / "departments.yml").unlink()
    problem = problem_of(folder)
    assert (problem.file, problem.cause) == ("departments.yml", "文件不存在")


def test_a_file_that_is_not_utf8_says_so(folder: Path) -> None:
    path = item_file(folder, LOST)
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert "UTF-8" in problem_of(folder).cause


def test_an_empty_file_is_a_problem(folder: Path) -> None:
    item_file(folder, LOST).write_text("", "utf-8")
    assert problem_of(folder).file == LOST_FILE


def test_an_id_used_twice_names_both_files_and_the_first_counts(folder: Path) -> None:
    write(folder / "items" / "gaj" / "zz-copy.yml", {})
    (folder / "items" / "gaj" / "zz-copy.yml").write_bytes(item_file(folder, LOST).read_bytes())
    problem = problem_of(folder)
    assert problem.file == "items/gaj/zz-copy.yml"
    assert LOST_FILE in problem.cause


def test_a_bad_file_is_left_out_whole_and_the_others_are_read(folder: Path) -> None:
    edit(item_file(folder, LOST), fee={"amount": -1, "rule": "负数"})
    knowledge, problems = load(folder)
    assert LOST not in knowledge.items and EXPIRED in knowledge.items
    assert [p.entry for p in problems] == ["fee.amount"]


def test_a_bad_regular_expression_of_a_cue_is_shown(folder: Path) -> None:
    write(folder / "lexicon" / "facets.yml", {"fee": ["多少(钱"]})
    problem = problem_of(folder)
    assert (problem.entry, problem.value) == ("fee", "多少(钱")


def test_a_warning_reads_as_a_reminder() -> None:
    assert str(Problem("a.yml", "questions", "3", "太少", warning=True)).startswith("[提醒] a.yml")
