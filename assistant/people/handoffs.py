"""The store of hand-offs. Each change is one transaction that begins with one guarded UPDATE.

The UPDATE names the state and the owner that it starts from, so of two people at once one wins and the other is
told; and it counts the conversation's messages up, so that no two messages get one number and none is written
into a hand-off that is no longer the writer's.
"""

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, func, literal, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assistant.people.states import OPEN, CloseReason, HandOff, Kind, Message, NotHere, Reason, Sender, State, TakenMeanwhile
from assistant.staff.audit import SYSTEM, entry
from assistant.staff.roles import Member
from assistant.storage.tables import ConversationRow, HandOffMessageRow, HandOffRow, StaffRow

RECENT_WAITS = 20
"""How many of the last waits tell how long the next will be: half an hour's worth of a busy desk."""
FEWEST_WAITS = 3
"""With fewer nothing is promised."""
PAGE = 200
"""Messages that are given at once."""


class HandOffs:
    """All reads and writes of hand-offs and their messages."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    # --- the citizen's side -------------------------------------------------------------------

    def open_of(self, conversation: str) -> HandOff | None:
        """The open hand-off of a conversation."""
        with self._sessions() as session:
            return _first(session, HandOffRow.conversation_id == conversation, HandOffRow.state.in_(OPEN))

    def start(self, conversation: str, channel: str, kind: Kind, reason: Reason, contact: str = "") -> HandOff:
        """Put a conversation in the general desk's queue; one that has an open hand-off keeps that one.

        A message that was left becomes a live wait when the citizen asks for a person again, and the other way round.
        """
        moment = datetime.now(UTC)
        try:
            with self._sessions.begin() as session:
                if session.get(ConversationRow, conversation) is None:
                    session.add(ConversationRow(id=conversation, channel=channel))
                    session.flush()
                row = HandOffRow(
                    id=uuid.uuid4().hex, conversation_id=conversation, state=State.WAITING, kind=kind, reason=reason, contact=contact,
                    last_sequence=_last_sequence(session, conversation), asked_at=moment, queued_at=moment, unanswered_since=moment,
                )  # fmt: skip
                session.add(row)
                session.flush()
                session.add(entry("citizen", "handoff_start", row.id, kind=kind, reason=reason))
        except IntegrityError:
            with self._sessions.begin() as session:
                changed: dict[str, Any] = {"kind": kind, "queued_at": moment} | ({"contact": contact} if contact else {})
                open_one = (HandOffRow.conversation_id == conversation, HandOffRow.state == State.WAITING, HandOffRow.kind != kind)
                session.execute(update(HandOffRow).where(*open_one).values(changed))
        found = self.open_of(conversation)
        if found is None:
            raise TakenMeanwhile("这段对话刚刚结束，请再说一遍。")
        return found

    def hear(self, conversation: str, text: str, key: str) -> bool:
        """Write down what a citizen says in an open hand-off; False when there is none (any more).

        Args:
            conversation: its id.
            text: masked.
            key: the client's own name for the message; the same one again is the same message. Empty: a new one.

        """
        moment, key = datetime.now(UTC), key or secrets.token_hex(16)
        since = func.coalesce(HandOffRow.unanswered_since, moment)
        return self._say((HandOffRow.conversation_id == conversation,), conversation, Sender.CITIZEN, "", text, key, since) is not None

    def leave_queue(self, conversation: str) -> bool:
        """Let a citizen stop waiting; False when there was nothing to leave."""
        with self._sessions.begin() as session:
            row = _move(session, (HandOffRow.conversation_id == conversation, HandOffRow.state == State.WAITING), _over(State.RETURNED))
            if row is None:
                return False
            _note(session, row, "您不等了，由智问接着回答。")
            session.add(entry("citizen", "handoff_leave_queue", row.id))
            return True

    def messages(self, conversation: str, after: int) -> list[Message]:
        """What was said after a number, in order, a page of it."""
        wanted = select(HandOffMessageRow).where(HandOffMessageRow.conversation_id == conversation, HandOffMessageRow.sequence > after)
        with self._sessions() as session:
            rows = session.scalars(wanted.order_by(HandOffMessageRow.sequence).limit(PAGE))
            return [Message(r.sequence, Sender(r.sender), r.author, r.text, r.key, r.at) for r in rows]

    def last_heard(self, conversation: str) -> str:
        """What the citizen said last to people; empty when nothing yet."""
        mine = (HandOffMessageRow.conversation_id == conversation, HandOffMessageRow.sender == Sender.CITIZEN)
        with self._sessions() as session:
            return session.scalar(select(HandOffMessageRow.text).where(*mine).order_by(HandOffMessageRow.sequence.desc()).limit(1)) or ""

    def position(self, found: HandOff) -> int:
        """The place of a waiting hand-off among those who wait for somebody now, from 1."""
        earlier = or_(HandOffRow.queued_at < found.queued_at, (HandOffRow.queued_at == found.queued_at) & (HandOffRow.id < found.id))
        waiting = (HandOffRow.state == State.WAITING, HandOffRow.kind == Kind.LIVE, HandOffRow.department == found.department)
        with self._sessions() as session:
            return 1 + (session.scalar(select(func.count()).select_from(HandOffRow).where(*waiting, earlier)) or 0)

    def expected_wait(self, department: str) -> timedelta | None:
        """The median of the last waits in a queue; None when there have been too few to say."""
        wanted = select(HandOffRow.waited_seconds).where(
            HandOffRow.department == department, HandOffRow.kind == Kind.LIVE, HandOffRow.waited_seconds.is_not(None)
        )
        with self._sessions() as session:
            waits = [w for w in session.scalars(wanted.order_by(HandOffRow.claimed_at.desc()).limit(RECENT_WAITS)) if w is not None]
        return timedelta(seconds=median(waits)) if len(waits) >= FEWEST_WAITS else None

    # --- the staff's side ---------------------------------------------------------------------

    def queue_of(self, member: Member, shown: int) -> tuple[list[tuple[HandOff, str | None]], int]:
        """What concerns somebody, first come first: whom they talk to (a supervisor: whom anybody talks to), then who waits
        in their queues, `shown` of them at most; each with the subject of its conversation. And how many wait in all.
        """
        ours = _ours(member)
        talking = (HandOffRow.state == State.PERSON, or_(HandOffRow.owner == member.name, and_(ours, literal(member.supervises))))
        waiting = (HandOffRow.state == State.WAITING, ours)
        wanted = (
            select(HandOffRow, StaffRow.title, ConversationRow.context["subject"].as_string())
            .join(ConversationRow, ConversationRow.id == HandOffRow.conversation_id)
            .outerjoin(StaffRow, StaffRow.name == HandOffRow.owner)
            .order_by(HandOffRow.queued_at, HandOffRow.id)
        )
        with self._sessions() as session:
            rows = [*session.execute(wanted.where(*talking)), *session.execute(wanted.where(*waiting).limit(shown))]
            count = session.scalar(select(func.count()).select_from(HandOffRow).where(*waiting)) or 0
        return [(_handoff(row, title), subject) for row, title, subject in rows], count

    def open_in(self, member: Member) -> list[HandOff]:
        """Every open hand-off in somebody's queues."""
        with self._sessions() as session:
            return [_handoff(row, None) for row in session.scalars(select(HandOffRow).where(HandOffRow.state.in_(OPEN), _ours(member)))]

    def get(self, handoff_id: str, member: Member) -> HandOff:
        """A hand-off for the one who has it, or a supervisor of its queue; raises NotHere for anybody else."""
        with self._sessions() as session:
            found = _first(session, HandOffRow.id == handoff_id)
        if found is None or not (found.owner == member.name or (member.supervises and member.sees(found.department))):
            raise NotHere
        return found

    def claim(self, handoff_id: str, member: Member) -> HandOff:
        """Take a waiting hand-off; raises NotHere, or TakenMeanwhile when somebody was quicker."""
        moment = datetime.now(UTC)
        with self._sessions.begin() as session:
            found = _first(session, HandOffRow.id == handoff_id)
            if found is None or not member.sees(found.department):
                raise NotHere
            guard = (HandOffRow.id == handoff_id, HandOffRow.state == State.WAITING, HandOffRow.department == found.department)
            waited = (moment - found.queued_at).total_seconds()
            values = {
                "state": State.PERSON, "owner": member.name, "claimed_at": moment, "waited_seconds": waited, "unanswered_since": moment,
            }  # fmt: skip
            row = _move(session, guard, values)
            if row is None:
                raise _taken(session, handoff_id)
            _note(session, row, f"{_called(member)}来了，请说。")
            session.add(entry(member.name, "handoff_claim", handoff_id))
            return _handoff(row, member.title)

    def say(self, handoff_id: str, member: Member, text: str, key: str) -> Message:
        """Write down what the owner says; raises NotHere or TakenMeanwhile."""
        found = self.get(handoff_id, member)
        guard = (HandOffRow.id == handoff_id, HandOffRow.owner == member.name, HandOffRow.state == State.PERSON)
        said = self._say(guard, found.conversation, Sender.AGENT, member.title, text, key, None)
        if said is None:
            with self._sessions() as session:
                raise _taken(session, handoff_id)
        return said

    def transfer(self, handoff_id: str, member: Member, colleague: Member | None, department: str) -> HandOff:
        """Give a hand-off to a colleague, who has it from then on, or back to the queue of a department ("" for the general desk).

        Raises NotHere or TakenMeanwhile.
        """
        if colleague is not None:
            values: dict[str, Any] = {"owner": colleague.name, "department": department}
            note, to = f"已转给{_called(colleague)}，请稍等。", colleague.name
        else:
            values = {"state": State.WAITING, "owner": None, "department": department}
            note, to = f"已转给{department or '总台'}，正在等那边的工作人员。", department or "总台"
        values["unanswered_since"] = datetime.now(UTC)
        return self._end_turn_of(handoff_id, member, values, note, entry(member.name, "handoff_transfer", handoff_id, to=to))

    def give_back(self, handoff_id: str, member: Member) -> HandOff:
        """Return a conversation to the assistant; raises NotHere or TakenMeanwhile."""
        note = "工作人员已把对话交回智问，您可以接着问；还要找人就说“转人工”。"
        return self._end_turn_of(handoff_id, member, _over(State.RETURNED), note, entry(member.name, "handoff_return", handoff_id))

    def close(self, handoff_id: str, member: Member, reason: CloseReason) -> HandOff:
        """End a hand-off; raises NotHere or TakenMeanwhile."""
        note = "这次人工服务结束了，谢谢您。还有要问的，直接说就行。"
        values = _over(State.CLOSED) | {"close_reason": reason}
        return self._end_turn_of(handoff_id, member, values, note, entry(member.name, "handoff_close", handoff_id, reason=reason))

    # --- when a time has run out --------------------------------------------------------------

    def requeue_silent(self, unseen_since: datetime, unanswered_since: datetime) -> list[str]:
        """Put back what an agent has who is gone, or who has left a citizen without a word; returns the conversations.

        It keeps its place in the queue: the citizen has waited before.
        """
        gone = select(StaffRow.name).where(or_(StaffRow.seen_at.is_(None), StaffRow.seen_at < unseen_since))
        # Who left word or a number does not sit and wait: calling back takes as long as it takes.
        wordless = (HandOffRow.kind == Kind.LIVE) & (HandOffRow.unanswered_since < unanswered_since)
        silent = or_(HandOffRow.owner.in_(gone), wordless)
        guard = (HandOffRow.state == State.PERSON, silent)
        values = {"state": State.WAITING, "owner": None}
        return self._sweep(guard, values, "接待您的工作人员暂时不在，正在为您换一位，您不用重新排队。", "handoff_requeue")

    def let_waiting_go(self, queued_before: datetime) -> list[str]:
        """Turn waits that nobody has ended into left messages, so that the assistant goes on; returns the conversations."""
        guard = (HandOffRow.state == State.WAITING, HandOffRow.kind == Kind.LIVE, HandOffRow.queued_at < queued_before)
        note = "让您久等了，工作人员现在都忙。您的话已经留下，有人看到会在这里回复；着急请打12345。您可以接着问智问。"
        return self._sweep(guard, {"kind": Kind.MESSAGE}, note, "handoff_wait_over")

    def _sweep(self, guard: Collection[ColumnElement[bool]], values: dict[str, Any], note: str, action: str) -> list[str]:
        with self._sessions() as session:
            due = session.scalars(select(HandOffRow.id).where(*guard)).all()
        changed = []
        for handoff_id in due:
            with self._sessions.begin() as session:
                row = _move(session, (*guard, HandOffRow.id == handoff_id), values)
                if row is not None:
                    _note(session, row, note)
                    session.add(entry(SYSTEM, action, handoff_id))
                    changed.append(row.conversation_id)
        return changed

    # --- what they share ----------------------------------------------------------------------

    def _say(
        self, guard: Sequence[ColumnElement[bool]], conversation: str, sender: Sender, author: str, text: str, key: str, unanswered: Any
    ) -> Message | None:
        """Write a message; None when the guard does not hold. The same key again gives the message that is there."""
        known = select(HandOffMessageRow).where(
            HandOffMessageRow.conversation_id == conversation, HandOffMessageRow.sender == sender, HandOffMessageRow.key == key
        )
        try:
            with self._sessions.begin() as session:
                there = session.scalars(known).one_or_none()
                if there is None:
                    row = _move(session, (*guard, HandOffRow.state.in_(OPEN)), {"unanswered_since": unanswered})
                    if row is None:
                        return None
                    there = _write(session, row, sender, author, text, key)
        except IntegrityError:  # the same message twice at once: the other one was quicker
            with self._sessions() as session:
                there = session.scalars(known).one()
        return Message(there.sequence, sender, there.author, there.text, there.key, there.at)

    def _end_turn_of(self, handoff_id: str, member: Member, values: dict[str, Any], note: str, audited: Any) -> HandOff:
        found = self.get(handoff_id, member)
        guard = (HandOffRow.id == handoff_id, HandOffRow.state == State.PERSON, HandOffRow.owner == found.owner)
        with self._sessions.begin() as session:
            row = _move(session, guard, values)
            if row is None:
                raise _taken(session, handoff_id)
            _note(session, row, note)
            session.add(audited)
            return _handoff(row, "")


