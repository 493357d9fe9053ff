"""The snapshot: what is published, immutable, versioned by its content, one JSON file."""

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.vocabulary import Facet, Outcome


class Published(BaseModel):
    """Base of the snapshot's records."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Published):
    """A rule as it is cited under an answer."""

    title: str
    locator: str = ""
    url: str | None = None


class Entry(Published):
    """A published text: one facet of an item, a topic (facet None), or an entry of a 答疑手册."""

    id: str
    subject: str
    facet: Facet | None
    title: str
    text: str
    citations: tuple[Citation, ...]
    region: str
    effective_from: date
    reviewed_on: date
    expires_on: date | None
    sample: bool
    layer: Literal["citizen", "clerk"] = "citizen"
    manual: bool = False
    """Of a 答疑手册: answers its own question alone, not its facet in general."""


class Subject(Published):
    """Something a question can be about, or a known way of asking that needs a question back."""

    id: str
    kind: Literal["item", "topic", "clarification", "boundary"]
    title: str
    label: str
    parent: str = ""
    """大项: what an elliptical follow-up leaves out (“那买房的呢” after 公积金提取)."""
    department: str = ""
    theme: str = ""
    families: tuple[str, ...] = ()
    audience: Literal["citizen", "clerk", "both"] = "both"
    situations: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Of a clarification: the subjects to offer."""
    reply: str = ""
    """Of a clarification: the question back. Of a boundary: where to go."""
    outcome: Outcome = Outcome.ANSWERED
    patterns: tuple[str, ...] = ()
    """Of a boundary: expressions that settle it at once."""
    contact: str = ""
    """Whom to ask when no entry answers: the office with its phone."""


class Row(Published):
    """One material on a sheet."""

    name: str
    form: str
    asked: str
    """Original and copies, in words."""
    when: str = ""
    """Only needed in this case; empty: always."""
    note: str = ""
    exemption: str = ""
    """Why it need not be brought; empty when it must."""
    source: Citation
    wanted_by: str = ""
    """Of a 一件事: the items that need it."""


class Neighbour(Published):
    """A subject that is taken for this one, and what tells them apart."""

    subject: str
    difference: str


class Sheet(Published):
    """What a window clerk works with: the fields of an item that no citizen's text shows one by one."""

    subject: str
    kind: str = ""
    levels: tuple[str, ...] = ()
    authority: str = ""
    window: str = ""
    handling: str = ""
    materials: tuple[Row, ...] = ()
    materials_note: str = ""
    confused_with: tuple[Neighbour, ...] = ()
    parts: tuple[str, ...] = ()
    """Of a 一件事: the items that it bundles."""
    office_names: tuple[str, ...] = ()
    """What else its department is called (卫健委)."""


class Phrase(Published):
    """One way of asking, and what it asks."""

    text: str
    subject: str
    facet: Facet | None = None
    kind: Literal["name", "question"]
    entry: str | None = None
    """The entry of a 答疑手册 that answers it; None: the subject's own entries do."""


class WordLists(Published):
    """How the snapshot's phrases, and messages, are read: see `knowledge.text.Lexicon`."""

    terms: tuple[str, ...]
    rewrites: tuple[tuple[str, str], ...]
    fillers: tuple[str, ...]
    facet_cues: dict[Facet, tuple[str, ...]]
    pinyin: tuple[tuple[str, str], ...] = ()


class Snapshot(Published):
    """Everything that is published at one moment."""

    version: str
    words: WordLists
    popular_ask: str = ""
    popular: tuple[str, ...] = ()
    """What to ask and to offer when a message names no matter at all."""
    subjects: tuple[Subject, ...]
    entries: tuple[Entry, ...]
    phrases: tuple[Phrase, ...]
    sheets: tuple[Sheet, ...] = ()
    canned: tuple[str, ...] = ()
    """Phrases for those who talk to citizens."""


def with_version(snapshot: Snapshot) -> Snapshot:
    """The snapshot with its version: the first 12 hex digits of its content's SHA-256."""
    body = snapshot.model_copy(update={"version": ""}).model_dump_json()
    return snapshot.model_copy(update={"version": hashlib.sha256(body.encode()).hexdigest()[:12]})


def without(snapshot: Snapshot, off: Collection[str]) -> Snapshot:
    """The snapshot without the entries that are switched off, by their own id or their subject's.

    Their questions stay: it is still what they ask, and the reply says whom to call.
    """
    entries = tuple(e for e in snapshot.entries if e.id not in off and e.subject not in off)
    silent = {*off, *(what.removesuffix("#materials") for what in off)}  # a list of materials is not worked with either
    return snapshot.model_copy(update={"entries": entries, "sheets": tuple(s for s in snapshot.sheets if s.subject not in silent)})


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot file.

    Raises:
        ValueError: the file is not a snapshot of this version of the program.

    """
    return Snapshot.model_validate_json(path.read_bytes())
