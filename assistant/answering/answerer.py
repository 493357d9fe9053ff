"""From a question and its context to a published answer, a question back, or an honest no."""

import re
from dataclasses import dataclass, field
from datetime import date

from assistant.answering import thresholds
from assistant.answering.context import NO_INTENT, Context, Intent
from assistant.answering.index import SearchIndex
from assistant.answering.picks import declines_all, named_by_one, picked_label, picked_number
from assistant.answering.question import Question
from assistant.answering.ranking import Ranked, Ranker, Ranking
from assistant.messages import Action, Answer, Option
from knowledge.render import is_expired
from knowledge.snapshot import Entry, Phrase, Snapshot, Subject
from knowledge.text import contains_any, distinct, fold
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome

CALL_12345 = Action(kind="call", label="拨打12345", value="12345")
HANDOFF = Action(kind="handoff", label="找工作人员", value="转人工")
EMPTY = "没看明白您要问什么。请用一句话说要办的事，比如“身份证丢了要带什么”“公积金租房怎么提”。"
AFFIRMED = "好的。还有什么要问的，您说。"


@dataclass(frozen=True)
class Draft:
    """A reply without the numbers of its conversation and turn."""

    outcome: Outcome
    text: str
    answers: tuple[Answer, ...] = ()
    options: tuple[Option, ...] = ()
    actions: tuple[Action, ...] = ()
    explanation: dict[str, object] = field(default_factory=dict)
    """What matched and why; recorded, and shown in the hit test."""


@dataclass(frozen=True)
class Library:
    """One snapshot ready to answer from. A newer snapshot is a new library; this one never changes."""

    snapshot: Snapshot
    index: SearchIndex
    ranker: Ranker
    entries: dict[tuple[str, Facet | None], Entry]
    settled: tuple[Subject, ...] = ()
    """Boundaries with patterns of their own."""
    _ranked: dict[str, tuple[Question, Ranking]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot, index: SearchIndex, ranker: Ranker) -> "Library":
        """Put together what was built for one snapshot."""
        entries = {(e.subject, e.facet): e for e in snapshot.entries if e.layer == "citizen" and not e.manual}
        return cls(snapshot, index, ranker, entries, tuple(s for s in snapshot.subjects if s.patterns))

    def rank(self, text: str) -> tuple[Question, Ranking]:
        """Read and rank a message; the last few are kept, for a turn asks more than once."""
        if text not in self._ranked:
            if len(self._ranked) >= 64:
                self._ranked.clear()
            question = self.index.reader.read(text)
            self._ranked[text] = (question, self.ranker.rank(self.index, question))
        return self._ranked[text]

    def suggest(self, typed: str, limit: int = 8) -> list[Phrase]:
        """Published questions that go on from what is typed; one a subject first, then more of the same."""
        key = fold(typed)
        if not key:
            return []
        found = [
            (not found.startswith(key), len(found), at)
            for at, found in enumerate(self.index.keys)
            if key in found and self._shown_to_citizens(self.index.phrases[at].subject)
        ]
        phrases = [self.index.phrases[at] for *_, at in sorted(found)]
        first: dict[str, Phrase] = {}
        for phrase in phrases:
            first.setdefault(phrase.subject, phrase)
        return [*first.values(), *(p for p in phrases if first[p.subject] is not p)][:limit]

    def _shown_to_citizens(self, subject: str) -> bool:
        found = self.index.subjects[subject]
        return found.kind in ("item", "topic") and found.audience != "clerk"

    def subject(self, subject: str) -> Subject:
        """A subject by its id; KeyError when the snapshot has none."""
        return self.index.subjects[subject]


def respond(library: Library, text: str, context: Context, intent: Intent, today: date) -> tuple[Draft, Context]:
    """Answer one message.

    The order is: a pick among open options, a follow-up that names no subject, a move to a sibling,
    and only then the ranking of everything. Each step either ends the turn or passes it on.
    """
    question, ranking = library.rank(text)
    facets = asked_facets(question, intent)
    tapped = _tapped(library, text, question, context)
    picked = tapped or _pick(library, question, ranking, context)
    if picked is not None:
        # A button's own words are no question; a paraphrase may bring a facet of its own.
        named = context.asked_facets if tapped else _named(question, intent) or context.asked_facets
        return _answer(library, picked, named, 1.0, context, today, {"picked": picked})
    if context.options and declines_all(text):
        return _ask_again(context)
    if intent.name == "affirm" and intent.confidence >= thresholds.AFFIRM:
        return Draft(Outcome.SMALLTALK, AFFIRMED), context
    current = context.subject if context.subject in library.index.subjects else None
    if current is not None:
        if not question.core:
            return _answer(library, current, facets or context.facets, 1.0, context, today, {"kept": current})
        sibling = _sibling(library, question, ranking, current, text)
        if sibling is not None:
            named = _named(question, intent) or context.facets
            return _answer(library, sibling, named, 1.0, context, today, {"moved": sibling})
    if _elliptical(text) or 0 < len(question.core) <= thresholds.SHORT:
        facets = _named(question, intent) or context.asked_facets or context.facets or facets
    exact = library.index.exact_phrase(question)
    if exact is not None and exact.facet is not None:
        facets = (exact.facet, *(f for f in question.facets if f is not exact.facet))
    return _decide(library, question, ranking, facets, context, intent, today)


