"""The knowledge files over HTTP: import, edit, review, switch. What the commands do, for somebody who has signed in.

A department changes what is its own; the general desk and administrators change everything. Whatever is changed is a
draft until another person has reviewed it.
"""

import hashlib
import json
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from assistant import publications
from assistant.build import check_knowledge, compare_knowledge
from assistant.publications import Publication
from assistant.report import Due, due_by
from assistant.settings import Settings
from assistant.staff.audit import Audit
from assistant.staff.roles import Member
from knowledge.checks import check
from knowledge.difference import Difference
from knowledge.exchange.drafts import (
    Draft,
    Editable,
    Review,
    accept_draft,
    draft_name,
    draft_problems,
    drop_draft,
    load_drafts,
    save_draft,
    with_drafts,
)
from knowledge.exchange.editing import edited, title_of
from knowledge.exchange.errors import ExchangeError, Fault, Unsound
from knowledge.exchange.files import FORMATS
from knowledge.exchange.importing import import_file, shipped_mappings
from knowledge.exchange.plan import Plan, Setting, Verdict
from knowledge.loader import Knowledge, Problem, load
from knowledge.schema import Guide, Item, ManualEntry, Office, Topic

DUE_DAYS = 60
"""What expires within so many days is due for review, as in `knowledge report`."""


class NotYours(Exception):
    """There is no such thing, or it is another department's: both look the same from outside."""


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    plan: Plan
    draft: str
    """Name of the draft that was written; empty for a dry run, and where nothing was taken."""


@dataclass(frozen=True)
class Edited:
    """What became of an edit."""

    draft: str
    """Name of the draft in which it waits; empty when nothing differs."""
    reminders: list[Fault]
    """What the checks remark on the record, which keeps nobody from publishing it."""


@dataclass(frozen=True)
class Changed:
    """A record of a draft beside the one that it would replace."""

    old: Editable | None
    new: Editable
    about: str
    """What an entry of the 答疑手册 belongs to; empty for others."""


