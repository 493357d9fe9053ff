"""From a question and its thread to a published answer, a question back, or an honest no."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answering import answerer
from assistant.answering.answerer import Draft, ask_for_matter, respond, screen_out
from assistant.answering.context import NO_INTENT, Context, Intent
from assistant.answering.facets import asked_facets
from assistant.answering.library import Library
from assistant.answering.ranking import Ranked, Ranking
from knowledge.vocabulary import Facet, Outcome
from tests.unit.fakes import open_folder
from tests.unit.small_knowledge import (
    ABROAD,
    BROKEN,
    CUES,
    EXPIRED,
    FIRE,
    FOR_CLERKS,
    FORGERY,
    LOST,
    PHONE_CARD,
    WEEKEND,
    WHICH_CHANGE,
    edit,
    item_file,
    write,
    write_folder,
)

TODAY = date(2024, 6, 1)


def said(library: Library, text: str, context: Context | None = None, intent: Intent = NO_INTENT) -> tuple[Draft, Context]:
    """The answer to one message, and the thread after it."""
    return respond(library, text, context or Context(), intent, TODAY)


def answered(draft: Draft) -> list[tuple[str, Facet | None]]:
    """What was answered on what."""
    return [(a.subject, a.facet) for a in draft.answers]


def intent(name: str, confidence: float = 0.9) -> Intent:
    """An engine that is sure of one intent."""
    return Intent(name=name, confidence=confidence, ranking=((name, confidence),))


def test_a_published_question_is_answered_with_its_entrys_own_text(library: Library) -> None:
    draft, context = said(library, "补一张丢了的身份证多少钱")
    assert draft.outcome is Outcome.ANSWERED
    assert answered(draft) == [(LOST, Facet.FEE)]
    answer = draft.answers[0]
    published = next(e for e in library.snapshot.entries if e.id == answer.entry)
    assert answer.text == published.text == "收费标准：40元/证。\n丢失补领每证40元。"
    assert answer.version == library.snapshot.version and answer.citations == list(published.citations)
    assert 0.9 < answer.confidence <= 1
    assert all(part in draft.text for part in (answer.title, answer.text, "收费标准的通知", "2024-05-01"))
    assert context.subject == LOST


def test_dialect_and_slips_find_the_same_answer(library: Library) -> None:
    assert answered(said(library, "身份正，丟了补办要带什哩？")[0]) == [(LOST, Facet.MATERIALS)]


def test_other_words_for_the_same_situation_are_answered(library: Library) -> None:
    draft, _ = said(library, "我的身份证丢了，补办身份证要带什么")
    assert (draft.outcome, answered(draft)) == (Outcome.ANSWERED, [(LOST, Facet.MATERIALS)])


def test_a_question_with_two_facets_gets_two_answers(library: Library) -> None:
    draft, _ = said(library, "身份证丢了补办要带什么，要多久")
    assert answered(draft) == [(LOST, Facet.MATERIALS), (LOST, Facet.TIME_LIMIT)]


@pytest.mark.parametrize("text", ["人在国外，身份证丢了能让家里人补吗", "老公在国外，身份证丢了，我能去补吗"])
def test_what_only_the_manual_holds_is_answered_from_it_first(library: Library, text: str) -> None:
    draft, context = said(library, text)
    first = draft.answers[0]
    assert (first.entry, first.subject, first.facet) == (ABROAD, LOST, Facet.PROXY)
    assert first.text.startswith("要等本人回国再补。") and context.subject == LOST


def test_a_plain_question_is_not_answered_from_the_manual(library: Library) -> None:
    draft, _ = said(library, "身份证丢了补办要带什么")
    assert [a.entry for a in draft.answers] == [f"{LOST}#materials"]


def test_a_manual_entry_of_a_topic_comes_before_the_topic(library: Library) -> None:
    draft, _ = said(library, "春节七天有人值班吗")
    assert [a.entry for a in draft.answers] == ["m-zhoumo-1", WEEKEND]


def test_a_topic_is_answered_without_a_facet(library: Library) -> None:
    assert answered(said(library, "大厅周末开门吗")[0]) == [(WEEKEND, None)]


def test_a_question_that_several_items_fit_is_asked_back_with_its_options(library: Library) -> None:
    draft, context = said(library, "换身份证多少钱")
    assert draft.outcome is Outcome.CLARIFY
    assert [o.subject for o in draft.options] == [EXPIRED, BROKEN, LOST]
    assert draft.text.startswith("您要换身份证") and "1. 身份证过期了，换新的" in draft.text
    assert context.options == (EXPIRED, BROKEN, LOST)


@pytest.mark.parametrize("pick", ["身份证过期了，换新的", "1", "第一个", "过期了的"])
def test_a_pick_gets_the_answer_to_the_question_first_asked(library: Library, pick: str) -> None:
    _, context = said(library, "换身份证多少钱")
    draft, after = said(library, pick, context)
    assert (draft.outcome, answered(draft)) == (Outcome.ANSWERED, [(EXPIRED, Facet.FEE)])
    assert after.options == () and after.subject == EXPIRED


def test_a_button_names_its_matter_where_the_options_are_of_several(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "knowledge")
    edit(item_file(folder, BROKEN), label="坏了，换一张")
    library = open_folder(folder)
    assert library.labels([EXPIRED, BROKEN]) == ["身份证过期了，换新的", "坏了，换一张"]
    assert library.labels([BROKEN, WEEKEND])[0] == "身份证损坏换领"


def test_what_a_button_sends_picks_that_button(library: Library) -> None:
    asked, context = said(library, "换身份证要带什么")
    for option in asked.options:
        assert answered(said(library, option.text, context)[0]) == [(option.subject, Facet.MATERIALS)]


def test_a_button_whose_label_sounds_like_a_facet_keeps_the_question(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "knowledge")
    edit(item_file(folder, BROKEN), label="坏了，材料还在手上")
    library = open_folder(folder)
    asked, context = said(library, "换身份证多少钱")
    assert answered(said(library, asked.options[1].text, context)[0]) == [(BROKEN, Facet.FEE)]


def test_a_pick_that_asks_something_else_is_answered_on_that(library: Library) -> None:
    _, context = said(library, "换身份证多少钱")
    assert answered(said(library, "过期的要多久", context)[0]) == [(EXPIRED, Facet.TIME_LIMIT)]


def test_none_of_the_options_closes_them_and_gives_a_next_step(library: Library) -> None:
    _, context = said(library, "换身份证多少钱")
    draft, after = said(library, "都不是", context)
    assert draft.outcome is Outcome.NO_ANSWER and "12345" in draft.text
    assert after.options == ()


def test_a_new_question_beside_open_options_is_answered_as_such(library: Library) -> None:
    _, context = said(library, "换身份证多少钱")
    draft, after = said(library, "大厅周末开门吗", context)
    assert answered(draft) == [(WEEKEND, None)]
    assert after.options == ()


def test_a_follow_up_without_a_subject_stays_with_the_last_one(library: Library) -> None:
    _, context = said(library, "身份证丢了补办要带什么")
    draft, after = said(library, "那要多久", context)
    assert answered(draft) == [(LOST, Facet.TIME_LIMIT)]
    assert answered(said(library, "多少钱呢", after)[0]) == [(LOST, Facet.FEE)]


def test_a_follow_up_on_the_sibling_keeps_the_facet(library: Library) -> None:
    _, context = said(library, "补一张丢了的身份证多少钱")
    draft, after = said(library, "那过期的呢", context)
    assert answered(draft) == [(EXPIRED, Facet.FEE)]
    assert after.subject == EXPIRED


def test_a_facet_alone_without_a_thread_is_asked_back_with_what_is_asked_most(library: Library) -> None:
    draft, context = said(library, "那要多久")
    assert (draft.outcome, [o.subject for o in draft.options]) == (Outcome.CLARIFY, [LOST, EXPIRED])
    assert draft.text.startswith("您要办哪件事？")
    assert answered(said(library, "2", context)[0]) == [(EXPIRED, Facet.TIME_LIMIT)]


def test_what_nobody_published_is_declined_with_a_next_step(library: Library) -> None:
    for text in ("明天股票涨跌", "今天大盘涨了没", "qwertyuiop"):
        draft, _ = said(library, text)
        assert draft.outcome in (Outcome.OUT_OF_SCOPE, Outcome.NO_ANSWER)
        assert draft.answers == () and "12345" in draft.text


def test_a_neighbours_matter_names_the_right_place(library: Library) -> None:
    draft, _ = said(library, "手机卡丢了怎么补")
    assert (draft.outcome, draft.text) == (Outcome.OUT_OF_SCOPE, "手机卡请找运营商。")
    assert PHONE_CARD in library.index.subjects


def test_an_expired_entry_is_never_answered(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "knowledge")
    edit(item_file(folder, LOST), expires_on="2024-05-31")
    library = open_folder(folder)
    context = Context(subject=LOST, facets=(Facet.FEE,))
    picking = Context(options=(LOST, EXPIRED), asked_facets=(Facet.FEE,))
    for text, thread in (("补一张丢了的身份证多少钱", None), ("那多少钱", context), ("1", picking), ("身份证丢了怎么办", None)):
        draft, _ = said(library, text, thread)
        assert draft.outcome is Outcome.NO_ANSWER, text
        assert draft.answers == () and "40元" not in draft.text
        assert "0791-12345" in draft.text, "the office to ask is named instead"
    last_day, _ = respond(library, "补一张丢了的身份证多少钱", Context(), NO_INTENT, date(2024, 5, 31))
    assert last_day.outcome is Outcome.ANSWERED


def test_a_citizen_never_sees_what_only_clerks_may_read(library: Library) -> None:
    texts = [said(library, q)[0].text for q in ("身份证丢了怎么办", "收件的时候要审查哪几样", "审查要点", "大厅周末开门吗")]
    assert not any("只给窗口看" in t or "内网" in t for t in texts)


def test_a_topic_for_clerks_is_not_answered_to_citizens(library: Library) -> None:
    draft, _ = said(library, "收件的时候要审查哪几样")
    assert FOR_CLERKS not in {a.subject for a in draft.answers}
    assert FOR_CLERKS not in {p.subject for p in library.suggest("收件")}


def test_emergencies_and_forgeries_end_before_the_engine_is_asked(library: Library) -> None:
    fire, forgery = screen_out(library, "着火了！"), screen_out(library, "哪里能买到假证")
    assert fire is not None and (fire.outcome, fire.text) == (Outcome.EMERGENCY, "请马上拨打119！")
    assert forgery is not None and forgery.outcome is Outcome.REFUSED
    assert {FIRE, FORGERY} <= set(library.index.subjects)


@pytest.mark.parametrize("text", ["身份证丢了怎么办", "手机卡丢了怎么补", "大厅周末开门吗", "换身份证", "红烧肉放多少糖"])
def test_everything_else_goes_on_to_the_engine(library: Library, text: str) -> None:
    assert screen_out(library, text) is None


def test_nothing_is_refused_for_its_small_words_and_an_emergency_is_never_doubted(library: Library) -> None:
    refused, sure = (library.rank(text) for text in ("哪里能买到假证", "着火了！"))
    bare = library.index.reader.read("多少钱")
    assert bare.core == ""
    likened = replace(library, _ranked={"多少钱": (bare, refused[1]), "急": (bare, sure[1])})
    assert screen_out(likened, "多少钱") is None
    urgent = screen_out(likened, "急")
    assert urgent is not None and urgent.outcome is Outcome.EMERGENCY


def test_an_unreadable_message_is_asked_for_the_matter(library: Library) -> None:
    draft = ask_for_matter(library)
    assert draft.outcome is Outcome.NO_ANSWER and "请" in draft.text and not draft.answers


def test_the_engines_facet_counts_where_the_wording_names_none(library: Library) -> None:
    assert answered(said(library, "我的身份证丢了", intent=intent("ask_proxy"))[0])[0] == (LOST, Facet.PROXY)


@pytest.mark.parametrize("text", ["身份证丢了怎么办", "身份证丢了怎么办呢？", "想问下身份证丢了的事"])
def test_what_is_asked_in_general_gets_the_process_and_the_materials(library: Library, text: str) -> None:
    question, _ = library.rank(text)
    assert asked_facets(question, intent("ask_process"), {Facet.REMEDIES: 0.9}) == (Facet.PROCESS, Facet.MATERIALS)
    # A facet that is named keeps its place.
    assert asked_facets(library.rank("身份证丢了多少钱，怎么办")[0])[0] is Facet.FEE


def test_an_item_and_the_general_topic_that_share_the_belief_are_not_asked_apart(library: Library) -> None:
    question, ranking = library.rank("身份证丢了周末能补不")
    item, topic = (
        next(c for c in library.rank(t)[1].candidates if c.match.subject == s) for t, s in (("身份证丢了", LOST), ("周末上班吗", WEEKEND))
    )
    for second, outcome, decided_by in ((0.36, Outcome.ANSWERED, "TOLD_TWICE"), (0.2, Outcome.CLARIFY, "ASK")):
        shared = Ranking((replace(item, share=0.42), replace(topic, share=second)), confidence=0.42, known=0.8)
        library._ranked["身份证丢了周末能补不"] = (question, shared)
        draft = said(library, "身份证丢了周末能补不")[0]
        assert draft.outcome is outcome
        assert draft.explanation["decided_by"] == decided_by


def test_wording_and_engine_together_name_the_facets(library: Library) -> None:
    question, _ = library.rank("身份证丢了补办多少钱")
    assert asked_facets(question) == (Facet.FEE,)
    assert asked_facets(question, intent("ask_fee", 0.6)) == (Facet.FEE,)
    assert asked_facets(library.rank("身份证丢了")[0]) == ()


def test_an_answer_explains_what_matched(library: Library) -> None:
    why = said(library, "补一张丢了的身份证多少钱")[0].explanation
    candidates = why["candidates"]
    assert isinstance(candidates, list)
    assert candidates[0]["subject"] == LOST and candidates[0]["phrase"] == "补一张丢了的身份证多少钱"
    assert why["facets"] == [Facet.FEE]


def test_suggestions_go_on_from_what_is_typed_one_a_subject_first(library: Library) -> None:
    found = library.suggest("身份证")
    assert len(found) <= 8
    assert {p.subject for p in found[:3]} == {LOST, EXPIRED, BROKEN}
    assert all("身份证" in p.text for p in found)
    assert library.suggest("") == [] and library.suggest("？！") == [] and library.suggest("红烧肉") == []


def test_nobody_is_suggested_what_is_typed_already_or_first_of_all_a_case_of_few(library: Library) -> None:
    found = library.suggest("身份证丢了怎么办")
    assert "身份证丢了怎么办" not in [p.text for p in found]
    particular = [p.entry is not None for p in library.suggest("身份证")]
    assert particular == sorted(particular)


def test_after_a_question_back_on_another_matter_the_one_before_is_left(library: Library) -> None:
    draft, after = said(library, "换身份证", Context().about(WEEKEND, ()))
    assert draft.outcome is Outcome.CLARIFY
    assert (after.subject, after.recent) == (None, (WEEKEND,))
    draft, after = said(library, "换身份证", Context().about(LOST, ()))
    assert (draft.outcome, after.subject) == (Outcome.CLARIFY, LOST)


def test_an_earlier_matter_that_is_named_beside_open_options_is_taken_up_again(library: Library) -> None:
    asked_back = Context(options=(EXPIRED, BROKEN), recent=(WEEKEND,), question="换身份证")
    draft, after = said(library, "节假日呢", asked_back)
    assert (after.subject, after.options) == (WEEKEND, ())
    assert {a.subject for a in draft.answers} == {WEEKEND}


def test_open_options_are_let_go_when_somebody_drops_the_matter(library: Library) -> None:
    draft, after = said(library, "那算了吧", Context(options=(EXPIRED, BROKEN)))
    assert (draft.outcome, draft.options, after.options) == (Outcome.SMALLTALK, (), ())


def test_questions_back_and_boundaries_are_never_suggested(library: Library) -> None:
    assert {p.subject for p in library.suggest("换身份证")}.isdisjoint({WHICH_CHANGE})
    assert library.suggest("着火") == []


def test_an_answer_of_another_place_is_never_given_as_this_ones(library: Library) -> None:
    draft, _ = said(library, "补一张丢了的身份证多少钱", Context(region="360400"))
    assert draft.outcome is Outcome.NO_ANSWER
    assert "别的地方" in draft.text and not draft.answers
    draft, _ = said(library, "补一张丢了的身份证多少钱", Context(region="360113"))
    assert answered(draft) == [(LOST, Facet.FEE)]


def test_another_matter_named_and_no_facet_goes_on_with_the_one_asked_before(library: Library) -> None:
    _, context = said(library, "补一张丢了的身份证多少钱")
    draft, _ = said(library, "写错了，是过期了", context)
    assert (EXPIRED, Facet.FEE) in answered(draft)


@pytest.mark.parametrize(("words", "meant"), [("刷不出的那张", BROKEN), ("我是过期了", EXPIRED), ("早就不见了", LOST)])
def test_own_words_pick_among_the_options(library: Library, words: str, meant: str) -> None:
    _, context = said(library, "换身份证多少钱")
    draft, _ = said(library, words, context)
    assert (meant, Facet.FEE) in answered(draft)


def test_a_bare_facet_that_is_plainly_the_halls_needs_no_matter(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    write(folder / "lexicon" / "facets.yml", CUES | {"hours": ["节假日开不开"]})
    draft, _ = said(open_folder(folder), "节假日开不开")
    assert answered(draft) == [(WEEKEND, None)]


@pytest.mark.parametrize(
    ("shares", "sure", "outcome"),
    [((0.5, 0.3), 0.6, Outcome.CLARIFY), ((0.5, 0.1), 0.6, Outcome.ANSWERED), ((0.5, 0.3), 0.8, Outcome.ANSWERED)],
)
def test_of_two_siblings_that_are_nearly_alike_it_is_asked_which_unless_sure(
    library: Library, monkeypatch: pytest.MonkeyPatch, shares: tuple[float, float], sure: float, outcome: Outcome
) -> None:
    question, ranking = library.rank("身份证那件事多少钱")
    pair = [next(c for c in ranking.candidates if c.match.subject == subject) for subject in (LOST, EXPIRED)]
    candidates = tuple(Ranked(c.match, share) for c, share in zip(pair, shares, strict=True))
    monkeypatch.setattr(Library, "rank", lambda _library, _text: (question, Ranking(candidates, sure, 0.9)))
    assert said(library, "身份证那件事多少钱")[0].outcome is outcome


def test_what_the_engine_holds_for_strange_is_no_follow_up_whichever_intent_comes_first(library: Library) -> None:
    _, context = said(library, "补一张丢了的身份证多少钱")
    words = "你会下象棋不"
    half = Intent(name="ask_general", confidence=0.4, ranking=(("ask_general", 0.4), ("bot_identity", 0.3), ("out_of_scope", 0.3)))
    sure = Intent(name="ask_general", confidence=0.9, ranking=(("ask_general", 0.9),))
    assert half.strange == pytest.approx(0.6) and sure.strange == 0
    assert said(library, words, context, half)[0].outcome is Outcome.OUT_OF_SCOPE
    assert said(library, words, context, sure)[0].outcome is not Outcome.OUT_OF_SCOPE


def test_a_single_option_is_asked_as_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answerer.thresholds, "ANSWER", 2.0)  # nothing is ever sure
    for options, ask in (((LOST,), answerer.THIS), ((LOST, BROKEN), answerer.WHICH)):
        draft, _ = said(library, "那个呢", Context(options=options), intent("ask_general"))
        assert draft.outcome is Outcome.CLARIFY
        assert draft.text.startswith(ask)
