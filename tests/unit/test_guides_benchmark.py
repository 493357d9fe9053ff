"""The unseen base of guides: what is asked is not in it, and places are counted as they should be."""

import random
from pathlib import Path

from benchmarks import guides
from knowledge.loader import load
from knowledge.text import fold
from tests.unit.small_knowledge import write_folder


def test_what_is_asked_is_neither_in_the_export_nor_a_part_of_an_official_name() -> None:
    rows, asked = guides.export(guides.matters(), random.Random(guides.SEED))
    officials = {fold(row["事项名称"]) for row in rows}
    told = {row["别名"] for row in rows if "别名" in row}
    assert len(rows) == len(officials) and 1900 <= len(rows) <= 2100 and len(asked) == guides.ASKED
    assert not [one for one in asked if fold(one.name) in "\n".join(officials)]
    assert not told & {one.name for one in asked}
    assert 0.2 < len(told) / len(rows) < 0.3
    assert not [row for row in guides.export(guides.matters(), random.Random(guides.SEED), named=0)[0] if "别名" in row]


def test_the_export_is_imported_as_an_office_would_do_it(tmp_path: Path) -> None:
    rows, _ = guides.export(guides.matters()[:24], random.Random(1))
    folder = write_folder(tmp_path / "knowledge", words=False)
    shipped = Path(guides.__file__).parent.parent / "knowledge"
    knowledge = guides.imported(rows, load(folder)[0], shipped)
    assert {guide.name for guide in knowledge.guides.values()} == {row["事项名称"] for row in rows}
    assert not knowledge.items and not knowledge.topics
    assert guides.by_names(knowledge)(rows[3]["事项名称"])[0] == rows[3]["事项名称"]


def test_first_and_in_five_are_counted_by_wording() -> None:
    asked = [guides.Asked("甲", "1", "everyday"), guides.Asked("乙", "2", "half everyday"), guides.Asked("丙", "3", "official words")]
    found = guides.found(lambda text: {"甲": ["1", "2"], "乙": ["1", "2"], "丙": list("124567")}[text], asked)
    assert (found["everyday"]["first"], found["half everyday"]["first"], found["half everyday"]["five"]) == (1, 0, 1)
    assert found["official words"]["five"] == 0 and found["all"] == {"first": 0.333, "five": 0.667, "of": 3}
