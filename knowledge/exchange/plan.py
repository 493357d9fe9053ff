"""What an import would do, row by row. Nothing here writes anything."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.exchange.mapping import Row
from knowledge.exchange.tidy import Flaw
from knowledge.loader import Knowledge
from knowledge.schema import Guide, ManualEntry


class Verdict(StrEnum):
    """What becomes of a row. The value is what people read."""

    NEW = "新增"
    CHANGED = "变更"
    DUPLICATE = "重复"
    CONFLICT = "冲突"
    REJECTED = "退回"


TAKEN = (Verdict.NEW, Verdict.CHANGED)
FAILED = (Verdict.CONFLICT, Verdict.REJECTED)


class Refused(Exception):
    """A row cannot be taken; the message says why, in Chinese."""

    def __init__(self, why: str, verdict: Verdict = Verdict.REJECTED) -> None:
        super().__init__(why)
        self.verdict = verdict


@dataclass(frozen=True)
class Setting:
    """What every row of an import is read against."""

    knowledge: Knowledge
    """What is reviewed, and the drafts that wait for it."""
    region: str
    today: date
    department: str = ""
    """Of rows that name none."""


@dataclass(frozen=True)
class Outcome:
    """One row and what becomes of it."""

    row: Row
    verdict: Verdict
    why: str = ""
    record: ManualEntry | Guide | None = None

    def __str__(self) -> str:
        name = "" if self.record is None else f" {self.record.id}"
        return f"{self.row.where} {self.verdict}{name}" + (f"：{self.why}" if self.why else "")


@dataclass(frozen=True)
class Plan:
    """The whole import."""

    outcomes: list[Outcome]
    flaws: list[Flaw] = field(default_factory=list)
    """Of the text of a Word document."""

    def count(self, verdict: Verdict) -> int:
        """How many rows end so."""
        return sum(o.verdict is verdict for o in self.outcomes)

    @property
    def taken(self) -> list[ManualEntry | Guide]:
        """The records that an import writes."""
        return [o.record for o in self.outcomes if o.verdict in TAKEN and o.record is not None]

    def failures(self) -> tuple[list[str], list[list[str]]]:
        """Columns and rows of the failures file: the rows as they were, and why."""
        failed = [o for o in self.outcomes if o.verdict in FAILED]
        columns = list(dict.fromkeys(name for o in failed for name in o.row.original if name != REASON))
        return [*columns, REASON], [[*(o.row.original.get(c, "") for c in columns), f"{o.verdict}：{o.why}"] for o in failed]


REASON = "原因"
"""Column of a failures file; an import does not read it."""
