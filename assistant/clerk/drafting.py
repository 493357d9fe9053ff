"""A good answer of a person becomes a draft of the 答疑手册: one step for who gave it, a review by another before it is live."""

import secrets
from datetime import date

from pydantic import ValidationError

from assistant.answering.library import Library
from knowledge.checks import personal_data
from knowledge.exchange.drafts import Draft
from knowledge.schema import FactStatus, ManualEntry, Source
from knowledge.vocabulary import Facet


class NoDraft(Exception):
    """It cannot be a draft; the message says why, in Chinese."""


def draft_of(
    library: Library, subject: str, facet: Facet | None, question: str, answer: str, region: str, by: str, today: date
) -> tuple[str, Draft]:
    """A draft with one entry, and a name for it that no other has.

    Args:
        library: what is live; its citations on the subject are the draft's sources.
        subject: the item or topic.
        facet: of the item; None for a topic.
        question: as citizens ask it; masked.
        answer: as it was given; masked.
        region: that it holds for.
        by: who gave it; somebody else must review it.
        today: when.

    Raises:
        NoDraft: there is no such subject, or the texts cannot be published.

    """
    known = library.subject(subject) if library.knows(subject) else None
    if known is None or known.kind not in ("item", "topic"):
        raise NoDraft("没有这个事项，请先选对事项。")
    if known.kind == "item" and facet is None:
        raise NoDraft("请选一下问的是哪个方面。")
    facet = facet if known.kind == "item" else None
    entries = [e for e in library.snapshot.entries if e.subject == subject and e.layer == "citizen"]
    cited = next((e for e in entries if e.facet == facet and not e.manual), entries[0] if entries else None)
    if cited is None:
        raise NoDraft("这个事项还没有已发布的内容，没有依据可以引用，请交给知识维护人员写。")
    if found := personal_data(f"{question}\n{answer}"):
        raise NoDraft(f"里面有{'、'.join(found)}，不能写进知识。请先删掉。")
    number = secrets.token_hex(4)
    try:
        manual = ManualEntry(
            id=f"m-desk-{number}", subject=subject, facet=facet, question=question, answer=answer, department=known.department,
            sources=tuple(Source(title=c.title, locator=c.locator, url=c.url) for c in cited.citations),
            region=region, fact_status=FactStatus.RECALLED, effective_from=today, reviewed_on=today,
        )  # fmt: skip
    except ValidationError:
        raise NoDraft("问题要写2到200个字，回答不能是空的。") from None
    return f"desk-{today:%Y%m%d}-{number}", Draft(origin="人工服务里的回答", imported_by=by, imported_on=today, manual=(manual,))
