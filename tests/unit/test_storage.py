"""Conversations in the database: the schema, the thread, the thumbs, and forgetting."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select, update
from sqlalchemy.orm import Session

from assistant.answering.context import Context
from assistant.messages import Reply
from assistant.storage.conversations import Conversations, make_engine
from assistant.storage.migrate import migrate
from assistant.storage.tables import Base, ConversationRow, FeedbackRow, TurnRow
from knowledge.vocabulary import Facet, Outcome

MINE, YOURS, TURN = "a" * 32, "b" * 32, "1" * 32
THREAD = Context(subject="gaj-sfz-bl", facets=(Facet.FEE,), options=("a-b", "c-d"), asked_facets=(Facet.MATERIALS,), region="360100")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database made by the migrations, in a folder that was not there."""
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'zhiwen.db'}"
    migrate(url)
    return make_engine(url)


@pytest.fixture
def store(engine: Engine) -> Conversations:
    """The store on it."""
    return Conversations(engine)


def record(store: Conversations, conversation: str, turn: str, context: Context = THREAD) -> None:
    """Record one turn."""
    reply = Reply(conversation_id=conversation, turn_id=turn, outcome=Outcome.ANSWERED, text="答复")
    store.record(reply, "web", "问题", context, {"confidence": 0.9}, 12.5)


def count(engine: Engine, table: type[Base]) -> int:
    """How many rows a table has."""
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    before = inspect(engine).get_table_names()
    migrate(str(engine.url))
    assert inspect(engine).get_table_names() == before


def test_the_thread_comes_back_as_it_was_written(store: Conversations) -> None:
    assert store.context(MINE) is None
    record(store, MINE, TURN)
    assert store.context(MINE) == THREAD
    assert store.context(YOURS) is None


def test_the_newest_thread_counts_and_the_turns_stay(store: Conversations, engine: Engine) -> None:
    record(store, MINE, TURN)
    record(store, MINE, "2" * 32, Context(subject="t-zhoumo"))
    assert store.context(MINE) == Context(subject="t-zhoumo")
    assert (count(engine, TurnRow), count(engine, ConversationRow)) == (2, 1)


def test_a_turn_keeps_what_was_said_what_matched_and_how_long_it_took(store: Conversations, engine: Engine) -> None:
    record(store, MINE, TURN)
    with Session(engine) as session:
        row = session.get(TurnRow, TURN)
        assert row is not None
        assert (row.text, row.reply, row.outcome, row.degraded) == ("问题", "答复", "answered", False)
        assert (row.explanation, row.milliseconds) == ({"confidence": 0.9, "answered": []}, 12.5)


def test_every_new_conversation_is_there_before_its_turn(store: Conversations, engine: Engine) -> None:
    for number in range(100):
        record(store, f"{number:032x}", f"{number:032x}")
    assert count(engine, TurnRow) == 100


def test_a_thumb_is_kept_and_a_later_one_takes_its_place(store: Conversations, engine: Engine) -> None:
    record(store, MINE, TURN)
    assert store.rate(TURN, True, "")
    assert store.rate(TURN, False, "不对")
    with Session(engine) as session:
        row = session.get(FeedbackRow, TURN)
        assert row is not None
        assert (row.helpful, row.comment) == (False, "不对")
    assert count(engine, FeedbackRow) == 1


def test_a_thumb_for_a_turn_that_is_not_there_is_refused(store: Conversations, engine: Engine) -> None:
    assert not store.rate(TURN, True, "")
    assert count(engine, FeedbackRow) == 0


def test_conversations_past_their_time_go_with_turns_and_thumbs_and_others_stay(store: Conversations, engine: Engine) -> None:
    record(store, MINE, TURN)
    store.rate(TURN, True, "")
    record(store, YOURS, "2" * 32)
    store.rate("2" * 32, True, "")
    with Session(engine) as session, session.begin():
        old = datetime.now(UTC) - timedelta(days=181)
        session.execute(update(ConversationRow).where(ConversationRow.id == MINE).values(updated_at=old))
    assert store.forget_older_than(180) == 1
    assert store.context(MINE) is None
    assert store.context(YOURS) == THREAD
    assert (count(engine, TurnRow), count(engine, FeedbackRow)) == (1, 1)
    assert store.forget_older_than(180) == 0


def test_a_conversation_that_was_used_yesterday_stays(store: Conversations, engine: Engine) -> None:
    record(store, MINE, TURN)
    with Session(engine) as session, session.begin():
        session.execute(update(ConversationRow).values(updated_at=datetime.now(UTC) - timedelta(days=1)))
    assert store.forget_older_than(2) == 0
    assert store.context(MINE) == THREAD
