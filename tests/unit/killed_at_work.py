"""Run by test_publications: a process imports, reviews, publishes and rolls back; kill -9 hits it at random points.

Usage: python -m tests.unit.killed_at_work FOLDER TIMES
"""

import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import jieba

from assistant.build import build_knowledge
from assistant.errors import BuildError
from assistant.publications import live_snapshot, read_current, rollback, versions
from assistant.settings import Settings
from knowledge.exchange.drafts import Review, accept_draft, load_drafts
from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.files import write_table
from knowledge.exchange.importing import import_file
from knowledge.exchange.plan import Setting
from knowledge.loader import load
from knowledge.text import simplify
from tests.unit.exchange_files import HEADER, MAPPINGS, PHOTO
from tests.unit.small_knowledge import write_folder


def work(settings: Settings, chance: random.Random) -> None:
    """One round: change the knowledge, publish it, take it back."""
    with suppress(ExchangeError, BuildError):
        table = settings.data / "work.csv"
        write_table(table, HEADER, [[*PHOTO[:3], f"第{chance.randrange(1000)}种答案。", *PHOTO[4:]]])
        import_file(settings.knowledge, table, MAPPINGS, Setting(load(settings.knowledge)[0], "360100", date.today()), "甲", dry_run=False)
        for draft in load_drafts(settings.knowledge):
            accept_draft(settings.knowledge, load(settings.knowledge)[0], draft, Review("乙", "公安局", date.today()))
        build_knowledge(settings, lambda _: None, retrain=False, by="乙")
        rollback(settings, None, "乙", "试一试")


def whole_round(settings: Settings) -> float:
    """Seconds that a round takes when nobody kills it, on this machine at this moment."""
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        work(settings, random.Random(0))
        os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - started


def check(settings: Settings) -> None:
    """What holds after every death: everything is readable, and what is live is whole."""
    knowledge, problems = load(settings.knowledge)
    assert problems == [], list(map(str, problems))
    drafted = {entry.question for draft in load_drafts(settings.knowledge).values() for entry in draft.manual}
    assert len(knowledge.manual) + len(drafted) >= 2, "an entry was lost"
    current = read_current(settings)
    if current is not None:
        live = live_snapshot(settings)
        assert live is not None and live.version == current.snapshot
        assert [version.number for version in versions(settings)] == list(range(current.number, 0, -1))


def main(folder: Path, times: int) -> None:
    """Kill so many processes."""
    # An encoder of somebody else's needs no training here; it is named, and never loaded.
    settings = Settings(data=folder / "data", knowledge=write_folder(folder / "knowledge", words=False), encoder="none")
    settings.data.mkdir()
    # Dictionaries take half a second to read, longer than any of them lives: they inherit them.
    simplify("繁體")
    jieba.initialize()
    jieba.Tokenizer.initialize = lambda self, _dictionary=None: vars(self).update(
        FREQ=jieba.dt.FREQ, total=jieba.dt.total, initialized=True
    )
    chance = random.Random(7)
    longest = 1.5 * whole_round(settings)
    for number in range(times):
        child = os.fork()
        if child == 0:
            own = random.Random(number)
            while True:
                work(settings, own)
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        check(settings)
    current = read_current(settings)
    assert current is not None and current.number > 1, "nothing was ever published"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
