"""Score a running service on dialogues, over HTTP. The figures are the contract's."""

import asyncio
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

from assistant.settings import ROOT
from knowledge.vocabulary import Outcome

DECLINED = {Outcome.OUT_OF_SCOPE, Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.EMERGENCY}


class EvaluationError(Exception):
    """The file cannot be scored; the message is Chinese and names the line."""


def development_files() -> list[Path]:
    """The dialogues that the program is developed on. The held-out ones judge, and are opened seldom."""
    return sorted((ROOT / "evaluation").glob("dev*.jsonl"))


def read_dialogues(path: Path) -> list[dict[str, Any]]:
    """Read JSON Lines, one dialogue a line.

    Raises:
        EvaluationError: no such file, or a line that is no dialogue.

    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        raise EvaluationError(f"找不到文件 {path}，请检查路径。") from error
    dialogues = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            dialogue = json.loads(line)
            for turn in dialogue["turns"]:
                str(turn["user"])
                if turn.get("expect"):
                    Outcome(turn["expect"]["outcome"])
        except (ValueError, KeyError, TypeError) as error:
            raise EvaluationError(f"{path} 第{number}行不是一段对话（{error}），格式见 README“评测”。") from error
        dialogues.append(dialogue)
    return dialogues


def judge(expect: dict[str, Any], reply: dict[str, Any]) -> dict[str, bool]:
    """The figures that one turn counts towards, name to hit. Contract, section Evaluation.

    `says` and `says_not` beyond the contract: words that a form's reply must and must not hold for the turn to be right.
    """
    figures = _judge(expect, reply)
    text = reply.get("text", "")
    said = all(words in text for words in expect.get("says", ())) and not any(words in text for words in expect.get("says_not", ()))
    return {**figures, "right": figures["right"] and said}


def _judge(expect: dict[str, Any], reply: dict[str, Any]) -> dict[str, bool]:
    wanted, got = expect["outcome"], reply.get("outcome")
    if got != wanted and got in (expect.get("accept") or ()):
        return {"right": True}
    subjects, facets = set(expect.get("items") or ()), set(expect.get("facets") or ())
    answers = reply.get("answers") or []
    offered = {option["subject"] for option in reply.get("options") or []}
    if wanted == Outcome.ANSWERED:
        fits = any(a["subject"] in subjects and (not facets or a["subject"].startswith("t-") or a["facet"] in facets) for a in answers)
        strict = got == Outcome.ANSWERED and fits and {a["subject"] for a in answers} <= subjects
        helped = strict or (got == Outcome.CLARIFY and bool(offered & subjects))
        return {"strict": strict, "helped": helped, "wrong": got == Outcome.ANSWERED and not strict, "right": strict}
    if wanted == Outcome.CLARIFY:
        hit = got == Outcome.CLARIFY and (not subjects or bool(offered & subjects))
        return {"clarified": hit, "right": hit}
    if wanted == Outcome.OUT_OF_SCOPE:
        return {"declined": got in DECLINED, "false_answer": got == Outcome.ANSWERED, "right": got in DECLINED}
    return {"routed": got == wanted, f"routed_{wanted}": got == wanted, "right": got == wanted}


async def run_dialogues(url: str, dialogues: list[dict[str, Any]], clients: int = 2) -> list[list[dict[str, Any]]]:
    """Play the dialogues against a service; the turns of one share a conversation."""
    gate = asyncio.Semaphore(clients)
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:

        async def play(dialogue: dict[str, Any]) -> list[dict[str, Any]]:
            async with gate:
                rows: list[dict[str, Any]] = []
                conversation = None
                for number, turn in enumerate(dialogue["turns"]):
                    response = await http.post("/api/v1/chat", json={"conversation_id": conversation, "text": turn["user"]})
                    reply = response.json() if response.is_success else {}
                    conversation = reply.get("conversation_id", conversation)
                    expect = turn.get("expect")
                    rows.append(
                        {
                            "id": dialogue["id"],
                            "turn": number,
                            "tags": dialogue.get("tags", []),
                            "user": turn["user"],
                            "expect": expect,
                            "reply": reply,
                            "figures": judge(expect, reply) if expect else {},
                        }
                    )
                return rows

        return list(await asyncio.gather(*(play(d) for d in dialogues)))


def summarise(runs: list[list[dict[str, Any]]]) -> dict[str, dict[str, float]]:
    """Share, hits and number of each figure."""
    hits: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for rows in runs:
        for row in rows:
            for name, hit in row["figures"].items():
                hits[name][0] += hit
                hits[name][1] += 1
        if len(rows) > 1:
            hits["dialogue"][0] += all(row["figures"].get("right", True) for row in rows)
            hits["dialogue"][1] += 1
    return {name: {"share": round(n / of, 4), "hits": n, "of": of} for name, (n, of) in sorted(hits.items())}
