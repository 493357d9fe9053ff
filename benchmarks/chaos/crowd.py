"""The people: citizens who ask, complain and want to talk to somebody, and agents who talk to them.

All of them behave as the real pages do: what gets no answer is sent again under the same key, messages are fetched
after the last number seen.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from random import Random
from time import monotonic
from typing import Any

import httpx

from benchmarks.chaos.ledger import Ledger
from knowledge.vocabulary import Outcome

PATIENCE = 240.0
"""Seconds after which a citizen's turn without an outcome counts as one that never got any."""
AGENT_SECONDS = 180.0
"""How long a citizen waits for an agent's answer, or for the end of a talk, before going away; no violation, agents sleep too."""
PASSWORD = secrets.token_urlsafe(16)
ASK_FOR_PERSON, GOODBYE = "转人工", "再见"
ORDER_NUMBER = re.compile(r"登记好了，编号 (GD\d{12})")

QUESTIONS = ("身份证丢了补办要多少钱", "那要带什么", "办护照几天能拿到", "周末大厅上班吗", "个体户注销怎么办", "租房提取公积金要什么材料")
COMPLAINT = ("我要投诉政务大厅3号窗口，昨天上午工作人员态度很差，一直不理人", "希望道歉并改进", "匿名")
_SYLLABLES = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"


def marker(generator: Random) -> str:
    """Words that occur in one message only, which nothing masks and which cleaning leaves as they are."""
    return "".join(generator.choices(_SYLLABLES, k=12))


async def insist(call: Callable[[], Awaitable[httpx.Response]], ledger: Ledger, patience: float) -> httpx.Response | None:
    """Send a request until something answers that is no server error; None when nothing did in time."""
    deadline = monotonic() + patience
    while True:
        try:
            response = await call()
            if response.status_code < 500:
                return response
        except httpx.HTTPError:
            pass
        if monotonic() > deadline:
            return None
        ledger.resent += 1
        await asyncio.sleep(0.5)


class Citizen:
    """One citizen, who has one conversation after the other."""

    def __init__(self, client: httpx.AsyncClient, ledger: Ledger, generator: Random) -> None:
        self._client = client
        self._ledger = ledger
        self._generator = generator
        self._conversation: str | None = None
        self._token = ""

    async def live(self, enough: asyncio.Event) -> None:
        """Go on until it is enough; the last conversation is brought to its end."""
        while not enough.is_set():
            self._conversation, self._token = None, ""
            await self._generator.choice((self._ask, self._complain, self._talk))()

    async def _say(self, text: str) -> dict[str, Any]:
        """Say something and get the reply, however often it has to be sent."""
        await asyncio.sleep(self._generator.uniform(0.5, 3))
        body = {"conversation_id": self._conversation, "text": text}
        headers = {"X-Conversation-Token": self._token, "Idempotency-Key": secrets.token_hex(16)}
        response = await insist(lambda: self._client.post("/api/v1/chat", json=body, headers=headers), self._ledger, PATIENCE)
        reply: dict[str, Any] = response.json() if response is not None and response.status_code == 200 else {}
        if reply.get("outcome") not in set(Outcome) or not reply.get("text"):
            self._ledger.violations.append(f"a turn without an outcome: {None if response is None else response.status_code}")
            return {"outcome": "", "text": ""}
        assert response is not None
        self._token = response.headers.get("X-Conversation-Token", self._token)
        self._conversation = reply["conversation_id"]
        self._ledger.outcomes[reply["outcome"]] += 1
        self._ledger.degraded += reply["degraded"]
        return reply

    async def _ask(self) -> None:
        for question in self._generator.sample(QUESTIONS, 3):
            await self._say(question)

    async def _complain(self) -> None:
        """File a complaint; where the dialogue engine was away in between, it may come to nothing."""
        reply = await self._say(COMPLAINT[0])
        for _ in range(6):
            promised = ORDER_NUMBER.search(reply["text"])
            if promised or reply["outcome"] != Outcome.HOTLINE:
                break
            confirm = next((option["text"] for option in reply["options"] if "提交" in option["label"]), None)
            asked = "希望" in reply["text"] and "电话" not in reply["text"]
            reply = await self._say(confirm or (COMPLAINT[1] if asked else COMPLAINT[2] if "电话" in reply["text"] else "跳过"))
        promised = ORDER_NUMBER.search(reply["text"])
        if promised:
            self._ledger.orders.append(promised[1])

    async def _talk(self) -> None:
        """Ask for a person, talk, and say goodbye. Agents end no talk before that, so nobody else may answer."""
        if self._generator.random() < 0.5:
            await self._say(QUESTIONS[0])
        if self._conversation is not None:
            # Sent again because its answer got lost, it finds the hand-off begun and is the first message in it.
            self._ledger.sent[self._conversation].append(ASK_FOR_PERSON)
        if (await self._say(ASK_FOR_PERSON))["outcome"] != Outcome.HANDOFF or (await self._look())["state"] == "bot":
            return
        self._ledger.handoffs += 1
        for number in range(self._generator.randint(1, 4)):
            if not await self._tell(f"第{number + 1}句记号{marker(self._generator)}"):
                return
            if self._generator.random() < 0.5:
                await self._until(lambda view: view["state"] == "person")
        await self._tell(f"{GOODBYE}记号{marker(self._generator)}")
        await self._until(lambda view: view["state"] == "bot")

    async def _tell(self, text: str) -> bool:
        """Tell the person something; False when there is none any more."""
        assert self._conversation is not None
        self._ledger.sent[self._conversation].append(text)
        reply = await self._say(text)
        if reply["outcome"] == Outcome.HANDOFF:
            self._ledger.delivered[self._conversation].add(text)
            return True
        if (await self._look())["state"] == "bot":
            return False
        if reply["outcome"] != Outcome.ERROR:
            self._ledger.violations.append(f"the assistant answered in a person's conversation: {reply['outcome']}")
        return True

    async def _until(self, true: Callable[[dict[str, Any]], bool]) -> None:
        deadline = monotonic() + AGENT_SECONDS
        while not true(await self._look()) and monotonic() < deadline:
            await asyncio.sleep(1)

    async def _look(self) -> dict[str, Any]:
        """Fetch what is new, as the page does, and remember what it shows."""
        assert self._conversation is not None
        screen = self._ledger.screens[self._conversation]
        path = f"/api/v1/conversations/{self._conversation}/messages"
        question = {"after": screen[-1][0] if screen else 0}
        response = await insist(
            lambda: self._client.get(path, params=question, headers={"X-Conversation-Token": self._token}), self._ledger, PATIENCE
        )
        if response is None or response.status_code != 200:
            self._ledger.violations.append("a citizen cannot see the own conversation")
            return {"state": "bot"}
        view: dict[str, Any] = response.json()
        screen += [(message["sequence"], message["text"]) for message in view["messages"]]
        return view


