"""The trained intent classifier as plain arrays. Depends on NumPy and SciPy alone, so that both runtimes can read it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit


@dataclass(frozen=True)
class Scorer:
    """What the pipeline of TF-IDF, linear SVM and Platt scaling computes, without the pipeline.

    For one message scikit-learn spends two milliseconds, a tenth of a whole turn, on checking its own arguments.
    """

    classes_: Any
    """Names of the intents, shape (intents,)."""
    idf: Any
    """Weight of each feature, shape (features,)."""
    weights: Any
    """The SVM's, shape (features, intents): the few rows of a message lie together."""
    bias: Any
    """Shape (intents,)."""
    slopes: Any
    """Platt's A, shape (intents,)."""
    offsets: Any
    """Platt's B, shape (intents,)."""

    def predict_proba(self, counts: csr_matrix) -> Any:
        """Probabilities of the intents, shape (messages, intents), from the featurizers' counts, shape (messages, features)."""
        return np.array([self._one(row.indices, row.data) for row in counts])

    def _one(self, features: Any, counts: Any) -> Any:
        values = (np.log(counts) + 1.0) * self.idf[features]
        length = float(np.sqrt(values @ values))
        margins = (values @ self.weights[features]) / (length or 1.0) + self.bias
        chances = expit(-(self.slopes * margins + self.offsets))
        total = float(chances.sum())
        return chances / total if total else np.full_like(chances, 1 / len(chances))
