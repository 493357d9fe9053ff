"""Checks over all files together: what one file alone cannot show."""

import re
from collections.abc import Iterator
from datetime import date

from knowledge.alike import alike_questions, lost_questions, read_questions
from knowledge.disagreements import disagreeing_answers, disagreeing_levels
from knowledge.loader import DEPARTMENTS, Knowledge, Problem
from knowledge.render import is_expired
from knowledge.schema import Confusion, Dated, Guide, Item, ManualEntry, Negative, Record, Topic
from knowledge.vocabulary import Facet

MIN_QUESTIONS = 15
"""Fewer questions than this and the encoder has too little to learn a subject from."""
MIN_REQUIRED_FACETS = (
    Facet.CONDITIONS, Facet.PROCESS, Facet.RESULT, Facet.VALIDITY, Facet.PROXY,
    Facet.DELIVERY, Facet.FORMS, Facet.CROSS_REGION, Facet.EXEMPT,
)  # fmt: skip
"""Facets without a template: an item has to write them itself."""

_RULE = re.compile(r"法$|法[（(〔]|法典|条例|规定|办法|细则|规则|规范|规程|标准|清单|通知|意见|决定|公告|批复|解释|令[）)]")
"""What the title of a law, a rule or a document with a number says; guides, questions and answers, and news have none of it."""

_PERSONAL = {
    "身份证号": re.compile(r"(?<!\d)\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"),
    "手机号": re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    "邮箱": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "口令": re.compile(r"(密码|口令|password)\s*(是|为|[:\uff1a])\s*[A-Za-z0-9@#_!]{4,}", re.IGNORECASE),
}


def check(knowledge: Knowledge, today: date) -> list[Problem]:
    """All problems of the knowledge as a whole; those that are no warnings stop a build."""
    problems = [p for item in knowledge.items.values() for p in _item(item, knowledge, today)]
    problems += [p for guide in knowledge.guides.values() for p in _guide(guide, knowledge, today)]
    problems += [p for topic in knowledge.topics.values() for p in _topic(topic, knowledge, today)]
    problems += [p for entry in knowledge.manual.values() for p in _manual(entry, knowledge, today)]
    for name, office in knowledge.departments.items():
        problems += _personal(office, knowledge.files.get(name, DEPARTMENTS), f"{name}.")
    problems += _references(knowledge)
    broken = list(_patterns(knowledge))
    asked = list(read_questions(knowledge))
    problems += broken or lost_questions(knowledge, asked)
    problems += alike_questions(knowledge, asked)
    problems += disagreeing_answers(knowledge)
    problems += disagreeing_levels(knowledge)
    return problems


def _item(item: Item, knowledge: Knowledge, today: date) -> Iterator[Problem]:
    file = knowledge.files.get(item.id, item.id)
    if not file.endswith(f"/{item.id}.yml"):
        yield Problem(file, "id", item.id, "文件名要和 id 一样")
    if item.department not in knowledge.departments:
        yield Problem(file, "department", item.department, "departments.yml 里没有这个部门")
    for facet in MIN_REQUIRED_FACETS:
        if facet not in item.answers:
            yield Problem(file, f"answers.{facet}", "", "这个方面没有写，没有内容也要用一句话说明")
    yield from _sources(item, file)
    yield from _dated(item, file, today)
    yield from _thin(file, sum(len(q) for q in item.questions.values()))
    yield from _personal(item, file)


def _guide(guide: Guide, knowledge: Knowledge, today: date) -> Iterator[Problem]:
    """An imported guide may lack what an item must have; nothing that it has may be wrong."""
    file = knowledge.files.get(guide.id, guide.id)
    at = f"{guide.id}."
    if guide.department not in knowledge.departments:
        yield Problem(file, f"{at}department", guide.department, "departments.yml 里没有这个部门，问地点、电话时没有默认值", warning=True)
    yield from _sources(guide, file, at)
    yield from _dated(guide, file, today, at)
    yield from _personal(guide, file, at)


def _sources(item: Guide, file: str, at: str = "") -> Iterator[Problem]:
    keys = {f"materials.{n}": row.source for n, row in enumerate(item.materials)}
    keys |= {f"answers.{facet}": text.source for facet, text in item.answers.items() if text.source}
    limits = {"limits.statutory": item.limits.statutory, "limits.promised": item.limits.promised} if item.limits else {}
    facts = {**limits, "fee": item.fee, "online": item.online}
    keys |= {place: fact.source for place, fact in facts.items() if fact is not None and fact.source}
    for place, key in keys.items():
        if key not in item.sources:
            yield Problem(file, f"{at}{place}.source", key, "引用了没有列出的依据")
    unfounded: dict[str, list[str]] = {}
    for row in item.materials:
        if row.source in item.sources and not _RULE.search(item.sources[row.source].title):
            unfounded.setdefault(item.sources[row.source].title, []).append(row.name)
    for title, names in unfounded.items():
        cause = f"这{len(names)}样材料的依据“{title}”看起来不是法律、法规、规章或文件，没有依据的材料不能要"
        yield Problem(file, f"{at}materials", "、".join(names)[:80], cause, warning=True)


