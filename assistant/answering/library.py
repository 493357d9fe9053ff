"""One snapshot ready to answer from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answering import thresholds
from assistant.answering.index import Match, SearchIndex
from assistant.answering.question import Question
from assistant.answering.ranking import Ranker, Ranking
from knowledge.snapshot import Entry, Phrase, Snapshot, Subject
from knowledge.text import contains_any, fold
from knowledge.vocabulary import Facet


@dataclass(frozen=True)
class Library:
    """One snapshot ready to answer from. A newer snapshot is a new library; this one never changes."""

    snapshot: Snapshot
    index: SearchIndex
    ranker: Ranker
    entries: dict[tuple[str, Facet | None], Entry]
    manual: dict[str, Entry]
    """Entries of the 答疑手册 by their id."""
    settled: tuple[Subject, ...] = ()
    """Boundaries with patterns of their own."""
    _ranked: dict[str, tuple[Question, Ranking]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot, index: SearchIndex, ranker: Ranker) -> "Library":
        """Put together what was built for one snapshot."""
        citizen = [e for e in snapshot.entries if e.layer == "citizen"]
        entries = {(e.subject, e.facet): e for e in citizen if not e.manual}
        manual = {e.id: e for e in citizen if e.manual}
        return cls(snapshot, index, ranker, entries, manual, tuple(s for s in snapshot.subjects if s.patterns))

    def rank(self, text: str) -> tuple[Question, Ranking]:
        """Read and rank a message; the last few are kept, for a turn asks more than once."""
        if text not in self._ranked:
            if len(self._ranked) >= 64:
                self._ranked.clear()
            question = self.index.reader.read(text)
            self._ranked[text] = (question, self.ranker.rank(self.index, question))
        return self._ranked[text]

    def suggest(self, typed: str, limit: int = 8) -> list[Phrase]:
        """Published questions that go on from what is typed; one a subject first, then more of the same.

        Questions about a matter as such come before those about one particular case, which few who type so few words have.
        """
        key = fold(typed)
        if not key:
            return []
        found = [
            (self.index.phrases[at].entry is not None, not found.startswith(key), len(found), at)
            for at, found in enumerate(self.index.keys)
            if key in found and key != found and self._shown_to_citizens(self.index.phrases[at].subject)
        ]
        phrases = [self.index.phrases[at] for *_, at in sorted(found)]
        first: dict[str, Phrase] = {}
        for phrase in phrases:
            first.setdefault(phrase.subject, phrase)
        return [*first.values(), *(p for p in phrases if first[p.subject] is not p)][:limit]

    def _shown_to_citizens(self, subject: str) -> bool:
        found = self.index.subjects[subject]
        return found.kind in ("item", "topic") and found.audience != "clerk"

    def labels(self, options: Sequence[str]) -> list[str]:
        """What the buttons say: the difference alone (“证丢了，要补一张”) among granules of one matter, else with the matter."""
        subjects = [self.subject(option) for option in options]
        one_matter = len({s.parent for s in subjects}) == 1
        terms = self.index.reader.lexicon.terms
        return [s.label if one_matter or contains_any(s.label, terms) else s.title for s in subjects]

    def manual_entry(self, match: Match) -> Entry | None:
        """The entry of the 答疑手册 that a message asks for, when it is plainly liker to it than to the subject's own questions."""
        if match.manual is None:
            return None
        entry, likeness = match.manual
        asked = likeness >= max(thresholds.MANUAL, match.own + thresholds.MANUAL_MARGIN)
        return self.manual.get(entry) if asked else None

    def knows(self, subject: str | None) -> bool:
        """Whether the snapshot has this subject; a thread may come from an older one."""
        return subject in self.index.subjects

    def subject(self, subject: str) -> Subject:
        """A subject by its id; KeyError when the snapshot has none."""
        return self.index.subjects[subject]
