"""What is published twice and does not agree: one question answered with other numbers, one item told otherwise by its levels."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from knowledge.alike import grams, likeness, said
from knowledge.loader import Knowledge, Problem
from knowledge.render import render
from knowledge.schema import Guide, ManualEntry
from knowledge.text import fold
from knowledge.vocabulary import Facet

ALIKE = 0.6
"""Likeness from which two questions about the same facet of the same subject ask the same."""

_AMOUNT = re.compile(r"(?<![\d.,月])(\d+(?:\.\d+)?)\s*个?(元|块|工作日|自然日|天|日)")
_UNITS = {"块": "元", "自然日": "天", "日": "天"}
OF_ALL_LEVELS = ("name", "department", "sources", "materials", "limits", "fee", "answers")
"""In these the levels of one item must agree."""
_OF_ELEMENTS = ("kind", "audience", "theme", "authority", "scope", "rights", "duties")


def differing_elements(one: Guide, other: Guide) -> list[str]:
    """The 十五同 elements in which two levels of one item (市县乡村) do not agree."""
    found = [name for name in OF_ALL_LEVELS if getattr(one, name) != getattr(other, name)]
    if one.elements is not None and other.elements is not None:
        found += [f"elements.{name}" for name in _OF_ELEMENTS if getattr(one.elements, name) != getattr(other.elements, name)]
    return found


def name_of_item(guide: Guide) -> str:
    """What makes two guides one item, whatever level they are of: the name with the office."""
    return f"{fold(guide.name)}/{guide.department}"


def disagreeing_levels(knowledge: Knowledge) -> Iterator[Problem]:
    """Items that several levels publish, and not with the same elements."""
    first: dict[str, Guide] = {}
    for guide in (*knowledge.items.values(), *knowledge.guides.values()):
        other = first.setdefault(name_of_item(guide), guide)
        differing = differing_elements(other, guide) if other is not guide else []
        if differing:
            cause = f"和 {knowledge.files[other.id]} 的 {other.id} 是同一个事项，{'、'.join(differing)} 却不一样，各级要统一"
            yield Problem(knowledge.files[guide.id], f"{guide.id}.name", guide.name, cause)


def disagreeing_answers(knowledge: Knowledge) -> Iterator[Problem]:
    """Entries of the 答疑手册 whose amounts of money or days are others than those published for the same subject, facet and region.

    An error where both answer the same question; a reminder where an entry on a fee or a limit names amounts that
    the item's own fee or limits do not have at all.
    """
    groups: dict[tuple[str, Facet | None, str], list[ManualEntry]] = defaultdict(list)
    for entry in knowledge.manual.values():
        groups[entry.subject, entry.facet, entry.region].append(entry)
        yield from _against_its_subject(entry, knowledge)
    for entries in groups.values():
        for one, other in combinations(entries, 2):
            told = _contradiction(one.answer, other.answer)
            if told and _ask_the_same(_questions(one), _questions(other), knowledge):
                yield _problem(other, f"和 {one.id} 问的一样，{told}，请统一", knowledge)


def _against_its_subject(entry: ManualEntry, knowledge: Knowledge) -> Iterator[Problem]:
    guide = knowledge.items.get(entry.subject) or knowledge.guides.get(entry.subject)
    topic = knowledge.topics.get(entry.subject)
    own, asked = "", list[str]()
    if guide is not None and entry.facet is not None and guide.region == entry.region:
        rendered = render(guide, entry.facet, knowledge)
        own, asked = rendered.text if rendered else "", list(guide.questions.get(entry.facet, ()))
    elif topic is not None and topic.region == entry.region:
        own, asked = topic.text, list(topic.questions)
    told = _contradiction(own, entry.answer)
    if told and _ask_the_same(asked, _questions(entry), knowledge):
        yield _problem(entry, f"和 {entry.subject} 自己的内容答的是同一句，{told}，请统一", knowledge)
    elif told and entry.facet in (Facet.FEE, Facet.TIME_LIMIT):
        yield _problem(
            entry, f"和 {entry.subject} 自己的内容不一样，{told}，请核对；说的是另一笔钱、另一段时间就不用改", knowledge, warning=True
        )


def _problem(entry: ManualEntry, cause: str, knowledge: Knowledge, warning: bool = False) -> Problem:
    return Problem(knowledge.files[entry.id], f"{entry.id}.answer", entry.question, cause, warning)


def _questions(entry: ManualEntry) -> list[str]:
    return [entry.question, *entry.similar]


def _ask_the_same(some: Sequence[str], others: Sequence[str], knowledge: Knowledge) -> bool:
    words = knowledge.lexicon
    left, right = ([grams(said(words.standardise(q), words)) for q in questions] for questions in (some, others))
    return any(likeness(a, b) >= ALIKE for a in left for b in right)


def _contradiction(one: str, other: str) -> str:
    """How the amounts of two texts contradict each other; empty where they share one, or name none in the same unit."""
    left, right = _amounts(one), _amounts(other)
    for unit in sorted(left.keys() & right.keys()):
        if not left[unit] & right[unit]:
            return f"{_told(left[unit], unit)}对{_told(right[unit], unit)}"
    return ""


def _amounts(text: str) -> dict[str, set[Decimal]]:
    found: dict[str, set[Decimal]] = defaultdict(set)
    for number, unit in _AMOUNT.findall(text):
        found[_UNITS.get(unit, unit)].add(Decimal(number))
    return found


def _told(amounts: set[Decimal], unit: str) -> str:
    return "、".join(f"{amount}{unit}" for amount in sorted(amounts))
