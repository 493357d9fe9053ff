"""What a citizen is told when an outside system misbehaves: the truth, within three seconds; and nothing is lost."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from assistant.answering.library import Library
from assistant.outbox import State
from assistant.settings import Settings
from assistant.storage.casework_tables import OutboxRow
from assistant.storage.conversations import make_engine
from knowledge.vocabulary import Outcome
from outside.models import System
from outside.reference.store import FilingRow, Store
from outside.systems import connect
from tests.unit.fakes import open_office
from tests.unit.outside_fakes import TODAY, URLS, Handler, LosingAnswers, answering, dribbling, hanging_up, listening, silent

pytestmark = pytest.mark.anyio

LONGEST = 3.0
"""Seconds that a citizen may wait."""
PATIENCE = Settings().outside_timeout


@pytest.mark.parametrize(
    "handler",
    [
        silent,
        dribbling,
        hanging_up,
        answering(b"500 Internal Server Error", b"oops"),
        answering(b"200 OK", "<html>维护中</html>".encode()),
        answering(b"200 OK", b'{"number": "SL20260004", "stage": "somewhere"}'),
    ],
    ids=["slow", "dribbling", "hanging up", "500", "html", "wrong shape"],
)
async def test_a_citizen_who_asks_for_a_case_hears_the_truth_in_three_seconds(library: Library, tmp_path: Path, handler: Handler) -> None:
    async with listening(handler, PATIENCE) as outside:
        office = open_office(library, tmp_path, outside)
        office.dialogue.goes_away()  # the form needs no engine for this
        async with office.client() as client:
            started = time.perf_counter()
            reply = (await client.post("/api/v1/chat", json={"text": "SL20260004 1104"})).json()
            assert time.perf_counter() - started < LONGEST
    assert reply["outcome"] == Outcome.PROGRESS
    assert "12345" in reply["text"] and "窗口" in reply["text"], "other ways are named"
    assert "没有查到" not in reply["text"], "nobody is told that the case does not exist"


async def test_a_work_order_whose_receipt_got_lost_is_delivered_again_and_is_one(library: Library, tmp_path: Path) -> None:
    way = LosingAnswers(Store(tmp_path / "reference.db", TODAY))
    office = open_office(library, tmp_path / "data", connect(URLS, PATIENCE, transport=way))
    casework, engine = office.services.casework, make_engine(office.settings.database)
    told = {"kind": "complaint", "what": "3号窗口中午没有人", "phone": ""}
    conversation = "c" * 32
    number = casework.orders.file(conversation, casework.tickets.issue(conversation, told), told, "360100")
    assert number is not None

    def filed() -> int:
        with Session(make_engine(f"sqlite:///{tmp_path / 'reference.db'}")) as session:
            return session.scalar(select(func.count()).select_from(FilingRow).where(FilingRow.system == System.HOTLINE)) or 0

    def state() -> str:
        letter = casework.outbox.find(number)
        assert letter is not None
        return letter.state

    way.losing = True
    await casework.outbox.deliver_due()
    assert (state(), filed()) == (State.PENDING, 1), "it arrived, and nobody here knows"
    way.losing = False
    with Session(engine) as session, session.begin():
        session.execute(update(OutboxRow).values(next_at=datetime.now(UTC)))
    await casework.outbox.deliver_due()
    assert (state(), filed()) == (State.DELIVERED, 1)
