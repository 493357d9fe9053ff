"""What the integration and the browser tests share: the real service, built once, Rasa included."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def embedding_origin() -> str:
    """The origin of a department's own site, which may embed the chat. Nobody serves there yet."""
    from assistant.supervisor import free_port

    return f"http://localhost:{free_port()}"


@pytest.fixture(scope="session")
def service_settings(embedding_origin: str):
    """Settings of the service under test: builds are kept in data/test, the database is new."""
    from assistant.settings import Settings

    data = Path(os.environ.get("ZHIWEN_TEST_DATA") or ROOT / "data" / "test")
    data.mkdir(parents=True, exist_ok=True)
    for old in data.glob("zhiwen.db*"):
        old.unlink()
    shutil.rmtree(data / "logs", ignore_errors=True)
    # People are on duty whenever the tests run; whether they are there, each test decides.
    return Settings(data=data, people_hours="00:00-24:00", people_every_day=True, embed_origins=embedding_origin)


@pytest.fixture(scope="session")
def service_url(service_settings) -> Iterator[str]:
    """The address of the real service."""
    from assistant import serving

    serving.configure_logging(service_settings)
    model = serving.prepare(service_settings)
    with serving.temporary_service(service_settings, model) as url:
        yield url
