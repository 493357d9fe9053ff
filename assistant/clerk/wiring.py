"""The parts of the clerk's desk, put together."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from assistant.answering.library import Library
from assistant.clerk.finder import Finders
from assistant.clerk.gaps import GapReports
from assistant.clerk.notices import Notices
from assistant.staff.audit import Audit


@dataclass(frozen=True)
class Clerks:
    """What the window clerks' routes need."""

    finders: Finders
    notices: Notices
    gaps: GapReports
    audit: Audit


def wire_clerks(engine: Engine, library: Callable[[], Library]) -> Clerks:
    """Wire it to a database and the live library."""
    return Clerks(Finders(library), Notices(engine), GapReports(engine), Audit(engine))
