"""Templates that turn an item's fields into the published text of a facet."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.bundle import join_materials
from knowledge.loader import Knowledge
from knowledge.schema import Fee, Guide, Item, Limit, Limits, Material, Online, Source, Unit
from knowledge.vocabulary import Facet

SAMPLE_NOTE = "（示例值，以当地窗口公布为准）"


@dataclass(frozen=True)
class Rendered:
    """Text of one facet, the rules it rests on, and whether a value in it is only a sample."""

    text: str
    sources: tuple[Source, ...]
    sample: bool = False


def render(item: Guide, facet: Facet, knowledge: Knowledge) -> Rendered | None:
    """The published text of a facet of an item or guide; None where nothing is published."""
    if facet in item.answers:
        written = item.answers[facet]
        return Rendered(marked(written.text, written.sample), _cited(item, written.source), written.sample)
    if facet is Facet.MATERIALS and isinstance(item, Item) and item.parts:
        return _joint_materials(item, knowledge)
    if facet is Facet.MATERIALS and (item.materials or isinstance(item, Item)):
        return _materials(item)
    if facet is Facet.TIME_LIMIT and item.limits is not None:
        return _limits(item, item.limits)
    if facet is Facet.FEE and item.fee is not None:
        return Rendered(_fee(item.fee), _cited(item, item.fee.source), item.fee.sample)
    if facet is Facet.ONLINE and item.online is not None:
        text = f"{_depth(item.online)}{item.online.text}"
        return Rendered(marked(text, item.online.sample), _cited(item, item.online.source), item.online.sample)
    if facet is Facet.LEGAL_BASIS:
        lines = [f"《{s.title}》{s.locator}" for s in item.sources.values()]
        return Rendered("办这件事依据的规定：\n" + _numbered(lines), tuple(item.sources.values()))
    if facet in knowledge.defaults:
        default = knowledge.defaults[facet]
        return Rendered(default.text, default.sources)
    department = knowledge.departments.get(item.department)
    if department is not None and facet in (Facet.PLACE, Facet.HOURS, Facet.PHONE):
        written = {Facet.PLACE: department.place, Facet.HOURS: department.hours, Facet.PHONE: department.phone}[facet]
        window = f"窗口：{item.window.name}。\n" if facet is Facet.PLACE and item.window is not None else ""
        return Rendered(marked(window + written.text, written.sample), (), written.sample)
    return None


def _cited(item: Guide, key: str | None) -> tuple[Source, ...]:
    """The named source; the item's first where none is named, for every answer has one."""
    return (item.sources[key],) if key is not None else (next(iter(item.sources.values())),)


def marked(text: str, sample: bool) -> str:
    """The text, with the note behind it where a value in it is only a sample."""
    return f"{text}{SAMPLE_NOTE}" if sample else text


def _numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _materials(item: Guide) -> Rendered:
    if not item.materials:
        return Rendered(item.materials_note or "不用带材料。", _cited(item, None))
    lines = [_material(row) for row in item.materials]
    note = f"\n{item.materials_note}" if item.materials_note else ""
    keys = dict.fromkeys(row.source for row in item.materials)
    return Rendered("请准备：\n" + _numbered(lines) + note, tuple(item.sources[key] for key in keys))


def _joint_materials(bundle: Item, knowledge: Knowledge) -> Rendered:
    """The list of a 一件事, made of its parts as they are now."""
    known = {**knowledge.guides, **knowledge.items}
    joint = join_materials(bundle, [known[part] for part in bundle.parts if part in known])
    lines = []
    for material in joint:
        users = material.wanted_by(bundle)
        lines.append(_material(material.row) + (f"——用于：{users}" if users else ""))
    note = f"\n{bundle.materials_note}" if bundle.materials_note else ""
    sources = tuple(dict.fromkeys(source for material in joint for source in material.sources))
    return Rendered("请准备（几件事都要的，只交一份）：\n" + _numbered(lines) + note, sources or _cited(bundle, None))


def _material(row: Material) -> str:
    details = [part for part in (asked(row), row.note, exemption(row)) if part]
    condition = f"【{row.when}】" if row.when else ""
    return f"{condition}{row.name}" + (f"（{'；'.join(details)}）" if details else "")


def asked(row: Material) -> str:
    """What of a material is asked: the original, how many copies, an electronic one."""
    if row.form == "现场采集":
        return "现场采集"
    parts = ["原件"] if row.original else []
    if row.copies:
        parts.append(f"复印件{row.copies}份")
    if row.form == "电子":
        parts.append("电子版")
    return "、".join(parts)


def exemption(row: Material) -> str:
    """Why a material need not be brought; empty when it must."""
    return f"可免交：{row.exempt.how}（{row.exempt.by}）" if row.exempt else ""


def _days(limit: Limit) -> str:
    text = "当场办结" if limit.unit is Unit.ON_THE_SPOT else f"{limit.value}个{limit.unit.value}"
    note = f"，{limit.note}" if limit.note else ""
    return f"{text}{SAMPLE_NOTE if limit.sample else ''}{note}"


def _limits(item: Guide, limits: Limits) -> Rendered:
    lines = []
    if limits.promised is not None:
        lines.append(f"承诺时限：{_days(limits.promised)}。")
    if limits.statutory is not None:
        lines.append(f"法定时限：{_days(limits.statutory)}。")
    if limits.note:
        lines.append(limits.note)
    if not lines:
        lines.append("规定里没有写明办理天数，请以窗口受理时告诉您的为准。")
    keys = [limit.source for limit in (limits.promised, limits.statutory) if limit is not None and limit.source]
    sources = tuple(item.sources[key] for key in dict.fromkeys(keys)) or _cited(item, None)
    return Rendered("\n".join(lines), sources, bool(limits.promised and limits.promised.sample))


def _fee(fee: Fee) -> str:
    if fee.amount is None:
        head = ""
    elif fee.amount == 0:
        head = "收费标准：不收费。\n"
    else:
        head = f"收费标准：{_plain(fee.amount)}{fee.unit}。\n"
    return marked(f"{head}{fee.rule}", fee.sample)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _depth(online: Online) -> str:
    depth = {
        "全程网办": "可以全程网上办，",
        "网上申请现场核验": "可以网上申请，",
        "网上预约": "可以网上预约，",
        "不能网办": "暂时不能网上办，",
    }[online.depth]
    return depth + ("一次都不用跑。" if online.visits == 0 else f"要到现场{online.visits}次。")


def is_expired(expires_on: date | None, today: date) -> bool:
    """Whether an entry may no longer be answered."""
    return expires_on is not None and today > expires_on
