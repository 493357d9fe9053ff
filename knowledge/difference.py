"""What changed between two snapshots, told so that a person can judge it (四减: fewer materials, shorter limits)."""

import re
from dataclasses import dataclass

from knowledge.snapshot import Entry, Snapshot
from knowledge.vocabulary import Facet

_ROW = re.compile(r"^\d+\. ", re.MULTILINE)
_LIMIT = re.compile(r"(承诺|法定)时限：(\d+)个(工作日|自然日)")


@dataclass(frozen=True)
class Difference:
    """Lines for people, and whether there are any."""

    lines: list[str]
    summary: str


def difference(old: Snapshot | None, new: Snapshot) -> Difference:
    """Compare a snapshot with the one before it (None: with nothing)."""
    titles = {s.id: s.title for snapshot in (old, new) if snapshot for s in snapshot.subjects}
    before = {e.id: e for e in old.entries} if old else {}
    after = {e.id: e for e in new.entries}
    subjects_before = {s.id for s in old.subjects} if old else set()
    subjects_after = {s.id for s in new.subjects}
    lines = [f"+ {titles[s]}" for s in sorted(subjects_after - subjects_before)]
    lines += [f"- {titles[s]}" for s in sorted(subjects_before - subjects_after)]
    added, gone = after.keys() - before.keys(), before.keys() - after.keys()
    # What came or went with its whole subject is told by the subject.
    lines += [f"+ {after[e].title}" for e in sorted(added) if after[e].subject in subjects_before]
    lines += [f"- {before[e].title}" for e in sorted(gone) if before[e].subject in subjects_after]
    changed = [e for e in sorted(before.keys() & after.keys()) if before[e] != after[e]]
    told_anew = [e for e in changed if before[e].text != after[e].text]
    lines += [f"~ {after[e].title}：{_change(before[e], after[e])}" for e in told_anew]
    if len(changed) > len(told_anew):
        lines.append(f"~ {len(changed) - len(told_anew)} 条文字没变，只改了依据、日期或地区")
    sheets = {s.subject: s for s in old.sheets} if old else {}
    told = {after[e].subject for e in (*added, *changed)}
    lines += [
        f"~ {titles[s.subject]}：只有窗口看的内容变了（材料明细、易混的事项、窗口）"
        for s in new.sheets
        if s.subject in sheets and s != sheets[s.subject] and s.subject not in told
    ]
    asked_before = {(p.subject, p.text) for p in old.phrases} if old else set()
    asked_after = {(p.subject, p.text) for p in new.phrases}
    more, fewer = len(asked_after - asked_before), len(asked_before - asked_after)
    if more or fewer:
        lines.append(f"问法：多了 {more} 句，少了 {fewer} 句")
    summary = f"条目新增 {len(added)}、变更 {len(changed)}、撤下 {len(gone)}；问法新增 {more}、撤下 {fewer}"
    return Difference(lines, summary)


def _change(old: Entry, new: Entry) -> str:
    told = []
    if new.facet is Facet.MATERIALS and not new.manual:
        told.append(_fewer("材料", len(_ROW.findall(old.text)), len(_ROW.findall(new.text)), "件"))
    limits = {(which, unit): int(days) for which, days, unit in _LIMIT.findall(old.text)}
    for which, days, unit in _LIMIT.findall(new.text):
        told.append(_fewer(f"{which}时限", limits.get((which, unit), int(days)), int(days), f"个{unit}"))
    return "；".join(filter(None, told)) or f"“{_short(old.text)}”改成“{_short(new.text)}”"


def _fewer(what: str, old: int, new: int, unit: str) -> str:
    if old == new:
        return ""
    return f"{what}{'减少' if new < old else '增加'} {abs(new - old)} {unit}（{old} → {new}）"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