def _move(session: Session, guard: Collection[ColumnElement[bool]], values: dict[str, Any]) -> HandOffRow | None:
    """Change a hand-off that is still as the guard says, and give it the next number; None when it is not."""
    moved = update(HandOffRow).where(*guard).values({**values, "last_sequence": HandOffRow.last_sequence + 1})
    return session.scalars(moved.returning(HandOffRow), execution_options={"populate_existing": True}).one_or_none()


def _write(session: Session, row: HandOffRow, sender: Sender, author: str, text: str, key: str) -> HandOffMessageRow:
    message = HandOffMessageRow(
        conversation_id=row.conversation_id, sequence=row.last_sequence, handoff_id=row.id, sender=sender, author=author, text=text,
        key=key, at=datetime.now(UTC),
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message


def _note(session: Session, row: HandOffRow, text: str) -> None:
    _write(session, row, Sender.NOTICE, "", text, secrets.token_hex(16))


def _over(state: State) -> dict[str, Any]:
    return {"state": state, "ended_at": datetime.now(UTC), "unanswered_since": None}


def _last_sequence(session: Session, conversation: str) -> int:
    counted = select(func.max(HandOffMessageRow.sequence)).where(HandOffMessageRow.conversation_id == conversation)
    return session.scalar(counted) or 0


def _first(session: Session, *conditions: ColumnElement[bool]) -> HandOff | None:
    wanted = select(HandOffRow, StaffRow.title).outerjoin(StaffRow, StaffRow.name == HandOffRow.owner).where(*conditions)
    found = session.execute(wanted).first()
    return None if found is None else _handoff(found[0], found[1])


def _handoff(row: HandOffRow, owner_title: str | None) -> HandOff:
    return HandOff(
        id=row.id, conversation=row.conversation_id, state=State(row.state), kind=Kind(row.kind), reason=Reason(row.reason),
        department=row.department, owner=row.owner, owner_title=owner_title or "", contact=row.contact, asked_at=row.asked_at,
        queued_at=row.queued_at, claimed_at=row.claimed_at, unanswered_since=row.unanswered_since,
    )  # fmt: skip


def _ours(member: Member) -> ColumnElement[bool]:
    """`Member.sees`, for the database."""
    return true() if member.everywhere else HandOffRow.department.in_(("", member.department))


def _taken(session: Session, handoff_id: str) -> TakenMeanwhile:
    now = _first(session, HandOffRow.id == handoff_id)
    if now is None or now.state not in OPEN:
        return TakenMeanwhile("这段对话已经结束了。")
    if now.state is State.WAITING:
        return TakenMeanwhile("这段对话已经回到排队里了。")
    return TakenMeanwhile(f"这段对话现在由{now.owner_title}接待。")


def _called(member: Member) -> str:
    return f"{member.department or '总台'}的工作人员{member.title}"
