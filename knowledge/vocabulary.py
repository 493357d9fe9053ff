"""The contract's fixed words, declared once.

Everything else (knowledge files, Rasa, HTTP, logs, tests) refers to these enumerations.
"""

from enum import StrEnum


class Facet(StrEnum):
    """What about a subject is asked (方面). The value is the contract's word."""

    MATERIALS = "materials"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    PLACE = "place"
    CONDITIONS = "conditions"
    PROCESS = "process"
    ONLINE = "online"
    LEGAL_BASIS = "legal_basis"
    RESULT = "result"
    VALIDITY = "validity"
    PROXY = "proxy"
    HOURS = "hours"
    DELIVERY = "delivery"
    SUPPLEMENT = "supplement"
    FORMS = "forms"
    CROSS_REGION = "cross_region"
    PHONE = "phone"
    REMEDIES = "remedies"
    EXEMPT = "exempt"


FACET_TITLES: dict[Facet, str] = {
    Facet.MATERIALS: "申请材料",
    Facet.TIME_LIMIT: "办理时限",
    Facet.FEE: "收费",
    Facet.PLACE: "办理地点",
    Facet.CONDITIONS: "受理条件",
    Facet.PROCESS: "办理流程",
    Facet.ONLINE: "网上办理",
    Facet.LEGAL_BASIS: "设定依据",
    Facet.RESULT: "审批结果",
    Facet.VALIDITY: "有效期",
    Facet.PROXY: "代办委托",
    Facet.HOURS: "办理时间",
    Facet.DELIVERY: "邮寄取件",
    Facet.SUPPLEMENT: "补齐补正",
    Facet.FORMS: "表格样表",
    Facet.CROSS_REGION: "异地通办",
    Facet.PHONE: "咨询电话",
    Facet.REMEDIES: "权利救济",
    Facet.EXEMPT: "材料免交",
}


class Outcome(StrEnum):
    """How a turn ended. Every reply carries exactly one."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    PROGRESS = "progress"
    HANDOFF = "handoff"
    HOTLINE = "hotline"
    OUT_OF_SCOPE = "out_of_scope"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    EMERGENCY = "emergency"
    SMALLTALK = "smalltalk"
    RATING = "rating"
    ERROR = "error"


OUTCOME_TITLES: dict[Outcome, str] = {
    Outcome.ANSWERED: "答了",
    Outcome.CLARIFY: "反问",
    Outcome.PROGRESS: "查进度",
    Outcome.HANDOFF: "转人工",
    Outcome.HOTLINE: "12345工单",
    Outcome.OUT_OF_SCOPE: "不归我们",
    Outcome.NO_ANSWER: "没有内容",
    Outcome.REFUSED: "拒绝",
    Outcome.EMERGENCY: "紧急",
    Outcome.SMALLTALK: "寒暄",
    Outcome.RATING: "评价",
    Outcome.ERROR: "出错",
}
