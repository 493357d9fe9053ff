"""What travels between the assistant and the outside systems.

The descriptions are what docs/outside/*.json shows to those who connect a system of their own. Dates are calendar
dates in China (GB/T 7408), moments carry their time zone.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(max_length=500)]
Long = Annotated[str, StringConstraints(max_length=4000)]
CaseNumber = Annotated[str, StringConstraints(min_length=4, max_length=40)]
PhoneTail = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class System(StrEnum):
    """The outside systems. The value is the path at the reference server and the file under docs/outside."""

    CASES = "cases"
    BUSINESS = "business"
    HOTLINE = "hotline"
    RATINGS = "ratings"
    LICENCES = "licences"
    POST = "post"
    SUPERVISION = "supervision"


SYSTEM_TITLES = {
    System.CASES: "一窗平台",
    System.BUSINESS: "业务专网",
    System.HOTLINE: "12345平台",
    System.RATINGS: "好差评系统",
    System.LICENCES: "电子证照库",
    System.POST: "邮递",
    System.SUPERVISION: "电子监察",
}


class Record(BaseModel):
    """A record of an outside system. It never changes here; what we do not know in it is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Stage(StrEnum):
    """环节，按这个顺序：收件、受理、审查、决定、制证、出件。"""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    EXAMINED = "examined"
    DECIDED = "decided"
    PRODUCED = "produced"
    ISSUED = "issued"


STAGE_TITLES = {
    Stage.RECEIVED: "收件",
    Stage.ACCEPTED: "受理",
    Stage.EXAMINED: "审查",
    Stage.DECIDED: "决定",
    Stage.PRODUCED: "制证",
    Stage.ISSUED: "出件",
}


class CaseQuestion(Record):
    """问一个件。两样都对才回答，不然一律当没有。"""

    number: CaseNumber = Field(description="办件编号")
    phone_tail: PhoneTail = Field(description="申请时留的手机号后四位")


class Supplement(Record):
    """要补的一样材料。"""

    material: Short = Field(description="材料名称")
    problem: Short = Field(description="缺什么、哪里不对")
    how: Short = Field(default="", description="怎么补：网上、窗口……")
    due_on: date | None = Field(default=None, description="最晚哪天补来")


class PickupKind(StrEnum):
    """结果怎么拿：窗口领、邮寄、电子证照。"""

    WINDOW = "window"
    POST = "post"
    ELECTRONIC = "electronic"


class Pickup(Record):
    """结果怎么拿。"""

    kind: PickupKind = Field(description="window 窗口领，post 邮寄，electronic 电子证照")
    place: Short = Field(default="", description="窗口在哪里；电子证照在哪里看")
    hours: Short = Field(default="", description="什么时间")
    bring: Short = Field(default="", description="要带什么")


class Decision(StrEnum):
    """办件的结局：准予、不予、撤回。"""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CaseResult(Record):
    """办结的结果。"""

    decision: Decision = Field(description="approved 准予，refused 不予，withdrawn 撤回")
    decided_on: date = Field(description="哪天决定的")
    document: Short = Field(default="", description="发的证照或文书叫什么")
    reason: Short = Field(default="", description="不予的理由")


class CaseRecord(Record):
    """一个办件。没有申请人的姓名、证件号、电话、地址。"""

    number: CaseNumber = Field(description="办件编号")
    item: Short = Field(default="", description="事项编号；对不上本库的就空着")
    title: Short = Field(description="事项名称")
    department: Short = Field(default="", description="办理部门")
    phone: Short = Field(default="", description="办理部门的咨询电话")
    stage: Stage = Field(description="环节：received 收件，accepted 受理，examined 审查，decided 决定，produced 制证，issued 出件")
    received_on: date = Field(description="哪天收件")
    accepted_on: date | None = Field(default=None, description="哪天受理；还没受理为 null")
    due_on: date | None = Field(default=None, description="承诺哪天前办结；没受理或办结了为 null")
    supplements: tuple[Supplement, ...] = Field(default=(), description="还要补的全部材料，一次列全")
    result: CaseResult | None = Field(default=None, description="办结的结果")
    pickup: Pickup | None = Field(default=None, description="怎么拿结果")
    elsewhere: Short = Field(default="", description="后面的环节在哪个业务专网里，要另问；空表示这里就是全部")
    sample: bool = Field(default=False, description="是不是示例数据")


class WorkOrderKind(StrEnum):
    """工单的种类：投诉、举报、建议、表扬。"""

    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


WORK_ORDER_TITLES = {
    WorkOrderKind.COMPLAINT: "投诉",
    WorkOrderKind.REPORT: "举报",
    WorkOrderKind.SUGGESTION: "建议",
    WorkOrderKind.PRAISE: "表扬",
}


class Contact(Record):
    """怎么联系反映人。"""

    name: Short = Field(default="", description="称呼")
    phone: Short = Field(description="电话")


class WorkOrder(Record):
    """一张12345工单。"""

    reference: Short = Field(description="智问的工单号，答复时可以对上")
    kind: WorkOrderKind = Field(description="complaint 投诉，report 举报，suggestion 建议，praise 表扬")
    category: Short = Field(default="", description="诉求分类；没有核实的分类就空着")
    what: Long = Field(description="什么事")
    where: Short = Field(default="", description="在哪里")
    when: Short = Field(default="", description="什么时候，反映人自己的说法")
    wish: Short = Field(default="", description="希望怎么处理")
    contact: Contact | None = Field(default=None, description="联系方式；匿名为 null")
    region: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] = Field(description="行政区划代码（GB/T 2260）")
    filed_at: AwareDatetime = Field(description="反映人确认提交的时间")


