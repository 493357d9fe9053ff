"""Work orders: written with their letter to 12345 in one transaction, before anybody is told their number."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import sessionmaker

from assistant.casework.tickets import Tickets
from assistant.outbox import Deliver, Outbox, State
from assistant.storage.casework_tables import OutboxRow, WorkOrderRow
from assistant.vault import Vault
from outside.models import Contact, WorkOrder, WorkOrderKind
from outside.protocols import Hotline12345

DESTINATION = "hotline"


class WorkOrders:
    """All reads and writes of work orders."""

    def __init__(self, engine: Engine, vault: Vault, tickets: Tickets, outbox: Outbox) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._vault = vault
        self._tickets = tickets
        self._outbox = outbox

    def file(self, conversation: str, ticket: str, told: dict[str, str], region: str) -> str | None:
        """File what is behind a ticket, once.

        Args:
            conversation: whose ticket it is.
            ticket: of the draft; it is used up. Filing with it again gives the first number again.
            told: the draft: `kind`, `what`, `where`, `when`, `wish`, `phone`, `name`.
            region: GB/T 2260 code of the place.

        Returns:
            Our number; None when the ticket is no longer good and nothing was filed with it.

        """
        mark = self._vault.fingerprint("order", ticket)
        with self._sessions.begin() as session:
            filed = session.scalar(select(WorkOrderRow).where(WorkOrderRow.ticket == mark))
            if filed is not None:
                return filed.number
            if not self._tickets.spend(session, conversation, ticket):
                return None
            number = f"GD{secrets.randbelow(10**12):012}"
            order = WorkOrder(
                reference=number,
                kind=WorkOrderKind(told["kind"]),
                what=told["what"],
                where=told.get("where", ""),
                when=told.get("when", ""),
                wish=told.get("wish", ""),
                contact=Contact(name=told.get("name", ""), phone=told["phone"]) if told.get("phone") else None,
                region=region,
                filed_at=datetime.now(UTC),
            )
            session.add(WorkOrderRow(number=number, ticket=mark, conversation_id=conversation, kind=order.kind.value))
            self._outbox.write(session, DESTINATION, number, number, order)
        return number

    def letter(self, number: str) -> OutboxRow | None:
        """How far the letter of a work order of ours is; None when there is no such work order."""
        with self._sessions() as session:
            known = session.get(WorkOrderRow, number) is not None
        return self._outbox.find(number) if known else None

    def forget_older_than(self, days: int) -> int:
        """Delete work orders that were delivered and are older than this, with their letters; returns how many."""
        limit = datetime.now(UTC) - timedelta(days=days)
        with self._sessions.begin() as session:
            done = select(OutboxRow.about).where(OutboxRow.destination == DESTINATION, OutboxRow.state == State.DELIVERED.value)
            gone = delete(WorkOrderRow).where(WorkOrderRow.filed_at < limit, WorkOrderRow.number.in_(done))
            numbers = session.scalars(gone.returning(WorkOrderRow.number)).all()
            session.execute(delete(OutboxRow).where(OutboxRow.about.in_(numbers)))
            return len(numbers)

    def of_conversation(self, conversation: str) -> list[str]:
        """Numbers of the work orders that were filed in a conversation, newest first."""
        with self._sessions() as session:
            mine = select(WorkOrderRow.number).where(WorkOrderRow.conversation_id == conversation)
            return list(session.scalars(mine.order_by(WorkOrderRow.filed_at.desc())))


def delivery(hotline: Hotline12345) -> Deliver:
    """How the outbox hands a work order to 12345."""

    async def deliver(letter: str, key: str) -> str:
        return (await hotline.file(WorkOrder.model_validate_json(letter), key)).number

    return deliver
