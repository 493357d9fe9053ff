"""邮递: where a letter is."""

from urllib.parse import quote

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.errors import OutsideUnavailable
from outside.models import Parcel

_PARCEL: TypeAdapter[Parcel | None] = TypeAdapter(Parcel | None)


class HttpPost:
    """邮递 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def track(self, case: str) -> Parcel | None:
        """See `Post.track`."""
        parcel = await self._client.ask("GET", f"/parcels/{quote(case, safe='')}", _PARCEL)
        if parcel is not None and parcel.case != case:
            raise OutsideUnavailable(self._client.system, "answered with another case")
        return parcel
