"""Every threshold of the answering, in one place, with its reason."""

ANSWER = 0.5
"""From this confidence on a subject is answered. Set on the development dialogues: below it, more than
one answer in ten was on another subject, and a wrong fee costs somebody a trip."""

ASK = 0.22
"""From here to ANSWER the assistant offers what it found. Below, what it found is rarely among the
offered, and it says that it does not know."""

DECLINE = 0.30
"""A known boundary (a matter of somebody else) is named from here on; naming it wrongly costs a repeat."""

OPTION_SHARE = 0.04
"""A candidate with less of the belief than this is not offered as an option."""

MAX_OPTIONS = 4
"""More than four buttons are not read on a phone."""

MAX_FACETS = 3
"""More facets than this in one message are answered by a look at the item itself."""

PICK = 0.5
"""Share of belief, among the offered options alone, from which a paraphrase counts as a pick."""

KIN = 0.5
"""Share of belief, among the family of the current subject alone, from which “那过期的呢” moves to a sibling."""

CUE = 0.3
"""What a facet's cue in the wording adds to the engine's belief in it."""

FACET = 0.3
"""Belief from which a facet counts as asked; below, nothing was asked in particular."""

FACET_RATIO = 0.5
"""A facet with this share of the likeliest one's belief is asked beside it."""

SURE_INTENT = 0.75
"""Intent confidence from which a short follow-up without a cue is taken to name a facet itself."""

SHORT = 4
"""A message that names no more than this many characters of its matter (“行驶证”) asks what was asked before."""

NEW_QUESTION = 0.75
"""Confidence in something outside the options or the family from which it is a new question."""

AFFIRM = 0.5
"""“好的”, where nothing was offered to pick."""

OUT_OF_SCOPE = 0.8
"""A message that the engine holds for out of scope is declined when the search's confidence stays below this
share of the engine's."""

SCREEN_OUT = 0.55
"""From here on an emergency or a refusal ends the turn before Rasa is asked."""

ACT_SURE = 0.7
ACT_OVERRIDE = 0.75
"""An act (complaint, hand-off …) that the engine is surer of than ACT_SURE stays an act. A less sure one
gives way to a published answer from ACT_OVERRIDE on: it was a question about complaints or hand-offs."""
