"""The hit test: what the chat would do with one question, and why. The steps of a turn, without Rasa and without a record."""

from datetime import date
from typing import Any

from assistant.answering import thresholds
from assistant.answering.answerer import ask_for_matter, explain, screen_out
from assistant.answering.context import NO_INTENT, Context
from assistant.answering.library import Library
from assistant.desk import OpenTurn
from assistant.screen import screen
from knowledge.vocabulary import FACET_TITLES, Facet

_DECIDED_BY = {
    "ANSWER": f"把握到了 {thresholds.ANSWER}（ANSWER），直接答",
    "ASK": f"第一名是已知的反问，或者把握不到 {thresholds.ANSWER}（ANSWER）；正确的多半在候选里（known 到了 {thresholds.ASK}，ASK），反问",
    "below_ASK": f"known 不到 {thresholds.ASK}（ASK），或者没有可以列的候选，不答",
    "DECLINE": f"是已知的边界，把握到了 {thresholds.DECLINE}（DECLINE），指路",
    "SCREEN_OUT": f"紧急的或要拒绝的，把握到了 {thresholds.SCREEN_OUT}（SCREEN_OUT），不再往下问",
    "pattern": "边界文件里的 patterns 对上了，不再往下问",
    "no_matter": "话里没说是哪件事，给 popular.yml 里的选项",
    "nothing_found": "一个候选也没有，不答",
    "empty": "没有能读的文字",
}
"""What settled a message: `decided_by` of the answerer's explanation. A single message has no thread, and no intent here."""


def hit_test(library: Library, text: str, today: date, region: str) -> dict[str, Any]:
    """What the chat would reply to a first message, how it was read, and what decided.

    Args:
        library: what is live.
        text: the message.
        today: entries that are not valid on this day are not answered.
        region: of the installation.

    """
    message = screen(text)
    draft = ask_for_matter(library) if message.empty else screen_out(library, message.query)
    if draft is None:
        draft = OpenTurn(message, Context(region=region), library, today).answer(NO_INTENT)
    question, ranking = library.rank(message.query)
    decided = str(draft.explanation.get("decided_by", "empty"))
    manual = ranking.best.match.manual if ranking.best else None
    return {
        "question": message.masked,
        "version": library.snapshot.version,
        "engine": False,
        **explain(ranking, question),
        "terms": [term for term in question.terms if not term.startswith("#")],
        "manual": {"entry": manual[0], "likeness": round(manual[1], 3)} if manual else None,
        "decided_by": decided,
        "decision": _DECIDED_BY[decided],
        "outcome": draft.outcome,
        "text": draft.text,
        "answers": [{"entry": a.entry, "subject": a.subject, "facet": a.facet, "title": a.title} for a in draft.answers],
        "options": [{"subject": o.subject, "label": o.label} for o in draft.options],
    }


def told(found: dict[str, Any], library: Library) -> str:
    """A hit test for people to read."""
    lines = [
        f"问：{found['question']}",
        f"读成：{found['read_as']}",
        f"检索词：{'、'.join(found['terms'])}",
        f"说的事：{found['core'] or '（没说）'}",
        f"方面：{'、'.join(FACET_TITLES[Facet(f)] for f in found['facets']) or '（没说）'}",
        f"把握 {found['confidence']}，known {found['known']}",
        "候选：",
    ]
    for place, candidate in enumerate(found["candidates"], 1):
        scores = "，".join(f"{name} {candidate[name]}" for name in candidate if name not in ("subject", "share", "phrase"))
        lines.append(f"  {place}. {candidate['subject']} {library.subject(candidate['subject']).title}，占 {candidate['share']}")
        lines.append(f"     最像的问法：{candidate['phrase']}")
        lines.append(f"     {scores}")
    if found["manual"]:
        lines.append(f"最像的答疑手册条目：{found['manual']['entry']}，{found['manual']['likeness']}")
    lines.append(f"由什么定：{found['decision']}")
    lines.append(f"结果：{found['outcome']}")
    lines += [f"  答：{a['entry']} {a['title']}" for a in found["answers"]]
    lines += [f"  选项：{o['subject']} {o['label']}" for o in found["options"]]
    lines += ["", found["text"], "", "这里没有问对话引擎：问方面时少一个依据，寒暄、投诉、查进度也认不出来。要看完整的用 ./zhiwen ask。"]
    return "\n".join(lines)
