"""Questions that belong to two subjects."""

import random
import time
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge.alike import alike_questions, grams, likeness, read_questions
from knowledge.checks import check
from knowledge.loader import Knowledge, Problem, load
from tests.unit.small_knowledge import BROKEN, EXPIRED, FORGERY, LOST, edit, item_file, manual, write

COMMON = "一不人这上大来和个中地为子你说生国年着就那要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样"
LONG = "我的身份证放在洗衣机里面洗过以后在机场刷不出来应该怎么办才好"


def found_alike(knowledge: Knowledge) -> list[Problem]:
    """What is said of all questions."""
    return list(alike_questions(knowledge, list(read_questions(knowledge))))


def problems(folder: Path, question: str, other: str) -> list[Problem]:
    """What is said of a question of BROKEN beside one of LOST."""
    edit(item_file(folder, LOST), questions={"any": [other]}, negatives=[])
    edit(item_file(folder, BROKEN), questions={"any": [question]})
    return found_alike(load(folder)[0])


@pytest.mark.parametrize("question", ["身份证刷不出怎么办呢", "请问身份证刷不出怎么办", "身份证，刷不出了怎么办哦？"])
def test_a_question_that_differs_by_fillers_alone_stops_the_build(folder: Path, question: str) -> None:
    write(folder / "lexicon" / "fillers.yml", ["请问", "了", "呢", "哦"])
    (problem,) = problems(folder, question, "身份证刷不出怎么办")
    assert not problem.warning and "身份证刷不出怎么办" in problem.value + problem.cause
    assert problem in check(load(folder)[0], date(2024, 6, 1))


def test_a_long_question_with_one_more_character_is_a_reminder(folder: Path) -> None:
    (problem,) = problems(folder, LONG + "呃", LONG)
    assert problem.warning and problem.value in (LONG, LONG + "呃") and "几乎一样" in problem.cause


def test_one_character_decides_a_short_question(folder: Path) -> None:
    assert problems(folder, "换身份证要多少钱呀", "补身份证要多少钱呀") == []


def test_within_one_subject_questions_may_be_alike(folder: Path) -> None:
    first, second = manual()
    edit(item_file(folder, LOST), questions={"any": [LONG, LONG + "呃"]})
    write(folder / "manual" / "gaj.yml", [first | {"question": LONG + "啦"}, second])
    assert found_alike(load(folder)[0]) == []


def test_likeness_counts_runs_of_two_characters() -> None:
    assert likeness(grams("补身份证"), grams("补身份证")) == 1
    assert likeness(grams("补身份证"), grams("换身份证")) == pytest.approx(4 / 6)
    assert likeness(grams("补"), grams("")) == 0


def test_seventeen_thousand_questions_take_seconds(folder: Path) -> None:
    chance = random.Random(5)
    asked = ["".join(chance.choices(COMMON, k=14)) for _ in range(17_000)]
    edit(item_file(folder, LOST), questions={"any": asked[::2]})
    edit(item_file(folder, EXPIRED), questions={"any": [*asked[1::2], f"{LONG}甲"]})
    edit(item_file(folder, BROKEN), questions={"any": [f"{LONG}乙"]})
    knowledge, _ = load(folder)
    started = time.perf_counter()
    (problem,) = found_alike(knowledge)
    assert time.perf_counter() - started < 30 and LONG in problem.value


def test_a_question_that_a_boundarys_pattern_takes_away_stops_the_build(folder: Path) -> None:
    assert [p for p in check(load(folder)[0], date(2024, 6, 1)) if "patterns" in p.cause] == []
    edit(item_file(folder, LOST), questions={"any": ["假身份证丢了怎么办理"]}, negatives=[])
    path = next(p for p in (folder / "boundaries").glob("*.yml") if FORGERY in p.read_text("utf-8"))
    records = yaml.safe_load(path.read_text("utf-8"))
    for record in records:
        if record["id"] == FORGERY:
            record["patterns"] = ["假.{0,2}证"]
    path.write_text(yaml.safe_dump(records, allow_unicode=True), "utf-8")
    (problem,) = [p for p in check(load(folder)[0], date(2024, 6, 1)) if "patterns" in p.cause]
    assert problem.value == "假身份证丢了怎么办理" and not problem.warning
