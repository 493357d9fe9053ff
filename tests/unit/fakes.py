"""Stand-ins with a behaviour of their own, and the parts of a service wired around them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from zlib import crc32

import numpy as np
from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import ASGITransport, AsyncBaseTransport, AsyncClient
from rasa_sdk.executor import ActionExecutor
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from sqlalchemy import select
from sqlalchemy.orm import Session
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from actions import all_actions
from assistant.answering.context import NO_INTENT
from assistant.answering.encoder import Vectors
from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.answering.network import Network
from assistant.answering.question import QuestionReader
from assistant.answering.ranking import CONFIDENCE_FEATURES, FEATURES, KNOWN_FEATURES, Ranker
from assistant.answering.thread import FEATURES as THREAD_FEATURES
from assistant.api.app import make_app
from assistant.api.staff_door import CSRF_HEADER
from assistant.casework.wiring import wire_casework
from assistant.clerk.wiring import wire_clerks
from assistant.console.wiring import wire_console
from assistant.desk import Desk, OpenTurn
from assistant.dialogue.client import DialogueUnavailable, RasaClient
from assistant.services import Services, open_people
from assistant.settings import Settings
from assistant.shelf import Shelf
from assistant.staff.accounts import Accounts
from assistant.staff.roles import Role
from assistant.staff.sessions import Sessions
from assistant.storage.conversations import Conversations, make_engine
from assistant.storage.migrate import migrate
from assistant.storage.tables import AuditRow, TurnRow
from assistant.supervisor import Supervisor
from assistant.turn import TurnTaker
from assistant.vault import Vault
from assistant.wechat.wiring import open_account, open_miniprogram
from knowledge.compiler import compile_snapshot
from knowledge.loader import load
from outside.systems import Outside
from tests.unit.outside_fakes import away

WIDTH = 256
TOKEN = "a-token-of-this-start"
PASSWORD = "correct horse battery"
LOOPBACK, OUTSIDE = "127.0.0.1", "203.0.113.7"


class CharacterEncoder:
    """Vectors that count characters: alike where the texts are, and made in no time."""

    name = "characters"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text; zero for an empty one."""
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            for character in text.replace(" ", ""):
                vectors[row, crc32(character.encode()) % WIDTH] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def write_model(folder: Path) -> str:
    """Write a SentenceTransformer that is not ours, eight numbers a character; returns its directory."""
    characters = "查询身份证丢了过期坏要带什么多少钱怎办"
    vocabulary = {"[UNK]": 0} | {c: n for n, c in enumerate(dict.fromkeys(characters), 1)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split("", "isolated")  # type: ignore[assignment]
    weights = np.random.default_rng(5).normal(size=(len(vocabulary), 8)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save_pretrained(str(folder))
    return str(folder)


def hand_ranker() -> Ranker:
    """Plain weights: the situation decides, and sureness is how much of the message, and of its subject, is known."""
    weights = {"words": 4.0, "core": 2.0, "meaning": 2.0, "covered": 4.0, "likely": 0.0, "situation": 6.0}
    sureness = {"share": 2.0, "core_meaning": 4.0, "covered": 4.0}
    known = {"first_four": 4.0, "meaning": 6.0, "words": 2.0}
    return Ranker(
        tuple(weights.get(n, 1.0) for n in FEATURES), *_plain(CONFIDENCE_FEATURES, sureness), *_plain(KNOWN_FEATURES, known),
        _hand_network(),
    )  # fmt: skip


_THREAD = {
    "alone": 1.0, "together": 0.5, "named": 0.5, "situation": 2.0, "current": 4.0, "kin": 1.0, "earlier": 1.0, "option": 3.0,
    "boundary": -2.0, "clarification": -3.0, "set_aside": -4.0, "echo": 4.0,
    "stranger": -8.0,
}  # fmt: skip
_BOTH = {
    ("topic", "asks"): -3.0, ("current", "leaning"): 2.0, ("current", "elliptical"): -2.0, ("current", "bare"): 2.0,
    ("current", "corrected"): -4.0, ("current", "back"): -4.0, ("current", "alone_confidence"): -4.0, ("earlier", "back"): 3.0,
}  # fmt: skip
"""What two features are worth when both are there."""


def _hand_network() -> Network:
    """One weight a feature, and a hidden unit for each pair that tells whether both are there."""
    return Network(
        linear=tuple(_THREAD.get(n, 0.0) for n in THREAD_FEATURES),
        hidden=tuple(tuple(10.0 * (n in pair) for n in THREAD_FEATURES) for pair in _BOTH),
        bias=(-15.0,) * len(_BOTH),
        out=tuple(worth / 2 for worth in _BOTH.values()),
    )


def _plain(names: Sequence[str], weights: Mapping[str, float]) -> tuple[tuple[float, ...], float]:
    """Weights of the features alone, none of their products, and a bias."""
    products = len(names) * (len(names) + 1) // 2
    return tuple(weights.get(n, 0.0) for n in names) + (0.0,) * products, -6.0


def open_folder(folder: Path) -> Library:
    """Load, compile and index a knowledge folder, with the character encoder and the hand weights."""
    knowledge, problems = load(folder)
    assert problems == []
    snapshot = compile_snapshot(knowledge)
    reader = QuestionReader.of(snapshot.words)
    return Library.of(snapshot, SearchIndex(snapshot, reader, CharacterEncoder()), hand_ranker())


class FakeDialogue:
    """The dialogue engine's part of a turn: hears the message and runs the answering action."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.heard: list[tuple[str, str]] = []
        self.runs: Callable[[OpenTurn], object] = lambda turn: turn.answer(NO_INTENT)
        """The action that it decides on."""
        self.says: list[dict[str, Any]] | None = None
        """Fixed responses, instead of running the action."""
        self.breaks: Exception | None = None
        self.breaks_after_the_action = False
        """Breaks as Rasa does that answers too late: its action has run already."""
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens elsewhere while the engine works."""
        self.takes_seconds = 0.0
        self.steps: list[str] = []
        """“in” and “out” as messages come and go."""

    async def send(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """As Rasa does it."""
        self.heard.append((conversation, text))
        self.steps.append("in")
        if self.takes_seconds:
            await asyncio.sleep(self.takes_seconds)
        self.steps.append("out")
        self.meanwhile()
        if self.breaks is not None and not self.breaks_after_the_action:
            raise self.breaks
        if self.says is not None:
            return self.says
        turn = self._desk.turn(conversation)
        assert turn is not None, "the turn must be open while the engine works on it"
        running = self.runs(turn)
        if isinstance(running, Awaitable):
            await running
        if self.breaks is not None:
            raise self.breaks
        return [{"recipient_id": conversation, "custom": {"done": True}}]

    def goes_away(self) -> None:
        """From now on there is no engine."""
        self.breaks = DialogueUnavailable("away")

    async def alive(self) -> bool:
        """Whether it answers."""
        return self.breaks is None

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class FakeShelf:
    """Holds one library; a test puts another one in."""

    live: Library

    def library(self) -> Library:
        """The library of this moment."""
        return self.live


@dataclass
class Office:
    """All parts of a service, on a database of its own."""

    settings: Settings
    shelf: FakeShelf
    desk: Desk
    dialogue: FakeDialogue
    conversations: Conversations
    turns: TurnTaker
    services: Services
    app: FastAPI

    def recorded(self) -> list[TurnRow]:
        """The turns in the database, oldest first."""
        with Session(make_engine(self.settings.database)) as session:
            return list(session.scalars(select(TurnRow).order_by(TurnRow.at)))

    def client(self, address: str = LOOPBACK) -> AsyncClient:
        """An HTTP client at an address; what breaks inside becomes the 500 that a citizen would see."""
        transport = ASGITransport(app=self.app, client=(address, 40_000), raise_app_exceptions=False)
        return AsyncClient(transport=transport, base_url="http://office")

    def audited(self, about: str) -> list[AuditRow]:
        """What the audit says of one account or hand-off, oldest first."""
        with Session(make_engine(self.settings.database)) as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.about == about).order_by(AuditRow.id)))

    def hire(self, name: str, role: Role = Role.AGENT, department: str = "") -> None:
        """Make an account, with the one password of all accounts here."""
        self.services.accounts.add(name, f"{name}同志", role, department, PASSWORD, by="test")

    async def signed_in(self, name: str, address: str = LOOPBACK) -> AsyncClient:
        """The browser of somebody who has signed in, on a page of ours."""
        client = self.client(address)
        client.headers[CSRF_HEADER] = "fetch"
        response = await client.post("/api/v1/staff/login", json={"name": name, "password": PASSWORD})
        assert response.status_code == 200, response.text
        return client


