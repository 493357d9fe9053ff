"""Tells those who listen that something has changed, and never what: that they read from the database.

So a bell that rings once too often or a listener that comes late costs a look and no message.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

QUEUE = "queue"
"""The topic of everything that staff see in their queues; a conversation's topic is its id."""


class Bell:
    """Topics and who listens to them, within this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, *topics: str) -> None:
        """Wake everybody who listens to a topic."""
        for topic in topics:
            for listener in self._listeners.get(topic, ()):
                listener.set()

    @contextmanager
    def listen(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set when a topic rings; the listener clears it before it looks."""
        event = asyncio.Event()
        for topic in topics:
            self._listeners[topic].add(event)
        try:
            yield event
        finally:
            for topic in topics:
                self._listeners[topic].discard(event)
                if not self._listeners[topic]:
                    del self._listeners[topic]
