"""Building: what is made, what is kept, and that a bad edit changes nothing."""

import shutil
from pathlib import Path

import pytest

from assistant.build import build_knowledge, train_rasa
from assistant.errors import BuildError
from assistant.publications import Publication, read_current, switch_off
from assistant.settings import Settings
from assistant.shelf import open_library
from knowledge.snapshot import read_snapshot
from tests.unit.small_knowledge import LOST, edit, item_file, write, write_folder


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with knowledge and what was built of it, to copy."""
    root = tmp_path_factory.mktemp("built")
    write_folder(root / "knowledge")
    build_knowledge(Settings(data=root / "data", knowledge=root / "knowledge"), lambda _: None, retrain=True)
    return root


@pytest.fixture
def shop(first_build: Path, tmp_path: Path) -> Settings:
    """A built installation of one's own."""
    shutil.copytree(first_build, tmp_path, dirs_exist_ok=True)
    return Settings(data=tmp_path / "data", knowledge=tmp_path / "knowledge")


def build(shop: Settings, *, retrain: bool) -> tuple[Publication, str]:
    """Build again; what is live then, and what was said."""
    said: list[str] = []
    return build_knowledge(shop, said.append, retrain=retrain), "\n".join(said)


def test_a_build_makes_a_snapshot_and_an_encoder_live(shop: Settings) -> None:
    current = read_current(shop)
    assert current is not None
    snapshot = read_snapshot(shop.data / "snapshots" / current.snapshot / "snapshot.json")
    assert snapshot.version == current.snapshot
    assert open_library(shop).snapshot == snapshot
    assert list(shop.data.rglob("*.partial")) == []
    assert list(shop.data.glob("*.new")) == []


def test_building_the_same_again_trains_nothing(shop: Settings) -> None:
    before = read_current(shop)
    current, said = build(shop, retrain=True)
    assert current == before
    assert "训练" not in said
    assert current.snapshot in said


def test_an_edit_is_live_without_training_anything(shop: Settings) -> None:
    before = read_current(shop)
    assert before is not None
    edit(item_file(shop.knowledge, LOST), questions={"any": ["我的证件让小偷摸走了"]})
    current, said = build(shop, retrain=False)
    assert current.encoder == before.encoder
    assert current.snapshot != before.snapshot
    assert "训练" not in said
    index = open_library(shop).index
    best = index.exact_phrase(index.reader.read("我的证件让小偷摸走了"))
    assert best is not None
    assert best.subject == LOST


def test_new_phrases_get_a_new_encoder_when_training_is_wanted(shop: Settings) -> None:
    before = read_current(shop)
    edit(item_file(shop.knowledge, LOST), questions={"any": ["我的证件让小偷摸走了"]})
    current, said = build(shop, retrain=True)
    assert before is not None
    assert current.encoder != before.encoder
    assert "训练" in said


def test_new_words_get_a_new_encoder_when_training_is_wanted(shop: Settings) -> None:
    before = read_current(shop)
    write(shop.knowledge / "lexicon" / "terms.yml", ["身份证丢", "证折断"])
    current, _ = build(shop, retrain=True)
    assert before is not None
    assert current.encoder != before.encoder


def test_a_bad_edit_is_named_and_what_was_live_stays_live(shop: Settings) -> None:
    before = read_current(shop)
    edit(item_file(shop.knowledge, LOST), department="航天局")
    with pytest.raises(BuildError, match="航天局") as told:
        build(shop, retrain=False)
    assert f"{LOST}.yml" in str(told.value)
    assert read_current(shop) == before


def test_what_is_switched_off_is_left_out_when_the_library_is_opened(shop: Settings) -> None:
    switch_off(shop, LOST, "小李", "核实中")
    library = open_library(shop)
    assert not any(subject == LOST for subject, _ in library.entries)
    assert library.subject(LOST).contact


def test_without_a_build_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="zhiwen knowledge publish"):
        open_library(Settings(data=tmp_path))


def test_a_dialogue_model_that_cannot_be_trained_is_told(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, rasa_python=Path("/bin/false"))
    with pytest.raises(BuildError, match="对话模型训练失败"):
        train_rasa(settings, tmp_path / "training", tmp_path / "out", "dialogue")
