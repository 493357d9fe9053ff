"""What is written, what is due for review, and what was asked and not answered: by department, item and facet."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from assistant.storage.tables import TurnRow
from knowledge.compiler import compile_snapshot
from knowledge.loader import Knowledge
from knowledge.schema import Guide, ManualEntry, Topic
from knowledge.snapshot import Entry, Phrase, Subject
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome

UNANSWERED = (Outcome.NO_ANSWER, Outcome.OUT_OF_SCOPE, Outcome.CLARIFY)
LATEST = 2000
"""So many of the latest turns that were not answered are looked at."""
_SHOWN = 20
NOBODY = "（说不准是哪个部门）"


class Coverage(BaseModel):
    """How much is written about something."""

    id: str
    title: str
    department: str = ""
    subjects: int = 1
    questions: int = 0
    manual: int = 0
    samples: int = 0
    """Published texts with a sample value that the office must replace."""
    missing: list[Facet] = []
    """Facets of an item that nothing is published on."""


class Due(BaseModel):
    """A record that must be reviewed."""

    id: str
    title: str
    department: str
    expires_on: date


class Unanswered(BaseModel):
    """Questions that were not answered, of the department that seems nearest."""

    department: str
    outcomes: dict[str, int]
    latest: list[str]
    """Masked, newest first."""


class Report(BaseModel):
    """Everything that `./zhiwen knowledge report` tells."""

    departments: list[Coverage]
    facets: list[Coverage]
    subjects: list[Coverage]
    due: list[Due]
    unanswered: list[Unanswered]


def make_report(knowledge: Knowledge, turns: Sequence[TurnRow], today: date, due_days: int, department: str = "") -> Report:
    """Look at the knowledge files as they are, and at what was asked.

    Args:
        knowledge: the files.
        turns: turns that were not answered, newest first.
        today: the day to count from.
        due_days: what expires within so many days is due.
        department: of this department alone; empty: of all.

    """
    snapshot = compile_snapshot(knowledge)
    everything = {s.id: s for s in snapshot.subjects}
    own = {s.id: s for s in snapshot.subjects if s.kind in ("item", "topic") and department in ("", s.department)}
    entries = [e for e in snapshot.entries if e.subject in own and e.layer == "citizen"]
    phrases = [p for p in snapshot.phrases if p.subject in own and p.kind == "question" and p.entry is None]
    texts: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        texts[entry.subject].append(entry)
    asked = Counter(p.subject for p in phrases)
    subjects = [_of_subject(s, texts[s.id], asked[s.id]) for s in own.values()]
    return Report(
        departments=[_sum(name, [s for s in subjects if s.department == name]) for name in sorted({s.department for s in subjects})],
        facets=[_of_facet(facet, entries, phrases) for facet in Facet],
        subjects=subjects,
        due=due_by(knowledge, today + timedelta(days=due_days), department),
        unanswered=[u for u in _unanswered(turns, everything) if department in ("", u.department)],
    )


def _of_subject(subject: Subject, own: Sequence[Entry], questions: int) -> Coverage:
    written = {e.facet for e in own if not e.manual}
    return Coverage(
        id=subject.id,
        title=subject.title,
        department=subject.department,
        questions=questions,
        manual=sum(e.manual for e in own),
        samples=sum(e.sample for e in own),
        missing=[f for f in Facet if f not in written] if subject.kind == "item" else [],
    )


def _of_facet(facet: Facet, entries: Iterable[Entry], phrases: Iterable[Phrase]) -> Coverage:
    own = [e for e in entries if e.facet is facet]
    return Coverage(
        id=facet,
        title=FACET_TITLES[facet],
        subjects=sum(not e.manual for e in own),
        questions=sum(p.facet is facet for p in phrases),
        manual=sum(e.manual for e in own),
        samples=sum(e.sample for e in own),
    )


def _sum(department: str, subjects: Sequence[Coverage]) -> Coverage:
    return Coverage(
        id=department,
        title=department,
        department=department,
        subjects=len(subjects),
        questions=sum(s.questions for s in subjects),
        manual=sum(s.manual for s in subjects),
        samples=sum(s.samples for s in subjects),
        missing=[f for f in Facet if any(f in s.missing for s in subjects)],
    )


def due_by(knowledge: Knowledge, until: date, department: str = "") -> list[Due]:
    """What expires until a day and must be reviewed by then, of one department or of all; what is due first at the top."""
    records: list[tuple[Guide | Topic | ManualEntry, str]] = [(r, r.name) for r in (*knowledge.items.values(), *knowledge.guides.values())]
    records += [(t, t.title) for t in knowledge.topics.values()]
    records += [(m, m.question) for m in knowledge.manual.values()]
    found = [
        Due(id=r.id, title=title, department=r.department, expires_on=r.expires_on)
        for r, title in records
        if r.expires_on is not None and r.expires_on <= until and department in ("", r.department)
    ]
    return sorted(found, key=lambda d: (d.expires_on, d.department, d.id))


def _unanswered(turns: Iterable[TurnRow], subjects: dict[str, Subject]) -> list[Unanswered]:
    outcomes: dict[str, Counter[str]] = {}
    texts: dict[str, list[str]] = {}
    for turn in turns:
        department = nearest_department(turn, subjects)
        outcomes.setdefault(department, Counter())[turn.outcome] += 1
        texts.setdefault(department, []).append(turn.text)
    most_first = sorted(outcomes, key=lambda d: (-outcomes[d].total(), d))
    return [Unanswered(department=d, outcomes=outcomes[d], latest=list(dict.fromkeys(texts[d]))[:_SHOWN]) for d in most_first]


def nearest_department(turn: TurnRow, subjects: Mapping[str, Subject]) -> str:
    """The department of the nearest subject.

    What was taken for nobody's business here has candidates too, but they say nothing.
    """
    subject = None if turn.outcome == Outcome.OUT_OF_SCOPE else nearest_subject(turn.explanation, subjects)
    return NOBODY if subject is None else subject.department


def nearest_subject(explanation: Mapping[str, Any], subjects: Mapping[str, Subject]) -> Subject | None:
    """The first candidate that has a department; a known ambiguity counts as its first option."""
    for candidate in explanation.get("candidates", []):
        subject = subjects.get(candidate["subject"])
        if subject is not None and subject.options:
            subject = subjects.get(subject.options[0])
        if subject is not None and subject.department:
            return subject
    return None


def told(report: Report) -> str:
    """The report for people to read."""
    lines = ["一、按部门"]
    lines += [f"  {d.title}：{d.subjects} 个事项和话题，{_counts(d)}" for d in report.departments]
    lines += ["", "二、按方面"]
    lines += [f"  {f.title}：{f.subjects} 个事项写了，{_counts(f)}" for f in report.facets]
    lines += ["", "三、按事项和话题"]
    lines += [f"  {s.id} {s.title}：{_counts(s)}" for s in report.subjects]
    lines += ["", f"四、该复核的（{len(report.due)} 条）"]
    lines += [f"  {d.expires_on} {d.department} {d.id} {d.title}" for d in report.due]
    lines += ["", "五、没答上的（反问的也算），按最像的部门"]
    for group in report.unanswered:
        lines.append(f"  {group.department}：{'，'.join(f'{name} {count}' for name, count in sorted(group.outcomes.items()))}")
        lines += [f"    · {text}" for text in group.latest]
    return "\n".join(lines)


def _counts(covered: Coverage) -> str:
    missing = f"，没有：{'、'.join(FACET_TITLES[f] for f in covered.missing)}" if covered.missing else ""
    return f"问法 {covered.questions} 句，问答 {covered.manual} 条，示例值 {covered.samples} 处{missing}"
