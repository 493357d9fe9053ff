"""Everything published on one item, for the clerk: on one screen, or beside another item with the differences marked."""

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, Field

from assistant.answering.library import Library
from knowledge.render import is_expired
from knowledge.snapshot import Citation, Entry, Row, Sheet, Subject
from knowledge.vocabulary import FACET_TITLES, Facet


class Near(BaseModel):
    """旁边的一个事项。"""

    id: str
    title: str
    label: str
    difference: str = Field(default="", description="和它差在哪里")

    @classmethod
    def of(cls, subject: Subject, difference: str = "") -> "Near":
        """As it goes over the wire."""
        return cls(id=subject.id, title=subject.title, label=subject.label, difference=difference)


class Text(BaseModel):
    """一段已发布的文字。"""

    entry: str
    facet: Facet | None
    title: str
    text: str
    citations: list[Citation]
    effective_from: date
    reviewed_on: date
    expires_on: date | None
    sample: bool = Field(description="里面有示例值")

    @classmethod
    def of(cls, entry: Entry) -> "Text":
        """As it goes over the wire; a facet's title is the facet's own."""
        plain = entry.facet is not None and not entry.manual
        return cls(
            entry=entry.id, facet=entry.facet, title=FACET_TITLES[entry.facet] if plain and entry.facet else entry.title, text=entry.text,
            citations=list(entry.citations), effective_from=entry.effective_from, reviewed_on=entry.reviewed_on,
            expires_on=entry.expires_on, sample=entry.sample,
        )  # fmt: skip


class SheetView(BaseModel):
    """一个事项，窗口人员看的全部。"""

    id: str
    title: str
    label: str
    kind: str = Field(description="事项类型")
    department: str
    contact: str
    levels: list[str]
    authority: str = Field(description="谁受理、谁审查、谁决定")
    window: str
    handling: str
    version: str = Field(description="知识库版本")
    review_points: list[str] = Field(description="审查要点，不给市民看")
    materials: list[Row] = Field(description="材料，一行一件；告知单按这里的顺序勾")
    materials_note: str
    facets: list[Text]
    manual: list[Text] = Field(description="答疑手册里的问答")
    confused_with: list[Near] = Field(description="容易弄混的，和怎么分")
    parts: list[Near] = Field(description="一件事包含的事项")
    part_of: list[Near] = Field(description="属于哪些一件事")
    expired: list[str] = Field(description="过了有效期、不能再照着答的")


class Line(BaseModel):
    """比较时的一行。"""

    text: str
    differs: bool = Field(description="那一边没有这一行")


class Compared(BaseModel):
    """两个事项的同一个方面。"""

    title: str
    same: bool
    left: list[Line]
    right: list[Line]


class Comparison(BaseModel):
    """两个事项并排。"""

    left: Near
    right: Near
    difference: str = Field(description="知识里写明的区别；没写就是空的")
    rows: list[Compared] = Field(description="不一样的在前")


def sheet_of(library: Library, subject_id: str, today: date) -> SheetView | None:
    """All that is published on an item or topic and valid today; None when there is no such item."""
    if not library.knows(subject_id) or (subject := library.subject(subject_id)).kind not in ("item", "topic"):
        return None
    own = [e for e in library.snapshot.entries if e.subject == subject_id]
    valid = [e for e in own if not is_expired(e.expires_on, today)]
    published = {sheet.subject: sheet for sheet in library.snapshot.sheets}
    sheet = published.get(subject_id, Sheet(subject=subject_id)) if valid else Sheet(subject=subject_id)
    return SheetView(
        id=subject.id, title=subject.title, label=subject.label, kind=sheet.kind, department=subject.department, contact=subject.contact,
        levels=list(sheet.levels), authority=sheet.authority, window=sheet.window, handling=sheet.handling,
        version=library.snapshot.version,
        review_points=[line for e in valid if e.layer == "clerk" for line in e.text.splitlines()],
        materials=list(sheet.materials), materials_note=sheet.materials_note,
        facets=[Text.of(e) for e in valid if e.layer == "citizen" and not e.manual],
        manual=[Text.of(e) for e in valid if e.manual],
        confused_with=[Near.of(library.subject(n.subject), n.difference) for n in sheet.confused_with if library.knows(n.subject)],
        parts=[Near.of(library.subject(part)) for part in sheet.parts if library.knows(part)],
        part_of=[Near.of(library.subject(bundle)) for bundle, found in published.items() if subject_id in found.parts],
        expired=[e.title for e in own if is_expired(e.expires_on, today)],
    )  # fmt: skip


def compare(left: SheetView, right: SheetView) -> Comparison:
    """Two sheets side by side, line by line; a line that the other side has not is marked."""
    rows = [
        Compared(
            title=title,
            same=set(ours) == set(theirs),
            left=[Line(text=line, differs=line not in theirs) for line in ours],
            right=[Line(text=line, differs=line not in ours) for line in theirs],
        )
        for title, ours, theirs in _pairs(left, right)
    ]
    told = {near.id: near.difference for near in left.confused_with} | {near.id: near.difference for near in right.confused_with}
    return Comparison(
        left=Near(id=left.id, title=left.title, label=left.label),
        right=Near(id=right.id, title=right.title, label=right.label),
        difference=told.get(right.id, "") or told.get(left.id, ""),
        rows=sorted(rows, key=lambda row: row.same),
    )


def _pairs(left: SheetView, right: SheetView) -> Iterator[tuple[str, list[str], list[str]]]:
    """What both are compared in: the list of materials by name, what else differs by field, the facets by line."""
    yield "办理窗口", [left.window], [right.window]
    yield "办理方式", [left.handling], [right.handling]
    yield "审查要点", left.review_points, right.review_points
    texts = [{text.facet: text.text.splitlines() for text in side.facets if text.facet} for side in (left, right)]
    for facet in Facet:
        ours, theirs = (_unnumbered(side.get(facet, [])) for side in texts)
        if ours or theirs:
            yield FACET_TITLES[facet], ours, theirs


def _unnumbered(lines: list[str]) -> list[str]:
    """Lines without their numbers: the third material of one is the same as the fifth of the other."""
    return [line.split(". ", 1)[1] if line.split(". ", 1)[0].isdecimal() else line for line in lines]
