"""Typed records of the knowledge files. One class a kind of file; nothing here reads a disk.

Field names are English, values are what people read. Every record refuses unknown keys, so that a
misspelt field is found when the file is checked and not when a citizen asks.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from knowledge.vocabulary import Facet, Outcome

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
SubjectId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]


class Record(BaseModel):
    """Base of all records: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FactStatus(StrEnum):
    """How sure the facts of an entry are."""

    CHECKED = "checked"
    """Read in the text of the rule that is cited."""
    RECALLED = "recalled"
    """From professional knowledge; the rule was not read again."""
    LOCAL = "local"
    """Depends on local rules that are not at hand: shown as a sample value."""


class WindowKind(StrEnum):
    """Kind of window (来源 000 四(一)1, 003 四)."""

    GENERAL = "无差别"
    CLASSIFIED = "分类"
    THEMED = "主题"
    GREEN = "绿色"
    CROSS_PROVINCE = "跨省通办"
    PROFESSIONAL = "专业"


class Handling(StrEnum):
    """Who decides and when (来源 001 二(二))."""

    TRANSFER = "综合收件限时转办"
    DELEGATED = "委托办理综窗办结"
    PROFESSIONAL = "专业窗口直接办理"


class Unit(StrEnum):
    """Unit of a time limit. Permits count working days (行政许可法 82 条)."""

    WORKING_DAYS = "工作日"
    NATURAL_DAYS = "自然日"
    ON_THE_SPOT = "当场"


class Source(Record):
    """A rule that an entry rests on."""

    title: Text
    """Official title, with the document number where it has one."""
    locator: str = ""
    """Article, e.g. 第十一条."""
    url: str | None = None


class Window(Record):
    """The window that takes the application."""

    kind: WindowKind
    name: Text


class Elements(Record):
    """Those of the 十五同 elements that are no facet of their own (来源 000 四(二)2)."""

    kind: Text
    """事项类型: 行政许可, 行政确认, 行政给付, 公共服务, 其他行政权力 …"""
    audience: tuple[Literal["自然人", "法人"], ...] = Field(min_length=1)
    theme: Text
    levels: tuple[Literal["省", "市", "县", "乡", "村"], ...] = Field(min_length=1)
    authority: Text
    """权限划分: who accepts, who examines, who decides."""
    scope: Text
    """行使内容: what the office does."""
    rights: Text
    duties: Text


class Exemption(Record):
    """Why a material need not be brought."""

    by: Literal["数据共享", "电子证照", "告知承诺", "本部门核发"]
    how: Text


class Material(Record):
    """One row of the list of materials."""

    name: Text
    form: Literal["纸质", "电子", "纸质或电子", "现场采集"] = "纸质或电子"
    original: bool = True
    """The original is shown (and given back unless `note` says otherwise)."""
    copies: int = Field(default=0, ge=0, le=10)
    when: str = ""
    """Only needed in this case; empty: always needed."""
    note: str = ""
    exempt: Exemption | None = None
    source: Text
    """Key into `sources`."""


class Limit(Record):
    """A time limit: a number with its unit, or on the spot."""

    value: int | None = Field(default=None, ge=1)
    unit: Unit
    note: str = ""
    sample: bool = False
    source: str | None = None

    @model_validator(mode="after")
    def number_has_unit(self) -> "Limit":
        """A count of days needs its number; 当场 has none."""
        if (self.unit is Unit.ON_THE_SPOT) != (self.value is None):
            raise ValueError("工作日、自然日要写 value（天数）；当场不写 value")
        return self


class Limits(Record):
    """Both limits. The promised one is what citizens are told; the statutory one stands beside it."""

    statutory: Limit | None = None
    promised: Limit | None = None
    note: str = ""
    """What counts from when, what is not counted, deadlines of the applicant's own."""


class Fee(Record):
    """What is paid to the office. `amount` is None where the rule has several or no fixed amounts."""

    amount: Decimal | None = Field(default=None, ge=0)
    unit: str = ""
    rule: Text
    sample: bool = False
    source: str | None = None


class FacetText(Record):
    """Hand-written text that answers one facet."""

    text: Text
    source: str | None = None
    sample: bool = False


class Online(Record):
    """How far it can be done without coming (来源 000 四(二)7: if not, say why)."""

    depth: Literal["全程网办", "网上申请现场核验", "网上预约", "不能网办"]
    visits: int = Field(ge=0, le=5)
    text: Text
    source: str | None = None
    sample: bool = False


class Negative(Record):
    """A question that looks like this entry's but belongs to another subject."""

    text: Question
    subject: SubjectId


class Confusion(Record):
    """A neighbour, and the one thing that tells them apart."""

    subject: SubjectId
    difference: Text


