"""What the one who takes a citizen over has to know: what was said, what it is about, what the assistant thought of and why."""

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from assistant.answering.context import Context
from assistant.answering.library import Library
from assistant.people.states import HandOff, Message
from assistant.people.views import Candidate, HandOffDetail, MessageView, QueueRow, TurnView
from assistant.staff.audit import Audit
from assistant.staff.roles import Member
from assistant.storage.conversations import Conversations
from assistant.vault import Vault
from knowledge.vocabulary import FACET_TITLES, Facet, Outcome

TICKETS: dict[str, Any] = {"case": True, "form": {"ticket"}}
"""What the thread holds that stands for somebody's proof; it is nobody's but the conversation's."""
TURNS_SHOWN = 20
"""Of the turns before; what led to the hand-off is among the last ones."""


class Briefing:
    """Puts together what is known of a conversation. Reads the database: call it in a thread."""

    def __init__(self, conversations: Conversations, library: Callable[[], Library], vault: Vault, audit: Audit) -> None:
        self._conversations = conversations
        self._library = library
        self._vault = vault
        self._audit = audit

    def of(self, found: HandOff, messages: Sequence[Message], member: Member) -> HandOffDetail:
        """All that is known, for somebody who may know it. A telephone number is for the owner alone, and looking is audited."""
        context = self._conversations.context(found.conversation) or Context()
        turns = self._conversations.turns(found.conversation, TURNS_SHOWN)
        # What is said to people is among the messages; the turns show what led to them.
        before = [turn for turn in turns if turn.outcome != Outcome.HANDOFF]
        why: dict[str, Any] = next((turn.explanation for turn in reversed(before) if turn.explanation.get("candidates")), {})
        contact = ""
        if found.contact and found.owner == member.name:
            contact = self._vault.unseal(found.contact) or ""
            self._audit.write(member.name, "contact_read", found.id)
        return HandOffDetail(
            row=self.row(found, context.subject, member),
            contact=contact,
            subject_title=self._title(context.subject),
            facets=[FACET_TITLES[facet] for facet in context.facets],
            slots=context.model_dump(mode="json", exclude_defaults=True, exclude=TICKETS),
            turns=[TurnView(at=turn.at.replace(tzinfo=UTC), text=turn.text, reply=turn.reply, outcome=turn.outcome) for turn in before],
            candidates=[self._candidate(shown, context) for shown in why.get("candidates", [])],
            why={name: value for name, value in why.items() if name != "candidates"},
            messages=[MessageView.of(message) for message in messages],
        )

    def last_asked(self, conversation: str, said: str) -> tuple[str, Context]:
        """What a citizen wants to know: what was `said` to people last, else what the assistant was asked; with the thread."""
        context = self._conversations.context(conversation) or Context()
        asked = (turn.text for turn in reversed(self._conversations.turns(conversation, TURNS_SHOWN)) if turn.outcome != Outcome.HANDOFF)
        return said or next(asked, ""), context

    def row(self, found: HandOff, subject: str | None, member: Member) -> QueueRow:
        """A hand-off in somebody's queue."""
        return QueueRow(
            id=found.id, state=found.state, kind=found.kind, reason=found.reason, department=found.department,
            subject=self._title(subject), owner=found.owner_title, mine=found.owner == member.name, asked_at=found.asked_at,
            waiting_since=found.unanswered_since,
        )  # fmt: skip

    def _candidate(self, shown: dict[str, Any], context: Context) -> Candidate:
        library, subject = self._library(), str(shown.get("subject", ""))
        facets = context.facets or context.asked_facets or (Facet.PROCESS, Facet.MATERIALS)
        entries = {facet: library.entries.get((subject, facet)) for facet in facets}
        answers = {FACET_TITLES[facet]: entry.text for facet, entry in entries.items() if entry is not None}
        share, phrase = float(shown.get("share", 0.0)), str(shown.get("phrase", ""))
        return Candidate(subject=subject, title=self._title(subject), share=share, phrase=phrase, answers=answers)

    def _title(self, subject: str | None) -> str:
        library = self._library()
        return library.subject(subject).title if subject and library.knows(subject) else ""
