"""Gaps: questions that went unanswered, were rated badly or reported, put together by meaning.

A gap is named by the question that stands for it. What was decided about one is kept (which department, until when,
which entry answers it now); its questions stay where they were asked and go with them when their time is up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import numpy as np
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from assistant.answering.library import Library
from assistant.console.clusters import ALIKE, groups, likeness, middle
from assistant.report import NOBODY, nearest_department
from assistant.staff.audit import entry as audited
from assistant.storage.console_tables import GapRow
from assistant.storage.desk_tables import GapReportRow
from assistant.storage.tables import FeedbackRow, TurnRow
from knowledge.snapshot import Subject
from knowledge.vocabulary import Outcome

WEEKS = 8
"""How far back questions are looked at, and how long the trend is."""
LATEST = 2000
"""So many of the latest questions of a kind are looked at: to put 2,000 together takes half a second, and four times
that for twice as many."""
REPORTED_CLOSED = "closed"
_WORDLESS = {"empty", "declined_all"}
"""What a turn is marked with whose words ask nothing: masked numbers alone, “都不是”."""


class Kind(StrEnum):
    """Why a question is in the list."""

    UNANSWERED = "unanswered"
    UNHELPFUL = "unhelpful"
    REPORTED = "reported"


KIND_TITLES = {Kind.UNANSWERED: "没答上", Kind.UNHELPFUL: "评价没用", Kind.REPORTED: "窗口报的"}


class GapState(StrEnum):
    """Where a gap stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    AGAIN = "again"
    """It was closed, and has been asked since without an answer."""


GAP_TITLES = {
    GapState.NEW: "新的", GapState.ASSIGNED: "已分派", GapState.CLOSED: "已补上", GapState.DISMISSED: "不用补", GapState.AGAIN: "又有人问",
}  # fmt: skip
TO_DO = (GapState.NEW, GapState.ASSIGNED, GapState.AGAIN)


@dataclass(frozen=True)
class Asked:
    """A question somebody asked, masked."""

    text: str
    at: datetime
    kind: Kind
    department: str
    """Whose it seems to be; empty where nobody can tell."""
    note: str = ""
    """What a citizen or a clerk said about the answer, masked."""
    report: int | None = None


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning, and what was decided about them."""

    question: str
    asked: tuple[Asked, ...]
    """Newest first."""
    state: GapState
    department: str
    due_on: date | None = None
    entry: str = ""
    note: str = ""
    decided_by: str = ""

    @property
    def questions(self) -> list[str]:
        """The different wordings, the one that stands for all first."""
        return list(dict.fromkeys([self.question, *(a.text for a in self.asked)]))

    def weeks(self, today: date) -> list[int]:
        """How often it was asked in each of the last weeks, the present one last."""
        ago = Counter((today - a.at.astimezone().date()).days // 7 for a in self.asked)
        return [ago[week] for week in reversed(range(WEEKS))]

    def overdue(self, today: date) -> bool:
        """Whether its department is late."""
        return self.state in TO_DO and self.due_on is not None and self.due_on < today


class Gaps:
    """Reads what was asked, and keeps what was decided."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def gather(self, library: Library, now: datetime | None = None) -> list[Gap]:
        """The gaps of the last weeks, those that were asked most first."""
        since = (now or datetime.now(UTC)) - timedelta(weeks=WEEKS)
        with self._sessions() as session:
            asked = _asked(session, since, library.index.subjects)
            decided = list(session.scalars(select(GapRow)))
        found = put_together(asked, decided, library)
        return sorted(found, key=lambda gap: (-len(gap.asked), gap.question))

    def find(self, library: Library, question: str) -> Gap | None:
        """The gap that a question stands for."""
        return next((gap for gap in self.gather(library) if gap.question == question), None)

    def assign(self, gap: Gap, department: str, due_on: date, note: str, by: str) -> Gap:
        """Give it to a department until a day. `note` is masked."""
        return self._decide(replace(gap, state=GapState.ASSIGNED, department=department, due_on=due_on, entry="", note=note, decided_by=by))

    def close(self, gap: Gap, entry: str, by: str) -> Gap:
        """It is answered now by an entry. The reports that led to it are done."""
        return self._decide(replace(gap, state=GapState.CLOSED, entry=entry, decided_by=by))

    def dismiss(self, gap: Gap, reason: str, by: str) -> Gap:
        """It needs no entry. `reason` is masked."""
        return self._decide(replace(gap, state=GapState.DISMISSED, note=reason, decided_by=by))

    def forget_older_than(self, days: int) -> None:
        """Delete decisions that are as old as conversations that are deleted, but for those whose day is still to come."""
        limit = datetime.now(UTC) - timedelta(days=days)
        over = (GapRow.decided_at < limit) & (GapRow.due_on.is_(None) | (GapRow.due_on < limit.date()))
        with self._sessions.begin() as session:
            session.execute(delete(GapRow).where(over))

    def _decide(self, gap: Gap) -> Gap:
        with self._sessions.begin() as session:
            row = session.scalars(select(GapRow).where(GapRow.question == gap.question)).one_or_none() or GapRow(question=gap.question)
            row.department, row.due_on, row.state, row.entry = gap.department, gap.due_on, gap.state, gap.entry
            row.note, row.decided_by, row.decided_at = gap.note, gap.decided_by, datetime.now(UTC)
            session.add(row)
            if gap.state in (GapState.CLOSED, GapState.DISMISSED):
                reports = [a.report for a in gap.asked if a.report is not None]
                session.execute(update(GapReportRow).where(GapReportRow.id.in_(reports)).values(state=REPORTED_CLOSED))
            session.flush()
            session.add(audited(gap.decided_by, f"gap_{gap.state}", f"gap {row.id}", department=gap.department, entry=gap.entry))
        return gap


