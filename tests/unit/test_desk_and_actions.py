"""The open turns, and Rasa's actions on them."""

from datetime import date

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor

from actions import all_actions
from actions.base import read_intent
from assistant.answering.context import Context, Intent
from assistant.answering.library import Library
from assistant.desk import Desk, OpenTurn
from assistant.screen import screen
from assistant.settings import ROOT
from knowledge.vocabulary import Facet, Outcome
from tests.unit.fakes import rasa_call
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST

ACTS = {
    "action_progress": Outcome.PROGRESS,
    "action_handoff": Outcome.HANDOFF,
    "action_hotline": Outcome.HOTLINE,
    "action_rating": Outcome.RATING,
}


@pytest.fixture
def desk() -> Desk:
    """A desk without turns."""
    return Desk()


def opened(desk: Desk, library: Library, text: str, context: Context | None = None) -> OpenTurn:
    """A turn that is being worked on, in conversation “c”."""
    turn = OpenTurn(message=screen(text), context=context or Context(), library=library, today=date(2024, 6, 1))
    desk.open("c", turn)
    return turn


async def run(desk: Desk, call: dict[str, object]) -> tuple[dict[str, object], list[object]]:
    """Have an action run as Rasa does; the slots it sets and what it says."""
    executor = ActionExecutor()
    for action in all_actions(desk):
        executor.register_action(action)
    result = await executor.run(call)
    assert result is not None
    return {e["name"]: e["value"] for e in result.events}, result.responses


def test_a_conversation_has_one_open_turn_until_it_is_closed(desk: Desk, library: Library) -> None:
    turn = opened(desk, library, "身份证丢了怎么办")
    assert desk.turn("c") is turn
    assert desk.turn("another") is None
    desk.close("c")
    assert desk.turn("c") is None
    desk.close("c")


@pytest.mark.anyio
async def test_the_answering_action_leaves_its_draft_on_the_turn_and_the_thread_in_the_slots(desk: Desk, library: Library) -> None:
    turn = opened(desk, library, "补一张丢了的身份证多少钱")
    slots, said = await run(desk, rasa_call("action_answer", "c", "ask_fee"))
    assert turn.draft is not None
    assert [(a.subject, a.facet) for a in turn.draft.answers] == [(LOST, Facet.FEE)]
    assert (slots["subject"], slots["facet"], slots["options"]) == (LOST, "fee", None)
    assert len(said) == 1, "Rasa must hear that it is done, an empty reply counts as broken"


@pytest.mark.anyio
async def test_the_options_offered_are_in_the_slots(desk: Desk, library: Library) -> None:
    opened(desk, library, "换身份证")
    slots, _ = await run(desk, rasa_call("action_answer", "c", "ask_process"))
    assert slots["options"] == [EXPIRED, BROKEN, LOST]


@pytest.mark.anyio
@pytest.mark.parametrize("action", list(ACTS))
async def test_an_act_ends_the_turn_with_its_outcome_and_a_way_to_go_on(desk: Desk, library: Library, action: str) -> None:
    turn = opened(desk, library, "那么就这样弄")
    _, said = await run(desk, rasa_call(action, "c", action.removeprefix("action_")))
    assert turn.draft is not None
    assert turn.draft.outcome is ACTS[action]
    assert len(turn.draft.text) > 20
    assert said


@pytest.mark.anyio
@pytest.mark.parametrize("action", list(ACTS))
async def test_a_published_question_is_answered_even_when_it_looks_like_an_act(desk: Desk, library: Library, action: str) -> None:
    turn = opened(desk, library, "大厅周末开门吗")
    await run(desk, rasa_call(action, "c", action.removeprefix("action_"), confidence=0.99))
    assert turn.draft is not None
    assert turn.draft.outcome is Outcome.ANSWERED


@pytest.mark.anyio
async def test_an_action_that_comes_after_its_turn_was_closed_does_nothing(desk: Desk) -> None:
    assert await run(desk, rasa_call("action_answer", "c", "ask_fee")) == ({}, [])


def test_of_a_fallback_the_best_real_intent_counts() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.9}, {"name": "ask_proxy", "confidence": 0.4}, {"name": "greet", "confidence": 0.1}]
    message = {"intent": ranking[0], "intent_ranking": ranking}
    intent = read_intent(Tracker.from_dict({"sender_id": "c", "latest_message": message}))
    assert (intent.name, intent.confidence) == ("ask_proxy", 0.4)
    assert intent.facets == {Facet.PROXY: 1.0}


@pytest.mark.anyio
async def test_a_message_without_any_intent_is_answered_too(desk: Desk, library: Library) -> None:
    turn = opened(desk, library, "身份证丢了怎么办")
    call = rasa_call("action_answer", "c")
    call["tracker"]["latest_message"] = {}
    await run(desk, call)
    assert turn.draft is not None
    assert turn.draft.outcome is Outcome.ANSWERED


def test_an_unknown_intent_names_no_facet() -> None:
    intent = Intent(name="ask_general", confidence=0.9, ranking=(("ask_general", 0.9), ("ask_fee", 0.05), ("greet", 0.01)))
    assert intent.facets == {Facet.FEE: 1.0}


def test_the_engines_domain_names_exactly_our_actions_and_every_facet() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(domain["actions"]) == {action.name() for action in all_actions(Desk())}
    assert {f"ask_{facet}" for facet in Facet} <= set(domain["intents"])


def test_the_engines_fixed_words_name_an_outcome_that_there_is() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for variants in domain["responses"].values():
        for variant in variants:
            assert Outcome(variant["custom"]["outcome"])
            assert variant["text"]
