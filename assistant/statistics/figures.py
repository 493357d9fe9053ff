"""The figures of a period: how much was asked, how it ended, what is hot, what rises, what has no answer, who waited.

A turn counts for the department of the entry that answered it, or of the nearest candidate. Days are those of China.
"""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from assistant.answering.library import Library
from assistant.console.gaps import Gap, Gaps
from assistant.people.duty import CHINA
from assistant.people.states import State
from assistant.report import nearest_subject
from assistant.storage.casework_tables import RatingRow, WorkOrderRow
from assistant.storage.tables import ConversationRow, FeedbackRow, HandOffRow, TurnRow
from knowledge.snapshot import Subject
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome
from outside.models import RATING_TITLES, WORK_ORDER_TITLES, RatingLevel, WorkOrderKind

HOT = 20
"""So many hot subjects, risers and gaps are told."""
RISES_FROM = 3
"""A subject asked fewer times than this is no riser: from one to two is chance."""
FRESH_SECONDS = 60.0
"""A page asks for the figures and for their chart, and then for a paper: they are counted once."""
AT_ONCE = 2000
"""Turns that are read at a time; a city's month is some hundred thousand."""

OUTCOME_TITLES = {
    Outcome.ANSWERED: "答了", Outcome.CLARIFY: "反问", Outcome.NO_ANSWER: "没有答案", Outcome.OUT_OF_SCOPE: "不归这里答",
    Outcome.PROGRESS: "查进度", Outcome.HANDOFF: "转人工", Outcome.HOTLINE: "投诉建议", Outcome.RATING: "评价",
    Outcome.REFUSED: "拒绝", Outcome.EMERGENCY: "紧急", Outcome.SMALLTALK: "寒暄", Outcome.ERROR: "出错",
}  # fmt: skip
CHANNEL_TITLES = {"web": "网页", "miniprogram": "小程序", "wechat": "公众号", "clerk": "窗口", "cli": "命令行"}
NOBODY = "不归哪个部门"


@dataclass(frozen=True)
class Scope:
    """What a report is about. Days are inclusive; an empty department or channel means all."""

    first: date
    last: date
    department: str = ""
    channel: str = ""

    @property
    def before(self) -> "Scope":
        """The period of the same length that ends the day before."""
        days = self.last - self.first + timedelta(days=1)
        return Scope(self.first - days, self.first - timedelta(days=1), self.department, self.channel)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it."""
        start = datetime.combine(self.first, time(), CHINA)
        return start.astimezone(UTC), (datetime.combine(self.last, time(), CHINA) + timedelta(days=1)).astimezone(UTC)


@dataclass
class Counts:
    """What was counted in one period."""

    turns: int = 0
    conversations: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[date, str]] = field(default_factory=Counter)
    channels: Counter[tuple[str, str]] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    departments: Counter[tuple[str, str]] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    facets: Counter[str] = field(default_factory=Counter)
    helpful: int = 0
    unhelpful: int = 0
    milliseconds: list[float] = field(default_factory=list)


Row = tuple[str | int, ...]


@dataclass(frozen=True)
class Table:
    """A table of a report."""

    title: str
    columns: tuple[str, ...]
    rows: list[Row]
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """A whole report."""

    scope: Scope
    made_at: datetime
    headline: list[tuple[str, str]]
    """The few figures at the top, each with its name."""
    days: dict[date, dict[str, int]]
    """For the chart: of each day, how many turns ended how."""
    tables: list[Table]

    def table(self, title: str) -> Table:
        """The table of a title."""
        return next(table for table in self.tables if table.title == title)


class Statistics:
    """Counts what was recorded."""

    def __init__(self, engine: Engine, gaps: Gaps) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._gaps = gaps
        self._latest: Figures | None = None

    def figures(self, scope: Scope, library: Library) -> Figures:
        """The figures of a period, beside those of the period before; those of a minute ago will do."""
        latest = self._latest
        if latest is None or latest.scope != scope or (datetime.now(UTC) - latest.made_at).total_seconds() > FRESH_SECONDS:
            self._latest = latest = self._counted(scope, library)
        return latest

    def _counted(self, scope: Scope, library: Library) -> Figures:
        subjects = library.index.subjects
        with self._sessions() as session:
            now, before = _count(session, scope, subjects), _count(session, scope.before, subjects)
            people = _people(session, scope)
            ratings, orders = _ratings(session, scope), _orders(session, scope)
        gaps = [gap for gap in self._gaps.gather(library) if scope.department in ("", gap.department)]
        tables = [
            _outcomes(now, before), _hot(now, before, subjects), _facets(now), _risers(now, before, subjects), _unanswered(gaps, scope),
            _departments(now), _channels(now), _regions(now), people, ratings, orders,
        ]  # fmt: skip
        days = [scope.first + timedelta(days=n) for n in range((scope.last - scope.first).days + 1)]
        by_day = {day: {title: now.days[day, outcome] for outcome, title in OUTCOME_TITLES.items()} for day in days}
        return Figures(scope, datetime.now(UTC), _headline(now, before, people), by_day, tables)


def week_before(today: date) -> Scope:
    """The last whole week, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday() + 7)
    return Scope(monday, monday + timedelta(days=6))


