"""From a question and its context to a published answer, a question back, or an honest no."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.answering import thresholds
from assistant.answering.context import Context, Intent
from assistant.answering.facets import IN_GENERAL, asked_facets, named_facets
from assistant.answering.index import Match
from assistant.answering.library import Library
from assistant.answering.picks import declines_all, drops, named_by_one, picked_number
from assistant.answering.question import Question
from assistant.answering.ranking import Ranked, Ranking
from assistant.answering.thread import affirmed, elliptical, rank_alone, rank_in_thread, related, tapped
from assistant.messages import Action, Answer, Option
from knowledge.regions import covers
from knowledge.render import is_expired
from knowledge.snapshot import Phrase, Subject
from knowledge.text import distinct
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome

CALL_12345 = Action(kind="call", label="拨打12345", value="12345")
HANDOFF = Action(kind="handoff", label="找工作人员", value="转人工")
EMPTY = "没看明白您要问什么。请用一句话说要办的事，比如“身份证丢了要带什么”“公积金租房怎么提”。"
ELSEWHERE = "“{title}”我这里发布的是别的地方的规定，您那里的还没有，不敢照搬。请问当地的政务服务中心，或打当地的12345。"
WHICH = "您问的是下面哪一件？"
THIS = "您问的是下面这件吗？是就点一下，不是请换个说法。"
AFFIRMED = "好的。还有什么要问的，您说。"
_SCORERS = ("exact", "words", "core", "meaning", "core_meaning", "typical", "covered", "likely")
"""Of a match, what the hit test shows."""


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


def respond(library: Library, text: str, context: Context, intent: Intent, today: date) -> tuple[Draft, Context]:
    """Answer one message: a pick among open options, what it means in its thread, or, without a thread, what it says alone."""
    question, ranking = rank_alone(library, text)
    options = [o for o in context.options if library.knows(o)]
    if options and declines_all(text):
        return _ask_again(context)
    if options and drops(text):
        return Draft(Outcome.SMALLTALK, AFFIRMED), context.model_copy(update={"options": ()})
    if options and context.subject is None and (before := _named_before(library, question, options, context)) is not None:
        context, options = context.model_copy(update={"question": context.asked.get(before, "")}).about(before, ()), []
    picked = tapped(library, text, question, options) if options else None
    if picked is not None:
        # A button's own words are no question: what was asked before is answered.
        kept = context if picked_number(text, len(options)) is not None else _asking(context, question)  # “第二个” are no words of it
        return _answer(library, picked, context.asked_facets, 1.0, None, kept, today, {"picked": picked})
    if intent.name == "affirm" and intent.confidence >= thresholds.AFFIRM and len(question.core) <= thresholds.SHORT and not options:
        return Draft(Outcome.SMALLTALK, AFFIRMED), context
    exact = _exact(library, question, options)
    thread = rank_in_thread(library, text, context) if exact is None else None
    named = named_facets(question, intent)
    if thread is not None:
        ranking = thread
        if options and thread.confidence < thresholds.ANSWER and question.core:
            among = library.ranker.rank(library.index, question, only=options)
            if among.candidates[0].share >= thresholds.AMONG_OPTIONS:
                thread = ranking = replace(among, confidence=among.candidates[0].share)
        if options and thread.confidence < thresholds.ANSWER and (intent.name.startswith("ask_") or not question.core):
            return _clarify(library, _which(options), options, named or context.asked_facets, context, {"asked_again": options})
    elif not question.core and ranking.confidence < thresholds.ANSWER and (general := _general(library, ranking)) is not None:
        ranking = replace(ranking, confidence=general.share)
    elif not question.core and ranking.confidence < thresholds.ANSWER and library.snapshot.popular:
        why = explain(ranking, question) | {"decided_by": "no_matter"}
        return _clarify(library, library.snapshot.popular_ask, list(library.snapshot.popular), named, context, why)
    facets = _wanted(text, question, intent, named, ranking.best, context, thread is not None)
    if exact is not None and exact.facet is not None:
        facets = (exact.facet, *(f for f in question.facets if f is not exact.facet))
    if intent.strange >= thresholds.OUT_OF_THREAD and question.core and thread is not None and not options:
        ranking = library.rank(text)[1]  # “今天热不热” is no follow-up, whatever the thread makes likely
    return _decide(library, question, ranking, facets, named, _asking(context, question), intent, today)


def _general(library: Library, ranking: Ranking) -> Ranked | None:
    """The topic that a bare facet plainly means (“几点关门”), for which no matter has to be named."""
    best = ranking.best
    plain = best is not None and best.share >= thresholds.PLAIN and library.subject(best.match.subject).kind == "topic"
    return best if plain else None


def _named_before(library: Library, question: Question, options: Sequence[str], context: Context) -> str | None:
    """The earlier subject that a message names, and none of the open options (“那身份证多少钱”)."""
    known = [*options, *(s for s in context.recent[:1] if library.knows(s))]
    number = named_by_one(question.core, [f"{s.title}{s.label}" for s in map(library.subject, known)])
    return known[number] if number is not None and number >= len(options) else None


def _exact(library: Library, question: Question, options: Sequence[str]) -> Phrase | None:
    """The published question that the message repeats; beside open options a bare name (“驾驶证”) is a pick and no question."""
    exact = library.index.exact_phrase(question) if question.core else None
    if exact is not None and options and library.subject(exact.subject).kind == "clarification":
        return None
    return exact


def _asking(context: Context, question: Question) -> Context:
    """The thread with the words of this question, for what may follow on it."""
    return context.model_copy(update={"question": question.core}) if question.core else context


def _wanted(
    text: str, question: Question, intent: Intent, named: tuple[Facet, ...], best: Ranked | None, context: Context, in_thread: bool
) -> tuple[Facet, ...]:
    """The facets that a message asks for: those that it names; in a thread else what was asked before."""
    heard = asked_facets(question, intent, best.match.facets if best is not None else {})
    before = context.asked_facets or context.facets
    # What only states something (“是离职了”, “不是租房，是还贷”) sounds like a question about conditions and is none.
    states = bool(context.options) or affirmed(text) != text
    if in_thread and states and intent.confidence < thresholds.SURE_WITH_PICK and not question.facets:
        return before
    if named:
        return named if in_thread else heard
    same = best is not None and best.match.subject == context.subject
    if in_thread and (elliptical(text) or len(question.core) <= thresholds.SHORT):
        return tuple(distinct([*before, *(heard if same else ())]))[: thresholds.MAX_FACETS] or heard
    if not in_thread and len(question.core) > thresholds.STATEMENT:
        return heard
    # “写串了，是港澳通行证”, “选后面那个”: what names no facet goes on with the one asked before, whatever else it sounds like.
    return tuple(distinct([*heard[: thresholds.MAX_FACETS - 1], *before]))[: thresholds.MAX_FACETS]


def _decide(
    library: Library,
    question: Question,
    ranking: Ranking,
    facets: tuple[Facet, ...],
    named: tuple[Facet, ...],
    context: Context,
    intent: Intent,
    today: date,
) -> tuple[Draft, Context]:
    """The three bands: answer, ask, decline. A question that must wait for a pick keeps only the facets that it `named`.

    `decided_by` in the explanation is the threshold that settled it, or what left no threshold to ask.
    """
    why = explain(ranking, question)
    best = ranking.best
    if best is None:
        return _decline(library, None, intent, context, why | {"decided_by": "nothing_found"})
    subject = library.subject(best.match.subject)
    if subject.kind == "boundary" and ranking.confidence >= thresholds.DECLINE:
        draft = Draft(subject.outcome, subject.reply, actions=(CALL_12345,), explanation=why | {"decided_by": "DECLINE"})
        return draft, context
    if ranking.confidence < thresholds.OUT_OF_SCOPE * intent.strange:
        return _decline(library, None, intent, context, why | {"decided_by": "OUT_OF_SCOPE"})
    undecided = _undecided(library, ranking, thresholds.SIBLING if context.subject is None else thresholds.SIBLING_IN_THREAD)
    sure = ranking.confidence >= thresholds.ANSWER
    if subject.kind in ("item", "topic") and (sure or _told_twice(library, ranking)) and not undecided:
        why |= {"decided_by": "ANSWER" if sure else "TOLD_TWICE"}
        return _answer(library, subject.id, facets, ranking.confidence, best.match, context, today, why)
    options = _options(library, ranking)
    if ranking.known >= thresholds.ASK and options:
        settled = {"decided_by": "SIBLING" if undecided else "ASK"}
        return _clarify(library, subject.reply if _plain(library, best) else _which(options), options, named, context, why | settled)
    return _decline(library, best, intent, context, why | {"decided_by": "below_ASK"})


def _undecided(library: Library, ranking: Ranking, ratio: float) -> bool:
    """Whether the first and the next are granules of one matter and nearly alike: the wrong one costs a trip, asking a tap.

    Nearly: the second has this share of the first's belief.
    """
    matters = [c for c in ranking.candidates if library.subject(c.match.subject).kind in ("item", "topic")]
    if len(matters) < 2 or ranking.confidence >= thresholds.SURE:
        return False
    first, second = matters[:2]
    kin = related(library.subject(first.match.subject), library.subject(second.match.subject))
    return kin and second.share >= ratio * first.share


def _told_twice(library: Library, ranking: Ranking) -> bool:
    """Whether an item and a general topic share the belief: either holds the answer, and asking which of them helps nobody
    (“公租房的申请表有没有填好的样子”).
    """
    if len(ranking.candidates) < 2:
        return False
    first, second = ranking.candidates[:2]
    kinds = {library.subject(c.match.subject).kind for c in (first, second)}
    alike = second.share >= thresholds.SIBLING * first.share
    return kinds == {"item", "topic"} and alike and first.share + second.share >= thresholds.TOLD_TWICE


def _plain(library: Library, best: Ranked) -> bool:
    """Whether a known ambiguity is plainly the one meant, so that its own question and options are asked."""
    return best.share >= thresholds.PLAIN and library.subject(best.match.subject).kind == "clarification"


def _options(library: Library, ranking: Ranking) -> list[str]:
    """Subjects to offer: those of an ambiguity that is plainly meant, in its own order; else the likeliest.

    The belief in a known ambiguity is shared among what it may mean.
    """
    if ranking.best is not None and _plain(library, ranking.best):
        return [option for option in library.subject(ranking.best.match.subject).options if library.knows(option)]
    belief: dict[str, float] = {}
    for candidate in ranking.candidates:
        subject = library.subject(candidate.match.subject)
        meant = [o for o in subject.options if library.knows(o)] if subject.kind == "clarification" else [subject.id]
        if subject.kind == "boundary":
            continue
        for option in meant:
            belief[option] = belief.get(option, 0.0) + candidate.share / len(meant)
    likely = sorted(belief, key=lambda option: -belief[option])
    return [option for option in likely if belief[option] >= thresholds.OPTION_SHARE][: thresholds.MAX_OPTIONS]


def _answer(
    library: Library,
    subject_id: str,
    facets: tuple[Facet, ...],
    confidence: float,
    match: Match | None,
    context: Context,
    today: date,
    why: dict[str, object],
) -> tuple[Draft, Context]:
    """The published entries of a subject: first the one of the 答疑手册 that the message asks for, then the facets'."""
    subject = library.subject(subject_id)
    if subject.audience == "clerk" and context.audience != "clerk":
        return _nothing_published(subject, facets, why), context
    wanted: tuple[Facet | None, ...] = (None,) if subject.kind == "topic" else facets or IN_GENERAL
    manual = library.manual_entry(match) if match is not None else None
    entries = [manual, *(library.entries.get((subject_id, facet)) for facet in wanted)]
    current = [e for e in entries if e is not None and not is_expired(e.expires_on, today)]
    published = [e for e in current if covers(e.region, context.region)]
    kept = context.about(subject_id, facets)
    if current and not published:
        return Draft(Outcome.NO_ANSWER, ELSEWHERE.format(title=subject.title), actions=(CALL_12345, HANDOFF), explanation=why), kept
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
        cited = "；".join(f"《{c.title}》{c.locator}" for c in answer.citations[:3])
        parts.append(f"【{answer.title}】\n{answer.text}\n依据：{cited}\n更新于：{answer.reviewed_on}")
    return "\n\n".join(parts)


