"""好差评: five levels, once a matter, with reasons; a bad one is put right by somebody, by a day."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assistant.answering.library import Library
from assistant.casework.rating import level_in
from assistant.casework.ratings import RECTIFY_WORKDAYS, Rectification, RectificationState
from assistant.messages import Reply
from assistant.storage.casework_tables import OutboxRow, RatingRow
from assistant.storage.conversations import make_engine
from assistant.workdays import deadline
from knowledge.vocabulary import Outcome
from outside.models import RatedKind, Rating, RatingLevel
from tests.unit.fakes import Office, open_office
from tests.unit.outside_fakes import TODAY, reference
from tests.unit.played_rasa import citizen

pytestmark = pytest.mark.anyio

LEVELS = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]


@pytest.fixture
def hall(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office beside the reference server, on the day of the samples."""
    monkeypatch.setattr("assistant.turn.date", type("Day", (), {"today": staticmethod(lambda: TODAY)}))
    return open_office(library, tmp_path / "data", reference(tmp_path))


def labels(reply: Reply) -> list[str]:
    """What the buttons say."""
    return [option.label for option in reply.options]


def letters(office: Office) -> list[Rating]:
    """What waits for the 好差评 system."""
    with Session(make_engine(office.settings.database)) as session:
        sealed = [row.sealed for row in session.query(OutboxRow)]
    return [Rating.model_validate_json(office.services.vault.unseal(letter) or "") for letter in sealed]


def opened(office: Office) -> list[Rectification]:
    """What is to be put right."""
    return office.services.casework.ratings.rectifications(TODAY)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("非常满意", RatingLevel.VERY_GOOD), ("我给五星", RatingLevel.VERY_GOOD), ("打个满分", RatingLevel.VERY_GOOD),
        ("满意", RatingLevel.GOOD), ("蛮满意咯", RatingLevel.GOOD), ("四星吧", RatingLevel.GOOD),
        ("基本满意", RatingLevel.FAIR), ("一般般，打三分", RatingLevel.FAIR), ("三颗星", RatingLevel.FAIR),
        ("不满意", RatingLevel.BAD), ("不太满意", RatingLevel.BAD), ("给两星", RatingLevel.BAD),
        ("非常不满意", RatingLevel.VERY_BAD), ("很不满意", RatingLevel.VERY_BAD), ("一星", RatingLevel.VERY_BAD),
        ("打零分", RatingLevel.VERY_BAD),
        ("好评", None), ("给差评", None), ("我要评价", None),
    ],
)  # fmt: skip
def test_the_level_is_read_from_words_stars_and_points(said: str, level: RatingLevel | None) -> None:
    assert level_in(said) is level


async def test_five_levels_are_offered_and_a_good_one_is_kept_and_passed_on(hall: Office) -> None:
    me = citizen(hall)
    asked = await me.say("我要评价", "rating")
    assert (asked.outcome, labels(asked)) == (Outcome.RATING, LEVELS)
    thanked = await me.say("满意", "rating")
    assert thanked.outcome is Outcome.RATING and "谢谢" in thanked.text
    (rating,) = letters(hall)
    assert (rating.about, rating.subject, rating.level) == (RatedKind.CONVERSATION, me.id, RatingLevel.GOOD)
    assert opened(hall) == []
    assert await hall.services.casework.outbox.deliver_due() == 1


@pytest.mark.parametrize(("said", "level"), [("1", "very_good"), ("第四个", "bad"), ("5", "very_bad"), ("第五个", "very_bad")])
async def test_a_level_may_be_picked_by_number(hall: Office, said: str, level: str) -> None:
    me = citizen(hall)
    await me.say("我要评价", "rating")
    await me.say(said, "choose")
    await me.say("跳过", "")
    assert [rating.level for rating in letters(hall)] == [level]


