"""Any SentenceTransformer as the encoder, in the place of ours."""

from collections.abc import Sequence

import numpy as np
from sentence_transformers import SentenceTransformer

from assistant.answering.encoder import Vectors


class ExternalEncoder:
    """A SentenceTransformer directory or hub name from the settings, with its query prompt."""

    def __init__(self, name: str, prompt: str = "") -> None:
        self.name = name
        self._model = SentenceTransformer(name, device="cpu")
        self._prompt = prompt or None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), the model's width), normalised."""
        vectors = self._model.encode(list(texts), prompt=self._prompt, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)
