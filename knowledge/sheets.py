"""The sheet of an item: what a window clerk works with, row by row, where citizens read texts."""

from knowledge.bundle import join_materials
from knowledge.loader import Knowledge
from knowledge.render import asked, exemption
from knowledge.schema import Guide, Item, Material, Source, Topic
from knowledge.snapshot import Citation, Neighbour, Row, Sheet


def item_sheet(item: Guide, knowledge: Knowledge) -> Sheet:
    """The sheet of an item or guide; of a 一件事 with the materials of its parts, each once."""
    elements = item.elements
    return Sheet(
        subject=item.id,
        kind=elements.kind if elements else "",
        levels=elements.levels if elements else (),
        authority=elements.authority if elements else "",
        window=item.window.name if item.window else "",
        handling=item.handling if isinstance(item, Item) else "",
        materials=_rows(item, knowledge),
        materials_note=item.materials_note,
        confused_with=_neighbours(item) if isinstance(item, Item) else (),
        parts=item.parts if isinstance(item, Item) else (),
        office_names=_office_names(item.department, knowledge),
    )


def topic_sheet(topic: Topic, knowledge: Knowledge) -> Sheet:
    """The sheet of a topic: its neighbours, and what its department is called."""
    return Sheet(subject=topic.id, confused_with=_neighbours(topic), office_names=_office_names(topic.department, knowledge))


def _office_names(department: str, knowledge: Knowledge) -> tuple[str, ...]:
    office = knowledge.departments.get(department)
    return office.aliases if office is not None else ()


def _rows(item: Guide, knowledge: Knowledge) -> tuple[Row, ...]:
    if not (isinstance(item, Item) and item.parts):
        return tuple(_row(row, item.sources[row.source]) for row in item.materials)
    known = {**knowledge.guides, **knowledge.items}
    joint = join_materials(item, [known[part] for part in item.parts if part in known])
    return tuple(_row(material.row, material.sources[0], material.wanted_by(item)) for material in joint)


def _row(row: Material, source: Source, wanted_by: str = "") -> Row:
    return Row(
        name=row.name,
        form=row.form,
        asked=asked(row),
        when=row.when,
        note=row.note,
        exemption=exemption(row),
        source=Citation(title=source.title, locator=source.locator, url=source.url),
        wanted_by=wanted_by,
    )


def _neighbours(record: Item | Topic) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(subject=other.subject, difference=other.difference) for other in record.confused_with)
