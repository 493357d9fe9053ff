"""Entries of a 答疑手册 from rows, and rows from entries."""

import difflib
import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from pydantic import ValidationError

from knowledge.alike import all_questions
from knowledge.checks import personal_data
from knowledge.exchange.fields import read_dated, read_department, read_sources, write_dated, write_source
from knowledge.exchange.form import named
from knowledge.exchange.mapping import ManualField, ManualMapping, Row
from knowledge.exchange.plan import TAKEN, Outcome, Refused, Setting, Verdict
from knowledge.exchange.tidy import one_line, tidy
from knowledge.loader import Knowledge, explain
from knowledge.render import is_expired
from knowledge.schema import FactStatus, ManualEntry, Source
from knowledge.text import distinct, fold
from knowledge.vocabulary import FACET_TITLES, Facet

REVIEW_AFTER = timedelta(days=365)
"""An imported entry without a last day must be reviewed again after so long."""
_FACETS = {fold(name): facet for facet, title in FACET_TITLES.items() for name in (facet.value, title)}
_ID = re.compile(r"m-[a-z0-9-]+")


@dataclass(frozen=True)
class SubjectRead:
    """The item, guide or topic that a row hangs on."""

    id: str
    department: str
    is_topic: bool
    sources: tuple[Source, ...]


class SubjectFinder:
    """Finds subjects by their id or any of their names."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._subjects: dict[str, SubjectRead] = {}
        self._named: dict[str, set[str]] = {}
        self._names: list[str] = []
        for item in (*knowledge.items.values(), *knowledge.guides.values()):
            self._add(SubjectRead(item.id, item.department, False, tuple(item.sources.values())), (item.name, item.label, *item.names))
        for topic in knowledge.topics.values():
            self._add(
                SubjectRead(topic.id, topic.department, True, tuple(topic.sources.values())), (topic.title, topic.label, *topic.names)
            )

    def _add(self, subject: SubjectRead, names: tuple[str, ...]) -> None:
        self._subjects[subject.id] = subject
        self._names.append(names[0])
        for name in names:
            self._named.setdefault(fold(name), set()).add(subject.id)

    def find(self, text: str) -> SubjectRead:
        """The subject that a cell names.

        Raises:
            Refused: none, or more than one.

        """
        text = one_line(text)
        if not text:
            raise Refused("没有写是哪个事项")
        found = {text} & self._subjects.keys() or self._named.get(fold(text), set())
        if len(found) > 1:
            raise Refused(f"“{text}”可以是几个事项，请写编号：{'、'.join(sorted(found))}")
        if not found:
            near = difflib.get_close_matches(text, self._names, 3, 0.4)
            hint = f"，是不是：{'、'.join(near)}" if near else ""
            raise Refused(f"没有“{text}”这个事项或话题{hint}")
        return self._subjects[next(iter(found))]


class ManualImport:
    """Takes the rows of a 答疑手册 one after the other and says what becomes of each."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._finder = SubjectFinder(setting.knowledge)
        self._entries = dict(setting.knowledge.manual)
        self._owner = {self._key(q): record for record, questions in all_questions(setting.knowledge) for q in questions}
        self._rows: dict[str, Row] = {}

    def take(self, row: Row) -> Outcome:
        """What becomes of a row; an entry that is taken counts for the rows below."""
        try:
            entry, guessed = self._read(row)
            verdict, why = self._compare(row, entry)
        except Refused as refusal:
            return Outcome(row, refusal.verdict, str(refusal))
        if verdict in TAKEN:
            self._entries[entry.id] = entry
            self._owner |= {self._key(q): entry.id for q in (entry.question, *entry.similar)}
            self._rows[entry.id] = row
        return Outcome(row, verdict, (why + guessed).rstrip("；"), entry)

    def _key(self, question: str) -> str:
        return fold(self._setting.knowledge.lexicon.standardise(question))

    def _read(self, row: Row) -> tuple[ManualEntry, str]:
        """The entry of a row, and what had to be guessed. What a row leaves empty stays as it was."""
        cells, knowledge = row.cells, self._setting.knowledge
        question = one_line(cells.get(ManualField.QUESTION, ""))
        answer = tidy(cells.get(ManualField.ANSWER, ""))
        if not question or not answer:
            raise Refused("没有写答案" if question else "没有写问题")
        subject = self._finder.find(cells.get(ManualField.SUBJECT, ""))
        number = self._number(one_line(cells.get(ManualField.ID, "")), subject.id, question)
        old = self._entries.get(number)
        facet, guessed = _facet(cells.get(ManualField.FACET, ""), question, subject, old, knowledge)
        sources = read_sources(cells.get(ManualField.SOURCES, ""))
        if not sources and old is None:
            guessed += "依据没有写，用了事项的第一条；"
        given = {
            "similar": _similar(cells.get(ManualField.SIMILAR, "")),
            "department": read_department(cells.get(ManualField.DEPARTMENT, ""), knowledge) or self._setting.department,
            "sources": sources,
            "sample": {"是": True, "否": False}.get(one_line(cells.get(ManualField.SAMPLE, ""))),
        }
        fields = old.model_dump() if old else self._defaults(subject)
        fields |= {name: value for name, value in given.items() if value not in ("", (), None)} | read_dated(cells)
        fields |= {"id": number, "subject": subject.id, "facet": facet, "question": question, "answer": answer}
        return self._checked(fields), guessed

    def _defaults(self, subject: SubjectRead) -> dict[str, object]:
        today = self._setting.today
        return {
            "department": subject.department, "sources": subject.sources[:1], "fact_status": FactStatus.RECALLED,
            "region": self._setting.region, "effective_from": today, "reviewed_on": today, "expires_on": today + REVIEW_AFTER,
        }  # fmt: skip

    def _checked(self, fields: dict[str, object]) -> ManualEntry:
        try:
            entry = ManualEntry.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            raise Refused(f"{named(ManualEntry, map(str, first['loc'][:1]))}：{explain(first['type'], first['msg'])}") from error
        kinds = personal_data(entry.model_dump_json())
        if kinds:
            raise Refused(f"里面有{'、'.join(kinds)}，请删掉再导入")
        if entry.department not in self._setting.knowledge.departments:
            raise Refused(f"没有“{entry.department}”这个部门，要和部门名单里的写法一样")
        if is_expired(entry.expires_on, self._setting.today):
            raise Refused(f"{entry.expires_on} 已经过了有效期")
        return entry

    def _number(self, given: str, subject: str, question: str) -> str:
        """The id: the row's own, that of the entry which asks the same of the subject, or the next free one."""
        if _ID.fullmatch(given):
            return given
        owner = self._entries.get(self._owner.get(self._key(question), ""))
        if owner is not None and owner.subject == subject:
            return owner.id
        prefix = f"m-{subject.removeprefix('t-')}-"
        return next(number for n in count(1) if (number := f"{prefix}{n}") not in self._entries)

    def _compare(self, row: Row, entry: ManualEntry) -> tuple[Verdict, str]:
        old = self._entries.get(entry.id)
        if old == entry:
            return Verdict.DUPLICATE, "内容一样；"
        if entry.id in self._rows:
            raise Refused(f"和{self._rows[entry.id].where}是同一条，内容却不一样，请只留一行", Verdict.CONFLICT)
        for question in (entry.question, *entry.similar):
            owner = self._owner.get(self._key(question), entry.id)
            if owner != entry.id:
                raise Refused(f"“{question}”已经是 {owner} 的问法", Verdict.CONFLICT)
        if old is None:
            return Verdict.NEW, ""
        changed = [name for name in ManualEntry.model_fields if getattr(old, name) != getattr(entry, name)]
        return Verdict.CHANGED, f"改了{named(ManualEntry, changed)}；"


