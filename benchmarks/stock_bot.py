"""A stock Rasa FAQ bot made from a snapshot: the way Rasa's own documentation builds one, without anything of ours."""

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.load import Bot, Reply
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Facet, Outcome

EPOCHS = 100
"""What Rasa's documentation and `rasa init` use."""

ACTS = {
    "greet": (Outcome.SMALLTALK, "您好，请问要办什么事？"),
    "thanks": (Outcome.SMALLTALK, "不客气。"),
    "handoff": (Outcome.HANDOFF, "正在为您转接人工，请稍候。"),
    "complaint": (Outcome.HOTLINE, "投诉、举报和建议，请打12345。"),
    "progress": (Outcome.PROGRESS, "请告诉我办件编号，我帮您查办理进度。"),
    "out_of_scope": (Outcome.OUT_OF_SCOPE, "这不是政务服务的事，我答不了。"),
}
"""Intents of nlu/acts.yml that the stock bot has too, with their fixed responses."""
FALLBACK = "没听懂您的问题，请换个说法再问一次。"


def write_project(snapshot: Snapshot, acts: Path, folder: Path, epochs: int) -> dict[str, int]:
    """Write config, domain, training data and credentials.

    Every published subject and facet that has example questions is a response of the retrieval intent `faq`; every boundary and
    every act is an ordinary intent. Clarifications are left out: such a bot has no turn that asks back, and they would only
    take questions away from the answers.

    Args:
        snapshot: what is published.
        acts: the file of Rasa training data that has the acts' examples.
        folder: becomes the project; must be empty.
        epochs: of the classifier and of the response selector.

    Returns:
        How much there is: `responses` of the FAQ, other `intents`, `examples`.

    """
    examples: dict[str, list[str]] = {}
    responses: dict[str, list[dict[str, Any]]] = {}
    kinds = {subject.id: subject.kind for subject in snapshot.subjects}
    texts = {(e.subject, e.facet): e.text for e in reversed(snapshot.entries) if e.layer == "citizen"}
    for phrase in snapshot.phrases:
        kind = kinds.get(phrase.subject)
        if phrase.kind != "question" or kind not in ("item", "topic"):
            continue
        facet = (phrase.facet or Facet.PROCESS) if kind == "item" else None
        if (phrase.subject, facet) not in texts:
            continue
        intent = f"faq/{phrase.subject}__{facet.value}" if facet else f"faq/{phrase.subject}"
        examples.setdefault(intent, []).append(phrase.text)
        responses[f"utter_{intent}"] = _response(
            texts[phrase.subject, facet], Outcome.ANSWERED, [{"subject": phrase.subject, "facet": facet.value if facet else None}]
        )
    for subject in snapshot.subjects:
        if subject.kind == "boundary":
            examples[subject.id] = [p.text for p in snapshot.phrases if p.subject == subject.id and p.kind == "question"]
            responses[f"utter_{subject.id}"] = _response(subject.reply, subject.outcome)
    for block in yaml.safe_load(acts.read_text("utf-8"))["nlu"]:
        if block["intent"] in ACTS:
            examples[block["intent"]] = [line.removeprefix("- ") for line in block["examples"].splitlines()]
            outcome, text = ACTS[block["intent"]]
            responses[f"utter_{block['intent']}"] = _response(text, outcome)
    responses["utter_fallback"] = _response(FALLBACK, Outcome.NO_ANSWER)
    intents = ["faq", *(intent for intent in examples if not intent.startswith("faq/"))]
    rules = [(intent, f"utter_{intent}") for intent in intents] + [("nlu_fallback", "utter_fallback")]

    _write(folder / "config.yml", _config(epochs))
    _write(folder / "domain.yml", {"version": "3.1", "intents": intents, "responses": responses})
    _write(folder / "credentials.yml", {"rest": None})
    _write(folder / "data" / "nlu.yml", {"version": "3.1", "nlu": [{"intent": i, "examples": _listed(e)} for i, e in examples.items()]})
    _write(folder / "data" / "rules.yml", {"version": "3.1", "rules": [_rule(intent, action) for intent, action in rules]})
    return {
        "responses": sum(intent.startswith("faq/") for intent in examples),
        "intents": len(intents) - 1,
        "examples": sum(map(len, examples.values())),
    }


def stock_bot(url: str) -> Bot:
    """The bot at its REST channel; a new sender is a new conversation."""
    return Bot(url, "/webhooks/rest/webhook", lambda text: {"sender": uuid.uuid4().hex, "message": text.lstrip("/")}, _read)


def _read(messages: list[dict[str, Any]]) -> Reply:
    """The reply that the response carries in its custom payload."""
    return next((message["custom"] for message in messages if "custom" in message), {})


def _config(epochs: int) -> dict[str, Any]:
    return {
        "recipe": "default.v1",
        "language": "zh",
        "assistant_id": "stock_faq",
        "pipeline": [
            {"name": "JiebaTokenizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "ResponseSelector", "epochs": epochs, "retrieval_intent": "faq"},
            {"name": "FallbackClassifier", "threshold": 0.3},
        ],
        "policies": [{"name": "RulePolicy"}],
    }


def _response(text: str, outcome: Outcome, answers: Iterable[dict[str, str | None]] = ()) -> list[dict[str, Any]]:
    """A response whose custom payload is the reply in the contract's words, so that one judge serves both bots."""
    return [{"text": text, "custom": {"outcome": outcome.value, "answers": list(answers)}}]


def _rule(intent: str, action: str) -> dict[str, Any]:
    return {"rule": f"reply to {intent}", "steps": [{"intent": intent}, {"action": action}]}


def _listed(examples: Iterable[str]) -> str:
    """Examples as Rasa lists them; square brackets would be entities."""
    return "".join(f"- {example.replace('[', '【').replace(']', '】')}\n" for example in examples)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
