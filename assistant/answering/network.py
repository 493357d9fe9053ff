"""A small network that scores the candidates of one message against each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """One hidden layer beside a linear term: what a feature is worth depends on the others. Plain numbers, stored as JSON."""

    linear: tuple[float, ...]
    """One weight a feature."""
    hidden: tuple[tuple[float, ...], ...]
    """One row a hidden unit, one weight a feature."""
    bias: tuple[float, ...]
    """One a hidden unit."""
    out: tuple[float, ...]
    """One a hidden unit."""

    def scores(self, rows: Floats) -> Floats:
        """The score of each candidate, shape (candidates,); only their differences mean anything.

        Args:
            rows: shape (candidates, features).

        """
        return np.asarray(rows @ np.array(self.linear) + np.tanh(rows @ np.array(self.hidden).T + self.bias) @ np.array(self.out))
