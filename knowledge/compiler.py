"""Compile the knowledge files into a snapshot."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set

from knowledge.loader import Knowledge
from knowledge.render import Rendered, marked, render
from knowledge.schema import Boundary, Clarification, Dated, Guide, Item, ManualEntry, Source, Topic
from knowledge.sheets import item_sheet, topic_sheet
from knowledge.snapshot import Citation, Entry, Phrase, Snapshot, Subject, WordLists, with_version
from knowledge.text import distinct, fold
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome


def compile_snapshot(knowledge: Knowledge) -> Snapshot:
    """Turn checked knowledge into what is published. The same files give the same version."""
    subjects: list[Subject] = []
    entries: list[Entry] = []
    phrases: list[Phrase] = []
    items = (*knowledge.items.values(), *knowledge.guides.values())
    shared = _shared_parts(items)
    for item in items:
        subjects.append(_item_subject(item, knowledge))
        entries.extend(_item_entries(item, knowledge))
        phrases.extend(_item_phrases(item, shared))
    for topic in knowledge.topics.values():
        subjects.append(_topic_subject(topic, knowledge))
        entries.extend(_topic_entries(topic))
        phrases.extend(_phrases(topic.id, (topic.title, *topic.names), topic.questions))
    for clarification in knowledge.clarifications.values():
        subjects.append(_clarification_subject(clarification))
        phrases.extend(_phrases(clarification.id, (), clarification.questions))
    for boundary in knowledge.boundaries.values():
        subjects.append(_boundary_subject(boundary))
        phrases.extend(_phrases(boundary.id, (boundary.title,), boundary.questions))
    for manual in knowledge.manual.values():
        entries.append(_manual_entry(manual))
        phrases.extend(_manual_phrases(manual))
    phrases.extend(_neighbours(knowledge, phrases))
    words = WordLists(
        terms=knowledge.lexicon.terms,
        rewrites=knowledge.lexicon.rewrites,
        fillers=knowledge.lexicon.fillers,
        pinyin=knowledge.lexicon.pinyin,
        facet_cues=knowledge.facet_cues,
    )
    popular = knowledge.popular
    return with_version(
        Snapshot(
            version="",
            words=words,
            popular_ask=popular.ask if popular else "",
            popular=popular.options if popular else (),
            subjects=tuple(subjects),
            entries=tuple(entries),
            phrases=tuple(phrases),
            sheets=(
                *(item_sheet(item, knowledge) for item in items),
                *(topic_sheet(topic, knowledge) for topic in knowledge.topics.values()),
            ),
            canned=knowledge.canned,
        )
    )


def _item_subject(item: Guide, knowledge: Knowledge) -> Subject:
    return Subject(
        id=item.id,
        kind="item",
        title=item.name,
        label=item.label,
        parent=item.parent,
        department=item.department,
        theme=item.elements.theme if item.elements else "",
        families=item.families,
        situations=_widened(item.situations, knowledge),
        contact=_contact(item.department, knowledge),
    )


_COMMON_SITUATIONS = 2
"""So many words of a line in lexicon/situations.yml among an item's own mean that the situation is the item's; one may be chance."""


def _widened(own: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    """An item's situations with all other ways to say them."""
    said = [ways for ways in knowledge.situations.values() if len(set(ways) & set(own)) >= _COMMON_SITUATIONS]
    return tuple(distinct([*own, *(way for ways in said for way in ways)]))


def _topic_subject(topic: Topic, knowledge: Knowledge) -> Subject:
    return Subject(
        id=topic.id,
        kind="topic",
        title=topic.title,
        label=topic.label,
        department=topic.department,
        audience=topic.audience,
        contact=_contact(topic.department, knowledge),
    )


def _contact(department: str, knowledge: Knowledge) -> str:
    office = knowledge.departments.get(department)
    return f"{department}：{office.phone.text}" if office else department


def _clarification_subject(record: Clarification) -> Subject:
    return Subject(
        id=record.id, kind="clarification", title=record.ask, label=record.ask,
        options=record.options, reply=record.ask, outcome=Outcome.CLARIFY,
    )  # fmt: skip


def _boundary_subject(record: Boundary) -> Subject:
    return Subject(
        id=record.id, kind="boundary", title=record.title, label=record.title,
        reply=record.reply, outcome=record.outcome, patterns=record.patterns,
    )  # fmt: skip


