"""An index made like another one reads only what is new, and finds the same."""

from collections.abc import Sequence
from pathlib import Path

from assistant.answering import readings
from assistant.answering.encoder import Vectors
from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from knowledge.snapshot import Phrase
from tests.unit.fakes import CharacterEncoder
from tests.unit.small_knowledge import LOST


class CountingEncoder(CharacterEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the parent."""
        self.seen += texts
        return super().encode(texts)


def test_only_new_phrases_are_read_and_the_matches_are_those_of_a_whole_build(library: Library) -> None:
    added = Phrase(text="证件落在出租车上了", subject=LOST, kind="question")
    after = library.snapshot.model_copy(update={"phrases": (*library.snapshot.phrases, added)})
    encoder, reader = CountingEncoder(), library.index.reader
    before = SearchIndex(library.snapshot, reader, encoder)
    encoder.seen.clear()
    quick = SearchIndex(after, reader, encoder, before.readings)
    assert encoder.seen[0] == added.text and len(encoder.seen) == 2  # its text, and its text without facet words
    whole = SearchIndex(after, reader, encoder)
    for asked in ("证件落在出租车上了怎么办", "换身份证多少钱", "大厅周末开门吗"):
        assert quick.match(reader.read(asked)) == whole.match(reader.read(asked))


def test_phrases_that_are_gone_are_not_found_any_more(library: Library) -> None:
    left = tuple(p for p in library.snapshot.phrases if p.subject != LOST)
    quick = SearchIndex(
        library.snapshot.model_copy(update={"phrases": left}), library.index.reader, CharacterEncoder(), library.index.readings
    )
    assert LOST not in [m.subject for m in quick.match(library.index.reader.read("身份证丢了怎么办"))]


def test_kept_readings_come_back_whole_and_make_the_same_index(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "readings" / f"{readings.key(library.snapshot.words, 'characters')}.npz"
    readings.save(path, library.index.readings)
    back = readings.load(path)
    assert {text: r.question for text, r in back.items()} == {text: r.question for text, r in library.index.readings.items()}
    encoder = CountingEncoder()
    index = SearchIndex(library.snapshot, library.index.reader, encoder, back)
    assert encoder.seen == []
    for asked in ("证件落在出租车上了怎么办", "换身份证多少钱"):
        question = library.index.reader.read(asked)
        assert index.match(question) == library.index.match(question)


def test_a_torn_or_missing_file_of_readings_is_none(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert readings.load(path) == {}
    readings.save(path, library.index.readings)
    path.write_bytes(path.read_bytes()[:5000])
    assert readings.load(path) == {}


def test_readings_are_named_by_words_and_encoder_and_the_last_ones_are_kept(library: Library, tmp_path: Path) -> None:
    words = library.snapshot.words
    names = {readings.key(words, "a"), readings.key(words, "b"), readings.key(words.model_copy(update={"fillers": ("请问",)}), "a")}
    assert len(names) == 3
    for name in sorted(names):
        readings.save(tmp_path / f"{name}.npz", library.index.readings)
    assert [p.name for p in tmp_path.iterdir()] == [f"{max(names)}.npz"]
