"""好差评: ratings of cases and conversations."""

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.models import Rating, RatingReceipt

_RECEIPT = TypeAdapter(RatingReceipt)


class HttpRatings:
    """好差评 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def submit(self, rating: Rating, idempotency_key: str) -> RatingReceipt:
        """See `Ratings.submit`."""
        return await self._client.file("/ratings", rating, idempotency_key, _RECEIPT)