def asked_facets(question: Question, intent: Intent = NO_INTENT) -> tuple[Facet, ...]:
    """Facets that a message asks for, likeliest first.

    The engine's belief in each facet, raised where the wording names it; every facet that comes near the
    likeliest is asked too (“要什么材料，几天，收钱不”).
    """
    belief = dict(intent.facets)
    for facet in question.facets:
        belief[facet] = belief.get(facet, 0.0) + thresholds.CUE
    if not belief:
        return ()
    floor = max(thresholds.FACET, thresholds.FACET_RATIO * max(belief.values()))
    return tuple(f for f, b in sorted(belief.items(), key=lambda pair: -pair[1]) if b >= floor)[: thresholds.MAX_FACETS]


def _tapped(library: Library, text: str, question: Question, context: Context) -> str | None:
    """The option that a message picks by number, order, label, or a name that only one option has."""
    options = [o for o in context.options if o in library.index.subjects]
    if not options:
        return None
    number = picked_number(text, len(options))
    if number is None:
        number = picked_label(text, [library.subject(o).label for o in options])
    if number is None:
        number = named_by_one(question.core, [f"{s.title}{s.label}{s.department}" for s in map(library.subject, options)])
    return None if number is None else options[number]


def _pick(library: Library, question: Question, everywhere: Ranking, context: Context) -> str | None:
    """The option that a message means in its own words."""
    options = [o for o in context.options if o in library.index.subjects]
    if not options or not question.core or _is_new_question(library, everywhere, options):
        return None
    heads = {library.subject(option).parent for option in options}
    return _best_of(library, question, options, thresholds.PICK, heads.pop() if len(heads) == 1 else "")


_ELLIPSIS = ("那", "换成", "如果", "要是", "改成", "不是", "不对", "要的是")
_TAILS = ("呢", "咧", "嘞")


def _elliptical(text: str) -> bool:
    """Whether a message leans on the one before (“那…”, “…呢”)."""
    return text.startswith(_ELLIPSIS) or text.rstrip("?\uff1f!\uff01 。.").endswith(_TAILS)


def _named(question: Question, intent: Intent) -> tuple[Facet, ...]:
    """Facets that a short follow-up names itself; an engine's guess on two words does not count."""
    sure = intent.confidence >= thresholds.SURE_INTENT
    return asked_facets(question, intent) if question.facets or sure else ()


def _sibling(library: Library, question: Question, everywhere: Ranking, current: str, text: str) -> str | None:
    """The sibling that an elliptical message moves to (“那过期的呢”), judged within the family alone."""
    here = library.subject(current)
    if here.kind != "item":
        return None
    kin = [s for s in library.index.subjects.values() if s.kind == "item" and s.families[:1] == here.families[:1]]
    elliptical = _elliptical(text)
    if not elliptical and not _names_another_situation(question, here, kin, everywhere):
        return None
    ids = [s.id for s in kin]
    if len(kin) < 2 or _is_new_question(library, everywhere, ids):
        return None
    return _best_of(library, question, ids, thresholds.KIN, here.parent)


def _names_another_situation(question: Question, here: Subject, kin: list[Subject], everywhere: Ranking) -> bool:
    """Whether a message that is no sure question of its own says the situation of a sibling alone."""
    if everywhere.confidence >= thresholds.ANSWER or contains_any(question.text, here.situations):
        return False
    return any(contains_any(question.text, s.situations) for s in kin if s is not here)


def _is_new_question(library: Library, everywhere: Ranking, among: list[str]) -> bool:
    """Whether a message is surely about something outside a group."""
    best = everywhere.best
    if best is None or best.match.subject in among or library.subject(best.match.subject).kind == "clarification":
        return False
    return everywhere.confidence >= thresholds.NEW_QUESTION