def put_together(asked: Sequence[Asked], decided: Sequence[GapRow], library: Library) -> list[Gap]:
    """Questions that mean what a decided gap means go to it; the others make gaps of their own."""
    texts = list(dict.fromkeys(a.text for a in asked))
    by_text: dict[str, list[Asked]] = {text: [] for text in texts}
    for one in asked:
        by_text[one.text].append(one)
    read = library.index.reader.lexicon.standardise
    vectors = library.index.encoder.encode([read(text) for text in (*texts, *(row.question for row in decided))])
    own, seeds = vectors[: len(texts)], vectors[len(texts) :]
    near = likeness(own, seeds) if decided and texts else np.zeros((len(texts), 1), np.float32)
    same = {row.question: place for place, row in enumerate(decided)}
    home = [same.get(text, int(near[n].argmax()) if near[n].max() >= ALIKE else -1) for n, text in enumerate(texts)]
    found = []
    for place, row in enumerate(decided):
        found.append(_decided(row, [a for n, text in enumerate(texts) if home[n] == place for a in by_text[text]]))
    left = [n for n, place in enumerate(home) if place < 0]
    for group in groups(own[left]) if left else []:
        places = [left[n] for n in group]
        stands = places[middle(own[places], [len(by_text[texts[n]]) for n in places])]
        found.append(_new(texts[stands], [a for n in places for a in by_text[texts[n]]]))
    return found


def _new(question: str, asked: Iterable[Asked]) -> Gap:
    newest_first = tuple(sorted(asked, key=lambda a: a.at, reverse=True))
    departments = Counter(a.department for a in newest_first if a.department)
    return Gap(question, newest_first, GapState.NEW, departments.most_common(1)[0][0] if departments else "")


def _decided(row: GapRow, asked: Iterable[Asked]) -> Gap:
    newest_first = tuple(sorted(asked, key=lambda a: a.at, reverse=True))
    state = GapState(row.state)
    if state is GapState.CLOSED and newest_first and newest_first[0].at > row.decided_at:
        state = GapState.AGAIN
    return Gap(row.question, newest_first, state, row.department, row.due_on, row.entry, row.note, row.decided_by)


def _asked(session: Session, since: datetime, subjects: Mapping[str, Subject]) -> list[Asked]:
    unanswered = select(TurnRow).where(TurnRow.outcome == Outcome.NO_ANSWER, TurnRow.at >= since).order_by(TurnRow.at.desc()).limit(LATEST)
    rated = (
        select(TurnRow, FeedbackRow)
        .join(FeedbackRow, FeedbackRow.turn_id == TurnRow.id)
        .where(FeedbackRow.helpful.is_(False), FeedbackRow.at >= since)
        .order_by(FeedbackRow.at.desc())
        .limit(LATEST)
    )
    reported = select(GapReportRow).where(GapReportRow.asked_at >= since).order_by(GapReportRow.asked_at.desc()).limit(LATEST)
    found = {
        turn.id: Asked(turn.text, _utc(turn.at), Kind.UNANSWERED, _department(turn, subjects))
        for turn in session.scalars(unanswered)
        if not _WORDLESS & turn.explanation.keys()
    }
    for turn, thumb in session.execute(rated):  # after the others: what was rated too is told once, with what was said
        found[turn.id] = Asked(turn.text, _utc(thumb.at), Kind.UNHELPFUL, _department(turn, subjects), thumb.comment)
    reports = [Asked(r.text, r.asked_at, Kind.REPORTED, r.department, r.note, r.id) for r in session.scalars(reported)]
    return [*found.values(), *reports]


def _department(turn: TurnRow, subjects: Mapping[str, Subject]) -> str:
    """Of the entry that answered, or of the nearest candidate."""
    for answer in turn.explanation.get("answered", []):
        subject = subjects.get(answer["subject"])
        if subject is not None:
            return subject.department
    nearest = nearest_department(turn, subjects)
    return "" if nearest == NOBODY else nearest


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