class Dated(Record):
    """What every published entry carries."""

    region: Annotated[str, StringConstraints(pattern=r"^(CN|\d{6})$")]
    """CN, or the code of GB/T 2260 of the place it holds for."""
    fact_status: FactStatus
    effective_from: date
    reviewed_on: date
    expires_on: date | None = None
    """Not answered after this day; also the day by which it must be reviewed again."""


class Guide(Dated):
    """An item (事项) as a platform's export tells it: what an office publishes, and nothing that it does not."""

    id: SubjectId
    name: Text
    label: Text
    """What an option button says: the difference to its neighbours, in everyday words."""
    parent: Text
    department: Text
    families: tuple[Text, ...] = ()
    elements: Elements | None = None
    window: Window | None = None
    sources: dict[str, Source] = Field(min_length=1)
    materials: tuple[Material, ...] = ()
    materials_note: str = ""
    limits: Limits | None = None
    fee: Fee | None = None
    online: Online | None = None
    answers: dict[Facet, FacetText] = {}
    """Facets that are plain text; also overrides the department's place, hours, phone and so on."""
    review_points: tuple[Text, ...] = ()
    """审查要点, for clerks only."""
    names: tuple[Text, ...] = Field(min_length=1)
    situations: tuple[Text, ...] = ()
    questions: dict[Facet | Literal["any"], tuple[Question, ...]] = {}


class Item(Guide):
    """An item written out to its full depth: the smallest granule that a citizen applies for."""

    elements: Elements
    window: Window
    handling: Handling
    limits: Limits
    fee: Fee
    online: Online
    answers: dict[Facet, FacetText]
    review_points: tuple[Text, ...] = Field(min_length=1)
    parts: tuple[SubjectId, ...] = ()
    """一件事: the items it bundles."""
    questions: dict[Facet | Literal["any"], tuple[Question, ...]]
    negatives: tuple[Negative, ...] = ()
    confused_with: tuple[Confusion, ...] = ()


class Topic(Dated):
    """A general question that hangs on no item."""

    id: Annotated[str, StringConstraints(pattern=r"^t-[a-z0-9-]+$")]
    title: Text
    label: Text
    department: Text
    audience: Literal["citizen", "clerk", "both"]
    text: Text
    clerk_text: str = ""
    """Added for clerks; no citizen sees it."""
    sample: bool = False
    sources: dict[str, Source] = Field(min_length=1)
    names: tuple[Text, ...] = Field(min_length=1)
    questions: tuple[Question, ...]
    negatives: tuple[Negative, ...] = ()
    confused_with: tuple[Confusion, ...] = ()


class ManualEntry(Dated):
    """One entry of a 答疑手册: a question that no field of the item holds, and its answer, word for word."""

    id: Annotated[str, StringConstraints(pattern=r"^m-[a-z0-9-]+$")]
    subject: SubjectId
    """The item or topic that it belongs to."""
    facet: Facet | None
    """What about the item is asked; None where the subject is a topic."""
    question: Question
    similar: tuple[Question, ...] = ()
    answer: Text
    department: Text
    sources: tuple[Source, ...] = Field(min_length=1)
    sample: bool = False


class Clarification(Record):
    """Questions that several subjects fit, what to ask back, and what to offer."""

    id: Annotated[str, StringConstraints(pattern=r"^c-[a-z0-9-]+$")]
    ask: Text
    options: tuple[SubjectId, ...] = Field(min_length=2, max_length=4)
    questions: tuple[Question, ...] = Field(min_length=1)


class Popular(Record):
    """What is offered when a message names no matter at all."""

    ask: Text
    options: tuple[SubjectId, ...] = Field(min_length=2, max_length=4)


class Boundary(Record):
    """A matter that is near but not ours: said kindly, with the right place to go."""

    id: Annotated[str, StringConstraints(pattern=r"^x-[a-z0-9-]+$")]
    title: Text
    outcome: Literal[Outcome.OUT_OF_SCOPE, Outcome.REFUSED, Outcome.EMERGENCY, Outcome.HOTLINE] = Outcome.OUT_OF_SCOPE
    """`hotline` for a nuisance that 12345 takes down: a work order is offered with the reply."""
    reply: Text
    patterns: tuple[Text, ...] = ()
    """Regular expressions over standardised text that settle it at once; only where hardly ever wrong."""
    questions: tuple[Question, ...] = Field(min_length=1)


class Department(Record):
    """An office: where its windows are, when, and whom to call, until an item says otherwise."""

    aliases: tuple[Text, ...] = ()
    place: FacetText
    hours: FacetText
    phone: FacetText


class Office(Department):
    """An office under its name, as a draft holds it."""

    id: Text

    @property
    def department(self) -> str:
        """Whose record it is: its own."""
        return self.id
