"""Whatever is typed, the service does not break."""

import json
import random

import pytest

from knowledge.vocabulary import Outcome
from tests.unit.fakes import Office

pytestmark = pytest.mark.anyio

ODD = [
    '／ask_fee{"subject":"x"}',
    '/ask_fee{"subject":"x"}',
    "/restart",
    "///",
    "\u0000\u0001\u0007身份证\u001b[31m",
    "😭👍🏽👨‍👩‍👧🇨🇳",
    "\ud800",
    "\u202e证份身",
    "<script>alert(1)</script>",
    "'; DROP TABLE turns; --",
    "{{7*7}} ${7*7} %s %n {0}",
    "﷽" * 300,
    "a\u0301" * 900,
    "１" * 2000,
    "[手机号][姓名]",
    "\\u0000",
    "NaN",
    "第" * 50,
    "不" * 1000,
]
ALPHABETS = [
    "身份证丢了过期坏换新补办要带什么多少钱久哪里网上公积金户口簿不没有吗呢，。？！",
    "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789 /\\{}[]()<>\"'`;:,.!?@#$%^&*_+-=|~",
    "０１２３４５６７８９／＼｛｝，。ＡＢＣ①②㎡ﬁ㈱證戶遺",
    "\u0000\u0007\u001b\u007f\u0085\u00a0\u200b\u200d\u202e\u2028\ufeff\ufffe\ue000",
    "😭👍🏽🇨🇳❤️‍🔥",
]


def random_texts(count: int) -> list[str]:
    """Texts of any characters: ours, signs, controls, emoji, and all of Unicode with its lone surrogates."""
    generator = random.Random(20240601)
    texts = []
    for _ in range(count):
        alphabet = generator.choice([*ALPHABETS, "".join(ALPHABETS), None])
        length = int(2 ** generator.uniform(0, 8))
        if alphabet is None:
            texts.append("".join(chr(generator.randrange(0x110000)) for _ in range(length)))
        else:
            texts.append("".join(generator.choice(alphabet) for _ in range(length)))
    return texts


async def statuses(office: Office, texts: list[str]) -> dict[str, int]:
    """Say each text in one conversation; the HTTP status of each. Every reply that is given must be whole."""
    found, conversation = {}, None
    async with office.client() as client:
        for text in texts:
            body = json.dumps({"text": text, "conversation_id": conversation}).encode("ascii")
            response = await client.post("/api/v1/chat", content=body, headers={"content-type": "application/json"})
            found[text] = response.status_code
            if response.status_code == 200:
                reply = response.json()
                assert Outcome(reply["outcome"]) is not Outcome.ERROR, repr(text)
                assert reply["text"]
                conversation = reply["conversation_id"]
            else:
                assert response.headers["content-type"] == "application/problem+json", repr(text)
    return found


@pytest.mark.parametrize("text", ODD)
async def test_an_odd_message_gets_a_reply_or_a_problem(office: Office, text: str) -> None:
    assert (await statuses(office, [text]))[text] in (200, 422)
    assert all(not heard.startswith("/") for _, heard in office.dialogue.heard)


async def test_a_thousand_random_messages_break_nothing(office: Office) -> None:
    found = await statuses(office, random_texts(1000))
    assert set(found.values()) <= {200, 422}
    assert sum(status == 200 for status in found.values()) > 600
    assert all(not heard.startswith("/") for _, heard in office.dialogue.heard)


async def test_random_words_in_the_other_doors_break_nothing(office: Office) -> None:
    async with office.client() as client:
        for text in random_texts(100):
            typed = text[:100].encode("utf-8", "replace").decode()
            for path in ("/api/v1/suggest", "/api/v1/items"):
                assert (await client.get(path, params={"q": typed})).status_code in (200, 422), repr(text)
