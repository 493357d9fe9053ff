"""The one way to Rasa: a message in, what it utters out."""

import hashlib
from collections.abc import Sequence
from typing import Any

import httpx


class DialogueUnavailable(Exception):
    """Rasa is away, too slow, or said nothing: the turn goes on without it."""


class RasaClient:
    """Talks to one or more single-worker Rasa processes; a conversation always goes to the same one."""

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        self._urls = list(urls)
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self._http = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False)

    async def send(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """Send one message and collect what Rasa utters.

        Raises:
            DialogueUnavailable: no answer in time, an error, or an empty list (an action failed).

        """
        if not self._urls:
            raise DialogueUnavailable("no Rasa process is configured")
        url = self._urls[int(hashlib.sha256(conversation.encode()).hexdigest()[:8], 16) % len(self._urls)]
        try:
            response = await self._http.post(f"{url}/webhooks/rest/webhook", json={"sender": conversation, "message": text})
            response.raise_for_status()
            messages = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise DialogueUnavailable(type(error).__name__) from error
        if not isinstance(messages, list) or not messages:
            raise DialogueUnavailable("empty reply")
        return messages

    async def alive(self) -> bool:
        """Whether every process answers."""
        try:
            return bool(self._urls) and all([(await self._http.get(f"{url}/")).is_success for url in self._urls])
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
