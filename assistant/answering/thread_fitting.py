"""Learn what a thread makes likely, from threads whose right subjects are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.answering.network import Floats, Network
from assistant.answering.picks import declines_all, picked_number
from assistant.answering.thread import beliefs, tapped
from assistant.screen import screen
from knowledge.vocabulary import Facet, Outcome

Example = tuple[Floats, list[int]]
"""Rows of `thread.FEATURES`, shape (candidates, features), and which of them are right."""

UNITS = 8
"""Hidden units of a network; 16 find no more in threads left out."""
STARTS = 8
"""Networks learned from different first weights; their mean is taken, for any one of them depends on where it began (three give
the same within chance; eight take 40 s to fit)."""
SHRINK = 0.003
"""Weight of the squared weights beside the mean log loss. Of 0.002, 0.004 and 0.008, threads left out like the first best,
development dialogues the second; this lies between."""
_STRAYS = (Outcome.OUT_OF_SCOPE, Outcome.SMALLTALK, Outcome.HOTLINE, Outcome.HANDOFF, Outcome.PROGRESS)
"""Outcomes of what has nothing to do with the thread that it comes in."""


def examples(library: Library, dialogues: Iterable[dict[str, Any]]) -> list[Example]:
    """One example for each message whose subject is expected and found by some reading, or which strays from its thread.

    First messages are examples too, each behind the end of the dialogue before: what stands on its own must be found
    in any thread.

    Args:
        library: what the messages are read with.
        dialogues: in the form of the evaluation (contract, section Evaluation). Each message is read in the thread
            as it should have gone, whatever the assistant would have answered.

    """
    found = []
    context = Context()
    for dialogue in dialogues:
        context = context.model_copy(update={"options": (), "asked_facets": ()})
        for number, turn in enumerate(dialogue["turns"]):
            text, expect = screen(turn["user"]).query, turn.get("expect") or {}
            right = expect.get("items") or []
            question, _ = library.rank(text)
            options = [o for o in context.options if library.knows(o)]
            picks = bool(options) and tapped(library, text, question, options) is not None or declines_all(text)
            outcome = expect.get("outcome")
            if (outcome == Outcome.ANSWERED or outcome in _STRAYS) and not picks and (read := beliefs(library, text, context)) is not None:
                matches, rows = read
                at = [n for n, match in enumerate(matches) if match.subject in right] if outcome == Outcome.ANSWERED else [len(matches)]
                if at:
                    found.append((rows, at))
            wordless = picked_number(text, len(options)) is not None or declines_all(text)
            context = _after(context if number else Context(), expect, "" if wordless else question.core)
    return found


def _after(context: Context, expect: dict[str, Any], core: str) -> Context:
    """The thread after a turn that went as expected."""
    context = context.model_copy(update={"question": core or context.question})
    items, facets = expect.get("items") or [], tuple(Facet(f) for f in (expect.get("facets") or [])[:1])
    if expect.get("outcome") == Outcome.ANSWERED and items:
        return context.about(items[0], facets)
    if expect.get("outcome") == Outcome.CLARIFY:
        return context.model_copy(update={"options": tuple(items[:4]), "asked_facets": facets})
    return context


def fit_network(found: Sequence[Example]) -> Network:
    """The network under which the right subjects get the most of the belief: their log share, as in `ranking`, through one
    hidden layer. The mean of several networks is one network with the units of all.
    """
    data = _Stacked.of(found)
    networks = [_descend(data, np.random.default_rng(seed)) for seed in range(STARTS)]
    linear = np.mean([n[0] for n in networks], axis=0)
    hidden, bias = np.concatenate([n[1] for n in networks]), np.concatenate([n[2] for n in networks])
    out = np.concatenate([n[3] for n in networks]) / STARTS
    # The scaling is folded into the weights; what it adds to the linear term is the same for all candidates.
    scaled = hidden / data.scale
    return Network(
        linear=tuple((linear / data.scale).tolist()),
        hidden=tuple(tuple(row) for row in scaled.tolist()),
        bias=tuple((bias - scaled @ data.mean).tolist()),
        out=tuple(out.tolist()),
    )


@dataclass(frozen=True)
class _Stacked:
    """The rows of all examples below each other, scaled."""

    rows: Floats
    """Shape (rows, features)."""
    right: Floats
    """1 where a row is right, shape (rows,)."""
    starts: NDArray[np.intp]
    """Where each example begins."""
    owner: NDArray[np.intp]
    """The example of each row, shape (rows,)."""
    mean: Floats
    """Of each feature before scaling, shape (features,)."""
    scale: Floats
    """Standard deviation of each feature before scaling, shape (features,)."""

    @classmethod
    def of(cls, found: Sequence[Example]) -> "_Stacked":
        rows = np.concatenate([rows for rows, _ in found])
        sizes = [len(rows) for rows, _ in found]
        starts = np.cumsum([0, *sizes[:-1]])
        right = np.zeros(len(rows))
        right[[start + at for start, (_, meant) in zip(starts, found, strict=True) for at in meant]] = 1
        mean, scale = rows.mean(axis=0), rows.std(axis=0)
        scale[scale == 0] = 1  # a feature that never varies says nothing
        return cls((rows - mean) / scale, right, starts, np.repeat(np.arange(len(found)), sizes), mean, scale)


def _descend(data: _Stacked, generator: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Linear weights (features,), hidden weights (UNITS, features), biases (UNITS,) and outputs (UNITS,) from one start."""
    width = data.rows.shape[1]
    ends = np.cumsum([width, UNITS * width, UNITS])

    def parts(weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        linear, hidden, bias, out = np.split(weights, ends)
        return linear, hidden.reshape(UNITS, width), bias, out

    def loss(weights: Floats) -> tuple[float, Floats]:
        linear, hidden, bias, out = parts(weights)
        units = np.tanh(data.rows @ hidden.T + bias)
        scores = data.rows @ linear + units @ out
        powers = np.exp(scores - np.maximum.reduceat(scores, data.starts)[data.owner])
        shares = powers / np.add.reduceat(powers, data.starts)[data.owner]
        told = np.add.reduceat(shares * data.right, data.starts)
        error = (shares - shares * data.right / told[data.owner]) / len(told)
        back = error[:, None] * out * (1 - units**2)
        gradient = np.concatenate([data.rows.T @ error, (back.T @ data.rows).ravel(), back.sum(axis=0), units.T @ error])
        return float(SHRINK * (weights @ weights) - np.log(told).mean()), gradient + 2 * SHRINK * weights

    first = np.concatenate(
        [np.zeros(width), generator.normal(0, 0.5 / np.sqrt(width), UNITS * width), np.zeros(UNITS), generator.normal(0, 0.3, UNITS)]
    )
    return parts(minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x)
