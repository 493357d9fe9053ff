"""The secret of an installation: what it seals and what it recognises."""

from pathlib import Path

from assistant.vault import Vault

PHONE = "13812345678"


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    sealed = Vault.at(tmp_path / "data").seal(PHONE)
    assert Vault.at(tmp_path / "data").unseal(sealed) == PHONE
    (file,) = (tmp_path / "data").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_bytes()) == 32


def test_what_is_sealed_does_not_show_and_another_key_does_not_open_it(tmp_path: Path) -> None:
    mine, other = Vault.at(tmp_path / "a"), Vault.at(tmp_path / "b")
    sealed = mine.seal(PHONE)
    assert PHONE not in sealed
    assert mine.seal(PHONE) != sealed, "two equal numbers must not look equal"
    assert other.unseal(sealed) is None
    assert mine.unseal("rubbish") is None


def test_a_fingerprint_is_recognised_for_its_purpose_alone(tmp_path: Path) -> None:
    mine, other = Vault.at(tmp_path / "a"), Vault.at(tmp_path / "b")
    found = mine.fingerprint("conversation", PHONE)
    assert mine.fits("conversation", PHONE, found)
    assert not mine.fits("case", PHONE, found)
    assert not other.fits("conversation", PHONE, found)
    assert not mine.fits("conversation", "13812345679", found)
    assert not mine.fits("conversation", PHONE, "")
    assert not mine.fits("conversation", PHONE, "\ud800错的")