class WorkOrderReceipt(Record):
    """12345收到了。"""

    number: Short = Field(min_length=1, description="12345的工单编号")
    received_at: AwareDatetime = Field(description="收到的时间")


class WorkOrderState(StrEnum):
    """工单办到哪一步：已收到、已派单、已答复、已办结。"""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CLOSED = "closed"


WORK_ORDER_STATE_TITLES = {
    WorkOrderState.RECEIVED: "已收到，待派单",
    WorkOrderState.ASSIGNED: "已派单，办理中",
    WorkOrderState.ANSWERED: "已答复",
    WorkOrderState.CLOSED: "已办结",
}


class WorkOrderStatus(Record):
    """一张工单办到哪一步。"""

    number: Short = Field(min_length=1, description="12345的工单编号")
    state: WorkOrderState = Field(description="received 已收到，assigned 已派单，answered 已答复，closed 已办结")
    department: Short = Field(default="", description="承办单位")
    reply: Long = Field(default="", description="办理结果")
    updated_at: AwareDatetime = Field(description="什么时候变的")


class RatingLevel(StrEnum):
    """好差评的五级：非常满意、满意、基本满意、不满意、非常不满意。"""

    # Known from 国办发〔2019〕51号; the text of GB/T 39734-2020 was not seen.

    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    VERY_BAD = "very_bad"


RATING_TITLES = {
    RatingLevel.VERY_GOOD: "非常满意",
    RatingLevel.GOOD: "满意",
    RatingLevel.FAIR: "基本满意",
    RatingLevel.BAD: "不满意",
    RatingLevel.VERY_BAD: "非常不满意",
}


class RatedKind(StrEnum):
    """评的是办件还是咨询。"""

    CASE = "case"
    CONVERSATION = "conversation"


class Rating(Record):
    """一次评价。一件事只收一次。"""

    about: RatedKind = Field(description="case 评一个办件，conversation 评一次咨询")
    subject: Short = Field(min_length=1, description="办件编号或会话编号")
    level: RatingLevel = Field(description="very_good 非常满意，good 满意，fair 基本满意，bad 不满意，very_bad 非常不满意")
    reasons: tuple[Short, ...] = Field(default=(), description="勾选的原因")
    comment: Long = Field(default="", description="自己写的，已遮盖个人信息")
    department: Short = Field(default="", description="被评的部门")
    rated_at: AwareDatetime = Field(description="评价的时间")


class RatingReceipt(Record):
    """好差评系统收到了。"""

    number: Short = Field(min_length=1, description="评价编号")
    received_at: AwareDatetime = Field(description="收到的时间")


class Consent(Record):
    """本人同意。授权码由本人在自己的应用里生成，过一会儿就失效；姓名和证件号不经过智问。"""

    code: Annotated[str, StringConstraints(min_length=6, max_length=64)] = Field(description="电子证照授权码")
    given_at: AwareDatetime = Field(description="什么时候同意的")


class LicenceQuestion(Record):
    """问一样材料能不能免交。"""

    item: Short = Field(min_length=1, description="事项编号")
    material: Short = Field(min_length=1, description="材料名称")
    consent: Consent = Field(description="本人同意")


class LicenceCheck(Record):
    """能不能免交，只答能不能。"""

    may_skip: bool = Field(description="库里有有效的证照、可以免交为 true")


class ParcelState(StrEnum):
    """邮件在哪里：已装封、运输中、派送中、已签收、退回中。"""

    PACKED = "packed"
    ON_THE_WAY = "on_the_way"
    ARRIVING = "arriving"
    DELIVERED = "delivered"
    RETURNED = "returned"


PARCEL_TITLES = {
    ParcelState.PACKED: "已装封，待揽收",
    ParcelState.ON_THE_WAY: "运输中",
    ParcelState.ARRIVING: "派送中",
    ParcelState.DELIVERED: "已签收",
    ParcelState.RETURNED: "退回中",
}


class ParcelEvent(Record):
    """路上的一步。"""

    at: AwareDatetime = Field(description="时间")
    text: Short = Field(description="到了哪一步；没有姓名、电话、门牌")


class Parcel(Record):
    """一个办件的邮件。没有收件人和地址。"""

    case: CaseNumber = Field(description="办件编号")
    carrier: Short = Field(description="寄递企业")
    tracking: Short = Field(description="邮件号")
    state: ParcelState = Field(description="packed 已装封，on_the_way 运输中，arriving 派送中，delivered 已签收，returned 退回中")
    expected_on: date | None = Field(default=None, description="预计哪天到")
    events: tuple[ParcelEvent, ...] = Field(default=(), description="经过，新的在前")


class LimitState(StrEnum):
    """时限：期限内、快到期、已超期、暂停计时。"""

    WITHIN = "within"
    NEARLY_OVER = "nearly_over"
    OVER = "over"
    PAUSED = "paused"


class LimitWarning(Record):
    """电子监察对一个办件时限的判断。"""

    case: CaseNumber = Field(description="办件编号")
    state: LimitState = Field(description="within 期限内，nearly_over 快到期，over 已超期，paused 暂停计时（等补材料、听证、检验等）")
    due_on: date | None = Field(default=None, description="承诺期限到哪天；暂停计时为 null")
    reason: Short = Field(default="", description="超期或暂停的公开说明")
