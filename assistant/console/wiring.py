"""Puts the parts of the maintainers' desk together."""

from dataclasses import dataclass

from sqlalchemy import Engine

from assistant.console.gaps import Gaps
from assistant.console.publishing import Publisher
from assistant.console.workshop import Workshop
from assistant.settings import Settings
from assistant.staff.audit import Audit
from assistant.statistics.figures import Statistics


@dataclass(frozen=True)
class Console:
    """What the maintainers' desk works with."""

    gaps: Gaps
    workshop: Workshop
    publisher: Publisher
    statistics: Statistics


def wire_console(engine: Engine, settings: Settings) -> Console:
    """Wire it."""
    audit = Audit(engine)
    gaps = Gaps(engine)
    return Console(gaps, Workshop(settings, audit), Publisher(settings, audit), Statistics(engine, gaps))