def _best_of(library: Library, question: Question, group: list[str], least: float, head: str) -> str | None:
    """The one of a group that a short message means: its own words, and its words behind what it leaves out (`head`)."""
    shares: dict[str, float] = {}
    for text in (question.text, f"{head}{question.core}"):
        read = library.index.reader.read(text)
        for candidate in library.ranker.rank(library.index, read, only=group).candidates:
            shares[candidate.match.subject] = shares.get(candidate.match.subject, 0.0) + candidate.share / 2
    best = max(shares, key=lambda subject: shares[subject], default=None)
    return best if best is not None and shares[best] >= least else None


def _decide(
    library: Library, question: Question, ranking: Ranking, facets: tuple[Facet, ...], context: Context, intent: Intent, today: date
) -> tuple[Draft, Context]:
    """The three bands: answer, ask, decline."""
    why = explain(ranking, question)
    best = ranking.best
    if best is None:
        return _decline(library, None, intent, context, why)
    subject = library.subject(best.match.subject)
    if subject.kind == "boundary" and ranking.confidence >= thresholds.DECLINE:
        draft = Draft(subject.outcome, subject.reply, actions=(CALL_12345,), explanation=why)
        return draft, context
    if subject.kind in ("item", "topic") and ranking.confidence >= thresholds.ANSWER:
        return _answer(library, subject.id, facets, ranking.confidence, context, today, why)
    if intent.name == "out_of_scope" and ranking.confidence < thresholds.OUT_OF_SCOPE * intent.confidence:
        return _decline(library, None, intent, context, why)
    if context.subject in library.index.subjects and facets and subject.kind != "clarification":
        # A facet with no confident new subject: the document merely mentioned does not switch the subject.
        return _answer(library, str(context.subject), facets, ranking.confidence, context, today, why | {"kept": context.subject})
    if not question.core and library.snapshot.popular:
        return _clarify(library, library.snapshot.popular_ask, list(library.snapshot.popular), facets, context, why)
    options = _options(library, ranking)
    if ranking.confidence >= thresholds.ASK and options:
        ask = subject.reply if subject.kind == "clarification" else "您问的是下面哪一件？"
        return _clarify(library, ask, options, facets, context, why)
    return _decline(library, best, intent, context, why)


def _options(library: Library, ranking: Ranking) -> list[str]:
    """Subjects to offer: a known clarification's own, else the best candidates."""
    best = ranking.best
    if best is None:
        return []
    first = library.subject(best.match.subject)
    if first.kind == "clarification":
        return [o for o in first.options if o in library.index.subjects]
    offered: list[str] = []
    for candidate in ranking.candidates:
        subject = library.subject(candidate.match.subject)
        if candidate.share < thresholds.OPTION_SHARE:
            break
        if subject.kind == "clarification":
            offered += [o for o in subject.options if o in library.index.subjects]
        elif subject.kind in ("item", "topic"):
            offered.append(subject.id)
    return distinct(offered)[: thresholds.MAX_OPTIONS]


def _answer(
    library: Library, subject_id: str, facets: tuple[Facet, ...], confidence: float, context: Context, today: date, why: dict[str, object]
) -> tuple[Draft, Context]:
    subject = library.subject(subject_id)
    if subject.audience == "clerk" and context.audience != "clerk":
        return _nothing_published(subject, facets, why), context
    wanted: tuple[Facet | None, ...] = (None,) if subject.kind == "topic" else facets or (Facet.PROCESS, Facet.MATERIALS)
    entries = [library.entries.get((subject_id, facet)) for facet in wanted]
    published = [e for e in entries if e is not None and not is_expired(e.expires_on, today)]
    kept = context.model_copy(update={"subject": subject_id, "facets": facets, "options": (), "asked_facets": ()})
    if not published:
        return _nothing_published(subject, facets, why), kept
    answers = tuple(
        Answer(
            subject=e.subject, facet=e.facet, entry=e.id, title=e.title, text=e.text, citations=list(e.citations),
            version=library.snapshot.version, effective_from=e.effective_from, reviewed_on=e.reviewed_on,
            confidence=round(confidence, 3),
        )
        for e in published
    )  # fmt: skip
    actions = (Action(kind="rate", label="评价这次回答", value="rate"), CALL_12345, HANDOFF)
    return Draft(Outcome.ANSWERED, plain_text(answers), answers, actions=actions, explanation=why), kept


