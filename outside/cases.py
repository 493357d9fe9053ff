"""一窗平台 and the 业务专网 behind it: where cases stand."""

from pydantic import TypeAdapter

from outside.client import OutsideClient
from outside.errors import OutsideError
from outside.models import CaseQuestion, CaseRecord
from outside.protocols import BusinessNetwork, CaseSystem

_FOUND: TypeAdapter[CaseRecord | None] = TypeAdapter(CaseRecord | None)


class HttpCases:
    """A source of cases over HTTP; the platform and the business networks answer alike."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def find(self, number: str, phone_tail: str) -> CaseRecord | None:
        """See `CaseSystem.find`. The pair goes in the body, for addresses end up in access logs."""
        question = CaseQuestion(number=number, phone_tail=phone_tail)
        return await self._client.ask("POST", "/lookup", _FOUND, question, fits=lambda found: found is None or found.number == number)


class CaseLookup:
    """Asks the platform, and the business network where the platform says that the later stages are there."""

    def __init__(self, platform: CaseSystem, network: BusinessNetwork) -> None:
        self._platform = platform
        self._network = network

    async def find(self, number: str, phone_tail: str) -> CaseRecord | None:
        """See `CaseSystem.find`. A network that is away leaves the platform's record, with `elsewhere` still set."""
        record = await self._platform.find(number, phone_tail)
        if record is None or not record.elsewhere:
            return record
        try:
            return await self._network.find(number, phone_tail) or record
        except OutsideError:
            return record
