"""Every threshold of the answering, in one place, with its reason."""

ANSWER = 0.55
"""From this confidence on a subject is answered. The confidence is fitted on our own phrases with the one asked for taken
out, which is harder than what people ask, so that it is too low on questions. A wrong fee costs somebody a trip, a question back
costs a tap: of 2,596 development turns that ask for an answer 0.5 answers 9 more rightly and 9 more wrongly. Of 2,271, before the last
cues, 0.6 answers 8 fewer rightly than 0.55 and 5 fewer wrongly."""

SIBLING = 0.4
SIBLING_IN_THREAD = 0.65
"""A sibling of the first candidate with this share of its belief or more: which of the two is not said, and is asked. Of 24
such answers on development turns 14 were the wrong sibling's. In a thread, where the current matter is likely anyway, 0.4
would ask in 2 of 100 turns that were answered rightly and spare none of the wrong answers."""

TOLD_TWICE = 0.75
"""Belief that an item and a general topic must have together to be answered where neither reaches ANSWER alone, the second
having SIBLING of the first's share. Of the nine development turns that come so to an answer eight are answered rightly."""

SURE = 0.8
"""From this confidence on no sibling is asked about. On 1,625 development turns 0.7 answers one more rightly and two more
wrongly."""

ASK = 0.3
"""From this belief that the right one is among the candidates they are offered. Below, the list would be a
guess, and the assistant says that it does not know. On development turns 0.25 and 0.35 give nearly the same."""

DECLINE = 0.50
"""A known boundary (a matter of somebody else) is named from here on; naming it wrongly costs a repeat."""

PLAIN = 0.5
"""Share of belief from which a known ambiguity is plainly the one meant; its own options are then asked."""

OPTION_SHARE = 0.04
"""A candidate with less of the belief than this is not offered as an option."""

MAX_OPTIONS = 4
"""More than four buttons are not read on a phone."""

MAX_FACETS = 3
"""More facets than this in one message are answered by a look at the item itself."""

MANUAL = 0.4
MANUAL_MARGIN = 0.03
"""Likeness from which an entry of the 答疑手册 is answered, and by how much it must be liker than the subject's own
questions. Of entries asked for in other words, eight in ten of those chosen are right with no margin, nineteen in
twenty with 0.05, which finds a third as many; this lies between."""

CUE = 0.3
"""What a facet's cue in the wording adds to the engine's belief in it."""

FACET = 0.2
FACET_UNNAMED = 0.15
"""Belief from which a facet counts as asked; below, nothing was asked in particular. The second is for messages whose
wording does not name the likeliest facet (“光拿身份证去够不够”)."""

FACET_SHARPNESS = 15.0
"""How much a subject's question that is a little more like the message counts above another. With it and
FACET_RATIO, development turns get their facet in 96 of 100 cases, with 1.4 facets an answer."""

FACET_RATIO = 0.33
FACET_RATIO_UNNAMED = 0.2
"""A facet with this share of the likeliest one's belief is asked beside it. Where no wording names the likeliest, more are
told: on development turns seven in 1,000 more get their answer, with 1.59 facets an answer instead of 1.47."""

SURE_INTENT = 0.75
"""Intent confidence from which a short follow-up without a cue is taken to name a facet itself."""

SURE_WITH_PICK = 0.85
"""The same beside a pick in own words (“是离职了”), which sounds like a question about conditions and is none."""

AMONG_OPTIONS = 0.9
"""Share of belief among the open options alone from which own words pick one (“开车的那个”, “我是买了房子”)."""

SHORT = 4
"""A message that names no more than this many characters of its matter (“行驶证”) asks what was asked before."""

STATEMENT = 12
"""A message of no more than this many characters that names a matter and no facet goes on with the facet asked before."""

AFFIRM = 0.5
"""“好的”, where nothing was offered to pick."""

OUT_OF_SCOPE = 1.8
"""A message is declined unless the search is surer of a subject, by this factor, than the engine that it is strange. With 1.2 one
more of 217 development turns on what is not ours is answered, and two more of 131 held-out ones; 2.0 loses one right answer."""

SCREEN_OUT = 0.7
"""From here on an emergency or a refusal ends the turn without waiting for Rasa. Below, a thank-you was refused (0.67), and of the
emergencies among the development turns none is lost (the least is at 0.71)."""

STANDS_ALONE = 0.9
"""From this confidence a message that leans on nothing is read without its thread. Of 378 first messages of the
development dialogues put behind the end of another dialogue, nine more find their subject; of 445 later messages none is
lost. At 0.8 one more is found, and two are lost."""

OUT_OF_THREAD = 0.34
"""From this belief that a message is strange it is read without its thread: “红烧排骨要不要先焯水” is no follow-up. Of 2,104
development turns 0.38 answers one more falsely, 0.32 answers one fewer rightly."""

ACT_SURE = 0.6
ACT_OVERRIDE = 0.5
"""An act (complaint, hand-off …) that the engine is surer of than ACT_SURE stays an act. A less sure one gives way to a
published answer from ACT_OVERRIDE on: it was a question about complaints or hand-offs. With ACT_SURE at 0.7 two acts in 100
more were taken for questions on development turns, at 0.55 a question in 1,000 more for an act."""

ACT_TOLD = 0.4
"""From this confidence on, an act that is told and not asked stays an act, whatever is published."""

ACT_OF_OURS = 0.7
"""Below, an act that is about our own cases and people gives way to a known boundary: “我的顺丰件到哪了” (0.65) is no case."""

SMALL_TALK = 0.7
"""Below, a greeting that names a matter surely enough (ACT_OVERRIDE) is a question about it (“户口有点事想问”, 0.65):
on development turns that finds the four questions that were greeted back, and takes no courtesy for a question."""

OWN_TOPIC = 0.9
"""An act that the engine is not sure of gives way to the topic that tells about it (“怎么查进度”) from here on."""
