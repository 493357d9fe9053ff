"""Read the knowledge files into typed records. Bad files are reported, never half used."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.schema import Boundary, Clarification, Department, Guide, Item, ManualEntry, Popular, Record, Source, Text, Topic
from knowledge.text import Lexicon
from knowledge.vocabulary import Facet

Loaded = TypeVar("Loaded")
DEPARTMENTS = "departments.yml"
"""The one file of all offices, below the knowledge."""


class DefaultText(Record):
    """Text of a facet that holds for every item, with the national law it rests on."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Problem:
    """Something wrong in a knowledge file, told so that its author can mend it."""

    file: str
    entry: str
    value: str
    cause: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "提醒" if self.warning else "错误"
        value = f"，现在的值：{self.value}" if self.value else ""
        return f"[{kind}] {self.file} · {self.entry}{value} —— {self.cause}"


@dataclass(frozen=True)
class Knowledge:
    """All files of the knowledge folder, read and typed."""

    items: dict[str, Item]
    guides: dict[str, Guide]
    topics: dict[str, Topic]
    manual: dict[str, ManualEntry]
    clarifications: dict[str, Clarification]
    boundaries: dict[str, Boundary]
    departments: dict[str, Department]
    defaults: dict[Facet, DefaultText]
    lexicon: Lexicon
    facet_cues: dict[Facet, tuple[str, ...]]
    situations: dict[str, list[str]]
    """Ways to say one situation (丢了: 弄没, 找不到 …), by its name."""
    popular: Popular | None = None
    canned: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    """Record id -> the file it was read from, relative to the folder."""


def load(root: Path) -> tuple[Knowledge, list[Problem]]:
    """Read everything below `root`.

    Returns:
        The records that could be read, and a problem for each that could not.

    """
    problems: list[Problem] = []
    files: dict[str, str] = {}

    def read_all(folder: str, model: type[Loaded] | Any) -> list[Any]:
        found = []
        for path in sorted((root / folder).rglob("*.yml")):
            name = path.relative_to(root).as_posix()
            value = read_file(path, model, name, problems)
            for record in value if isinstance(value, list) else [value] if value is not None else []:
                if record.id in files:
                    problems.append(Problem(name, record.id, record.id, f"编号重复，{files[record.id]} 里已经有了"))
                    continue
                files[record.id] = name
                found.append(record)
        return found

    items = read_all("items", Item)
    guides = read_all("guides", list[Guide])
    topics = read_all("topics", Topic)
    manual = read_all("manual", list[ManualEntry])
    clarifications = read_all("clarifications", list[Clarification])
    boundaries = read_all("boundaries", list[Boundary])
    departments = read_file(root / DEPARTMENTS, dict[str, Department], DEPARTMENTS, problems) or {}
    defaults = read_file(root / "defaults.yml", dict[Facet, DefaultText], "defaults.yml", problems) or {}
    lexicon, cues = load_lexicon(root / "lexicon", problems)
    return (
        Knowledge(
            items={i.id: i for i in items},
            guides={g.id: g for g in guides},
            topics={t.id: t for t in topics},
            manual={m.id: m for m in manual},
            clarifications={c.id: c for c in clarifications},
            boundaries={b.id: b for b in boundaries},
            departments=departments,
            defaults=defaults,
            lexicon=lexicon,
            facet_cues=cues,
            situations=read_file(root / "lexicon" / "situations.yml", dict[str, list[str]], "lexicon/situations.yml", problems) or {},
            popular=read_file(root / "popular.yml", Popular, "popular.yml", problems),
            canned=tuple(read_file(root / "canned.yml", list[Text], "canned.yml", problems) or ()),
            files=files,
        ),
        problems,
    )


def read_file(path: Path, model: Any, name: str, problems: list[Problem]) -> Any:
    """Read one YAML file as `model`; on any fault add a problem and return None."""
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        return TypeAdapter(model).validate_python(data)
    except FileNotFoundError:
        problems.append(Problem(name, "文件", "", "文件不存在"))
    except UnicodeDecodeError:
        problems.append(Problem(name, "文件", "", "不是 UTF-8 编码，请另存为 UTF-8"))
    except yaml.YAMLError as error:
        problems.append(
            Problem(
                name, "文件", "", f"YAML 写法有误：{' '.join(str(error).split())[:200]}；常见原因是缩进不齐，或冒号后有空格的文字没加引号"
            )
        )
    except ValidationError as error:
        problems.extend(
            Problem(name, ".".join(map(str, e["loc"])), repr(e["input"])[:80], explain(e["type"], e["msg"])) for e in error.errors()
        )
    except ValueError as error:  # a day that does not exist (2026-02-30): YAML makes dates before we see them
        problems.append(Problem(name, "文件", "", f"有不存在的日期（{error}），日期要写成 2026-11-22 这样"))
    return None


_CAUSES = {
    "missing": "缺少这一项，请补上",
    "extra_forbidden": "没有这个字段：多半是拼错了，或者行内 {} 里的文字含半角逗号被拆开了",
    "enum": "不在允许的取值里",
    "literal_error": "不在允许的取值里",
    "string_pattern_mismatch": "格式不对",
    "string_too_short": "不能为空",
    "string_too_long": "太长了",
    "too_short": "至少要写一条",
    "too_long": "写得太多了",
    "date_from_datetime_parsing": "日期要写成 2026-11-22 这样",
    "date_type": "日期要写成 2026-11-22 这样",
    "string_type": "这里要写文字（数字、是/否请加引号）",
    "int_parsing": "要写整数",
    "int_from_float": "要写整数",
    "decimal_parsing": "要写数字，不带单位",
    "greater_than_equal": "太小了",
    "less_than_equal": "太大了",
}
_LISTING = ("enum", "literal_error", "string_pattern_mismatch")
"""Where the library's words tell what is allowed."""


def explain(kind: str, message: str) -> str:
    """A validation error in the author's language, with the library's words behind where they tell more."""
    if kind == "value_error":  # the schema's own words
        return message.partition(", ")[2]
    cause = _CAUSES.get(kind)
    return cause if cause and kind not in _LISTING else f"{cause or '写法不符合要求'}({message})"


def load_lexicon(folder: Path, problems: list[Problem]) -> tuple[Lexicon, dict[Facet, tuple[str, ...]]]:
    """Read the word lists: terms, rewrites, fillers, pinyin, facet cues."""

    def read(name: str, model: Any) -> Any:
        return read_file(folder / f"{name}.yml", model, f"lexicon/{name}.yml", problems)

    terms: list[str] = read("terms", list[str]) or []
    rewrites: dict[str, list[str]] = read("rewrites", dict[str, list[str]]) or {}
    fillers: list[str] = read("fillers", list[str]) or []
    pinyin: dict[str, str] = read("pinyin", dict[str, str]) or {}
    cues: dict[Facet, list[str]] = read("facets", dict[Facet, list[str]]) or {}
    for facet, expressions in cues.items():
        for expression in expressions:
            try:
                re.compile(expression)
            except re.error as error:
                problems.append(Problem("lexicon/facets.yml", facet, expression, f"正则表达式写错了：{error}"))
    pairs = [(variant.lower(), standard) for standard, variants in rewrites.items() for variant in variants]
    return (
        Lexicon(
            terms=tuple(terms),
            rewrites=tuple(sorted(pairs, key=lambda pair: -len(pair[0]))),
            fillers=tuple(fillers),
            pinyin=tuple(pinyin.items()),
        ),
        {facet: tuple(expressions) for facet, expressions in cues.items()},
    )
