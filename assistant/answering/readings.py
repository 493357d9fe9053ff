"""Phrases as they are searched, and the file that keeps them: reading and encoding 20,000 takes ten seconds, loading them two."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import assistant.answering.encoder
import assistant.answering.question
import knowledge.spelling
import knowledge.text
from assistant.answering.encoder import Encoder
from assistant.answering.question import Question, QuestionReader
from knowledge.snapshot import WordLists
from knowledge.text import with_grams
from knowledge.vocabulary import Facet

Readings = Mapping[str, "Reading"]
"""Readings by the text of the phrase."""

_CODE = (assistant.answering.encoder, assistant.answering.question, knowledge.spelling, knowledge.text)
"""What decides how a phrase is read; another version of it reads anew."""


@dataclass(frozen=True)
class Reading:
    """A phrase as it is searched; vectors in half precision, as FAISS keeps them."""

    question: Question
    vector: NDArray[np.float16]
    core_vector: NDArray[np.float16]


def read_all(texts: Sequence[str], reader: QuestionReader, encoder: Encoder, known: Readings) -> dict[str, Reading]:
    """Read and encode texts, except those that are known."""
    new = [text for text in dict.fromkeys(texts) if text not in known]
    questions = [reader.read(text) for text in new]
    read: dict[str, Reading] = {}
    if new:
        vectors = encoder.encode([q.text for q in questions]).astype(np.float16)
        cores = encoder.encode([q.core for q in questions]).astype(np.float16)
        read = {text: Reading(q, v, c) for text, q, v, c in zip(new, questions, vectors, cores, strict=True)}
    return {text: known[text] if text in known else read[text] for text in texts}


def key(words: WordLists, encoder: str) -> str:
    """Names readings by all that they depend on: the word lists, the encoder, and the code that reads."""
    code = "".join(Path(module.__file__ or "").read_text("utf-8") for module in _CODE)
    return hashlib.sha256(f"{words.model_dump_json()}\0{encoder}\0{code}".encode()).hexdigest()[:16]


def save(path: Path, readings: Readings) -> None:
    """Write readings in one step, in the place of all others of the folder.

    Raises:
        OSError: they cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    questions = [(text, *_plain(reading.question)) for text, reading in readings.items()]
    content = io.BytesIO()
    np.savez(
        content,
        questions=np.frombuffer(json.dumps(questions, ensure_ascii=False).encode(), dtype=np.uint8),
        vectors=np.array([r.vector for r in readings.values()]),
        cores=np.array([r.core_vector for r in readings.values()]),
    )
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content.getvalue())
    for old in path.parent.glob("*.npz"):
        old.unlink(missing_ok=True)
    os.replace(partial, path)


def load(path: Path) -> dict[str, Reading]:
    """Read back what was saved; nothing where there is no such file, or only a part of one."""
    try:
        with np.load(path, allow_pickle=False) as found:
            questions, vectors, cores = json.loads(found["questions"].tobytes()), found["vectors"], found["cores"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    return {text: Reading(_question(plain), v, c) for (text, *plain), v, c in zip(questions, vectors, cores, strict=True)}


def _plain(question: Question) -> tuple[object, ...]:
    """A question for JSON. The runs of characters among its terms follow from its words."""
    words, core = ([term for term in terms if not term.startswith("#")] for terms in (question.terms, question.core_terms))
    return question.text, question.key, words, core, question.core, list(question.facets)


def _question(plain: Sequence[Any]) -> Question:
    text, folded, words, core_words, core, facets = plain
    return Question(
        text=text, key=folded, terms=tuple(with_grams(words)), core_terms=tuple(with_grams(core_words)), core=core,
        facets=tuple(Facet(f) for f in facets),
    )  # fmt: skip
