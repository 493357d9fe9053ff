"""Sentence vectors: what an encoder is, and the built-in one, which `encoder_training` trains. NumPy alone: torch takes 300 MB."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from knowledge.text import Lexicon

Vectors = NDArray[np.float32]

UNKNOWN = "[UNK]"
"""Stands for all terms that have no vector of their own; number 0."""


class Encoder(Protocol):
    """Anything that turns standardised texts into unit vectors."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), width), each of length 1 (or 0 for a text without known terms)."""
        ...


class BuiltinEncoder:
    """The mean of the vectors of a text's own search terms, as a StaticEmbedding of sentence-transformers takes it."""

    def __init__(self, numbers: Mapping[str, int], weights: Vectors, lexicon: Lexicon, name: str = "builtin") -> None:
        """Put an encoder together.

        Args:
            numbers: of each term, UNKNOWN included.
            weights: the vector of each number, shape (terms, width).
            lexicon: the tokeniser that makes the terms.
            name: of the encoder.

        """
        self.name = name
        self.numbers = numbers
        self.weights = weights
        self._lexicon = lexicon

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), width)."""
        vectors = np.empty((len(texts), self.weights.shape[1]), dtype=np.float32)
        for at, text in enumerate(texts):
            known = [self.numbers.get(term, 0) for term in self._lexicon.search_terms(text)]
            self.weights[known or [0]].mean(axis=0, out=vectors[at])
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def load_builtin(folder: Path, lexicon: Lexicon) -> BuiltinEncoder:
    """Load a trained built-in encoder from its SentenceTransformer directory."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    weights = load_file(folder / "model.safetensors")["embedding.weight"]
    return BuiltinEncoder(tokenizer["model"]["vocab"], weights, lexicon)
