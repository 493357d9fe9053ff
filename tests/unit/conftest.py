"""What the unit tests share: a small knowledge folder, the library made of it, an office around that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jieba
import pytest
import structlog

from assistant.answering.library import Library
from tests.unit.fakes import Office, open_folder, open_office
from tests.unit.small_knowledge import write_folder


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _one_dictionary() -> Iterator[None]:
    """Have jieba read its dictionary once, and not once a lexicon (0.5 s each)."""
    jieba.initialize()

    def share(cutter: jieba.Tokenizer, _dictionary: object = None) -> None:
        cutter.FREQ, cutter.total, cutter.initialized = dict(jieba.dt.FREQ), jieba.dt.total, True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jieba.Tokenizer, "initialize", share)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_logger_is_kept() -> Iterator[None]:
    """Have no module's logger keep the log of the test that used it first, as a service's do for speed."""
    configure = structlog.configure

    def without_cache(**settings: Any) -> None:
        configure(**settings | {"cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", without_cache)
        yield


def _drop(*_: object) -> str:
    raise structlog.DropEvent


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """No log on the terminal: rendering it takes longer than most tests."""
    structlog.configure(processors=[_drop])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A valid knowledge folder to spoil."""
    return write_folder(tmp_path / "knowledge", words=False)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The small knowledge, ready to answer from; it never changes, so all tests share it."""
    return open_folder(write_folder(tmp_path_factory.mktemp("small") / "knowledge"))


@pytest.fixture
def office(library: Library, tmp_path: Path) -> Office:
    """A service of one's own around the shared library."""
    return open_office(library, tmp_path / "data")
