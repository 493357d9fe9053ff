"""The 12345 platform: work orders."""

from urllib.parse import quote

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.models import WorkOrder, WorkOrderReceipt, WorkOrderStatus

_RECEIPT = TypeAdapter(WorkOrderReceipt)
_STATUS: TypeAdapter[WorkOrderStatus | None] = TypeAdapter(WorkOrderStatus | None)


class HttpHotline:
    """12345 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def file(self, order: WorkOrder, idempotency_key: str) -> WorkOrderReceipt:
        """See `Hotline12345.file`."""
        return await self._client.file("/orders", order, idempotency_key, _RECEIPT)

    async def status(self, number: str) -> WorkOrderStatus | None:
        """See `Hotline12345.status`."""
        return await self._client.ask(
            "GET", f"/orders/{quote(number, safe='')}", _STATUS, fits=lambda found: found is None or found.number == number
        )
