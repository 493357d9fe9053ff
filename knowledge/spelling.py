"""Pinyin typed for Chinese: whole words (shenfenzheng), spaced or joined (diu le, diule), and beside characters (房dai)."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property

from pypinyin import lazy_pinyin

LONGEST = 6
"""Characters of the longest word that is looked for by its sound."""
_COMMON = 100
"""Occurrences in jieba's corpus from which a general word is looked for behind its pinyin; a term's are 20,000."""
_PREFERRED = 3_000
"""Occurrences that a preferred reading counts as: less than a term, more than most words, so that “diule” is 丢了."""
_LETTERS = re.compile(r"(?<![a-z0-9])[a-z]{2,}(?: [a-z]{2,})*(?![a-z0-9])")
_BESIDE = 3
"""Characters on each side that a word may begin or end with (每yue, 快dao期)."""
_BEFORE, _AFTER = (re.compile(rf"[\u4e00-\u9fff]{{0,{_BESIDE}}}{end}") for end in ("$", ""))


@cache
def sound(character: str) -> str:
    """The commonest reading of a character, without its tone."""
    return str(lazy_pinyin(character)[0])


class Speller:
    """Reads pinyin with the words of one tokeniser; its list of them is made at the first letters that come."""

    def __init__(self, frequency: Mapping[str, int], preferred: Mapping[str, str]) -> None:
        """See the class.

        Args:
            frequency: occurrences of each word in jieba's corpus, and those that terms were given.
            preferred: what some pinyin stands for, whatever else sounds like it.

        """
        self._frequency = frequency
        self._preferred = preferred

    @cached_property
    def _words(self) -> dict[str, list[str]]:
        """Words by their sound, commonest first."""
        words: dict[str, list[str]] = {}
        for word, count in sorted(self._frequency.items(), key=lambda found: -found[1]):
            if count >= _COMMON and 1 < len(word) <= LONGEST:
                words.setdefault("".join(map(sound, word)), []).append(word)
        return words

    def read(self, text: str) -> str:
        """The text with the pinyin in it as characters; letters that are none (wifi, app) stay."""
        found, at = "", 0
        for run in _LETTERS.finditer(text):
            found += text[at : run.start()]
            before = _BEFORE.search(found)
            after = _AFTER.match(text, run.end())
            left, right = before.group() if before else "", after.group() if after else ""
            read = self._segment([*left, *run.group().replace(" ", ""), *right])
            found += read[len(left) : len(read) - len(right)] if read else run.group()
            at = run.end()
        return found + text[at:]

    def _segment(self, units: Sequence[str]) -> str:
        """The likeliest words behind characters and letters; empty when the letters are no pinyin.

        Source: the unigram model by which jieba cuts, over sounds instead of characters.
        """
        best: list[tuple[float, str] | None] = [(0.0, ""), *[None] * len(units)]
        for start, so_far in enumerate(best):
            if so_far is None:
                continue
            for end in range(start + 1, min(len(units), start + 6 * LONGEST) + 1):
                for word, count in self._candidates(units[start:end]):
                    score = so_far[0] + math.log(count / 6e7)  # jieba's corpus has 60 million words
                    known = best[end]
                    if known is None or score > known[0]:
                        best[end] = (score, so_far[1] + word)
        last = best[-1]
        return last[1] if last is not None else ""

    def _candidates(self, units: Sequence[str]) -> list[tuple[str, int]]:
        """The words that these characters and letters may be, with their frequency."""
        if len(units) == 1 and not units[0].isascii():
            return [(units[0], max(self._frequency.get(units[0], 0), 1))]
        letters = "".join(unit if unit.isascii() else sound(unit) for unit in units)
        meant = self._preferred.get(letters)
        if meant is not None and all(map(str.isascii, units)):
            return [(meant, _PREFERRED)]
        return [(word, self._frequency[word]) for word in self._words.get(letters, ()) if _fits(word, units)]


def _fits(word: str, units: Sequence[str]) -> bool:
    """Whether a word has the characters that were written where they were written, and letters for the rest."""
    at = 0
    for character in word:
        if at < len(units) and units[at] == character:
            at += 1
        elif "".join(units[at : at + len(sound(character))]) == sound(character):
            at += len(sound(character))
        else:
            return False
    return at == len(units)
