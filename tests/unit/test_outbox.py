"""The outbox: written with the promise, delivered once, retried for days, parked with an alarm when refused."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from assistant import outbox as module
from assistant.outbox import GIVE_UP, LEASE, LONGEST_WAIT, Outbox, State
from assistant.storage.casework_tables import OutboxRow
from assistant.storage.conversations import make_engine
from assistant.vault import Vault
from outside.errors import OutsideRefused, OutsideUnavailable
from tests.unit.fakes import new_database

pytestmark = pytest.mark.anyio

SECRET = "13800131107"


class Letter(BaseModel):
    """Something with a secret in it."""

    phone: str = SECRET


class Post:
    """An outside system that does as it is told, and remembers what it took under each key."""

    def __init__(self) -> None:
        self.fails: Callable[[], Exception | None] = lambda: None
        self.taken: dict[str, str] = {}
        self.calls = 0

    async def deliver(self, letter: str, key: str) -> str:
        """Take a letter; one key is one letter."""
        self.calls += 1
        await asyncio.sleep(0)
        error = self.fails()
        if error is not None:
            raise error
        return self.taken.setdefault(key, f"N{len(self.taken) + 1}")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database of one's own."""
    new_database(tmp_path)
    return make_engine(f"sqlite:///{tmp_path / 'zhiwen.db'}")


@pytest.fixture
def post() -> Post:
    """An outside system."""
    return Post()


@pytest.fixture
def outbox(engine: Engine, post: Post, tmp_path: Path) -> Outbox:
    """An outbox that delivers there."""
    return Outbox(engine, Vault.at(tmp_path), {"post": post.deliver})


def write(engine: Engine, outbox: Outbox, key: str = "k1") -> None:
    """Promise something."""
    with Session(engine) as session, session.begin():
        outbox.write(session, "post", f"about-{key}", key, Letter())


def row(outbox: Outbox, key: str = "k1") -> OutboxRow:
    """The letter as it is stored."""
    found = outbox.find(f"about-{key}")
    assert found is not None
    return found


def make_due(engine: Engine) -> None:
    """Let the time pass."""
    with Session(engine) as session, session.begin():
        session.execute(update(OutboxRow).values(next_at=datetime.now(UTC) - timedelta(seconds=1)))


