"""Which facets (申请材料, 办理时限 …) a message asks for."""

import re
from collections.abc import Mapping

import numpy as np

from assistant.answering import thresholds
from assistant.answering.context import NO_INTENT, Intent
from assistant.answering.question import Question
from knowledge.vocabulary import Facet

IN_GENERAL = (Facet.PROCESS, Facet.MATERIALS)
"""What is told of a matter when nothing in particular is asked."""
_ASKS_IN_GENERAL = re.compile(r"(?:怎么办|的事情?)(?:[呢啊呀嘞咧哦啰儿了吧]|[ ,，。?？!！~])*$")
"""How a message ends that asks in general, in standard words: 身份证不见了怎么办, 想问下年报的事."""


def asked_facets(question: Question, intent: Intent = NO_INTENT, near: Mapping[Facet, float] | None = None) -> tuple[Facet, ...]:
    """Facets that a message asks for, likeliest first; mere guesses in the order of the vocabulary.

    Three witnesses: the engine's belief in each facet, the facets whose cues the wording holds, and the
    facets of the subject's own questions that the message is most like. Every facet that comes near the
    likeliest is asked too (“要什么材料，几天，收钱不”).

    Args:
        question: the message as read.
        intent: what the engine makes of it.
        near: how like the message is to the subject's questions of each facet, 0 to 1.

    """
    if _ASKS_IN_GENERAL.search(question.text) and set(question.facets) <= {Facet.PROCESS}:
        return IN_GENERAL
    belief = dict(intent.facets)
    for facet in question.facets:
        belief[facet] = belief.get(facet, 0.0) + thresholds.CUE
    for facet, share in _shares(near or {}).items():
        belief[facet] = belief.get(facet, 0.0) + share
    if not belief:
        return ()
    ranked = sorted(belief, key=lambda facet: -belief[facet])
    named = ranked[0] in question.facets
    least = thresholds.FACET if named else thresholds.FACET_UNNAMED
    ratio = thresholds.FACET_RATIO if named else thresholds.FACET_RATIO_UNNAMED
    floor = max(least, ratio * belief[ranked[0]])
    asked = [f for f in ranked if belief[f] >= floor][: thresholds.MAX_FACETS]
    # “身份证不见了”: a guess at what may be left at home or at legal remedies must not stand before what to bring.
    guessed = not named and intent.confidence < thresholds.SURE_INTENT
    return tuple(sorted(asked, key=list(Facet).index) if guessed else asked)


def named_facets(question: Question, intent: Intent) -> tuple[Facet, ...]:
    """Facets that a short follow-up names itself; an engine's guess on two words does not count."""
    sure = intent.confidence >= thresholds.SURE_INTENT and intent.name != "ask_general"
    return asked_facets(question, intent) if question.facets or sure else ()


def _shares(near: Mapping[Facet, float]) -> dict[Facet, float]:
    """Softmax over the likenesses."""
    if not near:
        return {}
    powers = np.exp((np.array(list(near.values())) - max(near.values())) * thresholds.FACET_SHARPNESS)
    return dict(zip(near, (powers / powers.sum()).tolist(), strict=True))
