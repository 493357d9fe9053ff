"""What an installation may decide."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings import ROOT, Settings

README = ROOT / "README.md"


@pytest.mark.xfail(not README.exists(), reason="README.md is not written yet", strict=True)
@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented_in_the_readme(name: str) -> None:
    assert f"ZHIWEN_{name.upper()}" in README.read_text("utf-8")


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_setting_is_read_from_its_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIWEN_PORT", "9000")
    monkeypatch.setenv("ZHIWEN_RATE_LIMIT_LOOPBACK", "true")
    settings = Settings()
    assert (settings.port, settings.rate_limit_loopback) == (9000, True)


@pytest.mark.parametrize(
    "wrong",
    [{"port": 0}, {"port": 70_000}, {"region": "南昌"}, {"rasa_processes": -1}, {"retention_days": 0}, {"cases_url": "10.0.0.1/cases"}],
)
def test_a_setting_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


def test_the_doors_are_loopback_and_the_database_is_a_file_unless_set_otherwise(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert settings.host == "127.0.0.1"
    assert settings.database == f"sqlite:///{tmp_path / 'zhiwen.db'}"
    assert Settings(database_url="postgresql+psycopg://db/zhiwen").database == "postgresql+psycopg://db/zhiwen"


NOT_ORIGINS = ["rsj.example.gov.cn", "https://*.gov.cn", "https://a.cn/path", "https://a.cn; script-src *", "https://a.cn 'self'"]


@pytest.mark.parametrize("origins", NOT_ORIGINS)
def test_a_site_that_may_embed_the_chat_is_named_exactly(origins: str) -> None:
    """What is written here goes into a header: neither a wildcard nor another directive gets in."""
    with pytest.raises(ValidationError):
        Settings(embed_origins=origins)
    assert Settings(embed_origins="https://a.cn, http://10.0.0.5:8080,").embedding_origins == ("https://a.cn", "http://10.0.0.5:8080")
