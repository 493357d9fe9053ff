"""The outside systems as the assistant sees them, one small Protocol each.

Every call can raise `OutsideUnavailable` (say so honestly, or file again later) and `OutsideRefused` (never again).
A question that a citizen waits for ends within `Settings.outside_timeout` seconds, whatever the system does; a filing
may take longer and belongs into the outbox, not into a turn.
"""

from typing import Protocol

from outside.models import CaseRecord, Consent, LimitWarning, Parcel, Rating, RatingReceipt, WorkOrder, WorkOrderReceipt, WorkOrderStatus


class CaseSystem(Protocol):
    """一窗平台: where cases stand."""

    async def find(self, number: str, phone_tail: str) -> CaseRecord | None:
        """The case with this number whose applicant left a phone that ends in these four digits.

        None for an unknown number and for a wrong pair alike. A number or tail of impossible shape raises ValueError.
        """
        ...


class BusinessNetwork(Protocol):
    """业务专网: the later stages of cases that a department keeps in its own network."""

    async def find(self, number: str, phone_tail: str) -> CaseRecord | None:
        """As `CaseSystem.find`."""
        ...


class Hotline12345(Protocol):
    """The 12345 platform."""

    async def file(self, order: WorkOrder, idempotency_key: str) -> WorkOrderReceipt:
        """File a work order; the same key again gives the same receipt and files nothing new."""
        ...

    async def status(self, number: str) -> WorkOrderStatus | None:
        """How far the work order with 12345's own number is; None when there is no such number."""
        ...


class Ratings(Protocol):
    """好差评: ratings of cases and conversations."""

    async def submit(self, rating: Rating, idempotency_key: str) -> RatingReceipt:
        """Hand in a rating; the same key again gives the same receipt.

        A second rating of the same matter under another key raises OutsideRefused (一次一评).
        """
        ...


class LicenceStore(Protocol):
    """电子证照库. Answers yes or no and nothing else."""

    async def may_skip(self, item: str, material: str, consent: Consent) -> bool:
        """Whether the person who gave the consent need not hand in this material for this item."""
        ...


class Post(Protocol):
    """邮递."""

    async def track(self, case: str) -> Parcel | None:
        """Where the letter of a case is; None when nothing was posted. Ask only after `CaseSystem.find` found the case."""
        ...


class Supervision(Protocol):
    """电子监察."""

    async def limits(self, case: str) -> LimitWarning | None:
        """How a case stands to its limit; None when it is not watched. Ask only after `CaseSystem.find` found the case."""
        ...
