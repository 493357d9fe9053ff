"""邮递: where a letter is."""

from urllib.parse import quote

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.models import Parcel

_PARCEL: TypeAdapter[Parcel | None] = TypeAdapter(Parcel | None)


class HttpPost:
    """邮递 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def track(self, case: str) -> Parcel | None:
        """See `Post.track`."""
        return await self._client.ask(
            "GET", f"/parcels/{quote(case, safe='')}", _PARCEL, fits=lambda found: found is None or found.case == case
        )