def _nothing_published(subject: Subject, facets: tuple[Facet, ...], why: dict[str, object]) -> Draft:
    named = "、".join(FACET_TITLES[f] for f in facets)
    text = f"“{subject.title}”{'的' + named if named else ''}还没有发布现行有效的内容。请问：{subject.contact or '12345'}"
    return Draft(Outcome.NO_ANSWER, text, actions=(CALL_12345, HANDOFF), explanation=why)


def plain_text(answers: tuple[Answer, ...]) -> str:
    """All answers as one text, each with its source and date, for channels that show only text."""
    parts = []
    for answer in answers:
        cited = ";".join(f"《{c.title}》{c.locator}" for c in answer.citations[:3])
        parts.append(f"【{answer.title}】\n{answer.text}\n依据：{cited}\n更新于：{answer.reviewed_on}")
    return "\n\n".join(parts)


def _clarify(
    library: Library, ask: str, options: list[str], facets: tuple[Facet, ...], context: Context, why: dict[str, object]
) -> tuple[Draft, Context]:
    offered = [library.subject(o) for o in options]
    buttons = tuple(Option(subject=s.id, label=s.label, text=s.label) for s in offered)
    lines = [f"{n}. {s.label}" for n, s in enumerate(offered, 1)]
    draft = Draft(Outcome.CLARIFY, "\n".join([ask, *lines]), options=buttons, actions=(HANDOFF,), explanation=why)
    return draft, context.model_copy(update={"options": tuple(options), "asked_facets": facets})


def _ask_again(context: Context) -> tuple[Draft, Context]:
    text = "好的，那请您换个说法：要办哪件事，是头一回办、丢了、坏了、到期，还是要改信息？也可以转人工或打12345。"
    kept = context.model_copy(update={"options": ()})
    return Draft(Outcome.NO_ANSWER, text, actions=(HANDOFF, CALL_12345), explanation={"declined_all": True}), kept


def screen_out(library: Library, text: str) -> Draft | None:
    """A reply for what must not wait for the dialogue engine: emergencies, and what must be refused."""
    question, ranking = library.rank(text)
    for boundary in library.settled:
        if any(re.search(pattern, question.text) for pattern in boundary.patterns):
            return Draft(boundary.outcome, boundary.reply, actions=(CALL_12345,), explanation={"settled_by": boundary.id})
    best = ranking.best
    if best is None or ranking.confidence < thresholds.SCREEN_OUT:
        return None
    subject = library.subject(best.match.subject)
    if subject.outcome not in (Outcome.EMERGENCY, Outcome.REFUSED):
        return None
    return Draft(subject.outcome, subject.reply, actions=(CALL_12345,), explanation=explain(ranking, question))


def ask_for_matter(library: Library) -> Draft:
    """When a message says nothing readable: ask what it is about."""
    return Draft(Outcome.NO_ANSWER, EMPTY, actions=(HANDOFF,), explanation={"empty": True})


def _decline(library: Library, nearest: Ranked | None, intent: Intent, context: Context, why: dict[str, object]) -> tuple[Draft, Context]:
    """Nothing fits. A matter of this office is a gap to fill; anything else is said to be none."""
    if nearest is not None and intent.facets and nearest.match.covered >= 0.5:
        contact = library.subject(nearest.match.subject).contact
        text = "这个问题我这里还没有现成的答案，已经记下来请部门补充。现在想知道，可以打12345，或者转人工问。"
        if contact:
            text += f"相近的事项归{contact}"
        return Draft(Outcome.NO_ANSWER, text, actions=(CALL_12345, HANDOFF), explanation=why), context
    text = "这不是我能回答的事。我只懂政务服务大厅的办事问题：要带什么、多久、多少钱、在哪办、能不能网上办。别的政务问题可以打12345问。"
    return Draft(Outcome.OUT_OF_SCOPE, text, actions=(CALL_12345,), explanation=why), context


def explain(ranking: Ranking, question: Question) -> dict[str, object]:
    """What matched and why, for the record and the hit test."""
    return {
        "read_as": question.text,
        "core": question.core,
        "facets": list(question.facets),
        "confidence": round(ranking.confidence, 3),
        "candidates": [_shown(c) for c in ranking.candidates[:5]],
    }


def _shown(candidate: Ranked) -> dict[str, object]:
    match = candidate.match
    scores = {name: round(getattr(match, name), 3) for name in ("exact", "words", "core", "meaning", "core_meaning", "typical", "covered")}
    return {"subject": match.subject, "share": round(candidate.share, 3), "phrase": match.phrase, **scores}
