"""电子监察: how cases stand to their limits."""

from urllib.parse import quote

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.errors import OutsideUnavailable
from outside.models import LimitWarning

_WARNING: TypeAdapter[LimitWarning | None] = TypeAdapter(LimitWarning | None)


class HttpSupervision:
    """电子监察 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def limits(self, case: str) -> LimitWarning | None:
        """See `Supervision.limits`."""
        warning = await self._client.ask("GET", f"/limits/{quote(case, safe='')}", _WARNING)
        if warning is not None and warning.case != case:
            raise OutsideUnavailable(self._client.system, "answered with another case")
        return warning
