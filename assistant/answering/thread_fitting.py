"""Learn what a thread makes likely, from threads whose right subjects are known."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize

from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.answering.picks import declines_all
from assistant.answering.thread import FEATURES, Floats, beliefs, tapped
from assistant.screen import screen
from knowledge.vocabulary import Facet, Outcome

Example = tuple[Floats, list[int]]
"""Rows of FEATURES, and which of them are right."""

SHRINK = 0.001
"""Weight of the squared weights beside the mean log loss; of 0.001, 0.002 and 0.005 the least did best on threads left out."""


def examples(library: Library, dialogues: Iterable[dict[str, Any]]) -> list[Example]:
    """One example for each message whose subject is expected and found by some reading.

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
            if expect.get("outcome") == Outcome.ANSWERED and not picks and (read := beliefs(library, text, context)) is not None:
                matches, rows = read
                at = [n for n, match in enumerate(matches) if match.subject in right]
                if at:
                    found.append((rows, at))
            context = _after(context if number else Context(), expect, question.core)
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


def fit_thread_weights(found: Sequence[Example]) -> tuple[float, ...]:
    """The weights under which the right subjects get the most of the belief: conditional logit, as in `ranking`."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = SHRINK * float(weights @ weights) * len(found), 2 * SHRINK * weights * len(found)
        for rows, right in found:
            scores = rows @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            told = shares[right].sum()
            meant = np.zeros(len(shares))
            meant[right] = shares[right] / told
            total -= float(np.log(told))
            gradient -= rows.T @ (meant - shares)
        return total, gradient

    return tuple(minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x.tolist())