@cache
def _migrated() -> bytes:
    """An empty database of the newest form; making one takes ten migrations and half a second."""
    with TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/zhiwen.db")
        # A connection that closes last writes the log back into the file.
        return (Path(folder) / "zhiwen.db").read_bytes()


def new_database(data: Path) -> None:
    """Put an empty database where `Settings(data=data)` has it; one that is there stays."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "zhiwen.db").exists():
        (data / "zhiwen.db").write_bytes(_migrated())


def open_office(
    library: Library, data: Path, outside: Outside | None = None, wechat_side: AsyncBaseTransport | None = None, **settings: Any
) -> Office:
    """Wire a service around a library, with a fake engine and a real database below `data`; outside, all is away if not told."""
    chosen = Settings(data=data, **settings)
    new_database(data)
    shelf, desk = FakeShelf(library), Desk()
    dialogue = FakeDialogue(desk)
    engine = make_engine(chosen.database)
    conversations = Conversations(engine)
    vault, accounts = Vault.at(data), Accounts(engine, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    switchboard, reception = open_people(chosen, engine, accounts, conversations, vault, shelf.library)
    reached = outside or away()
    casework = wire_casework(engine, vault, reached, chosen)
    executor = ActionExecutor()
    for action in all_actions(desk, casework.forms):
        executor.register_action(action)
    turns = TurnTaker(shelf.library, dialogue, desk, conversations, reception, casework.forms, chosen)
    services = Services(
        settings=chosen,
        shelf=cast(Shelf, shelf),
        conversations=conversations,
        dialogue=cast(RasaClient, dialogue),
        turns=turns,
        executor=executor,
        action_token=TOKEN,
        vault=vault,
        casework=casework,
        clerks=wire_clerks(engine, shelf.library),
        accounts=accounts,
        sessions=Sessions(engine, chosen.session_hours),
        oidc=None,
        outside=reached,
        switchboard=switchboard,
        reception=reception,
        console=wire_console(engine, chosen),
        supervisor=Supervisor([]),
        wechat=open_account(chosen, engine, vault, turns, switchboard, wechat_side),
        miniprogram=open_miniprogram(chosen, vault, wechat_side),
    )
    return Office(chosen, shelf, desk, dialogue, conversations, turns, services, make_app(services))


def rasa_call(action: str, conversation: str, intent: str = "", confidence: float = 0.9) -> dict[str, Any]:
    """What Rasa sends when it wants an action run."""
    found = {"name": intent, "confidence": confidence}
    message = {"text": "", "intent": found, "intent_ranking": [found]}
    tracker = {"sender_id": conversation, "latest_message": message}
    return {"next_action": action, "sender_id": conversation, "domain": {}, "tracker": tracker}
