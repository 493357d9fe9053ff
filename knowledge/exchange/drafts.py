"""Drafts: what was imported or edited and waits for review. A draft is one file below knowledge/drafts; nothing there is live."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.checks import check
from knowledge.exchange.errors import ExchangeError
from knowledge.loader import DEPARTMENTS, Knowledge, Problem, read_file
from knowledge.schema import Guide, Item, ManualEntry, Office, Record, Text, Topic
from knowledge.writer import plain, write_file

FOLDER = "drafts"
Editable = ManualEntry | Guide | Topic | Office
"""What a draft may hold; an item is a guide with more in it."""


class Draft(Record):
    """What one file or one edit brought, and who brought it."""

    origin: Text
    """The file that it came from, or that it was edited."""
    imported_by: Text
    imported_on: date
    manual: tuple[ManualEntry, ...] = ()
    guides: tuple[Guide, ...] = ()
    items: tuple[Item, ...] = ()
    topics: tuple[Topic, ...] = ()
    offices: tuple[Office, ...] = ()

    @property
    def records(self) -> list[Editable]:
        """All that it holds."""
        return [record for kind in (*_KINDS, _OFFICES) for record in getattr(self, kind)]

    def only(self, wanted: Callable[[Editable], bool]) -> "Draft":
        """The draft with some of its records."""
        return self.model_copy(update={kind: tuple(filter(wanted, getattr(self, kind))) for kind in (*_KINDS, _OFFICES)})

    @property
    def departments(self) -> set[str]:
        """Whose the records are."""
        return {record.department for record in self.records}


_KINDS = ("manual", "guides", "items", "topics")
"""Fields of a draft, folders of the knowledge, and fields of it in memory."""
_ONE_A_FILE = ("items", "topics")
_OFFICES = "offices"
"""Field of a draft; all offices are one file of the knowledge."""


def draft_name(path: Path) -> str:
    """The name of the draft of a file."""
    return re.sub(r"\W+", "-", path.stem).strip("-") or "import"


def load_drafts(root: Path) -> dict[str, Draft]:
    """All drafts by name.

    Raises:
        ExchangeError: one of them was spoiled by hand.

    """
    problems: list[Problem] = []
    paths = sorted((root / FOLDER).glob("*.yml"))
    found = {path.stem: read_file(path, Draft, f"{FOLDER}/{path.name}", problems) for path in paths}
    if problems:
        raise ExchangeError("草稿写坏了，请改好或者删掉：\n" + "\n".join(map(str, problems)))
    return found


def with_drafts(knowledge: Knowledge, drafts: dict[str, Draft]) -> Knowledge:
    """The knowledge as it would be, were the drafts part of it."""
    found: dict[str, Any] = {kind: dict(getattr(knowledge, kind)) for kind in _KINDS}
    files = dict(knowledge.files)
    for name, draft in drafts.items():
        for kind in _KINDS:
            found[kind] |= {record.id: record for record in getattr(draft, kind)}
        files |= {record.id: _shown_as(name, record) for record in draft.records}
    offices = knowledge.departments | {office.id: office for draft in drafts.values() for office in draft.offices}
    return replace(knowledge, files=files, departments=offices, **found)


def _shown_as(name: str, record: Editable) -> str:
    """What problems of a draft's record name as its file; that of an item must be called like the item."""
    return f"{FOLDER}/{name}/{record.id}.yml" if isinstance(record, Item | Topic) else f"{FOLDER}/{name}.yml"


def save_draft(root: Path, name: str, draft: Draft, known: dict[str, Draft]) -> Path:
    """Write a draft; records of an earlier draft of the same name that it does not hold stay in it."""
    before = known.get(name)
    if before is not None:
        draft = before.model_copy(update={kind: _overlaid(getattr(before, kind), getattr(draft, kind)) for kind in (*_KINDS, _OFFICES)})
    path = root / FOLDER / f"{name}.yml"
    write_file(path, plain(draft))
    return path


def _overlaid(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(({record.id: record for record in old} | {record.id: record for record in new}).values())


@dataclass(frozen=True)
class Review:
    """Who lets a draft in, and for which department."""

    by: str
    department: str
    on: date


def accept_draft(root: Path, knowledge: Knowledge, name: str, review: Review) -> list[str]:
    """Make the reviewer's department's part of a draft part of the reviewed knowledge. Safe to repeat after an interruption.

    Returns:
        The ids that were let in.

    Raises:
        ExchangeError: there is no such draft, the reviewer may not review it, or it has errors.

    """
    draft = load_drafts(root).get(name)
    if draft is None:
        raise ExchangeError(f"没有叫“{name}”的草稿。")
    if review.by == draft.imported_by:
        raise ExchangeError(f"草稿是 {draft.imported_by} 导入的，要由另一个人复核。")
    ours = draft.only(lambda record: record.department == review.department)
    if not ours.records:
        raise ExchangeError(f"草稿是 {'、'.join(sorted(draft.departments))} 的，要由他们的人复核（--department）。")
    file = f"{FOLDER}/{name}.yml"
    problems = draft_problems(knowledge, name, ours, review.on)
    if problems:
        raise ExchangeError(f"草稿有 {len(problems)} 处错误，改好再复核：\n" + "\n".join(map(str, problems[:20])))
    for kind in _KINDS:
        _merge(root, knowledge, kind, name, getattr(ours, kind), review)
    if ours.offices:
        offices = knowledge.departments | {office.id: office for office in ours.offices}
        write_file(
            root / DEPARTMENTS,
            {office_name: office.model_dump(mode="json", exclude_defaults=True, exclude={"id"}) for office_name, office in offices.items()},
        )
    rest = draft.only(lambda record: record.department != review.department)
    if rest.records:
        write_file(root / file, plain(rest))
    else:
        (root / file).unlink()
    return sorted(record.id for record in ours.records)


def draft_problems(knowledge: Knowledge, name: str, draft: Draft, today: date) -> list[Problem]:
    """The errors that a draft has beside the reviewed knowledge; warnings are none."""
    files = {_shown_as(name, record) for record in draft.records}
    return [p for p in check(with_drafts(knowledge, {name: draft}), today) if not p.warning and p.file in files]


def drop_draft(root: Path, name: str) -> None:
    """Throw a draft away.

    Raises:
        ExchangeError: there is none of that name.

    """
    if name not in load_drafts(root):
        raise ExchangeError(f"没有叫“{name}”的草稿。")
    (root / FOLDER / f"{name}.yml").unlink()


def _merge(root: Path, knowledge: Knowledge, kind: str, name: str, records: tuple[Any, ...], review: Review) -> None:
    """Put records where they are already, and new ones into a file of the draft's name."""
    by_file: dict[str, list[Any]] = {}
    for record in records:
        reviewed = record.model_copy(update={"reviewed_on": review.on})
        by_file.setdefault(knowledge.files.get(record.id, f"{kind}/{name}.yml"), []).append(reviewed)
    known: dict[str, Any] = getattr(knowledge, kind)
    for file, changed in by_file.items():
        if kind in _ONE_A_FILE:
            write_file(root / file, plain(changed[0]))
            continue
        there = tuple(record for record in known.values() if knowledge.files[record.id] == file)
        write_file(root / file, [plain(record) for record in _overlaid(there, tuple(changed))])