def _facet(text: str, question: str, subject: SubjectRead, old: ManualEntry | None, knowledge: Knowledge) -> tuple[Facet | None, str]:
    if subject.is_topic:
        return None, ""
    named = _FACETS.get(fold(text)) or (old.facet if old is not None and old.subject == subject.id and not text.strip() else None)
    if named is not None:
        return named, ""
    guess = _cued(text, knowledge) or _cued(question, knowledge) or Facet.PROCESS
    return guess, f"方面没有写清，猜是“{FACET_TITLES[guess]}”；"


def _cued(text: str, knowledge: Knowledge) -> Facet | None:
    """The first facet whose wording a text has."""
    said = knowledge.lexicon.standardise(text)
    return next((facet for facet, cues in knowledge.facet_cues.items() if any(re.search(cue, said) for cue in cues)), None)


def _similar(text: str) -> tuple[str, ...]:
    """One question a line, numbered or not; on a single line they may be parted by a semicolon or a bar."""
    parts = [part.strip() for part in (text.split("\n") if "\n" in text else re.split("[；;|｜]", text)) if part.strip()]
    marks = [re.match(rf"{n}\s*[.、．)）]\s*", part) for n, part in enumerate(parts, 1)]
    if len(parts) > 1 and all(marks):
        parts = [part[mark.end() :] for part, mark in zip(parts, marks, strict=True) if mark]
    return tuple(distinct(filter(None, map(one_line, parts))))


def write_entry(entry: ManualEntry) -> dict[str, str]:
    """The cells of an entry, which an import reads back as the same entry."""
    # The line end behind a single question says that it is one, whatever signs it holds.
    similar = "\n".join(entry.similar) + ("\n" if len(entry.similar) == 1 else "")
    return {
        ManualField.ID: entry.id,
        ManualField.SUBJECT: entry.subject,
        ManualField.FACET: FACET_TITLES[entry.facet] if entry.facet else "",
        ManualField.QUESTION: entry.question,
        ManualField.SIMILAR: similar,
        ManualField.ANSWER: entry.answer,
        ManualField.DEPARTMENT: entry.department,
        ManualField.SOURCES: "\n".join(map(write_source, entry.sources)),
        ManualField.SAMPLE: "是" if entry.sample else "否",
        **write_dated(entry),
    }


def export_table(entries: list[ManualEntry], mapping: ManualMapping) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of an export."""
    columns = {field: names[0] for field, names in mapping.columns.items()}
    return list(columns.values()), [[write_entry(entry)[field] for field in columns] for entry in entries]
