"""The joint list of materials of a 一件事: what it asks itself and what its parts ask, each material once."""

import re
from dataclasses import dataclass, field

from knowledge.schema import Guide, Item, Material, Source
from knowledge.text import fold

_WHOSE = re.compile(r"本人的?|居民|有效的?")
"""Words that make no other paper of it: 本人居民身份证 is 身份证 to every window."""


@dataclass
class JointMaterial:
    """One material, and who needs it."""

    name: str
    needs: list[tuple[Guide, Material]] = field(default_factory=list)

    @property
    def sources(self) -> list[Source]:
        """The rules that ask for it."""
        return [guide.sources[row.source] for guide, row in self.needs]

    @property
    def always(self) -> bool:
        """Whether anybody needs it in every case."""
        return any(not row.when for _, row in self.needs)

    @property
    def row(self) -> Material:
        """All needs as one row: as many copies as the most that anybody wants, one original for all, every note once."""
        first = self.needs[0][1]
        rows = [row for _, row in self.needs]
        conditions = {row.when for row in rows}
        return first.model_copy(
            update={
                "original": any(row.original for row in rows),
                "copies": max(row.copies for row in rows),
                "when": first.when if len(conditions) == 1 else "",
                "note": "；".join(dict.fromkeys(row.note for row in rows if row.note)),
                "exempt": first.exempt if all(row.exempt for row in rows) else None,
            }
        )

    def wanted_by(self, bundle: Item) -> str:
        """The parts that need it, each with its own condition where they differ."""
        shared = len({row.when for _, row in self.needs}) == 1
        parts = [(guide.name, "" if shared else row.when) for guide, row in self.needs if guide is not bundle]
        return "、".join(f"{name}【{when}】" if when else name for name, when in dict.fromkeys(parts))


def join_materials(bundle: Item, parts: list[Guide]) -> list[JointMaterial]:
    """Every material of a bundle and its parts once; first those that are always needed."""
    found: dict[str, JointMaterial] = {}
    for guide in (bundle, *parts):
        for row in guide.materials:
            key = _WHOSE.sub("", fold(row.name)) or fold(row.name)
            found.setdefault(key, JointMaterial(row.name)).needs.append((guide, row))
    return sorted(found.values(), key=lambda material: not material.always)
