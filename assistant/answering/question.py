"""Read a message: standard words, the facets its wording names, and what is left for the subject."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.snapshot import WordLists
from knowledge.text import Lexicon, fold
from knowledge.vocabulary import Facet


@dataclass(frozen=True)
class Question:
    """A message as the search sees it."""

    text: str
    """Standardised text."""
    key: str
    """Folded text, for exact matches."""
    terms: tuple[str, ...]
    """Search terms of the whole text."""
    core_terms: tuple[str, ...]
    """Search terms of what is left without the words that only name a facet."""
    core: str
    """That rest as text; empty when the message names no subject at all (“那要多久”)."""
    facets: tuple[Facet, ...]
    """Facets whose cues were read, in the order of the message."""


_CONNECTIVES = re.compile(r"^(那么|那|然后|另外|还有|再|请问|换成|如果是|要是|所以)+|(呢|吗|么|啊|呀|吧|了|的话|哦|哈|不|没有|可以)+$")


class QuestionReader:
    """Reads messages with one lexicon and one list of facet cues."""

    def __init__(self, lexicon: Lexicon, cues: Mapping[Facet, Sequence[str]]) -> None:
        self.lexicon = lexicon
        self._cues = {facet: re.compile("|".join(f"(?:{e})" for e in expressions)) for facet, expressions in cues.items()}

    @classmethod
    def of(cls, words: WordLists) -> "QuestionReader":
        """The reader for a snapshot's word lists."""
        return cls(Lexicon(words.terms, words.rewrites, words.fillers, words.pinyin), words.facet_cues)

    def read(self, text: str) -> Question:
        """Analyse one message or one phrase; both are always read the same way."""
        standard = self.lexicon.standardise(text)
        spans = self._spans(standard)
        core = _without(standard, [span for span, _ in spans])
        left = "".join(self.lexicon.words(_CONNECTIVES.sub("", core.strip(" ,。!?;，！？；"))))
        return Question(
            text=standard,
            key=fold(standard),
            terms=tuple(self.lexicon.search_terms(standard)),
            core_terms=tuple(self.lexicon.search_terms(core)),
            core=left if len(left) > 1 else "",  # one character left over names nothing
            facets=tuple(dict.fromkeys(facet for _, facet in spans)),
        )

    def _spans(self, text: str) -> list[tuple[tuple[int, int], Facet]]:
        """Where facets are named. Of overlapping cues the longest wins."""
        found = [(match.span(), facet) for facet, pattern in self._cues.items() for match in pattern.finditer(text) if match.group()]
        kept: list[tuple[tuple[int, int], Facet]] = []
        for span, facet in sorted(found, key=lambda f: f[0][0] - f[0][1]):
            if all(span[1] <= other[0] or span[0] >= other[1] for other, _ in kept):
                kept.append((span, facet))
        return sorted(kept)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces.append(text[at:start])
        at = max(at, end)
    return " ".join([*pieces, text[at:]]).strip()
