"""Holds the live library and swaps it when a newer snapshot is published. Readers never wait."""

import asyncio
import json
from pathlib import Path

import structlog

from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.answering.question import QuestionReader
from assistant.answering.ranking import Ranker
from assistant.build import load_encoder
from assistant.errors import BuildError
from assistant.publications import read_current, snapshot_path
from assistant.settings import Settings
from knowledge.snapshot import read_snapshot, without

log = structlog.get_logger()

CALIBRATION = Path(__file__).parent / "answering" / "calibration.json"
"""Weights of the ranking, fitted by `./zhiwen knowledge calibrate`."""
POLL_SECONDS = 1.0
"""How often the pointer to the live snapshot is looked at."""


def load_ranker(path: Path = CALIBRATION) -> Ranker:
    """Read the fitted weights."""
    found = json.loads(path.read_text("utf-8"))
    return Ranker(
        weights=tuple(found["weights"]),
        confidence_weights=tuple(found["confidence_weights"]),
        confidence_bias=found["confidence_bias"],
        known_weights=tuple(found["known_weights"]),
        known_bias=found["known_bias"],
    )


def open_library(settings: Settings) -> Library:
    """Load what is live.

    Raises:
        BuildError: nothing was built yet.

    """
    current = read_current(settings)
    if current is None:
        raise BuildError("还没有编译知识，请先运行 ./zhiwen knowledge publish")
    snapshot = without(read_snapshot(snapshot_path(settings, current.snapshot)), current.off)
    reader = QuestionReader.of(snapshot.words)
    index = SearchIndex(snapshot, reader, load_encoder(settings, current.encoder, reader.lexicon))
    return Library.of(snapshot, index, load_ranker())


class Shelf:
    """The live library."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen = read_current(settings)
        self._library = open_library(settings)

    def library(self) -> Library:
        """The library of this moment; a turn keeps the one that it began with."""
        return self._library

    async def watch(self) -> None:
        """Swap in whatever is published or brought back. A snapshot that does not load changes nothing."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                current = read_current(self._settings)
                if current == self._seen:
                    continue
                self._seen = current
                self._library = await asyncio.to_thread(open_library, self._settings)
                log.info("snapshot_live", version=self._library.snapshot.version)
            except (OSError, ValueError, KeyError, BuildError) as error:
                log.error("snapshot_rejected", cause=str(error))
