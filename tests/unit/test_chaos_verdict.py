"""The judge of a chaos run finds every broken promise, and none where all were kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant.errors import BuildError
from assistant.settings import Settings
from assistant.staff.audit import entry
from assistant.storage.casework_tables import OutboxRow, WorkOrderRow
from assistant.storage.conversations import make_engine
from assistant.storage.tables import AuditRow, ConversationRow, HandOffMessageRow, HandOffRow, StaffRow, TurnRow
from benchmarks.chaos.ledger import Ledger
from benchmarks.chaos.run import chaos
from benchmarks.chaos.verdict import judge
from benchmarks.chaos.victim import environment_of
from outside.models import System
from outside.reference.store import Store
from tests.unit.fakes import new_database

START = datetime(2026, 11, 23, 4, tzinfo=UTC)
CONVERSATION, HANDOFF = "c" * 32, "f" * 32
ORDER = "GD000000000001"


def at(second: int) -> datetime:
    """So many seconds into the run."""
    return START + timedelta(seconds=second)


class Run:
    """A run in which one citizen talked to one agent and filed one work order, and all went well."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'zhiwen.db'}"
        self.reference = folder / "reference.db"
        new_database(folder)
        self.engine = make_engine(self.url)
        self.store = Store(self.reference, START.date())
        self.ledger = Ledger()
        self.ledger.sent[CONVERSATION] = ["第一句", "第二句"]
        self.ledger.delivered[CONVERSATION] = {"第一句", "第二句"}
        self.ledger.answered[HANDOFF] = {"收到"}
        self.ledger.tried = {"收到"}
        self.ledger.screens[CONVERSATION] = [(1, "来了"), (2, "第一句"), (3, "收到")]
        self.ledger.orders = [ORDER]
        self.add(ConversationRow(id=CONVERSATION, channel="web"))
        self.add(*(StaffRow(name=name, title=name, role="agent", department="", password_hash="x") for name in ("ann", "bob")))
        self.add(
            HandOffRow(
                id=HANDOFF, conversation_id=CONVERSATION, state="closed", kind="live", reason="asked", last_sequence=4,
                asked_at=at(0), queued_at=at(0), claimed_at=at(1), ended_at=at(9),
            )
        )  # fmt: skip
        self.audit("ann", "handoff_claim", 1)
        self.audit("ann", "handoff_close", 9)
        self.message(1, "notice", "来了")
        self.message(2, "citizen", "第一句")
        self.message(3, "agent", "收到", author="ann")
        self.message(4, "citizen", "第二句")
        self.turn("handoff", 2)
        self.turn("answered", 20)
        self.add(WorkOrderRow(number=ORDER, ticket="t", conversation_id=CONVERSATION, kind="complaint"))
        self.add(OutboxRow(key=ORDER, destination="hotline", about=ORDER, sealed="", state="delivered"))
        self.file(ORDER)

    def add(self, *rows: object) -> None:
        with Session(self.engine) as session, session.begin():
            session.add_all(rows)

    def change(self, statement: object) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(statement)  # type: ignore[call-overload]

    def audit(self, actor: str, action: str, second: int, **detail: str) -> None:
        row = entry(actor, action, HANDOFF, **detail)
        row.at = at(second)
        self.add(row)

    def message(self, sequence: int, sender: str, text: str, author: str = "", key: str = "") -> None:
        self.add(
            HandOffMessageRow(
                conversation_id=CONVERSATION, sequence=sequence, handoff_id=HANDOFF, sender=sender, author=author, text=text,
                key=key or str(sequence), at=at(sequence),
            )
        )  # fmt: skip

    def turn(self, outcome: str, second: int) -> None:
        self.add(
            TurnRow(id=f"{second:032}", conversation_id=CONVERSATION, at=at(second), text="", outcome=outcome, reply="", milliseconds=1)
        )

    def file(self, number: str, key: str = "") -> None:
        self.store.file(System.HOTLINE, key or number, {"reference": number}, "RX")

    def verdict(self) -> list[str]:
        """The kinds of violation found."""
        return [kind for kind, _ in judge(self.url, self.reference, self.ledger)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run without a flaw."""
    return Run(tmp_path)


def test_a_run_in_which_all_promises_were_kept_has_no_violation(run: Run) -> None:
    assert run.verdict() == []


def _two_owners(run: Run) -> None:
    run.audit("bob", "handoff_claim", 5)


def _second_open(run: Run) -> None:
    run.change(update(HandOffRow).values(state="person", owner="ann", ended_at=None))
    run.turn("answered", 30)


BROKEN: dict[str, tuple[Callable[[Run], None], str]] = {
    "a message that was told delivered is not there": (lambda run: run.ledger.delivered[CONVERSATION].add("第三句"), "message lost"),
    "a message is there twice": (lambda run: run.message(5, "citizen", "第二句"), "message doubled"),
    "nobody said it": (lambda run: run.message(5, "citizen", "谁说的"), "message made up"),
    "messages have changed places": (lambda run: run.ledger.sent[CONVERSATION].reverse(), "messages out of order"),
    "an answer that was taken is not there": (lambda run: run.ledger.answered[HANDOFF].add("还有"), "answer lost"),
    "an answer is there twice": (lambda run: run.message(5, "agent", "收到", author="ann"), "answer doubled"),
    "no agent wrote it": (lambda run: run.message(5, "agent", "谁写的", author="ann"), "answer made up"),
    "a page showed a message twice": (lambda run: run.ledger.screens[CONVERSATION].append((3, "收到")), "screen differs"),
    "somebody claimed what another had": (_two_owners, "two owners"),
    "an agent spoke who had not got it": (
        lambda run: run.change(update(HandOffMessageRow).where(HandOffMessageRow.sender == "agent").values(author="bob")),
        "somebody else spoke",
    ),
    "the assistant answered while a person had it": (lambda run: run.turn("answered", 5), "the assistant spoke for a person"),
    "the assistant answered while it is still open": (_second_open, "the assistant spoke for a person"),
    "a promised work order is not known": (lambda run: run.ledger.orders.append("GD000000000009"), "work order lost here"),
    "a work order did not arrive": (
        lambda run: run.add(WorkOrderRow(number="GD000000000002", ticket="u", conversation_id="d" * 32, kind="complaint")),
        "work order not delivered",
    ),
    "a work order arrived twice": (lambda run: run.file(ORDER, "another-key"), "work order doubled there"),
    "a work order arrived that nobody wrote": (lambda run: run.file("GD000000000003"), "work order made up"),
    "one complaint became two work orders": (
        lambda run: (
            run.add(WorkOrderRow(number="GD000000000004", ticket="v", conversation_id=CONVERSATION, kind="complaint")),
            run.file("GD000000000004"),
        )[0],
        "work order doubled here",
    ),
    "a letter was never delivered": (lambda run: run.change(update(OutboxRow).values(state="parked")), "letter left"),
    "a turn got no outcome": (lambda run: run.ledger.violations.append("a turn without an outcome"), "seen by the people"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_promise_is_found_and_nothing_else(run: Run, name: str) -> None:
    break_it, kind = BROKEN[name]
    break_it(run)
    assert set(run.verdict()) == {kind}


def test_a_transfer_and_a_new_claim_are_no_second_owner(run: Run) -> None:
    run.change(update(AuditRow).where(AuditRow.action == "handoff_close").values(action="handoff_transfer", detail={"to": "bob"}, at=at(5)))
    run.message(6, "agent", "我来", author="bob")
    run.ledger.tried.add("我来")
    assert run.verdict() == []
    run.audit("bob", "handoff_transfer", 7, to="总台")
    run.audit("ann", "handoff_claim", 8)
    assert run.verdict() == []


def test_a_database_that_is_not_of_an_earlier_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "zhiwen.db").write_bytes(b"somebody's")
    with pytest.raises(BuildError, match="换一个目录"):
        chaos(tmp_path, 1, 1, tmp_path, lambda _line: None)
    assert (tmp_path / "zhiwen.db").read_bytes() == b"somebody's"


def test_nothing_of_a_run_can_reach_the_systems_of_this_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for system in System:
        monkeypatch.setenv(f"ZHIWEN_{system.upper()}_URL", "https://real.example")
    monkeypatch.setenv("ZHIWEN_OUTSIDE_TOKEN", "real")
    for name, value in environment_of(Settings(data=tmp_path)).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert set(settings.outside_urls.values()) == {""}
    assert settings.outside_token.get_secret_value() == ""
    assert settings.database == f"sqlite:///{tmp_path / 'zhiwen.db'}"
