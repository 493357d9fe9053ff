"""What the unit tests share: a small knowledge folder, the library made of it, an office around that."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from assistant.answering.answerer import Library  # noqa: E402
from tests.unit.fakes import Office, open_folder, open_office  # noqa: E402
from tests.unit.small_knowledge import write_folder  # noqa: E402


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the service does."""
    return "asyncio"


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
