"""电子监察: how cases stand to their limits."""

from urllib.parse import quote

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.models import LimitWarning

_WARNING: TypeAdapter[LimitWarning | None] = TypeAdapter(LimitWarning | None)


class HttpSupervision:
    """电子监察 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def limits(self, case: str) -> LimitWarning | None:
        """See `Supervision.limits`."""
        return await self._client.ask(
            "GET", f"/limits/{quote(case, safe='')}", _WARNING, fits=lambda found: found is None or found.case == case
        )
