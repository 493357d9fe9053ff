"""Puts questions of one meaning together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answering.encoder import Vectors

ALIKE = 0.6
"""Cosine from which two questions mean the same. Tried on the 3,174 questions of the 答疑手册, whose entries tell which
belong together (python -m benchmarks.gap_clusters): with every pair of a group alike, 0.6 puts 0.70 of a group's
questions rightly together and finds 0.47 of those that belong; 0.7 gives 0.87 and 0.35, 0.5 gives 0.52 and 0.58.
A list with a few doubles is worked off; one that mixes matters is not."""


def likeness(left: Vectors, right: Vectors) -> NDArray[np.float32]:
    """Cosines of unit vectors, of shape (len(left), len(right)); a text without known terms is like none."""
    return np.asarray(np.clip(left @ right.T, 0.0, 1.0), dtype=np.float32)


def groups(vectors: Vectors) -> list[list[int]]:
    """The places of the vectors, in groups in which every two are alike (complete linkage)."""
    if len(vectors) < 2:
        return [[place] for place in range(len(vectors))]
    from sklearn.cluster import AgglomerativeClustering  # 60 MB, for those who look at the gaps

    distances = 1.0 - likeness(vectors, vectors)
    found = AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="complete", distance_threshold=1.0 - ALIKE)
    labels = found.fit_predict(distances)
    return [np.flatnonzero(labels == label).tolist() for label in np.unique(labels)]


def middle(vectors: Vectors, weights: Sequence[int]) -> int:
    """The place of the vector that is likest to all others, each as often as its weight says."""
    return int(np.argmax(likeness(vectors, vectors) @ np.asarray(weights, dtype=np.float32)))
