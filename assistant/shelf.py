"""Holds the live library and swaps it when a newer snapshot is published. Readers never wait."""

import asyncio
import contextlib
import ctypes
import gc
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import structlog

from assistant.answering import readings, thread
from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.answering.network import Network
from assistant.answering.question import QuestionReader
from assistant.answering.ranking import CONFIDENCE_FEATURES, FEATURES, KNOWN_FEATURES, Ranker
from assistant.encoders import load_encoder
from assistant.errors import BuildError
from assistant.publications import Publication, read_current, snapshot_path
from assistant.settings import Settings
from knowledge.snapshot import Snapshot, read_snapshot, without

log = structlog.get_logger()

CALIBRATION = Path(__file__).parent / "answering" / "calibration.json"
"""Weights of the ranking with the built-in encoder, fitted by `./zhiwen knowledge calibrate`."""
POLL_SECONDS = 0.3
"""How often the pointer to the live snapshot is looked at."""


def calibration_path(settings: Settings) -> Path:
    """Where the weights for the encoder of the settings are: those for another one than ours are the installation's own.

    Named by all that they depend on, so that weights of other features or for another encoder are never read.
    """
    if not settings.encoder:
        return CALIBRATION
    parts = (settings.encoder, settings.encoder_prompt, FEATURES, CONFIDENCE_FEATURES, KNOWN_FEATURES, thread.FEATURES)
    return settings.data / "calibration" / f"{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}.json"


def open_ranker(settings: Settings) -> Ranker:
    """The weights for the encoder of the settings; ours, which do not fit it well, as long as it was not calibrated."""
    path = calibration_path(settings)
    if path.exists():
        return load_ranker(path)
    log.warning("encoder_not_calibrated", encoder=settings.encoder)
    return load_ranker()


def load_ranker(path: Path = CALIBRATION) -> Ranker:
    """Read the fitted weights."""
    found = json.loads(path.read_text("utf-8"))
    return Ranker(
        weights=tuple(found["weights"]),
        confidence_weights=tuple(found["confidence_weights"]),
        confidence_bias=found["confidence_bias"],
        known_weights=tuple(found["known_weights"]),
        known_bias=found["known_bias"],
        thread=_network(found["thread"]) if found["thread"] else None,
    )


def _network(found: dict[str, Any]) -> Network:
    hidden = tuple(tuple(row) for row in found["hidden"])
    return Network(tuple(found["linear"]), hidden, tuple(found["bias"]), tuple(found["out"]))


def open_library(settings: Settings) -> Library:
    """Load what is live.

    Raises:
        BuildError: nothing was built yet.

    """
    return load_library(settings, _published(settings))


def _published(settings: Settings) -> Publication:
    current = read_current(settings)
    if current is None:
        raise BuildError("还没有编译知识，请先运行 ./zhiwen knowledge publish")
    return current


def load_library(settings: Settings, current: Publication, before: tuple[Publication, Library] | None = None) -> Library:
    """Load a publication. What the one `before` it shares with it is used again: an edit is live in seconds."""
    snapshot = read_snapshot(snapshot_path(settings, current.snapshot))
    return Library.of(without(snapshot, current.off), _index(settings, current, snapshot, before), open_ranker(settings))


def _index(settings: Settings, current: Publication, snapshot: Snapshot, before: tuple[Publication, Library] | None) -> SearchIndex:
    if before is not None:
        publication, library = before
        if publication.build == current.build:
            return library.index
        if publication.encoder == current.encoder and library.snapshot.words == snapshot.words:
            if (library.snapshot.subjects, library.snapshot.phrases) == (snapshot.subjects, snapshot.phrases):
                return library.index  # only texts of answers differ, which no search reads
            return SearchIndex(snapshot, library.index.reader, library.index.encoder, library.index.readings)
    reader = QuestionReader.of(snapshot.words)
    reader.read("读")  # jieba's dictionary takes half a second to load: now, and not at the first message
    encoder = f"{current.encoder} {settings.encoder} {settings.encoder_prompt}"
    kept = settings.data / "readings" / f"{readings.key(snapshot.words, encoder)}.npz"
    known = readings.load(kept)
    index = SearchIndex(snapshot, reader, load_encoder(settings, current.encoder, reader.lexicon), known)
    if index.readings.keys() != known.keys():
        try:
            readings.save(kept, index.readings)
        except OSError as error:  # the next start reads the phrases again
            log.warning("readings_not_kept", cause=str(error))
    return index


def give_back_memory() -> None:
    """Give the system what building an index left over: 100 MB at the start, 230 MB at each swap (glibc keeps it)."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # a libc without it, such as musl
            ctypes.CDLL(None).malloc_trim(0)


class HeldLibrary:
    """A library that is not published, in the place of a shelf: trials and measurements answer from it."""

    def __init__(self, library: Library) -> None:
        self.current = library

    def library(self) -> Library:
        """The library of this moment."""
        return self.current

    async def watch(self) -> None:
        """Nothing is published here."""


class Shelf:
    """The live library."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._indexed = _published(settings)
        self._library = load_library(settings, self._indexed)
        give_back_memory()
        self._seen: Publication | None = self._indexed

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
                if current is None:
                    continue
                self._library = await asyncio.to_thread(load_library, self._settings, current, (self._indexed, self._library))
                self._indexed = current
                give_back_memory()
                log.info("snapshot_live", version=self._library.snapshot.version)
            except (OSError, ValueError, KeyError, BuildError) as error:
                log.error("snapshot_rejected", cause=str(error))