def _citations(sources: tuple[Source, ...]) -> tuple[Citation, ...]:
    return tuple(Citation(title=s.title, locator=s.locator, url=s.url) for s in sources)


def _entry(record: Dated, subject: str, facet: Facet | None, title: str, rendered: Rendered) -> Entry:
    return Entry(
        id=f"{subject}#{facet}" if facet else subject,
        subject=subject,
        facet=facet,
        title=title,
        text=rendered.text,
        citations=_citations(rendered.sources),
        region=record.region,
        effective_from=record.effective_from,
        reviewed_on=record.reviewed_on,
        expires_on=record.expires_on,
        sample=rendered.sample,
    )


def _item_entries(item: Guide, knowledge: Knowledge) -> list[Entry]:
    entries = []
    for facet in Facet:
        rendered = render(item, facet, knowledge)
        if rendered is None:
            continue
        if not rendered.sources:
            # Place, hours and phone of an office rest on no law; the item's rule names the office.
            rendered = Rendered(rendered.text, (next(iter(item.sources.values())),), rendered.sample)
        entries.append(_entry(item, item.id, facet, f"{item.name}·{FACET_TITLES[facet]}", rendered))
    if not item.review_points:
        return entries
    points = Rendered("\n".join(f"{n}. {p}" for n, p in enumerate(item.review_points, 1)), tuple(item.sources.values()))
    clerk = _entry(item, item.id, None, f"{item.name}·审查要点", points)
    return [*entries, clerk.model_copy(update={"id": f"{item.id}#review_points", "layer": "clerk"})]


def _topic_entries(topic: Topic) -> list[Entry]:
    sources = tuple(topic.sources.values())
    entries = [_entry(topic, topic.id, None, topic.title, Rendered(topic.text, sources, topic.sample))]
    if topic.clerk_text:
        clerk = _entry(topic, topic.id, None, topic.title, Rendered(topic.clerk_text, sources))
        entries.append(clerk.model_copy(update={"id": f"{topic.id}#clerk", "layer": "clerk"}))
    return entries


def _manual_entry(manual: ManualEntry) -> Entry:
    rendered = Rendered(marked(manual.answer, manual.sample), manual.sources, manual.sample)
    entry = _entry(manual, manual.subject, manual.facet, manual.question, rendered)
    return entry.model_copy(update={"id": manual.id, "manual": True})


def _shared_parts(items: Iterable[Guide]) -> set[str]:
    """Parts of official names that several items go by, folded: 取水许可 of 取水许可（新办） and 取水许可（注销） tells neither.

    An import derives them row by row. An everyday name stays with all that have it: its words stand nowhere else.
    """
    parts = [part for item in items for part in {fold(name) for name in item.names} if part in fold(item.name)]
    return {part for part, count in Counter(parts).items() if count > 1}


def _item_phrases(item: Guide, shared: Set[str]) -> list[Phrase]:
    names = [name for name in (item.label, *item.names) if fold(name) not in shared]
    found = _phrases(item.id, (item.name, *names), ())
    for facet, questions in item.questions.items():
        asked = None if facet == "any" else Facet(facet)
        found += [Phrase(text=q, subject=item.id, facet=asked, kind="question") for q in questions]
    return found


def _manual_phrases(manual: ManualEntry) -> list[Phrase]:
    return [
        Phrase(text=question, subject=manual.subject, facet=manual.facet, kind="question", entry=manual.id)
        for question in distinct((manual.question, *manual.similar))
    ]


def _neighbours(knowledge: Knowledge, known: list[Phrase]) -> list[Phrase]:
    """Negative questions are the questions of the neighbour that they name, unless it has them itself."""
    seen = {fold(phrase.text) for phrase in known}
    found = []
    entries: list[Item | Topic] = [*knowledge.items.values(), *knowledge.topics.values()]
    for entry in entries:
        for negative in entry.negatives:
            if fold(negative.text) not in seen and (negative.subject in knowledge.items or negative.subject in knowledge.topics):
                seen.add(fold(negative.text))
                found.append(Phrase(text=negative.text, subject=negative.subject, kind="question"))
    return found


def _phrases(subject: str, names: tuple[str, ...], questions: tuple[str, ...]) -> list[Phrase]:
    return [Phrase(text=t, subject=subject, kind="name") for t in distinct(names)] + [
        Phrase(text=q, subject=subject, kind="question") for q in questions
    ]