def _count(session: Session, scope: Scope, subjects: Mapping[str, Subject]) -> Counts:
    start, end = scope.moments
    wanted = (
        select(TurnRow.at, TurnRow.outcome, TurnRow.explanation, TurnRow.milliseconds, TurnRow.conversation_id)
        .add_columns(ConversationRow.channel, ConversationRow.context["region"].as_string(), FeedbackRow.helpful)
        .join(ConversationRow, TurnRow.conversation_id == ConversationRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.turn_id == TurnRow.id)
        .where(TurnRow.at >= start, TurnRow.at < end)
    )
    counts = Counts()
    for at, outcome, why, took, conversation, channel, region, helpful in session.execute(wanted.execution_options(yield_per=AT_ONCE)):
        subject = _subject(outcome, why, subjects)
        department = subject.department if subject is not None else ""
        if scope.department not in ("", department) or scope.channel not in ("", channel):
            continue
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
        counts.turns += 1
        counts.conversations.add(conversation)
        counts.outcomes[outcome] += 1
        counts.days[moment.astimezone(CHINA).date(), outcome] += 1
        counts.channels[channel, outcome] += 1
        counts.regions[region or ""] += 1
        counts.departments[department or NOBODY, outcome] += 1
        counts.milliseconds.append(took)
        if subject is not None:
            counts.subjects[subject.id] += 1
        answered = [a["facet"] for a in why.get("answered", []) if a["facet"]]
        counts.facets.update(dict.fromkeys(answered or why.get("facets", []), 1))
        counts.helpful += helpful is True
        counts.unhelpful += helpful is False
    return counts


def _subject(outcome: str, why: Mapping[str, Any], subjects: Mapping[str, Subject]) -> Subject | None:
    """What a turn was about: what answered it, or the nearest candidate where it was about a matter at all."""
    for answer in why.get("answered", []):
        if answer["subject"] in subjects:
            return subjects[answer["subject"]]
    return nearest_subject(why, subjects) if outcome in (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.NO_ANSWER) else None


