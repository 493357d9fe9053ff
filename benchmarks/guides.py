"""An unseen base of two thousand item guides: is the right one found by what people call it?

The guides are generated in the shape of a provincial export, written as a file, and imported, compiled and encoded as an
office's are; one in four comes with an everyday name. Then names are asked that the export does not hold and that are no
substring of an official name: in the official words with others left out, half in everyday words, and wholly so. Their
mixture is set so that BM25 over the names finds about as many as on the real base of issue 4 (0.72 first, 0.89 in five).
The weights are the shipped ones: such a base has no questions to fit them to.

usage: python -m benchmarks.guides [--named 0] [--json]
"""

import json
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import bm25s
import click
import numpy as np

from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.answering.question import QuestionReader
from assistant.encoders import train_on
from assistant.settings import Settings
from assistant.shelf import load_ranker
from benchmarks.guide_names import BENEFIT_ACTS, BENEFITS, BUSINESS_ACTS, BUSINESSES
from knowledge.compiler import compile_snapshot
from knowledge.exchange.importing import plan_import, shipped_mappings
from knowledge.exchange.plan import Setting
from knowledge.loader import Knowledge, load
from knowledge.schema import Guide
from knowledge.text import fold

SEED = 5
NAMED = 0.25
"""Share of guides whose export holds an everyday name."""
ASKED = 1000
"""Names that are asked."""
MIXTURE = {"official words": 0.78, "half everyday": 0.17, "everyday": 0.05}
"""Shares of the wordings among what is asked."""
_TAIL = re.compile(r"(?:经营|执业|业务|特种行业|服务|零售业务)*(?:许可|审批|登记|备案|核准|设立许可|资质审批|待遇|认定)$")

Result = dict[str, Any]
"""`guides`, `asked`, and by the search (`ours`, `bm25_names`) and wording: `first`, `five`, `of`."""
Rank = Callable[[str], Sequence[str]]
"""Names of items for a question, best first."""


@dataclass(frozen=True)
class Matter:
    """A guide to come, and every way in which people may call it."""

    name: str
    department: str
    everyday: tuple[str, ...]
    wordings: dict[str, tuple[str, ...]]
    """Other names by how far they are from the official one."""


@dataclass(frozen=True)
class Asked:
    """A name that is asked, of which item, and in which wording."""

    name: str
    item: str
    wording: str


def matters() -> list[Matter]:
    """Every matter of the lists with everything that can be done about it."""
    found = []
    for listed, acts in ((BUSINESSES, BUSINESS_ACTS), (BENEFITS, BENEFIT_ACTS)):
        for line in listed.splitlines():
            official, names, department = line.split("|")
            for act in acts.splitlines():
                done, said = act.split("|")
                everyday = tuple(f"{name}{word}" for name in names.split(",") for word in said.split(","))
                short, act = _TAIL.sub("", official), done.strip("（）")
                half = (*(f"{name}{act}" for name in names.split(",")), *(f"{short}{word}" for word in said.split(",")))
                wordings = {"official words": (f"{act}{short}",), "half everyday": half, "everyday": everyday}
                found.append(Matter(official + done, department, everyday, wordings))
    return found


def export(found: Sequence[Matter], generator: random.Random, named: float = NAMED) -> tuple[list[dict[str, str]], list[Asked]]:
    """The rows of the export, a share of them with an everyday name, and what is to be asked: names that it lacks."""
    rows, asked = [], []
    officials = "\n".join(fold(matter.name) for matter in found)
    for number, matter in enumerate(found):
        told = generator.choice(matter.everyday)
        row = {
            "事项名称": matter.name,
            "实施编码": f"11360000{number:08d}",
            "实施主体": matter.department,
            "受理条件": "符合规定条件，材料齐全。",
            "申请材料": "申请表（原件）；\n身份证明（原件、复印件1份）",
            "法定办结时限": "20",
            "法定办结时限单位": "工作日",
        }
        rows.append(row | ({"别名": told} if generator.random() < named else {}))
        wording = generator.choices(list(MIXTURE), list(MIXTURE.values()))[0]
        name = generator.choice([name for name in matter.wordings[wording] if name != told])
        if fold(name) not in officials:
            asked.append(Asked(name, matter.name, wording))
    return rows, generator.sample(asked, min(ASKED, len(asked)))


def imported(rows: Sequence[dict[str, str]], knowledge: Knowledge, mappings: Path) -> Knowledge:
    """The knowledge of an office that has nothing but these guides, read from a file as `knowledge import` reads it."""
    bare = replace(knowledge, items={}, guides={}, topics={}, clarifications={}, boundaries={}, manual={}, popular=None)
    with tempfile.TemporaryDirectory(prefix="zhiwen-guides-") as folder:
        path = Path(folder) / "export.json"
        path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
        plan = plan_import(path, shipped_mappings(mappings), Setting(bare, "360000", date.today()))
    guides = [record for record in plan.taken if isinstance(record, Guide)]
    if len(guides) != len(rows):
        raise ValueError(f"{len(rows) - len(guides)} rows were not taken")
    return replace(bare, guides={guide.id: guide for guide in guides})


def ours(knowledge: Knowledge) -> Rank:
    """The search as it answers."""
    snapshot = compile_snapshot(knowledge)
    reader = QuestionReader.of(snapshot.words)
    library = Library.of(snapshot, SearchIndex(snapshot, reader, train_on(snapshot, snapshot.phrases, reader)), load_ranker())
    return lambda text: [library.subject(c.match.subject).title for c in library.rank(text)[1].candidates]


def by_names(knowledge: Knowledge) -> Rank:
    """What everybody has: BM25 over the names alone, with our words and runs of characters."""
    lexicon, guides = knowledge.lexicon, list(knowledge.guides.values())
    index = bm25s.BM25(method="lucene")
    index.index([lexicon.search_terms(lexicon.standardise(" ".join(guide.names))) for guide in guides], show_progress=False)
    known = set(index.vocab_dict)

    def rank(text: str) -> list[str]:
        terms = [term for term in lexicon.search_terms(lexicon.standardise(text)) if term in known]
        scores = index.get_scores(terms) if terms else np.zeros(len(guides))
        return [guides[at].name for at in np.argsort(-scores, kind="stable")[:12]]

    return rank


def found(rank: Rank, asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Share of names whose item comes first, and among the first five; of all and by wording."""
    places = [(one.wording, list(rank(one.name)).index(one.item) if one.item in rank(one.name) else None) for one in asked]
    shares = {}
    for wording in ("all", *MIXTURE):
        of = [place for named, place in places if wording in ("all", named)]
        first, five = (sum(place is not None and place < among for place in of) for among in (1, 5))
        shares[wording] = {"first": round(first / len(of), 3), "five": round(five / len(of), 3), "of": len(of)}
    return shares


def measure(settings: Settings, named: float = NAMED) -> Result:
    """Size of the base and of what is asked, and how often each search finds it."""
    rows, asked = export(matters(), random.Random(SEED), named)
    knowledge = imported(rows, load(settings.knowledge)[0], settings.knowledge)
    return {
        "guides": len(rows),
        "asked": len(asked),
        "ours": found(ours(knowledge), asked),
        "bm25_names": found(by_names(knowledge), asked),
    }


@click.command()
@click.option("--named", default=NAMED, help="share of guides with an everyday name")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
def main(named: float, as_json: bool) -> None:
    """Measure and print."""
    result = measure(Settings(), named)
    print(json.dumps(result, ensure_ascii=False) if as_json else "\n".join(f"{name}: {figure}" for name, figure in result.items()))


if __name__ == "__main__":
    main()
