"""Finding an item while its name is being typed: by name, everyday name, pinyin initials, code or department.

One pass over all names of the snapshot, in memory. Where no name fits, the search that answers citizens helps.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from pypinyin import Style, lazy_pinyin

from assistant.answering.library import Library
from knowledge.snapshot import Subject
from knowledge.text import clean, distinct, fold, normalise

SHOWN = 20
"""Results at once: what fits a screen; who has not found it by then types on."""
SHARE = 0.03
"""What the search by meaning is less sure of is left out; among 200 subjects that is six times chance."""
SPELT = 4
"""Letters of pinyin that may stand in the middle of a name, from a syllable's beginning; fewer would fit anything."""
LONGEST = 60
"""Characters of a query that are looked at; a story belongs into the chat."""


class How(StrEnum):
    """By what a subject was found; best first."""

    NAME = "名称"
    EVERYDAY = "俗称"
    CODE = "编号"
    INITIALS = "首字母"
    PINYIN = "拼音"
    DEPARTMENT = "部门"
    MEANING = "意思相近"


_ORDER = {how: place for place, how in enumerate(How)}


@dataclass(frozen=True)
class Found:
    """A subject, and what it was found by."""

    subject: Subject
    how: How
    name: str
    """The name that fits."""


@dataclass(frozen=True)
class _Key:
    how: How
    text: str
    name: str
    official: bool = False
    syllables: tuple[int, ...] = ()
    """Of pinyin: where in the text its syllables begin."""

    def fits(self, term: str) -> int | None:
        """How well: 0 all of it, 1 its beginning or a part of the official name, 2 a part of another; None not at all."""
        if term not in self.text:
            return None
        if len(term) == len(self.text):
            return 0
        if self.text.startswith(term) and self.how is not How.DEPARTMENT:  # 社保 is a name before it is half of an office's
            return 1
        if self.how is How.PINYIN and not (len(term) >= SPELT and any(self.text.startswith(term, at) for at in self.syllables)):
            return None
        return 1 if self.official else 2


_RUNS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|[^\sa-z0-9]+")


class Finder:
    """The names of one library. A newer library has a newer finder."""

    def __init__(self, library: Library) -> None:
        self.library = library
        everyday: dict[str, list[str]] = {}
        for phrase in library.snapshot.phrases:
            if phrase.kind == "name":
                everyday.setdefault(phrase.subject, []).append(phrase.text)
        offices = {sheet.subject: sheet.office_names for sheet in library.snapshot.sheets}
        looked_up = [s for s in library.snapshot.subjects if s.kind in ("item", "topic")]
        self._keys = {s.id: tuple(_keys(s, everyday.get(s.id, []), offices.get(s.id, ()))) for s in looked_up}
        self._all = {subject: "\n".join(key.text for key in keys) for subject, keys in self._keys.items()}
        """All names of a subject in one text: most subjects are told unfit by one look."""

    def find(self, typed: str, department: str = "") -> list[Found]:
        """The subjects that fit all that is typed, the best first; of one department alone when it is named."""
        typed = clean(typed)[:LONGEST].lower()
        terms = [term for run in _RUNS.findall(typed) if (term := run if run.isascii() else fold(run))]
        if not terms:
            return []
        hits = self._by_name(terms, department)
        if not hits and not typed.isascii():
            # What has all the words but not in one piece may mean something else: the search by meaning says which comes first.
            near = list(self._by_meaning(typed, department))
            places = {found.subject.id: place for place, found in enumerate(near)}
            worded = self._by_name(self._words(typed), department)
            hits = sorted(worded, key=lambda found: places.get(found.subject.id, len(near))) or near
        return hits[:SHOWN]

    def _words(self, typed: str) -> list[str]:
        """What is typed as words, for names that have something in between (公安局身份证丢失)."""
        lexicon = self.library.index.reader.lexicon
        return [fold(word) for word in lexicon.words(normalise(typed))]

    def _by_name(self, terms: list[str], department: str) -> list[Found]:
        ranked = []
        for subject_id, keys in self._keys.items():
            subject = self.library.subject(subject_id)
            if department not in ("", subject.department) or not all(term in self._all[subject_id] for term in terms):
                continue
            fits = [best for term in terms if (best := _best(keys, term)) is not None]
            if terms and len(fits) == len(terms):  # what stands in one text may still fit no name from its beginning
                # As good as its worst term; the first one's name is shown.
                rank, order, key = max(fits, key=lambda fit: fit[:2])
                shown = fits[0][2]
                ranked.append(((rank, order, not key.official, len(key.text), subject_id), Found(subject, shown.how, shown.name)))
        return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]

    def _by_meaning(self, typed: str, department: str) -> Iterator[Found]:
        _, ranking = self.library.rank(typed)
        seen = set()
        for candidate in ranking.candidates:
            found = self.library.subject(candidate.match.subject)
            for subject in map(self.library.subject, found.options or (found.id,)):
                wanted = subject.id in self._keys and subject.id not in seen and department in ("", subject.department)
                if wanted and candidate.share >= SHARE:
                    seen.add(subject.id)
                    yield Found(subject, How.MEANING, candidate.match.phrase)


class Finders:
    """Gives the finder of the live library; it is made when the first clerk types after a publication."""

    def __init__(self, library: Callable[[], Library]) -> None:
        self._library = library
        self._made: Finder | None = None

    def live(self) -> Finder:
        """The finder of this moment."""
        library, made = self._library(), self._made
        if made is None or made.library is not library:
            made = self._made = Finder(library)
        return made


def _best(keys: tuple[_Key, ...], term: str) -> tuple[int, int, _Key] | None:
    fits = [(rank, _ORDER[key.how], key) for key in keys if (rank := key.fits(term)) is not None]
    return min(fits, key=lambda fit: fit[:2], default=None)


def _keys(subject: Subject, names: list[str], offices: tuple[str, ...]) -> Iterator[_Key]:
    for name in distinct([subject.title, subject.label, *names]):
        official = name == subject.title
        spelt = [s for s in lazy_pinyin(fold(name), errors="ignore") if s]
        yield _Key(How.NAME if official else How.EVERYDAY, fold(name), name, official)
        if len(spelt) > 1:
            yield _Key(How.INITIALS, "".join(lazy_pinyin(fold(name), Style.FIRST_LETTER, errors="ignore")), name, official)
            syllables = tuple(accumulate(map(len, spelt[:-1])))
            yield _Key(How.PINYIN, "".join(spelt), name, official, syllables)
    yield _Key(How.CODE, subject.id, subject.id)
    for office in (subject.department, *offices):
        if office:
            yield _Key(How.DEPARTMENT, fold(office), office)
