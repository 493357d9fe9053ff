"""Puts the parts of the casework together over one database."""

from dataclasses import dataclass

from sqlalchemy import Engine

from assistant.casework import orders, ratings
from assistant.casework.forms import Forms
from assistant.casework.hotline import HotlineForm
from assistant.casework.locks import Locks
from assistant.casework.order_status import OrderStatus
from assistant.casework.orders import WorkOrders
from assistant.casework.progress import ProgressForm
from assistant.casework.rating import RatingForm
from assistant.casework.ratings import Ratings
from assistant.casework.tickets import Tickets
from assistant.outbox import Outbox
from assistant.settings import Settings
from assistant.vault import Vault
from outside.systems import Outside


@dataclass(frozen=True)
class Casework:
    """What is done for people: the forms, and the stores behind them."""

    forms: Forms
    tickets: Tickets
    locks: Locks
    outbox: Outbox
    orders: WorkOrders
    ratings: Ratings

    def forget_old(self, days: int) -> None:
        """Delete what is past its time: tickets, counts of tries, and delivered work orders older than so many days."""
        self.tickets.forget_expired()
        self.locks.forget_old()
        self.orders.forget_older_than(days)


def wire_casework(engine: Engine, vault: Vault, outside: Outside, settings: Settings) -> Casework:
    """Wire the casework."""
    tickets, locks = Tickets(engine, vault), Locks(engine, vault)
    deliveries = {orders.DESTINATION: orders.delivery(outside.hotline), ratings.DESTINATION: ratings.delivery(outside.ratings)}
    outbox = Outbox(engine, vault, deliveries)
    work_orders = WorkOrders(engine, vault, tickets, outbox)
    kept_ratings = Ratings(engine, vault, outbox)
    forms = Forms(
        [
            HotlineForm(work_orders, OrderStatus(work_orders, outside.hotline, locks), tickets, outbox, settings.case_number),
            ProgressForm(outside.cases, outside.post, outside.supervision, tickets, locks, settings.case_number_example),
            RatingForm(kept_ratings, tickets, outbox),
        ]
    )
    return Casework(forms, tickets, locks, outbox, work_orders, kept_ratings)
