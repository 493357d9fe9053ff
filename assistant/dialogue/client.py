"""The one way to Rasa: a message in, what it utters out."""

import hashlib
from collections.abc import Sequence
from typing import Any

import aiohttp


class DialogueUnavailable(Exception):
    """Rasa is away, too slow, or said nothing: the turn goes on without it."""


class RasaClient:
    """Talks to one or more single-worker Rasa processes; a conversation always goes to the same one.

    By aiohttp and not by httpx, as everywhere else: this call is made at every turn (docs/decisions/0006-libraries.md).
    """

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        """Open the client; needs a running event loop.

        Args:
            urls: one for each Rasa process.
            timeout: longest wait for an answer, in seconds.

        """
        self._urls = list(urls)
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout), raise_for_status=True)

    async def send(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """Send one message and collect what Rasa utters.

        Raises:
            DialogueUnavailable: no answer in time, an error, or an empty list (an action failed).

        """
        if not self._urls:
            raise DialogueUnavailable("no Rasa process is configured")
        url = self._urls[int(hashlib.sha256(conversation.encode()).hexdigest()[:8], 16) % len(self._urls)]
        try:
            async with self._http.post(f"{url}/webhooks/rest/webhook", json={"sender": conversation, "message": text}) as response:
                messages = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DialogueUnavailable(type(error).__name__) from error
        if not isinstance(messages, list) or not messages:
            raise DialogueUnavailable("empty reply")
        return messages

    async def alive(self) -> bool:
        """Whether every process answers."""
        try:
            for url in self._urls:
                async with self._http.get(f"{url}/"):
                    pass
        except (aiohttp.ClientError, TimeoutError):
            return False
        return bool(self._urls)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