def _which(options: Sequence[str]) -> str:
    """What asks for one of the options, where nothing better is published."""
    return WHICH if len(options) > 1 else THIS


def _clarify(
    library: Library, ask: str, options: list[str], facets: tuple[Facet, ...], context: Context, why: dict[str, object]
) -> tuple[Draft, Context]:
    labels = library.labels(options)
    buttons = tuple(Option(subject=o, label=label, text=label) for o, label in zip(options, labels, strict=True))
    lines = [f"{n}. {label}" for n, label in enumerate(labels, 1)]
    draft = Draft(Outcome.CLARIFY, "\n".join([ask, *lines]), options=buttons, actions=(HANDOFF,), explanation=why)
    here = library.subject(context.subject) if context.subject is not None and library.knows(context.subject) else None
    # “食品经营许可证” after an answer on housing: whatever is said next is not about housing.
    if here is not None and not any(here.id == o or related(here, library.subject(o)) for o in options):
        context = context.elsewhere()
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
            return Draft(
                boundary.outcome, boundary.reply, actions=(CALL_12345,), explanation={"decided_by": "pattern", "settled_by": boundary.id}
            )
    best = ranking.best
    if best is None or ranking.confidence < thresholds.SCREEN_OUT:
        return None
    subject = library.subject(best.match.subject)
    # Without a matter the likeness is one of small words: “在不在” is nothing to refuse. “想死” is not for us to doubt.
    if subject.outcome is not Outcome.EMERGENCY and not (subject.outcome is Outcome.REFUSED and question.core):
        return None
    return Draft(
        subject.outcome, subject.reply, actions=(CALL_12345,), explanation=explain(ranking, question) | {"decided_by": "SCREEN_OUT"}
    )


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
        "known": round(ranking.known, 3),
        "candidates": [_shown(c) for c in ranking.candidates[:5]],
    }


def _shown(candidate: Ranked) -> dict[str, object]:
    match = candidate.match
    scores = {name: round(getattr(match, name), 3) for name in _SCORERS}
    return {"subject": match.subject, "share": round(candidate.share, 3), "phrase": match.phrase, **scores}