def _headline(now: Counts, before: Counts, people: Table) -> list[tuple[str, str]]:
    asked = sum(now.outcomes[o] for o in (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.NO_ANSWER))
    rated = now.helpful + now.unhelpful
    slow = statistics.quantiles(now.milliseconds, n=20)[-1] if len(now.milliseconds) > 1 else sum(now.milliseconds)
    return [
        ("问了", f"{now.turns}句（上期{before.turns}句）"),
        ("对话", f"{len(now.conversations)}段"),
        ("答上", _share(now.outcomes[Outcome.ANSWERED], asked)),
        ("没有答案", f"{now.outcomes[Outcome.NO_ANSWER]}句"),
        ("评价有用", f"{_share(now.helpful, rated)}（{rated}人评）"),
        ("转人工", f"{sum(int(row[1]) for row in people.rows)}次"),
        ("95%的答复在", f"{slow:.0f}毫秒以内"),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _outcomes(now: Counts, before: Counts) -> Table:
    rows: list[Row] = [
        (title, now.outcomes[outcome], _share(now.outcomes[outcome], now.turns), before.outcomes[outcome])
        for outcome, title in OUTCOME_TITLES.items()
        if now.outcomes[outcome] or before.outcomes[outcome]
    ]
    return Table("怎样结束", ("结果", "句", "占", "上期"), rows)


def _hot(now: Counts, before: Counts, subjects: Mapping[str, Subject]) -> Table:
    rows: list[Row] = [(subjects[s].title, subjects[s].department, n, before.subjects[s]) for s, n in now.subjects.most_common(HOT)]
    return Table("问得最多的事", ("事项或话题", "部门", "句", "上期"), rows)


def _facets(now: Counts) -> Table:
    return Table("问得最多的方面", ("方面", "句"), [(FACET_TITLES[Facet(facet)], n) for facet, n in now.facets.most_common()])


def _risers(now: Counts, before: Counts, subjects: Mapping[str, Subject]) -> Table:
    up = {s: n - before.subjects[s] for s, n in now.subjects.items() if n >= RISES_FROM and n > before.subjects[s]}
    first = sorted(up, key=lambda s: (-up[s], s))[:HOT]
    rows: list[Row] = [(subjects[s].title, subjects[s].department, before.subjects[s], now.subjects[s], f"+{up[s]}") for s in first]
    return Table("涨得最快的事", ("事项或话题", "部门", "上期", "本期", "多了"), rows, f"本期不到{RISES_FROM}句的不算。")


def _unanswered(gaps: Sequence[Gap], scope: Scope) -> Table:
    start, end = scope.moments
    within = [(gap, sum(start <= a.at < end for a in gap.asked)) for gap in gaps]
    first = sorted((pair for pair in within if pair[1]), key=lambda pair: -pair[1])[:HOT]
    rows: list[Row] = [(gap.question, gap.department or NOBODY, n) for gap, n in first]
    note = "没答上的、评价没用的、窗口报错的，意思相同的算一个；各渠道一起算，只看最近八周。"
    return Table("没答上和没答好的", ("问题（已遮盖）", "部门", "次"), rows, note)


def _departments(now: Counts) -> Table:
    names = sorted(
        {name for name, _ in now.departments}, key=lambda name: (name == NOBODY, -sum(now.departments[name, o] for o in Outcome))
    )
    rows: list[Row] = [(name, *_row(now.departments, name)) for name in names]
    return Table("各部门", ("部门", "句", "答了", "反问", "没有答案"), rows)


def _channels(now: Counts) -> Table:
    names = sorted({name for name, _ in now.channels})
    rows: list[Row] = [(CHANNEL_TITLES.get(name, name), *_row(now.channels, name)) for name in names]
    return Table("各渠道", ("渠道", "句", "答了", "反问", "没有答案"), rows)


def _row(counts: Counter[tuple[str, str]], name: str) -> tuple[int, ...]:
    told = (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.NO_ANSWER)
    return (sum(counts[name, o] for o in Outcome), *(counts[name, o] for o in told))


def _regions(now: Counts) -> Table:
    return Table("各地区", ("行政区划代码", "句"), [(region or "没说", n) for region, n in now.regions.most_common()])


def _people(session: Session, scope: Scope) -> Table:
    """Hand-offs by department. They have no channel of their own: their conversation's counts."""
    start, end = scope.moments
    wanted = (
        select(HandOffRow)
        .join(ConversationRow, HandOffRow.conversation_id == ConversationRow.id)
        .where(HandOffRow.asked_at >= start, HandOffRow.asked_at < end)
    )
    if scope.department:
        wanted = wanted.where(HandOffRow.department == scope.department)
    if scope.channel:
        wanted = wanted.where(ConversationRow.channel == scope.channel)
    of: dict[str, list[HandOffRow]] = {}
    for handoff in session.scalars(wanted):
        of.setdefault(handoff.department or "总台", []).append(handoff)
    rows: list[Row] = []
    for name, handoffs in sorted(of.items()):
        waits = [h.waited_seconds for h in handoffs if h.waited_seconds is not None]
        left = sum(h.claimed_at is None and h.state not in (State.WAITING, State.PERSON) for h in handoffs)
        usual, long = (_seconds(waits, n) for n in (5, 9))
        rows.append((name, len(handoffs), sum(h.claimed_at is not None for h in handoffs), left, usual, long))
    return Table("转人工和等待", ("部门", "次", "接了", "没等到", "一半的人等了", "九成的人等了"), rows)


def _seconds(waits: Sequence[float], tenths: int) -> str:
    if not waits:
        return "—"
    seconds = statistics.quantiles(waits, n=10)[tenths - 1] if len(waits) > 1 else waits[0]
    return f"{seconds:.0f}秒" if seconds < 120 else f"{seconds / 60:.0f}分钟"


def _ratings(session: Session, scope: Scope) -> Table:
    start, end = scope.moments
    wanted = select(RatingRow.level).where(RatingRow.rated_at >= start, RatingRow.rated_at < end)
    found = Counter(session.scalars(wanted.where(RatingRow.department == scope.department) if scope.department else wanted))
    rows: list[Row] = [(RATING_TITLES[level], found[level], _share(found[level], found.total())) for level in RatingLevel if found[level]]
    return Table("好差评", ("等级", "件", "占"), rows, "各渠道一起算。")


def _orders(session: Session, scope: Scope) -> Table:
    start, end = scope.moments
    wanted = select(WorkOrderRow.kind).where(WorkOrderRow.filed_at >= start, WorkOrderRow.filed_at < end)
    found = Counter(session.scalars(wanted))
    rows: list[Row] = [(WORK_ORDER_TITLES[kind], found[kind]) for kind in WorkOrderKind if found[kind]]
    return Table("12345工单", ("种类", "件"), rows, "各部门、各渠道一起算。")
