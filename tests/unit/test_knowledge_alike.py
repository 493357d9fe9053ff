"""Questions that belong to two subjects."""

import random
import time
from datetime import date
from pathlib import Path

import pytest

from knowledge.alike import alike_questions, grams, likeness
from knowledge.checks import check
from knowledge.loader import Problem, load
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, edit, item_file, manual, write

COMMON = "一不人这上大来和个中地为子你说生国年着就那要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样"
LONG = "我的身份证放在洗衣机里面洗过以后在机场刷不出来应该怎么办才好"


def problems(folder: Path, question: str, other: str) -> list[Problem]:
    """What is said of a question of BROKEN beside one of LOST."""
    edit(item_file(folder, LOST), questions={"any": [other]}, negatives=[])
    edit(item_file(folder, BROKEN), questions={"any": [question]})
    return list(alike_questions(load(folder)[0]))


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
    assert list(alike_questions(load(folder)[0])) == []


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
    (problem,) = alike_questions(knowledge)
    assert time.perf_counter() - started < 10 and LONG in problem.value
