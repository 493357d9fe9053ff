"""Switches a subject or an entry off at once, with a reason, and on again."""

from datetime import date
from pathlib import Path

from knowledge.loader import SWITCHES, Knowledge
from knowledge.schema import SwitchedOff
from knowledge.vocabulary import Facet
from knowledge.writer import plain, write_file


class SwitchError(Exception):
    """There is nothing to switch; the message is Chinese."""


def switch_off(root: Path, knowledge: Knowledge, what: str, reason: str, by: str, on: date) -> None:
    """Write down that a subject (gaj-sfz-bl), a facet of it (gaj-sfz-bl#fee) or a manual entry is not answered from.

    Raises:
        SwitchError: there is no such thing.

    """
    subject, _, facet = what.partition("#")
    known = {*knowledge.items, *knowledge.guides, *knowledge.topics, *knowledge.manual}
    if subject not in known or facet not in ("", *Facet):
        raise SwitchError(f"没有“{what}”。写事项、话题或问答的编号；只停一个方面写成 编号#方面，例如 gaj-sfz-bl#fee。")
    _write(root, knowledge.switched_off | {what: SwitchedOff(reason=reason, by=by, on=on)})


def switch_on(root: Path, knowledge: Knowledge, what: str) -> None:
    """Take a switch back.

    Raises:
        SwitchError: it is not off.

    """
    if what not in knowledge.switched_off:
        raise SwitchError(f"“{what}”没有停答。停着的有：{'、'.join(knowledge.switched_off) or '无'}。")
    _write(root, {name: switch for name, switch in knowledge.switched_off.items() if name != what})


def _write(root: Path, switches: dict[str, SwitchedOff]) -> None:
    write_file(root / SWITCHES, {name: plain(switch) for name, switch in switches.items()})