async def test_what_was_promised_is_delivered_once_and_then_wiped(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    assert await outbox.deliver_due() == 1
    assert await outbox.deliver_due() == 0
    assert (row(outbox).state, row(outbox).receipt, row(outbox).sealed) == ("delivered", "N1", "")
    assert post.calls == 1


async def test_a_promise_that_was_taken_back_is_not_delivered(engine: Engine, outbox: Outbox) -> None:
    with Session(engine) as session:
        outbox.write(session, "post", "about", "k1", Letter())
        session.rollback()
    assert await outbox.deliver_due() == 0


async def test_a_letter_lies_sealed(engine: Engine, outbox: Outbox, tmp_path: Path) -> None:
    write(engine, outbox)
    assert SECRET not in row(outbox).sealed
    assert all(SECRET.encode() not in path.read_bytes() for path in tmp_path.glob("zhiwen.db*"))


async def test_one_key_is_one_letter(engine: Engine, outbox: Outbox) -> None:
    write(engine, outbox)
    with pytest.raises(IntegrityError):
        write(engine, outbox)


async def test_while_the_system_is_away_it_is_tried_again_later_and_later(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    post.fails = lambda: OutsideUnavailable("post", "away")
    waits = []
    for _ in range(14):
        make_due(engine)
        assert await outbox.deliver_due() == 1
        waits.append(row(outbox).next_at - datetime.now(UTC))
        assert await outbox.deliver_due() == 0, "not before its time"
    assert timedelta(seconds=3) < waits[0] < timedelta(seconds=6)
    assert all(later > earlier for earlier, later in zip(waits[:9], waits[1:10], strict=True))
    assert waits[-1] <= LONGEST_WAIT
    assert (row(outbox).state, row(outbox).last_error, row(outbox).attempts) == ("pending", "away", 14)
    post.fails = lambda: None
    make_due(engine)
    await outbox.deliver_due()
    assert row(outbox).state == State.DELIVERED


async def test_what_is_refused_is_parked_with_an_alarm_and_never_tried_again(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    post.fails = lambda: OutsideRefused("post", "refused with 422", "电话13800131107写错了")
    with capture_logs() as logs:
        await outbox.deliver_due()
    assert [(line["event"], line["log_level"]) for line in logs] == [("outbox_parked", "error")]
    assert (row(outbox).state, row(outbox).last_error) == ("parked", "refused with 422 电话[手机号]写错了")
    make_due(engine)
    assert await outbox.deliver_due() == 0
    assert outbox.counts() == {"pending": 0, "delivered": 0, "parked": 1}
    assert [letter.key for letter in outbox.waiting()] == ["k1"]


async def test_a_parked_letter_can_be_sent_again_once_what_was_wrong_is_mended(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    post.fails = lambda: OutsideRefused("post", "refused with 422")
    await outbox.deliver_due()
    post.fails = lambda: None
    assert outbox.send_again("k1", "lili")
    assert not outbox.send_again("k1", "lili")
    await outbox.deliver_due()
    assert (row(outbox).state, post.taken) == ("delivered", {"k1": "N1"})


async def test_after_a_week_of_tries_people_are_called(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    post.fails = lambda: OutsideUnavailable("post", "away")
    with Session(engine) as session, session.begin():
        session.execute(update(OutboxRow).values(written_at=datetime.now(UTC) - GIVE_UP - timedelta(minutes=1)))
    await outbox.deliver_due()
    assert row(outbox).state == State.PARKED


async def test_two_processes_do_not_deliver_the_same_letter(engine: Engine, outbox: Outbox, post: Post, tmp_path: Path) -> None:
    other = Outbox(engine, Vault.at(tmp_path), {"post": post.deliver})
    for number in range(10):
        write(engine, outbox, f"k{number}")
    assert sum(await asyncio.gather(outbox.deliver_due(), other.deliver_due())) == 10
    assert post.calls == 10


async def test_a_process_that_dies_while_delivering_leaves_the_letter_to_the_next(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    outbox._claim()  # and then it is killed
    assert await outbox.deliver_due() == 0, "somebody has it"
    with Session(engine) as session, session.begin():
        leased = session.query(OutboxRow).one()
        assert LEASE - timedelta(seconds=5) < leased.next_at - datetime.now(UTC) <= LEASE
        leased.next_at = datetime.now(UTC)  # the lease has run out
    assert await outbox.deliver_due() == 1
    assert post.taken == {"k1": "N1"}


async def test_a_letter_that_arrived_before_the_crash_is_not_taken_twice(engine: Engine, outbox: Outbox, post: Post) -> None:
    write(engine, outbox)
    (letter,) = outbox._claim()
    await post.deliver("{}", letter.key)  # it arrived; the process is killed before it can note it
    make_due(engine)
    await outbox.deliver_due()
    assert (post.taken, row(outbox).receipt) == ({"k1": "N1"}, "N1")


async def test_a_letter_sealed_with_a_lost_key_is_parked(engine: Engine, outbox: Outbox, post: Post, tmp_path: Path) -> None:
    write(engine, outbox)
    other = Outbox(engine, Vault.at(tmp_path / "another"), {"post": post.deliver})
    await other.deliver_due()
    assert (row(outbox).state, post.calls) == (State.PARKED, 0)


async def test_a_new_letter_goes_out_at_once_and_a_broken_store_does_not_stop_the_round(
    engine: Engine, outbox: Outbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    broken = iter([True])
    claim = outbox._claim

    def sometimes() -> list[OutboxRow]:
        if next(broken, False):
            raise OSError("database is away")
        return claim()

    monkeypatch.setattr(outbox, "_claim", sometimes)
    running = asyncio.create_task(outbox.run())
    write(engine, outbox)
    outbox.hurry()
    for _ in range(200):
        if post.taken:
            break
        await asyncio.sleep(0.01)
    running.cancel()
    assert post.taken == {"k1": "N1"}
