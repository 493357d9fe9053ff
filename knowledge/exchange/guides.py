"""Item guides from the rows of a platform's export."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import yaml
from pydantic import ValidationError, create_model

from knowledge.checks import personal_data
from knowledge.disagreements import differing_elements, name_of_item
from knowledge.exchange.fields import read_dated, read_department, read_sources
from knowledge.exchange.form import named
from knowledge.exchange.mapping import NOTHING, GuideField, Row
from knowledge.exchange.plan import TAKEN, Outcome, Refused, Setting, Verdict
from knowledge.exchange.tidy import one_line, tidy
from knowledge.loader import explain
from knowledge.schema import FacetText, FactStatus, Fee, Guide, Limit, Limits, Material, Record, Source, Unit
from knowledge.text import distinct, fold
from knowledge.vocabulary import FACET_TITLES, Facet

REVIEW_AFTER = timedelta(days=365)
"""An imported guide must be reviewed again after so long."""
SHORTEST_NAME = 3
"""Two characters (取水) are a word, and no name of a matter."""
NO_BASIS = "办事指南里没有写设定依据，请向受理窗口了解。"
_UNITS = {
    "工作日": Unit.WORKING_DAYS, "个工作日": Unit.WORKING_DAYS, "自然日": Unit.NATURAL_DAYS, "个自然日": Unit.NATURAL_DAYS,
    "天": Unit.NATURAL_DAYS, "日历日": Unit.NATURAL_DAYS,
}  # fmt: skip
_LIMIT = re.compile(r"^(\d+)\s*[（(]?\s*(\D*?)\s*[)）]?$")
_ON_THE_SPOT = re.compile(r"当场|即办|即时|马上|立等|^0")
_LONGER = re.compile(r"个?(年|月|周|小时|分钟)")
_FREE = re.compile(r"^(否|不收费|免费|不收取费用|0元?)[。.]?$")
_MARK = re.compile(r"(?<![\d.])(?:\d{1,2}[.、．](?!\d)|[（(]\d{1,2}[)）]|[①-⑳])\s*")
_COPIES = re.compile(r"复印件(?:各?(\d+)份)?")
_ASIDE = re.compile(r"^(?P<name>.+?)[（(](?P<aside>.+)[)）]$", re.DOTALL)
_PLAIN_ASIDE = re.compile(r"^(?:原件|正本|纸质|电子|复印件|及|和|、|，|,|；|;|/|各|\d+份|\s)*$")
_ID = re.compile(r"g-[a-z0-9]+(-[a-z0-9]+)*")
_FACETS = {title: facet for facet, title in FACET_TITLES.items()}
_COLUMNS = {
    "id": (GuideField.CODE,), "name": (GuideField.NAME,), "parent": (GuideField.PARENT,), "department": (GuideField.DEPARTMENT,),
    "names": (GuideField.ALIASES,), "sources": (GuideField.SOURCES,), "materials": (GuideField.MATERIALS,), "fee": (GuideField.FEE,),
    "limits": (GuideField.STATUTORY, GuideField.STATUTORY_UNIT, GuideField.PROMISED, GuideField.PROMISED_UNIT), "online": (),
}  # fmt: skip
"""The columns of a guide's field where they are not called as the field."""
_OFFICIAL = re.compile(r"(的?(审批|核发|许可|核准|登记|备案|签发|认定|确认|给付|办理|审核|初审|申领|申请))$")


def read_limit(text: str, unit: str = "") -> Limit | str | None:
    """A limit such as “30(工作日)”; the words themselves where it has another unit; None for an empty cell.

    Raises:
        Refused: a number whose unit nobody can tell.

    """
    text = one_line(text)
    if text.lower() in NOTHING:
        return None
    if _ON_THE_SPOT.search(text):
        return Limit(unit=Unit.ON_THE_SPOT)
    found = _LIMIT.match(text + one_line(unit) if text.isdigit() else text)
    if found is None or _LONGER.search(found[2]):
        return text
    if found[2] not in _UNITS:
        raise Refused(f"时限“{text}”没说是工作日还是自然日")
    return Limit(value=int(found[1]), unit=_UNITS[found[2]])


def read_materials(text: str, source: str) -> tuple[Material, ...]:
    """The materials that one cell lists: one a line, numbered, or parted by semicolons outside brackets."""
    # The semicolon keeps long lines apart, which tidying would take for one that the page wrapped.
    text = tidy(_MARK.sub("；\n", text.replace("\r\n", "\n")))
    return tuple(_material(part, source) for part in _parts(text) if part.lower() not in NOTHING)


def _parts(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth = max(0, depth + (character in "（(") - (character in "）)"))
        if character == "\n" or (depth == 0 and character in "；;"):
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip(" 。，、；") for part in parts]