class Workshop:
    """All that is done to the knowledge files by people who have signed in. One change at a time."""

    def __init__(self, settings: Settings, audit: Audit) -> None:
        self._settings = settings
        self._audit = audit
        self._lock = threading.Lock()
        self._read: tuple[object, Knowledge] | None = None

    # --- reading ---------------------------------------------------------------------------------

    def records(self, member: Member, words: str, kind: str) -> list[Editable]:
        """The member's records in whose id, name or questions some words are, those so called first; no words, all. So with the kind."""
        own = [r for r in _all(self._knowledge()) if member.keeps(r.department) and kind in ("", kind_of(r))]
        found = [(words not in f"{title_of(r)} {r.id}", r) for r in own]
        asked = [(later, r) for later, r in found if not later or any(words in text for text in _asked(r))]
        return [r for _, r in sorted(asked, key=itemgetter(0))]

    def record(self, member: Member, number: str) -> tuple[Editable, str]:
        """A record as it is reviewed, or as it stands in an edit that waits, with that draft's name.

        Raises:
            NotYours: there is none, or it is another department's.

        """
        name = edit_name(number)
        waiting = load_drafts(self._settings.knowledge).get(name)
        record = waiting.records[0] if waiting is not None else _find(self._knowledge(), number)
        if record is None or not member.keeps(record.department):
            raise NotYours
        return record, name if waiting is not None else ""

    def drafts(self, member: Member) -> dict[str, Draft]:
        """The drafts of which a part is the member's, with that part."""
        own = {name: draft.only(lambda r: member.keeps(r.department)) for name, draft in load_drafts(self._settings.knowledge).items()}
        return {name: draft for name, draft in own.items() if draft.records}

    def changes(self, member: Member, name: str) -> tuple[Draft, list[Changed], list[Problem]]:
        """The member's part of a draft beside what is reviewed, and its errors.

        Raises:
            NotYours: there is no such draft, or nothing of it is the member's.

        """
        draft = self.drafts(member).get(name)
        if draft is None:
            raise NotYours
        knowledge = self._knowledge()
        problems = draft_problems(knowledge, name, draft, date.today())
        return draft, [Changed(_find(knowledge, record.id), record, _about(knowledge, record)) for record in draft.records], problems

    def problems(self, member: Member) -> list[Problem]:
        """What the checks find in the member's files; what is in nobody's file is the general desk's. Errors first."""
        knowledge, found = check_knowledge(self._settings)
        owner = {file: r.department for r in _all(knowledge) if (file := knowledge.files.get(r.id))}
        return sorted((p for p in found if member.keeps(owner.get(p.file, ""))), key=lambda p: p.warning)

    def due(self, member: Member) -> list[Due]:
        """What must be reviewed within DUE_DAYS, what is due first at the top."""
        found = due_by(self._knowledge(), date.today() + timedelta(days=DUE_DAYS))
        return [one for one in found if member.keeps(one.department)]

    def difference(self) -> Difference:
        """What a publication would change. Raises BuildError where the checks find errors."""
        return compare_knowledge(self._settings)

    def versions(self) -> list[Publication]:
        """Every publication, newest first."""
        return publications.versions(self._settings)

    # --- changing --------------------------------------------------------------------------------

    def take_file(self, member: Member, name: str, raw: bytes, *, dry_run: bool) -> Imported:
        """Import a file as a draft, or say what would become of each row.

        Raises:
            ExchangeError: the file cannot be read, holds nothing that is known, or another department's rows.

        """
        suffix = Path(name).suffix.lower()
        if suffix not in FORMATS:
            raise ExchangeError(f"能导入的文件有：{'、'.join(FORMATS)}。旧的 .xls、.doc 请另存成新格式。")
        with self._lock, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{draft_name(Path(name))[:60]}{suffix}"
            path.write_bytes(raw)
            root = self._settings.knowledge
            setting = Setting(self._knowledge(), self._settings.region, date.today(), member.department)
            mappings = shipped_mappings(root)
            plan, _ = import_file(root, path, mappings, setting, member.name, dry_run=True)
            foreign = sorted({r.department for r in plan.taken if not member.keeps(r.department)})
            if foreign:
                raise ExchangeError(f"文件里有{'、'.join(foreign)}的内容，您只能导入{member.department}的。请分开，或者交给总台导入。")
            if dry_run:
                return Imported(plan, "")
            before = load_drafts(root).get(draft_name(path))
            if before is not None and before.imported_by != member.name:
                raise ExchangeError(f"{before.imported_by} 导入过同名的文件，还在等复核。请等复核完，或者换一个文件名。")
            plan, draft = import_file(root, path, mappings, setting, member.name, dry_run=False)
        if draft is not None:
            counts = {"new": str(plan.count(Verdict.NEW)), "changed": str(plan.count(Verdict.CHANGED))}
            self._audit.write(member.name, "import", draft.stem[:80], **counts)
        return Imported(plan, draft.stem if draft is not None else "")

    def edit(self, member: Member, number: str, content: Mapping[str, Any], seen: str) -> Edited:
        """Replace fields of a record that was `seen` so; what stands in the others stays.

        Raises:
            NotYours: there is no such record, or it is another department's.
            ExchangeError: it was changed meanwhile, or somebody else's edit waits.
            Unsound: it does not hold with this content.

        """
        with self._lock:
            old, waiting = self.record(member, number)
            name, root = edit_name(number), self._settings.knowledge
            drafts = load_drafts(root)
            if waiting and drafts[name].imported_by != member.name:
                raise ExchangeError(f"{drafts[name].imported_by} 改过这一条，还在等复核。请先复核，再改。")
            other = next((n for n, d in drafts.items() if n != name and any(r.id == number for r in d.records)), None)
            if other is not None:
                raise ExchangeError(f"草稿“{other}”里也有这一条，还在等复核。请先复核那一份，再改。")
            if seen != fingerprint(old):
                raise ExchangeError("这一条刚才有人改过。请把您改的先抄下来，重新打开这一条再改。")
            new = edited(old, content)
            if new == old:
                return Edited(name if waiting else "", [])
            draft = self._as_draft(member, new)
            reminders = self._check_edit(name, draft)
            save_draft(root, name, draft, {})
        self._audit.write(member.name, "edit", number)
        return Edited(name, reminders)

    def add_entry(self, member: Member, entry: Mapping[str, str]) -> Imported:
        """Add one entry to the 答疑手册, as a row of an import with these cells.

        Raises:
            ExchangeError: see `take_file`.

        """
        raw = json.dumps([dict(entry)], ensure_ascii=False).encode()
        return self.take_file(member, f"补充-{member.name}.json", raw, dry_run=False)

    def add_draft(self, member: Member, name: str, draft: Draft) -> None:
        """Add a draft that was made elsewhere, under a name that no other has."""
        with self._lock:
            save_draft(self._settings.knowledge, name, draft, {})
        self._audit.write(member.name, "draft", name)

    def review(self, member: Member, name: str) -> list[str]:
        """Let the member's part of a draft in; returns the ids.

        Raises:
            NotYours: there is no such draft, or nothing of it is the member's.
            ExchangeError: the member brought it in, or it has errors.

        """
        with self._lock:
            draft = self.drafts(member).get(name)
            if draft is None:
                raise NotYours
            root, let_in = self._settings.knowledge, list[str]()
            for department in sorted(draft.departments):
                let_in += accept_draft(root, self._knowledge(), name, Review(member.name, department, date.today()))
        self._audit.write(member.name, "review", name[:80], entries=str(len(let_in)))
        return let_in

    def drop(self, member: Member, name: str, reason: str) -> None:
        """Throw a draft away. `reason` is masked.

        Raises:
            NotYours: there is no such draft, or a part of it is another department's.

        """
        with self._lock:
            draft = load_drafts(self._settings.knowledge).get(name)
            if draft is None or not all(member.keeps(department) for department in draft.departments):
                raise NotYours
            drop_draft(self._settings.knowledge, name)
        self._audit.write(member.name, "drop_draft", name[:80], reason=reason)

    def switch(self, member: Member, what: str, reason: str, *, on: bool) -> Publication:
        """Stop answering from something that is live, or answer from it again.

        Raises:
            NotYours: there is no such thing, or it is another department's.
            BuildError: it is not live, or not off.

        """
        record = _find(self._knowledge(), what.partition("#")[0])
        if record is None or not member.keeps(record.department):
            raise NotYours
        live = (publications.switch_on if on else publications.switch_off)(self._settings, what, member.name, reason)
        self._audit.write(member.name, "on" if on else "off", what[:80], reason=reason)
        return live

    def roll_back(self, member: Member, number: int | None, reason: str) -> Publication:
        """Bring back an earlier version. Raises BuildError where it cannot be."""
        live = publications.rollback(self._settings, number, member.name, reason)
        self._audit.write(member.name, "rollback", str(live.back_to), reason=reason)
        return live

    def _knowledge(self) -> Knowledge:
        """The files as they are now; read again only when one of them changed, for reading takes over a second."""
        stats = [(path, path.stat()) for path in self._settings.knowledge.rglob("*.yml")]
        state = sorted((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
        if self._read is None or self._read[0] != state:
            self._read = (state, load(self._settings.knowledge)[0])
        return self._read[1]

    def _check_edit(self, name: str, draft: Draft) -> list[Fault]:
        """Refuse an edit that brings an error in, in its own record or in what it contradicts; returns its warnings."""
        knowledge, (record,) = self._knowledge(), draft.records
        after = with_drafts(knowledge, {name: draft})
        found = check(after, date.today())
        if any(not p.warning for p in found):
            before = {(p.entry, p.cause) for p in check(knowledge, date.today())}
            new = [p for p in found if not p.warning and (p.entry, p.cause) not in before]
            if new:
                raise Unsound([_fault(p, record, after) for p in new[:5]])
        return [_fault(p, record, after) for p in found if p.file == after.files[record.id]]

    def _as_draft(self, member: Member, record: Editable) -> Draft:
        kinds: dict[str, type[Editable]] = {
            "manual": ManualEntry, "topics": Topic, "items": Item, "guides": Guide, "offices": Office,
        }  # fmt: skip
        kind = next(kind for kind, model in kinds.items() if isinstance(record, model))  # an item is a guide too: it comes first
        return Draft(origin=f"在网页上改：{title_of(record)}", imported_by=member.name, imported_on=date.today()).model_copy(
            update={kind: (record,)}
        )


def edit_name(number: str) -> str:
    """The name of the draft in which an edit of a record waits."""
    return f"edit-{number}"


def kind_of(record: Editable) -> str:
    """What sort of record it is."""
    return {ManualEntry: "manual", Topic: "topic", Item: "item", Guide: "guide", Office: "office"}[type(record)]


def fingerprint(record: Editable) -> str:
    """Tells one state of a record from another."""
    return hashlib.sha256(record.model_dump_json().encode()).hexdigest()[:16]


def _fault(problem: Problem, record: Editable, knowledge: Knowledge) -> Fault:
    """What a check found, by the field of the record; what it found elsewhere is told with its place."""
    value = f"“{problem.value}”：" if problem.value else ""
    if problem.file != knowledge.files[record.id]:
        return Fault("", f"{problem.entry}：{value}{problem.cause}")
    return Fault(problem.entry.removeprefix(f"{record.id}."), f"{value}{problem.cause}")


def _all(knowledge: Knowledge) -> list[Editable]:
    kinds: list[Mapping[str, ManualEntry | Guide | Topic]] = [knowledge.items, knowledge.guides, knowledge.topics, knowledge.manual]
    offices = [Office(id=name, **dict(office)) for name, office in knowledge.departments.items()]
    return [*(record for kind in kinds for record in kind.values()), *offices]


def _find(knowledge: Knowledge, number: str) -> Editable | None:
    return next((record for record in _all(knowledge) if record.id == number), None)


def _about(knowledge: Knowledge, record: Editable) -> str:
    subject = _find(knowledge, record.subject) if isinstance(record, ManualEntry) else None
    return title_of(subject) if subject else ""


def _asked(record: Editable) -> list[str]:
    """The ways in which a record is asked for."""
    if isinstance(record, Office):
        return list(record.aliases)
    if isinstance(record, ManualEntry):
        return list(record.similar)
    if isinstance(record, Topic):
        return [*record.names, *record.questions]
    return [*record.names, *(question for questions in record.questions.values() for question in questions)]
