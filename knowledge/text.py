"""One normaliser and one tokeniser, shared by search, dialogue, import and checks."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

import jieba
from opencc import OpenCC

from knowledge.spelling import LONGEST, Speller, sound

_Word = TypeVar("_Word", bound=str)

MAX_TEXT = 1000
"""Longest text that is looked at, in characters; a story of 150 is common, 1,000 is generous."""

_SPACES = re.compile(r"\s+")
_REPEATS = re.compile(r"([^\w\s])\1+|(\w)\2{3,}")
_NOT_WORD = re.compile(r"[^\w]+|_+")


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional characters as Simplified ones, by phrase."""
    return str(_simplifier().convert(text))


_HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff\]”’》])[,?!:;]+|[,?!:;]+(?=[\u4e00-\u9fff])")
_FULL_WIDTH = str.maketrans(",?!:;", "，？！：；")


def clean(text: str) -> str:
    """Make any input safe to handle and to store: NFKC, no control characters, single spaces.

    Keeps case, Traditional characters and emoji, for this is still what the person wrote.
    """
    text = unicodedata.normalize("NFKC", text[: MAX_TEXT * 4])
    kept = "".join(" " if c in "\r\n\t" else c for c in text if c in "\r\n\t" or unicodedata.category(c)[0] != "C")
    return _SPACES.sub(" ", kept).strip()[:MAX_TEXT]


def typeset(text: str) -> str:
    """A cleaned text as people read it: signs beside Chinese characters full-width again, as GB/T 15834 has them."""
    return _HALF_WIDTH.sub(lambda m: m.group().translate(_FULL_WIDTH), text)


def normalise(text: str) -> str:
    """The form that is matched: clean, lower case, Simplified, no runs of one sign."""
    folded = simplify(clean(text).lower())
    return _REPEATS.sub(lambda m: m.group(1) or m.group(2) or "", folded)


def fold(text: str) -> str:
    """The key of an exact match: normalised, without spaces and punctuation."""
    return _NOT_WORD.sub("", normalise(text))


_BLURRED = re.compile(r"(?<=^[zcs])h|(?<=[aeiou]n)g$")
_LATIN = re.compile(r"(?<![a-z0-9])[a-z]{3,}(?![a-z0-9])")


def _heard(sounds: Sequence[str]) -> str:
    """How a run of characters is told apart by ear.

    In three and more, z and zh, c and ch, s and sh, -n and -ng are one, as in most southern mouths (身分正 for 身份证);
    in two that would find words where there are none.
    """
    if len(sounds) == 2:
        return " ".join(sounds)
    return " ".join(_BLURRED.sub("", sound) for sound in sounds)


@lru_cache(maxsize=1)
def _cutter(terms: tuple[str, ...]) -> jieba.Tokenizer:
    """A tokeniser that knows these terms; one for every lexicon that has them, for jieba's dictionary takes 55 MB."""
    cutter = jieba.Tokenizer()
    for term in terms:
        # High frequency: a domain term is never split into general words.
        cutter.add_word(term, freq=20_000)
    return cutter


@dataclass(frozen=True)
class Lexicon:
    """The project's words: what jieba must not cut, how dialect and old names are read."""

    terms: tuple[str, ...] = ()
    """Domain terms, kept whole by the tokeniser and restored from homophones."""
    rewrites: tuple[tuple[str, str], ...] = ()
    """(variant, standard word) pairs, longest variant first."""
    fillers: tuple[str, ...] = ()
    """Words that carry nothing for the search (请问, 那个, 你好 …)."""
    pinyin: tuple[tuple[str, str], ...] = ()
    """(pinyin, word) pairs: what some pinyin stands for, whatever else sounds like it."""
    _homophones: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    _initials: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for term in self.terms:
            if 2 <= len(term) <= LONGEST:
                sounds = [sound(character) for character in term]
                self._homophones.setdefault(_heard(sounds), term)
                if len(term) > 2:
                    self._initials.setdefault("".join(sound[0] for sound in sounds), term)

    @cached_property
    def _cutter(self) -> jieba.Tokenizer:
        return _cutter(self.terms)

    @cached_property
    def _speller(self) -> Speller:
        self._cutter.check_initialized()
        return Speller(self._cutter.FREQ, dict(self.pinyin))

    def standardise(self, text: str) -> str:
        """Normalise, then read dialect, abbreviations, old names, pinyin and homophones as standard words."""
        text = normalise(text)
        for variant, standard in self.rewrites:
            if variant in text:
                text = text.replace(variant, standard)
        text = _LATIN.sub(lambda run: self._initials.get(run.group(), run.group()), text)
        return self._restore_homophones(self._speller.read(text))

    def _restore_homophones(self, text: str) -> str:
        """Replace a run of characters that sounds like a domain term and is no word itself (公机金, 架照)."""
        for run in re.findall(r"[\u4e00-\u9fff]{2,}", text):
            sounds = [sound(character) for character in run]
            edges: set[int] | None = None
            fixed, at = run, 0
            while at < len(run) - 1:
                for size in range(min(LONGEST, len(run) - at), 1, -1):
                    term = self._homophones.get(_heard(sounds[at : at + size]))
                    said = run[at : at + size]
                    # 户口不在 sounds like 户口簿在: a “not” is never a slip.
                    if term is None or term == said or said.count("不") != term.count("不"):
                        continue
                    edges = self._edges(run) if edges is None else edges
                    # A slip breaks the words around it; what cuts through known words, or is one, is none
                    # (打工租房 is not 打公租房).
                    if {at, at + size} <= edges and not self._cutter.FREQ.get(said):
                        fixed = fixed[:at] + term + fixed[at + size :]
                        at += size - 1
                        break
                at += 1
            if fixed != run:
                text = text.replace(run, fixed)
        return text

    def _edges(self, run: str) -> set[int]:
        """Where words begin and end, cutting by the dictionary alone."""
        edges = {0}
        for word in self._cutter.cut(run, HMM=False):
            edges.add(max(edges) + len(word))
        return edges

    def words(self, text: str) -> list[str]:
        """Cut standardised text into words, without punctuation and fillers."""
        return [w for w in self._cutter.lcut(text) if not _NOT_WORD.fullmatch(w) and w not in self.fillers]

    def search_terms(self, text: str) -> list[str]:
        """Terms for search: words, and runs of one to three characters that survive a wrong cut.

        Single characters matter: 丢, 坏, 换, 补 decide between granules.

        Args:
            text: standardised text.

        Returns:
            Words as they are; runs of characters marked with a leading "#", so the two never mix.

        """
        return with_grams(self.words(text))


def with_grams(words: Sequence[str]) -> list[str]:
    """Words, and the runs of one to three characters of what they make together, each marked with a leading "#"."""
    joined = "".join(words)
    grams = [sys.intern(f"#{joined[i : i + n]}") for n in (1, 2, 3) for i in range(len(joined) - n + 1)]
    return [sys.intern(word) for word in words] + grams  # one object a term: 20,000 phrases repeat them


def distinct(values: Iterable[_Word]) -> list[_Word]:
    """The values without repeats, in their first order."""
    return list(dict.fromkeys(values))


def contains_any(text: str, needles: Sequence[str]) -> bool:
    """Whether any of the needles occurs in the text."""
    return any(needle in text for needle in needles)
