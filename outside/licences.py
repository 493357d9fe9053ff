"""电子证照库: may a material be skipped."""

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.models import Consent, LicenceCheck, LicenceQuestion

_CHECK = TypeAdapter(LicenceCheck)


class HttpLicences:
    """电子证照库 over HTTP."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def may_skip(self, item: str, material: str, consent: Consent) -> bool:
        """See `LicenceStore.may_skip`."""
        question = LicenceQuestion(item=item, material=material, consent=consent)
        return (await self._client.ask("POST", "/check", _CHECK, question)).may_skip
