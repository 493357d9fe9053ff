"""The open turns, and Rasa's actions on them."""

from datetime import date

import pytest
import yaml
from rasa_sdk import Tracker

from actions import all_actions
from actions.base import read_intent
from assistant.answering.context import Context, Intent
from assistant.desk import OpenTurn
from assistant.screen import screen
from assistant.settings import ROOT
from knowledge.vocabulary import Facet, Outcome
from tests.unit.fakes import Office, rasa_call
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST

ACTS = {
    "validate_progress_form": ("progress", Outcome.PROGRESS),
    "action_handoff": ("handoff", Outcome.HANDOFF),
    "validate_hotline_form": ("complaint", Outcome.HOTLINE),
    "validate_rating_form": ("rating", Outcome.RATING),
}


def opened(office: Office, text: str, context: Context | None = None) -> OpenTurn:
    """A turn that is being worked on, in conversation “c”."""
    turn = OpenTurn(screen(text), context or Context(), office.shelf.library(), date(2024, 6, 1), "c")
    office.desk.open("c", turn)
    return turn


async def run(office: Office, call: dict[str, object]) -> tuple[dict[str, object], list[object]]:
    """Have an action run as Rasa does; the slots it sets and what it says."""
    result = await office.services.executor.run(call)
    assert result is not None
    return {e["name"]: e["value"] for e in result.events if e["event"] == "slot"}, result.responses


def test_a_conversation_has_one_open_turn_until_it_is_closed(office: Office) -> None:
    desk = office.desk
    turn = opened(office, "身份证丢了怎么办")
    assert desk.turn("c") is turn
    assert desk.turn("another") is None
    desk.close("c")
    assert desk.turn("c") is None
    desk.close("c")


@pytest.mark.anyio
async def test_the_answering_action_leaves_its_draft_on_the_turn_and_the_thread_in_the_slots(office: Office) -> None:
    turn = opened(office, "补一张丢了的身份证多少钱")
    slots, said = await run(office, rasa_call("action_answer", "c", "ask_fee"))
    assert turn.draft is not None
    assert [(a.subject, a.facet) for a in turn.draft.answers] == [(LOST, Facet.FEE)]
    assert (slots["subject"], slots["facet"], slots["options"]) == (LOST, "fee", None)
    assert len(said) == 1, "Rasa must hear that it is done, an empty reply counts as broken"


@pytest.mark.anyio
async def test_the_options_offered_are_in_the_slots(office: Office) -> None:
    opened(office, "换身份证")
    slots, _ = await run(office, rasa_call("action_answer", "c", "ask_process"))
    assert slots["options"] == [EXPIRED, BROKEN, LOST]


@pytest.mark.anyio
@pytest.mark.parametrize("action", list(ACTS))
async def test_an_act_ends_the_turn_with_its_outcome_and_a_way_to_go_on(office: Office, action: str) -> None:
    intent, outcome = ACTS[action]
    turn = opened(office, "那么就这样弄")
    _, said = await run(office, rasa_call(action, "c", intent))
    assert turn.draft is not None
    assert turn.draft.outcome is outcome
    assert len(turn.draft.text) > 20 or action == "action_handoff", "a person is brought, and told of, by the turn itself"
    assert said


@pytest.mark.anyio
@pytest.mark.parametrize("action", list(ACTS))
async def test_a_published_question_is_answered_even_when_it_looks_like_an_act(office: Office, action: str) -> None:
    turn = opened(office, "大厅周末开门吗")
    await run(office, rasa_call(action, "c", ACTS[action][0], confidence=0.99))
    assert turn.draft is not None
    assert turn.draft.outcome is Outcome.ANSWERED


@pytest.mark.anyio
async def test_an_action_that_comes_after_its_turn_was_closed_does_nothing(office: Office) -> None:
    assert await run(office, rasa_call("action_answer", "c", "ask_fee")) == ({}, [])


def test_of_a_fallback_the_best_real_intent_counts() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.9}, {"name": "ask_proxy", "confidence": 0.4}, {"name": "greet", "confidence": 0.1}]
    message = {"intent": ranking[0], "intent_ranking": ranking}
    intent = read_intent(Tracker.from_dict({"sender_id": "c", "latest_message": message}))
    assert (intent.name, intent.confidence) == ("ask_proxy", 0.4)
    assert intent.facets == {Facet.PROXY: 1.0}


