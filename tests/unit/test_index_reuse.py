"""An index made like another one reads only what is new, and finds the same."""

from collections.abc import Sequence

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
    quick = SearchIndex(after, reader, encoder, before)
    assert encoder.seen[0] == added.text and len(encoder.seen) == 2  # its text, and its text without facet words
    whole = SearchIndex(after, reader, encoder)
    for asked in ("证件落在出租车上了怎么办", "换身份证多少钱", "大厅周末开门吗"):
        assert quick.match(reader.read(asked)) == whole.match(reader.read(asked))


def test_phrases_that_are_gone_are_not_found_any_more(library: Library) -> None:
    left = tuple(p for p in library.snapshot.phrases if p.subject != LOST)
    quick = SearchIndex(library.snapshot.model_copy(update={"phrases": left}), library.index.reader, CharacterEncoder(), library.index)
    assert LOST not in [m.subject for m in quick.match(library.index.reader.read("身份证丢了怎么办"))]
