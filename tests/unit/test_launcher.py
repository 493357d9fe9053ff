"""The launcher `./zhiwen` and the commands behind it."""

import runpy

from assistant.cli import main
from assistant.settings import ROOT


def test_the_launcher_lets_through_every_command_and_names_it_in_its_help() -> None:
    launcher = runpy.run_path(str(ROOT / "zhiwen"), run_name="launcher")
    assert launcher["COMMANDS"] == {*main.commands, "test"}
    assert [name for name in launcher["COMMANDS"] if f"./zhiwen {name}" not in launcher["USAGE"]] == []