@pytest.mark.anyio
async def test_a_message_without_any_intent_is_answered_too(office: Office) -> None:
    turn = opened(office, "身份证丢了怎么办")
    call = rasa_call("action_answer", "c")
    call["tracker"]["latest_message"] = {}
    await run(office, call)
    assert turn.draft is not None
    assert turn.draft.outcome is Outcome.ANSWERED


def test_an_unknown_intent_names_no_facet() -> None:
    intent = Intent(name="ask_general", confidence=0.9, ranking=(("ask_general", 0.9), ("ask_fee", 0.05), ("greet", 0.01)))
    assert intent.facets == {Facet.FEE: 1.0}


def test_the_engines_domain_names_exactly_our_actions_and_every_facet(office: Office) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(domain["actions"]) == {action.name() for action in all_actions(office.desk, office.services.casework.forms)}
    assert {f"ask_{facet}" for facet in Facet} <= set(domain["intents"])


def test_the_engines_fixed_words_name_an_outcome_that_there_is() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for variants in domain["responses"].values():
        for variant in variants:
            assert Outcome(variant["custom"]["outcome"])
            assert variant["text"]


@pytest.mark.parametrize(
    ("text", "question"),
    [("身份证丢了怎么办，我要投诉那个窗口", False), ("举报 有家店补身份证多收钱", False), ("身份证丢了怎么办", True)],
)
def test_what_is_wanted_outright_is_no_question(office: Office, text: str, question: bool) -> None:
    turn = opened(office, text)
    assert turn.is_question(Intent(name="complaint", confidence=0.5)) is question


@pytest.mark.parametrize(("text", "question"), [("补办丢了的身份证，多少天了，办好没有", False), ("身份证丢了补办多久能好", True)])
def test_how_far_ones_own_case_is_is_no_question(office: Office, text: str, question: bool) -> None:
    turn = opened(office, text)
    assert turn.is_question(Intent(name="progress", confidence=0.5)) is question


@pytest.mark.parametrize(("context", "question"), [(Context(subject=LOST), True), (Context(), False)])
def test_half_a_sentence_in_a_thread_is_no_act_that_the_engine_is_unsure_of(office: Office, context: Context, question: bool) -> None:
    turn = opened(office, "漏报了呢", context)
    assert turn.is_question(Intent(name="progress", confidence=0.55)) is question


@pytest.mark.parametrize(
    ("text", "intent", "question"),
    [
        ("身份证丢了我要举报他", Intent(name="complaint", confidence=0.5), False),
        ("丢了的身份证补办要多久", Intent(name="complaint", confidence=0.5), True),
        ("手机卡丢了怎么补", Intent(name="progress", confidence=0.65), True),
        ("手机卡丢了怎么补", Intent(name="progress", confidence=0.8), False),
        ("手机卡丢了怎么补", Intent(name="complaint", confidence=0.65), False),
    ],
)
def test_what_is_told_is_an_act_and_what_is_asked_or_is_others_business_is_none(
    office: Office, text: str, intent: Intent, question: bool
) -> None:
    assert opened(office, text).is_question(intent) is question


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "intent", "uttered"),
    [("你好呀", "greet", ["utter_greet"]), ("喂 补一张丢了的身份证那个事", "greet", []), ("回头再说 身份证到期换要带什么", "goodbye", [])],
)
async def test_small_talk_is_answered_in_kind_unless_it_names_a_matter(office: Office, text: str, intent: str, uttered: list[str]) -> None:
    turn = opened(office, text)
    _, said = await run(office, rasa_call("action_smalltalk", "c", intent, 0.5))
    assert [m["response"] for m in said if isinstance(m, dict) and m.get("response")] == uttered
    assert (turn.draft is None) is bool(uttered)


def test_a_plain_thank_you_stays_one_whatever_it_names(office: Office) -> None:
    turn = opened(office, "谢谢 身份证丢了怎么办我晓得了")
    assert turn.names_matter(Intent(name="thanks", confidence=0.65))
    assert not turn.names_matter(Intent(name="thanks", confidence=0.9))
