"""Finds questions and answers in the paragraphs of a Word document: “问：…”, “答：…”, and lines such as “事项：…”."""

import re

from knowledge.exchange.files import Grid, Paragraph
from knowledge.exchange.mapping import ManualField, ManualMapping

_HOLDS_FOR_ALL_BELOW = (ManualField.SUBJECT, ManualField.DEPARTMENT)
_NUMBERING = re.compile(r"^\s*(第?[\d一二三四五六七八九十]+[章节条]?[、.．\s]|[（(][\d一二三四五六七八九十]+[)）])\s*")


def read_questions(paragraphs: list[Paragraph], mapping: ManualMapping) -> Grid:
    """The questions as a table; the item and the department named above hold for all questions below."""
    labels = {name: field for field, names in mapping.columns.items() for name in names}
    longest_first = "|".join(re.escape(name) for name in sorted(labels, key=len, reverse=True))
    labelled = re.compile(
        rf"^\s*(?:\d+\s*[.、．)）]\s*)?({longest_first})(?:\s*\d+\s*[：:．.、]|\s*[：:])\s*(.*)$", re.DOTALL | re.IGNORECASE
    )
    context: dict[ManualField, str] = {}
    records: list[dict[ManualField, str]] = []
    last: ManualField | None = None
    for paragraph in paragraphs:
        found = labelled.match(paragraph.text)
        if found:
            last = labels.get(found[1]) or labels[found[1].upper()]
            if last is ManualField.QUESTION:
                records.append(dict(context))
            if last in _HOLDS_FOR_ALL_BELOW:
                context[last] = found[2]
                if records and ManualField.ANSWER not in records[-1]:
                    records[-1][last] = found[2]
            elif records:
                records[-1][last] = found[2]
        elif paragraph.heading:
            context[ManualField.SUBJECT], last = _NUMBERING.sub("", paragraph.text), None
        elif records and last is not None and last not in _HOLDS_FOR_ALL_BELOW:
            records[-1][last] += f"\n{paragraph.text}"
    header = {field: names[0] for field, names in mapping.columns.items()}
    rows = [[record.get(field, "") for field in header] for record in records]
    return Grid("问答", [list(header.values()), *rows])
