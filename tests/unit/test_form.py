"""The form of a record, made from its class."""

from collections.abc import Iterator

import pytest

from knowledge.exchange.editing import changes, edited
from knowledge.exchange.form import Kind, Part, form, told
from knowledge.loader import Knowledge, load
from knowledge.schema import Guide, Item, ManualEntry, Office, Topic
from tests.unit.small_knowledge import LOST, write_folder

CLASSES = (Item, Guide, Topic, ManualEntry, Office)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The small knowledge, read."""
    return load(write_folder(tmp_path_factory.mktemp("knowledge"), words=False))[0]


def below(parts: tuple[Part, ...]) -> Iterator[Part]:
    """All parts, and theirs."""
    for part in parts:
        yield part
        yield from below(part.parts)


@pytest.mark.parametrize("model", CLASSES)
def test_every_field_is_in_the_form_under_a_chinese_name(model: type[Item]) -> None:
    assert {part.key for part in form(model)} == set(model.model_fields)
    assert [part.key for part in below(form(model)) if part.key and part.title.isascii()] == []


def test_the_form_knows_how_each_field_is_filled_in() -> None:
    parts = {part.key: part for part in form(Item)}
    rows = {part.key: part for part in parts["materials"].parts}
    assert parts["materials"].kind is Kind.ROWS and next(iter(rows)) == "name", "a row is known by its first field"
    assert {key: part.kind for key, part in rows.items()} == {
        "name": Kind.TEXT, "form": Kind.CHOICE, "original": Kind.TICK, "copies": Kind.NUMBER, "when": Kind.TEXT, "note": Kind.LONG,
        "exempt": Kind.GROUP, "source": Kind.SOURCE,
    }  # fmt: skip
    assert (rows["exempt"].optional, rows["source"].optional, rows["copies"].initial) == (True, False, 0)
    assert parts["elements"].kind is Kind.GROUP and parts["sources"].kind is Kind.KEYED and not parts["sources"].choices
    assert dict(parts["questions"].choices)["any"] == "不分方面" and parts["questions"].parts[0].kind is Kind.LINES
    assert [part.key for part in form(Item) if part.fixed] == ["id", "department", "parts", "region", "reviewed_on"]


def test_a_record_filled_in_with_what_it_says_is_the_same(knowledge: Knowledge) -> None:
    for record in (*knowledge.items.values(), *knowledge.topics.values(), *knowledge.manual.values()):
        content = record.model_dump(mode="json")
        assert edited(record, {part.key: content[part.key] for part in form(type(record)) if not part.fixed}) == record


def test_rows_are_told_by_name_and_the_same_name_twice_by_number(knowledge: Knowledge) -> None:
    item = knowledge.items[LOST]
    row = item.materials[0].model_dump(mode="json")
    twice = edited(item, {"materials": [row, row | {"copies": 1}]})
    assert told(twice)["申请材料·居民户口簿（2）·复印件（份）"] == "1"
    assert told(twice)["收费·依据"] == "《收费标准的通知》"
    assert ("申请材料（清单）", "居民户口簿", "居民户口簿\n居民户口簿") in changes(item, twice)