async def test_a_bad_one_is_asked_why_and_opens_a_rectification(hall: Office) -> None:
    me = citizen(hall)
    await me.say("身份证丢了补办要带什么", "ask_materials")
    why = await me.say("我给不满意", "rating")
    assert "哪里不好" in why.text and "态度不好" in labels(why)
    told = await me.say("态度不好，还说不清楚，我电话13800131107", "complaint")
    assert "整改" in told.text
    (rating,) = letters(hall)
    assert set(rating.reasons) == {"态度不好", "说不清楚"}
    assert "13800131107" not in rating.comment
    (item,) = opened(hall)
    assert item.due_on == deadline(TODAY, RECTIFY_WORKDAYS).on
    assert (item.state, item.level, item.overdue) == (RectificationState.OPEN, RatingLevel.BAD, False)
    assert item.department == hall.shelf.library().subject("gaj-sfz-bl").department


@pytest.mark.parametrize("said", ["跳过", "不想说", "算了"])
async def test_reasons_may_be_kept_to_oneself(hall: Office, said: str) -> None:
    me = citizen(hall)
    await me.say("非常不满意", "rating")
    assert "记下了" in (await me.say(said, "")).text
    assert [(rating.level, rating.reasons) for rating in letters(hall)] == [(RatingLevel.VERY_BAD, ())]


async def test_a_matter_is_rated_once(hall: Office) -> None:
    me = citizen(hall)
    await me.say("非常满意", "rating")
    again = await me.say("我要改成不满意", "rating")
    assert "已经评过" in again.text
    assert [rating.level for rating in letters(hall)] == [RatingLevel.VERY_GOOD]
    assert (await citizen(hall).say("满意", "rating")).text != again.text


async def test_of_two_ratings_at_once_one_is_kept(hall: Office) -> None:
    from datetime import UTC, datetime

    rating = Rating(about=RatedKind.CASE, subject="SL20260012", level=RatingLevel.BAD, rated_at=datetime.now(UTC))
    kept = [hall.services.casework.ratings.submit(rating, TODAY) for _ in range(2)]
    assert kept == [True, False]
    assert (len(letters(hall)), len(opened(hall))) == (1, 1)


async def test_a_finished_case_that_was_just_reported_is_what_is_rated(hall: Office) -> None:
    me = citizen(hall)
    told = await me.say("SL20260012 1112", "inform")
    assert labels(told) == ["评价这次办件"]
    asked = await me.say("评价这次办件", "rating")
    assert "办件评个级" in asked.text
    await me.say("非常满意", "rating")
    (rating,) = letters(hall)
    assert (rating.about, rating.subject, rating.department) == (RatedKind.CASE, "SL20260012", "市场监督管理局")
    with Session(make_engine(hall.settings.database)) as session:
        assert "SL2026" not in session.query(RatingRow).one().matter


async def test_nobody_is_made_to_rate(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我要评价", "rating")
    assert "没关系" in (await me.say("不评了", "stop")).text
    assert letters(hall) == []


async def test_a_question_in_between_is_answered_and_the_rating_goes_on(hall: Office) -> None:
    me = citizen(hall)
    await me.say("我要评价", "rating")
    answer = await me.say("身份证丢了补办要带什么", "ask_materials")
    assert answer.outcome is Outcome.ANSWERED and "评价还没评完" in answer.text
    assert "谢谢" in (await me.say("满意", "rating")).text


async def test_a_rectification_moves_once_and_with_its_audit(hall: Office) -> None:
    me = citizen(hall)
    await me.say("非常不满意", "rating")
    await me.say("跳过", "")
    ratings = hall.services.casework.ratings
    (item,) = opened(hall)
    assert ratings.move(item.id, RectificationState.OPEN, RectificationState.DOING, "正在核实", "lili")
    assert not ratings.move(item.id, RectificationState.OPEN, RectificationState.DONE, "", "wang"), "somebody else was first"
    assert ratings.move(item.id, RectificationState.DOING, RectificationState.DONE, "已道歉", "lili")
    assert ratings.rectifications(TODAY, open_only=True) == []
    (done,) = opened(hall)
    assert (done.state, done.note, done.handled_by) == (RectificationState.DONE, "已道歉", "lili")
    assert [row.action for row in hall.audited(str(item.id))] == ["rectification_moved"] * 2
