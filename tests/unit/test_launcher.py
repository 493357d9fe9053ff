"""The launcher `./zhiwen` and the commands behind it."""

import runpy
import sys
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.settings import ROOT


def test_the_launcher_lets_through_every_command_and_names_it_in_its_help() -> None:
    launcher = runpy.run_path(str(ROOT / "zhiwen"), run_name="launcher")
    assert launcher["COMMANDS"] == {*main.commands, "test"}
    assert [name for name in launcher["COMMANDS"] if f"./zhiwen {name}" not in launcher["USAGE"]] == []


def test_a_full_disk_is_named_before_anything_is_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    launcher = runpy.run_path(str(ROOT / "zhiwen"), run_name="launcher")
    make_environment = launcher["make_environment"]
    make_environment.__globals__["DISK"] = 10**9
    with pytest.raises(SystemExit):
        make_environment(tmp_path / "venv", sys.executable, [], "智问自己的环境")
    assert "磁盘快满了" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
