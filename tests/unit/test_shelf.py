"""Swapping the knowledge of a running service."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import assistant.shelf
from assistant.build import build_knowledge
from assistant.settings import Settings
from assistant.shelf import Shelf
from tests.unit.small_knowledge import LOST, edit, item_file, write_folder

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 10.0
A_FEW_LOOKS_SECONDS = 0.15


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the pointer every hundredth of a second."""
    monkeypatch.setattr(assistant.shelf, "POLL_SECONDS", 0.01)


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A data folder with two snapshots: an older one, and one with another fee; not live."""
    root = tmp_path_factory.mktemp("shelf")
    settings = Settings(data=root / "data", knowledge=write_folder(root / "knowledge"))
    old = build_knowledge(settings, lambda _: None, retrain=True)
    edit(item_file(settings.knowledge, LOST), fee={"amount": 0, "rule": "现在免了。", "source": "price"})
    new = build_knowledge(settings, lambda _: None, retrain=False)
    assert old.encoder == new.encoder
    return settings.data, old.snapshot, new.snapshot


@pytest.fixture
def data(two_versions: tuple[Path, str, str], tmp_path: Path) -> Path:
    """A copy of it, with the older version live."""
    shutil.copytree(two_versions[0], tmp_path / "data")
    publish(tmp_path / "data", two_versions[1])
    return tmp_path / "data"


def publish(data: Path, version: str, **changes: str) -> None:
    """Point at a version, in one step as the build does it."""
    found = json.loads((data / "current.json").read_text("utf-8")) | {"snapshot": version} | changes
    (data / "fresh").write_text(json.dumps(found), "utf-8")
    (data / "fresh").replace(data / "current.json")


@contextlib.asynccontextmanager
async def watching(data: Path) -> AsyncIterator[tuple[Shelf, asyncio.Task[None]]]:
    """A shelf that is being watched for as long as the block runs, and the watch."""
    shelf = Shelf(Settings(data=data))
    watch = asyncio.create_task(shelf.watch())
    try:
        yield shelf, watch
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, ValueError):
            await watch


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_newer_snapshot_is_swapped_in_and_the_old_one_stays_whole(data: Path, two_versions: tuple[Path, str, str]) -> None:
    _, old, new = two_versions
    async with watching(data) as (shelf, _):
        before = shelf.library()
        assert before.snapshot.version == old
        publish(data, new)
        await until(lambda: shelf.library().snapshot.version == new)
        fees = [next(e.text for e in library.snapshot.entries if e.id == f"{LOST}#fee") for library in (before, shelf.library())]
        assert fees == ["收费标准：40元/证。\n丢失补领每证40元。", "收费标准：不收费。\n现在免了。"]


async def test_an_edit_of_an_answer_alone_keeps_the_index(data: Path, two_versions: tuple[Path, str, str]) -> None:
    async with watching(data) as (shelf, _):
        before = shelf.library()
        publish(data, two_versions[2])
        await until(lambda: shelf.library() is not before)
        assert shelf.library().index is before.index


async def test_nothing_is_loaded_again_while_nothing_is_published(data: Path) -> None:
    async with watching(data) as (shelf, _):
        before = shelf.library()
        await asyncio.sleep(A_FEW_LOOKS_SECONDS)
        assert shelf.library() is before


def cut_off(data: Path, version: str) -> None:
    """A snapshot file that ends in the middle."""
    path = data / "snapshots" / "broken" / "snapshot.json"
    path.parent.mkdir()
    path.write_bytes((data / "snapshots" / version / "snapshot.json").read_bytes()[:1000])
    publish(data, "broken")


def not_there(data: Path, _version: str) -> None:
    """A version that nobody wrote."""
    publish(data, "nowhere")


def no_encoder(data: Path, version: str) -> None:
    """An encoder that nobody trained."""
    publish(data, version, encoder="nowhere")


def no_pointer(data: Path, _version: str) -> None:
    """No pointer at all."""
    (data / "current.json").unlink()


async def test_what_does_not_load_changes_nothing_and_the_next_good_one_is_taken(data: Path, two_versions: tuple[Path, str, str]) -> None:
    _, old, new = two_versions
    kept = json.loads((data / "current.json").read_text("utf-8"))
    async with watching(data) as (shelf, watch):
        before = shelf.library()
        for breaks in (cut_off, not_there, no_encoder, no_pointer):
            breaks(data, old)
            await asyncio.sleep(A_FEW_LOOKS_SECONDS)
            assert shelf.library() is before, breaks.__name__
            assert not watch.done(), breaks.__name__
        (data / "current.json").write_text(json.dumps(kept | {"snapshot": new}), "utf-8")
        await until(lambda: shelf.library().snapshot.version == new)


async def test_a_pointer_that_somebody_broke_does_not_end_the_watch(data: Path) -> None:
    async with watching(data) as (shelf, watch):
        (data / "current.json").write_text("{oops", "utf-8")
        await asyncio.sleep(A_FEW_LOOKS_SECONDS)
        assert shelf.library().snapshot
        assert not watch.done()


async def test_a_switch_keeps_the_index_and_takes_the_entry_away(data: Path) -> None:
    async with watching(data) as (shelf, _watch):
        before = shelf.library()
        kept = json.loads((data / "current.json").read_text("utf-8"))
        (data / "current.json").write_text(json.dumps(kept | {"off": {LOST: "核实中"}}), "utf-8")
        await until(lambda: shelf.library() is not before)
        assert shelf.library().index is before.index
        assert not any(subject == LOST for subject, _ in shelf.library().entries)
