"""All outside systems of one installation, connected."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from outside.cases import CaseLookup, HttpCases
from outside.client import Health, OutsideClient
from outside.hotline import HttpHotline
from outside.licences import HttpLicences
from outside.models import System
from outside.post import HttpPost
from outside.protocols import CaseSystem, Hotline12345, LicenceStore, Post, Ratings, Supervision
from outside.ratings import HttpRatings
from outside.supervision import HttpSupervision


@dataclass(frozen=True)
class Outside:
    """The systems as the assistant uses them."""

    cases: CaseSystem
    hotline: Hotline12345
    ratings: Ratings
    licences: LicenceStore
    post: Post
    supervision: Supervision
    clients: tuple[OutsideClient, ...] = ()

    def health(self) -> dict[System, Health]:
        """How it goes with each system, for operators."""
        return {client.system: client.health() for client in self.clients}

    async def close(self) -> None:
        """Close all connections."""
        for client in self.clients:
            await client.close()


def connect(urls: Mapping[System, str], patience: float, token: str = "", transport: httpx.AsyncBaseTransport | None = None) -> Outside:
    """Connect every system at its address.

    `patience` is how many seconds a question to one system may take; a case that is in a business network takes two
    questions. `token` is sent to every system; a `transport` stands in for the network in tests.
    """
    clients = {system: OutsideClient(system, urls[system], patience, token, transport) for system in System}
    return Outside(
        cases=CaseLookup(HttpCases(clients[System.CASES]), HttpCases(clients[System.BUSINESS])),
        hotline=HttpHotline(clients[System.HOTLINE]),
        ratings=HttpRatings(clients[System.RATINGS]),
        licences=HttpLicences(clients[System.LICENCES]),
        post=HttpPost(clients[System.POST]),
        supervision=HttpSupervision(clients[System.SUPERVISION]),
        clients=tuple(clients.values()),
    )