class Agent:
    """One agent, who claims who waits, answers every message, and ends a talk when the citizen says goodbye."""

    def __init__(self, name: str, colleagues: list[str], client: httpx.AsyncClient, ledger: Ledger, generator: Random) -> None:
        self.name = name
        self._colleagues = colleagues
        self._client = client
        self._ledger = ledger
        self._generator = generator
        self._seen: dict[str, int] = {}
        self._idle: dict[str, float] = {}

    async def live(self, over: asyncio.Event) -> None:
        """Work until it is over."""
        await self._sign_in()
        while not over.is_set():
            await asyncio.sleep(self._generator.uniform(0.2, 1))
            queue = await self._call("GET", "queue")
            if queue is None:
                continue
            rows = queue.json()["rows"]
            waiting = [row["id"] for row in rows if row["state"] == "waiting"]
            if waiting:
                # The first one, as everybody does: two agents at once are no rare thing.
                await self._call("POST", f"handoffs/{waiting[0]}/claim")
            for row in rows:
                if row["mine"]:
                    await self._serve(row["id"])

    async def _sign_in(self) -> None:
        sign_in = {"name": self.name, "password": PASSWORD}
        await insist(lambda: self._client.post("/api/v1/staff/login", json=sign_in), self._ledger, PATIENCE)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response | None:
        """Call the staff API; None unless it did what it was asked to (somebody else was quicker, it is over …)."""
        response = await insist(lambda: self._client.request(method, f"/api/v1/staff/{path}", json=body), self._ledger, PATIENCE)
        if response is not None and response.status_code == 401:
            self._ledger.violations.append("an agent was signed out")
            await self._sign_in()
        return response if response is not None and response.is_success else None

    async def _serve(self, handoff: str) -> None:
        response = await self._call("GET", f"handoffs/{handoff}/messages?after={self._seen.get(handoff, 0)}")
        if response is None:
            return
        for message in response.json():
            if message["sender"] == "citizen":
                await self._answer(handoff, message)
            self._seen[handoff] = message["sequence"]
            self._idle[handoff] = monotonic()
        if monotonic() - self._idle.setdefault(handoff, monotonic()) > AGENT_SECONDS / 3:
            # Somebody whose own request got lost and who went to another conversation.
            await self._call("POST", f"handoffs/{handoff}/close")

    async def _answer(self, handoff: str, message: dict[str, Any]) -> None:
        text = f"收到{message['text']}由{self.name}回"
        self._ledger.tried.add(text)
        key = f"{self.name}-{message['sequence']}"
        if await self._call("POST", f"handoffs/{handoff}/messages", {"text": text, "key": key}) is None:
            return
        self._ledger.answered[handoff].add(text)
        if GOODBYE in message["text"]:
            await self._call("POST", f"handoffs/{handoff}/{self._generator.choice(('close', 'return'))}")
        elif self._generator.random() < 0.1:
            to = self._generator.choice([*self._colleagues, ""])
            await self._call("POST", f"handoffs/{handoff}/transfer", {"to": to})