def _topic(topic: Topic, knowledge: Knowledge, today: date) -> Iterator[Problem]:
    file = knowledge.files.get(topic.id, topic.id)
    if topic.department not in knowledge.departments:
        yield Problem(file, "department", topic.department, "departments.yml 里没有这个部门")
    yield from _dated(topic, file, today)
    yield from _thin(file, len(topic.questions))
    yield from _personal(topic, file)


def _manual(entry: ManualEntry, knowledge: Knowledge, today: date) -> Iterator[Problem]:
    file = knowledge.files.get(entry.id, entry.id)
    at = f"{entry.id}."
    guides = knowledge.items.keys() | knowledge.guides.keys()
    if entry.subject not in guides and entry.subject not in knowledge.topics:
        yield Problem(file, f"{at}subject", entry.subject, "没有这个事项或话题")
    if entry.subject in knowledge.topics and entry.facet is not None:
        yield Problem(file, f"{at}facet", entry.facet, "话题没有方面，这里写 null")
    if entry.subject in guides and entry.facet is None:
        yield Problem(file, f"{at}facet", "", "挂在事项上的问答要写是哪个方面")
    if entry.department not in knowledge.departments:
        yield Problem(file, f"{at}department", entry.department, "departments.yml 里没有这个部门")
    yield from _dated(entry, file, today, at)
    yield from _personal(entry, file, at)


def _dated(entry: Dated, file: str, today: date, at: str = "") -> Iterator[Problem]:
    if is_expired(entry.expires_on, today):
        yield Problem(file, f"{at}expires_on", str(entry.expires_on), "已过有效期，要复核后改日期，否则不会回答")
    if entry.reviewed_on > today:
        yield Problem(file, f"{at}reviewed_on", str(entry.reviewed_on), "复核日期在将来")


def _thin(file: str, questions: int) -> Iterator[Problem]:
    if questions < MIN_QUESTIONS:
        yield Problem(file, "questions", str(questions), f"问法少于{MIN_QUESTIONS}句，容易认不出来", warning=True)


def _personal(entry: Record, file: str, at: str = "") -> Iterator[Problem]:
    for kind in personal_data(entry.model_dump_json(exclude={"id"})):
        fields = [field for field in type(entry).model_fields if kind in personal_data(entry.model_dump_json(include={field}))]
        yield Problem(file, f"{at}{fields[0]}", "（不显示）", f"像是{kind}：知识里不能有个人信息或口令，请删掉")


def personal_data(text: str) -> list[str]:
    """Kinds of personal data and passwords that a text holds."""
    return [kind for kind, pattern in _PERSONAL.items() if pattern.search(text)]


def _references(knowledge: Knowledge) -> Iterator[Problem]:
    known = {*knowledge.items, *knowledge.guides, *knowledge.topics}

    def missing(owner: str, entry: str, subject: str) -> Iterator[Problem]:
        if subject not in known:
            # The neighbour may be a catalogue item that is not written yet; it is offered to nobody.
            yield Problem(knowledge.files.get(owner, owner), entry, subject, "还没有这个事项的知识文件", warning=True)

    entries: list[Item | Topic] = [*knowledge.items.values(), *knowledge.topics.values()]
    for entry in entries:
        related: tuple[Confusion | Negative, ...] = (*entry.confused_with, *entry.negatives)
        for reference in related:
            yield from missing(entry.id, "confused_with/negatives", reference.subject)
    for item in knowledge.items.values():
        for part in item.parts:
            yield from missing(item.id, "parts", part)
    for subject in knowledge.popular.options if knowledge.popular else ():
        if subject not in known:
            yield Problem("popular.yml", "options", subject, "选项指向不存在的事项")
    for clarification in knowledge.clarifications.values():
        for subject in clarification.options:
            if subject not in known:
                yield Problem(knowledge.files[clarification.id], f"{clarification.id}.options", subject, "选项指向不存在的事项")


def _patterns(knowledge: Knowledge) -> Iterator[Problem]:
    for boundary in knowledge.boundaries.values():
        for pattern in boundary.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                yield Problem(knowledge.files[boundary.id], f"{boundary.id}.patterns", pattern, f"正则表达式写错了：{error}")
