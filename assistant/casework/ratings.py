"""Ratings after 好差评: once a matter, with reasons; a bad one opens a rectification item with owner, due date and state."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker

from assistant.outbox import Deliver, Outbox
from assistant.staff.audit import entry
from assistant.storage.casework_tables import RatingRow, RectificationRow
from assistant.vault import Vault
from assistant.workdays import deadline
from outside.models import RatedKind, Rating, RatingLevel
from outside.protocols import Ratings as RatingSystem

DESTINATION = "ratings"
BAD = (RatingLevel.BAD, RatingLevel.VERY_BAD)
RECTIFY_WORKDAYS = 5
"""Working days in which a bad rating is to be put right. A choice of ours until a county sets its own: the text of
GB/T 39734-2020, which treats bad ratings by kind, was not seen."""


class RectificationState(StrEnum):
    """How far the putting right is."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"


RECTIFICATION_TITLES = {RectificationState.OPEN: "待处理", RectificationState.DOING: "处理中", RectificationState.DONE: "已整改"}


@dataclass(frozen=True)
class Rectification:
    """What a bad rating asks a department to put right, with the rating."""

    id: int
    department: str
    state: RectificationState
    due_on: date
    overdue: bool
    note: str
    handled_by: str
    opened_at: datetime
    level: RatingLevel
    reasons: tuple[str, ...]
    comment: str
    about: RatedKind


class Ratings:
    """All reads and writes of ratings and of what they open."""

    def __init__(self, engine: Engine, vault: Vault, outbox: Outbox) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._vault = vault
        self._outbox = outbox

    def is_rated(self, about: RatedKind, subject: str) -> bool:
        """Whether a matter has its rating."""
        with self._sessions() as session:
            return session.scalar(select(RatingRow.id).where(RatingRow.matter == self._matter(about, subject))) is not None

    def submit(self, rating: Rating, today: date) -> bool:
        """Keep a rating with its letter to 好差评, and open a rectification if it is bad; False when the matter has one already."""
        matter = self._matter(rating.about, rating.subject)
        row = RatingRow(
            matter=matter, about=rating.about.value, level=rating.level.value, reasons=list(rating.reasons),
            comment=rating.comment, department=rating.department, rated_at=rating.rated_at,
        )  # fmt: skip
        try:
            with self._sessions.begin() as session:
                session.add(row)
                session.flush()
                self._outbox.write(session, DESTINATION, f"PJ{row.id}", f"rating-{matter[:40]}", rating)
                if rating.level in BAD:
                    due = deadline(today, RECTIFY_WORKDAYS).on
                    session.add(
                        RectificationRow(rating_id=row.id, department=rating.department, state=RectificationState.OPEN.value, due_on=due)
                    )
        except IntegrityError:
            return False
        return True

    def rectifications(self, today: date, department: str | None = None, open_only: bool = False) -> list[Rectification]:
        """What is to be put right, soonest due first; of one department when it is named."""
        found = select(RectificationRow, RatingRow).join(RatingRow, RatingRow.id == RectificationRow.rating_id)
        if department is not None:
            found = found.where(RectificationRow.department == department)
        if open_only:
            found = found.where(RectificationRow.state != RectificationState.DONE.value)
        with self._sessions() as session:
            return [
                _told(row, rating, today)
                for row, rating in session.execute(found.order_by(RectificationRow.due_on, RectificationRow.rating_id))
            ]

    def rectification(self, number: int, today: date) -> Rectification | None:
        """One of them."""
        with self._sessions() as session:
            row, rating = session.get(RectificationRow, number), session.get(RatingRow, number)
            return _told(row, rating, today) if row is not None and rating is not None else None

    def move(self, number: int, before: RectificationState, after: RectificationState, note: str, by: str) -> bool:
        """Put a rectification into another state, with the audit; False when somebody else moved it meanwhile."""
        closed = datetime.now(UTC) if after is RectificationState.DONE else None
        with self._sessions.begin() as session:
            moved = (
                update(RectificationRow)
                .where(RectificationRow.rating_id == number, RectificationRow.state == before.value)
                .values(state=after.value, note=note, handled_by=by, closed_at=closed)
            )
            if session.execute(moved.returning(RectificationRow.rating_id)).first() is None:
                return False
            session.add(entry(by, "rectification_moved", str(number), before=before.value, after=after.value))
            return True

    def _matter(self, about: RatedKind, subject: str) -> str:
        return self._vault.fingerprint("rating", f"{about.value}|{subject}")


def _told(row: RectificationRow, rating: RatingRow, today: date) -> Rectification:
    state = RectificationState(row.state)
    return Rectification(
        id=row.rating_id, department=row.department, state=state, due_on=row.due_on,
        overdue=state is not RectificationState.DONE and today > row.due_on, note=row.note, handled_by=row.handled_by,
        opened_at=row.opened_at, level=RatingLevel(rating.level), reasons=tuple(rating.reasons), comment=rating.comment,
        about=RatedKind(rating.about),
    )  # fmt: skip


def delivery(system: RatingSystem) -> Deliver:
    """How the outbox hands a rating in."""

    async def deliver(letter: str, key: str) -> str:
        return (await system.submit(Rating.model_validate_json(letter), key)).number

    return deliver