def _material(text: str, source: str) -> Material:
    found = _ASIDE.match(text)
    aside = found["aside"] if found else ""
    copies = _COPIES.search(text)
    is_about_form = bool(found) and _PLAIN_ASIDE.match(aside) is not None
    told = re.search(r"原件|复印件|电子", text)
    return Material(
        name=found["name"] if found and (is_about_form or "原件" in aside or "复印件" in aside) else text,
        form="电子" if "电子" in text and "纸质" not in text and "原件" not in text else "纸质或电子",
        original="原件" in text or (told is None) or (copies is None and "电子" not in text),
        copies=min(int(copies[1] or 1), 10) if copies else 0,
        note="" if is_about_form or not found or not ("原件" in aside or "复印件" in aside) else aside,
        source=source,
    )


class GuideImport:
    """Takes the rows of an export one after the other and says what becomes of each."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._guides = dict(setting.knowledge.guides)
        self._rows: dict[str, tuple[Row, Guide]] = {}
        self._items = {fold(name): item.id for item in setting.knowledge.items.values() for name in (item.name, *item.names)}

    def take(self, row: Row) -> Outcome:
        """What becomes of a row; a guide that is taken counts for the rows below."""
        try:
            guide = self.read(row)
            verdict, why = self._compare(guide)
        except Refused as refusal:
            return Outcome(row, refusal.verdict, str(refusal))
        if verdict in TAKEN:
            self._guides[guide.id] = guide
        for key in _keys(guide):
            self._rows.setdefault(key, (row, guide))
        return Outcome(row, verdict, why, guide)

    def read(self, row: Row) -> Guide:
        """The guide of a row. What the row does not know of a guide that is there already stays as it was.

        Raises:
            Refused: a field is missing or wrong, or tells of a person.

        """
        cells = {field: text for field, text in row.cells.items() if one_line(text).lower() not in NOTHING}
        kinds = personal_data("\n".join(text for field, text in cells.items() if field != GuideField.CODE))
        if kinds:
            raise Refused(f"里面有{'、'.join(kinds)}，请删掉再导入")
        details = _read_details(cells)
        name = details.get("name") or one_line(cells.get(GuideField.NAME, ""))
        department = details.get("department") or self._department(cells)
        if not name or not department:
            raise Refused("没有写实施部门" if name else "没有写事项名称")
        number = details.get("id") or _number(cells.get(GuideField.CODE, ""), name, department)
        old = self._guides.get(number)
        told = self._told(cells, details, name, department) | {"id": number, "name": name, "department": department}
        guide = _checked((old.model_dump() if old else self._defaults(name)) | told)
        if old is not None and guide != old and "fact_status" not in told:
            # Nobody has checked what is new.
            return guide.model_copy(update={"fact_status": FactStatus.RECALLED})
        return guide

    def _department(self, cells: dict[str, str]) -> str:
        return read_department(cells.get(GuideField.DEPARTMENT, ""), self._setting.knowledge) or self._setting.department

    def _defaults(self, name: str) -> dict[str, object]:
        today = self._setting.today
        return {
            "label": name, "region": self._setting.region, "fact_status": FactStatus.RECALLED,
            "effective_from": today, "reviewed_on": today, "expires_on": today + REVIEW_AFTER,
        }  # fmt: skip

    def _told(self, cells: dict[str, str], details: dict[str, Any], name: str, department: str) -> dict[str, Any]:
        """The fields of a guide that a row tells, by columns or by details."""
        listed = {f"s{n}": source for n, source in enumerate(read_sources(cells.get(GuideField.SOURCES, "")), 1)}
        sources = details.get("sources") or listed or unlisted_sources(name, department)
        # Without a basis of its own the guide must not pass for one.
        answers = {} if listed or "sources" in details else {Facet.LEGAL_BASIS: FacetText(text=NO_BASIS)}
        answers |= {facet: FacetText(text=tidy(cells[facet])) for facet in Facet if facet in cells}
        by_columns = {
            "parent": one_line(cells.get(GuideField.PARENT, "")) or name,
            "sources": sources,
            "materials": read_materials(cells.get(GuideField.MATERIALS, ""), next(iter(sources))),
            "limits": self._limits(cells),
            "fee": _fee(tidy(cells.get(GuideField.FEE, ""))),
            "names": tuple(_names(name, cells.get(GuideField.ALIASES, ""))),
        }
        return by_columns | _added(cells) | read_dated(cells) | details | {"answers": answers | details.get("answers", {})}

    def _limits(self, cells: dict[str, str]) -> Limits | None:
        statutory = read_limit(cells.get(GuideField.STATUTORY, ""), cells.get(GuideField.STATUTORY_UNIT, ""))
        promised = read_limit(cells.get(GuideField.PROMISED, ""), cells.get(GuideField.PROMISED_UNIT, ""))
        if statutory is None and promised is None:
            return None
        told = [f"{name}：{limit}。" for name, limit in (("承诺时限", promised), ("法定时限", statutory)) if isinstance(limit, str)]
        return Limits(
            statutory=statutory if isinstance(statutory, Limit) else None,
            promised=promised if isinstance(promised, Limit) else None,
            note="".join(told),
        )

    def _compare(self, guide: Guide) -> tuple[Verdict, str]:
        above = next((self._rows[key] for key in _keys(guide) if key in self._rows), None)
        if above is not None:
            row, same = above
            differing = differing_elements(same, guide)
            if differing:
                raise Refused(f"和{row.where}是同一个事项，{'、'.join(differing)} 却不一样", Verdict.CONFLICT)
            return Verdict.DUPLICATE, f"和{row.where}一样"
        old = self._guides.get(guide.id)
        if old == guide:
            return Verdict.DUPLICATE, "内容一样"
        item = self._items.get(fold(guide.name))
        if item is not None:
            raise Refused(f"已经有写完整的同名事项 {item}，请直接改它", Verdict.CONFLICT)
        if old is None:
            return Verdict.NEW, ""
        changed = [name for name in Guide.model_fields if getattr(old, name) != getattr(guide, name)]
        return Verdict.CHANGED, f"改了{named(Guide, changed)}"


_Details = create_model(
    "_Details", __base__=Record, **{name: (field.rebuild_annotation(), None) for name, field in Guide.model_fields.items()}
)  # type: ignore[call-overload]
"""Any of the fields of a guide."""


def _read_details(cells: dict[str, str]) -> dict[str, Any]:
    """The fields that a row has as YAML.

    Raises:
        Refused: it is no YAML of a guide's fields, or tells what a column tells too.

    """
    try:
        found = _Details.model_validate(yaml.safe_load(cells.get(GuideField.DETAILS, "{}")))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused("“其余内容”写坏了，要和 guides/ 里的写法一样（YAML）") from error
    details = found.model_dump(exclude_unset=True)
    twice = sorted(replaced_columns(details) & cells.keys())
    if twice:
        raise Refused(f"{'、'.join(twice)} 在自己的列里写了，“其余内容”里又写了，请只留一处")
    return details


def replaced_columns(details: dict[str, Any]) -> set[str]:
    """The columns that are empty because the details tell their fields."""
    fields = details.keys() - {"answers"}
    return {*details.get("answers", {}), *(column for name in fields for column in _COLUMNS.get(name, (name,)))}


def unlisted_sources(name: str, department: str) -> dict[str, Source]:
    """What a guide rests on whose export lists no basis: itself."""
    return {"guide": Source(title=f"{department}办事指南", locator=name)}


def _added(cells: dict[str, str]) -> dict[str, Any]:
    """What review adds to a guide, as far as the row tells it."""
    read: dict[str, Callable[[str], object]] = {
        GuideField.LABEL: one_line, GuideField.SITUATIONS: _lines, GuideField.QUESTIONS: _questions,
        GuideField.MATERIALS_NOTE: tidy, GuideField.REVIEW_POINTS: _lines,
    }  # fmt: skip
    return {field: read[field](cells[field]) for field in read.keys() & cells.keys()}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(one_line, text.split("\n"))))


def _questions(text: str) -> dict[str, list[str]]:
    """Questions one a line, behind the facet that they are about, where they are about one."""
    found: dict[str, list[str]] = {}
    for line in _lines(text):
        title, _, question = line.partition("：")
        facet = _FACETS.get(title)
        found.setdefault(facet or "any", []).append(question if facet else line)
    return found


def _checked(fields: dict[str, Any]) -> Guide:
    try:
        return Guide.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"{named(Guide, map(str, first['loc'][:1]))}：{explain(first['type'], first['msg'])}") from error


def _keys(guide: Guide) -> tuple[str, str]:
    """What makes two rows one item: the code, or the name with the office."""
    return guide.id, name_of_item(guide)


def _fee(text: str) -> Fee | None:
    if not text:
        return None
    if all(_FREE.match(line) for line in text.split("\n")):
        return Fee(amount=None, rule="不收费。")
    told = text.removeprefix("是\n")
    return Fee(rule="要收费，标准请问受理窗口。" if told == "是" else told)


def _names(name: str, aliases: str) -> list[str]:
    """What the matter is called: its name, its everyday names, and its name without brackets and official tails."""
    bare = re.sub(r"[（(【][^）)】]*[)）】]", "", name).strip() or name
    shorter = [bare]
    while (short := _OFFICIAL.sub("", shorter[-1])) != shorter[-1] and len(short) >= SHORTEST_NAME:
        shorter.append(short)
    everyday = [one_line(part) for part in re.split(r"[\n；;，,、|｜]", aliases)]
    return distinct(n for n in (name, *everyday, *shorter) if n)


def _number(code: str, name: str, department: str) -> str:
    """The id: our own as it is, the platform's code, or a digest of name and office where the export has no code."""
    if _ID.fullmatch(one_line(code)):
        return one_line(code)
    kept = re.sub(r"[^a-z0-9]", "", one_line(code).lower())
    return f"g-{kept or hashlib.sha256(f'{department}/{name}'.encode()).hexdigest()[:12]}"
