"""Sample records: a case in every stage, letters, limits, work orders and licences. None is anybody's.

Dates are told in days around the day on which the server starts; weekends are skipped, holidays are not looked at.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from outside.models import (
    CaseRecord,
    CaseResult,
    Decision,
    LimitState,
    LimitWarning,
    Parcel,
    ParcelEvent,
    ParcelState,
    Pickup,
    PickupKind,
    Stage,
    Supplement,
    System,
    WorkOrderState,
    WorkOrderStatus,
)

PHONE = "12345"
HALL = "政务服务大厅统一出件窗口（示例）"
HOURS = "工作日 9:00—12:00、13:30—17:00（示例）"
BY_HAND = "网上补传，或者交到收件窗口"
NETWORK = "不动产登记业务专网（示例）"


def samples(today: date) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All samples as system, key and record."""
    for system, tail, case in _cases(today):
        yield system.value, case.number, {"phone_tail": tail, "case": case.model_dump(mode="json")}
    for parcel in _parcels(today):
        yield System.POST.value, parcel.case, parcel.model_dump(mode="json")
    for warning in _limits(today):
        yield System.SUPERVISION.value, warning.case, warning.model_dump(mode="json")
    for order in _orders(today):
        yield System.HOTLINE.value, order.number, order.model_dump(mode="json")
    for code, licences in _LICENCES.items():
        yield System.LICENCES.value, code, {"licences": licences}


_LICENCES = {
    "SL100001": ["居民身份证", "居民户口簿"],
    "SL100002": ["居民身份证", "营业执照"],
    "SL100003": [],
}
"""Sample authorisation codes and the licences that their holders have."""


def _day(today: date, workdays: int) -> date:
    """So many weekdays after (or before) today."""
    return date.fromisoformat(str(np.busday_offset(today.isoformat(), workdays, roll="backward")))


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _cases(today: date) -> Iterator[tuple[System, str, CaseRecord]]:
    """The cases with the last four digits of the phone that goes with each."""

    def case(
        number: int, tail: str, item: str, title: str, department: str, stage: Stage, received: int, due: int | None = None,
        system: System = System.CASES, **more: Any,
    ) -> tuple[System, str, CaseRecord]:  # fmt: skip
        accepted = None if stage is Stage.RECEIVED else _day(today, received + 1)
        return system, tail, CaseRecord(
            number=f"SL{number}", item=item, title=title, department=department, phone=PHONE, stage=stage,
            received_on=_day(today, received), accepted_on=accepted, due_on=None if due is None else _day(today, due), sample=True, **more,
        )  # fmt: skip

    def at_window(bring: str) -> Pickup:
        return Pickup(kind=PickupKind.WINDOW, place=HALL, hours=HOURS, bring=bring)

    def decided(decision: Decision, days: int, document: str = "", reason: str = "") -> CaseResult:
        return CaseResult(decision=decision, decided_on=_day(today, days), document=document, reason=reason)

    licence = "食品经营许可证"
    yield case(20260001, "1101", "rs-cydk", "创业担保贷款申请", "人力资源和社会保障局", Stage.RECEIVED, 0)
    yield case(
        20260002, "1102", "sj-sp-xb", "食品经营许可（新办）", "市场监督管理局", Stage.RECEIVED, -2,
        supplements=(
            Supplement(material="从业人员健康证明", problem="有1名从业人员的健康证明过期", how=BY_HAND, due_on=_day(today, 8)),
            Supplement(material="经营场所平面图", problem="没有标出洗手和消毒的位置", how=BY_HAND, due_on=_day(today, 8)),
        ),
    )  # fmt: skip
    yield case(20260003, "1103", "gaj-jzz-sl", "居住证申领", "公安局", Stage.ACCEPTED, -2, 9)
    yield case(20260004, "1104", "rs-lwpq", "劳务派遣经营许可", "人力资源和社会保障局", Stage.EXAMINED, -4, 7)
    yield case(20260005, "1105", "wjw-ggcs", "公共场所卫生许可（新办）", "卫生健康委", Stage.EXAMINED, -6, 1)
    yield case(20260006, "1106", "mz-gl", "高龄津贴申领", "民政局", Stage.EXAMINED, -19, -3)
    yield case(
        20260007, "1107", "yb-mtb", "门诊慢特病病种待遇认定", "医疗保障局", Stage.EXAMINED, -8,
        supplements=(Supplement(material="近期病历", problem="缺最近一次住院的出院记录", how=BY_HAND, due_on=_day(today, 4)),),
    )  # fmt: skip
    yield case(20260008, "1108", "sj-yd", "药品经营许可（零售）新办", "市场监督管理局", Stage.EXAMINED, -9)
    yield case(
        20260009,
        "1109",
        "sj-sp-yx",
        "食品经营许可延续",
        "市场监督管理局",
        Stage.DECIDED,
        -5,
        result=decided(Decision.APPROVED, -1, licence),
    )
    yield case(
        20260010, "1110", "yc-xb", "烟草专卖零售许可证核发（新办）", "烟草专卖局", Stage.DECIDED, -12,
        result=decided(Decision.REFUSED, -2, "不予行政许可决定书", "经营场所不符合当地烟草制品零售点合理布局要求"),
        pickup=at_window("申请人身份证"),
    )  # fmt: skip
    yield case(
        20260011, "1111", "gaj-sfz-bl", "居民身份证补领（丢失）", "公安局", Stage.PRODUCED, -7, 3,
        result=decided(Decision.APPROVED, -4, "居民身份证"),
    )  # fmt: skip
    yield case(
        20260012, "1112", "sj-sp-bg", "食品经营许可变更", "市场监督管理局", Stage.ISSUED, -8,
        result=decided(Decision.APPROVED, -4, licence), pickup=at_window("受理通知书和经办人身份证"),
    )  # fmt: skip
    for number, tail, item, title, passport in (
        (20260013, "1113", "gaj-crj-hzhb", "普通护照换发、补发", "普通护照"),
        (20260014, "1114", "gaj-crj-tw", "往来台湾通行证签发", "往来台湾通行证"),
    ):
        yield case(
            number, tail, item, title, "公安局出入境管理", Stage.ISSUED, -11,
            result=decided(Decision.APPROVED, -6, passport), pickup=Pickup(kind=PickupKind.POST),
        )  # fmt: skip
    yield case(
        20260015, "1115", "sj-gs-sl", "有限责任公司设立登记", "市场监督管理局", Stage.ISSUED, -3,
        result=decided(Decision.APPROVED, -2, "电子营业执照"),
        pickup=Pickup(kind=PickupKind.ELECTRONIC, place="赣服通“我的证照”（示例）"),
    )  # fmt: skip
    yield case(
        20260016, "1116", "cg-dz", "户外广告（店招）设置审批", "城市管理局", Stage.EXAMINED, -6, result=decided(Decision.WITHDRAWN, -3)
    )
    mortgage = "抵押权首次登记", "不动产登记中心"
    yield case(20260017, "1117", "bdc-dy", *mortgage, Stage.ACCEPTED, -3, 5, elsewhere=NETWORK)
    yield case(20260017, "1117", "bdc-dy", *mortgage, Stage.EXAMINED, -3, 5, system=System.BUSINESS)
    heirs = "不动产转移登记（继承、受遗赠）", "不动产登记中心"
    yield case(20260018, "1118", "bdc-jc", *heirs, Stage.ACCEPTED, -6, elsewhere=NETWORK)
    yield case(
        20260018, "1118", "bdc-jc", *heirs, Stage.EXAMINED, -6, system=System.BUSINESS,
        supplements=(Supplement(material="亲属关系证明", problem="没有写明全部第一顺序继承人", how=BY_HAND, due_on=_day(today, 10)),),
    )  # fmt: skip


def _parcels(today: date) -> Iterator[Parcel]:
    sent = ParcelEvent(at=_moment(_day(today, -2), 9), text="已揽收")
    on_the_way = ParcelEvent(at=_moment(_day(today, -1), 2), text="到达南昌转运中心")
    yield Parcel(
        case="SL20260013", carrier="中国邮政（示例）", tracking="SL0000000013CN", state=ParcelState.ON_THE_WAY,
        expected_on=_day(today, 1), events=(on_the_way, sent),
    )  # fmt: skip
    yield Parcel(
        case="SL20260014", carrier="中国邮政（示例）", tracking="SL0000000014CN", state=ParcelState.DELIVERED,
        events=(ParcelEvent(at=_moment(_day(today, -1), 8), text="已签收，本人收"), sent),
    )  # fmt: skip


def _limits(today: date) -> Iterator[LimitWarning]:
    yield LimitWarning(case="SL20260003", state=LimitState.WITHIN, due_on=_day(today, 9))
    yield LimitWarning(case="SL20260004", state=LimitState.WITHIN, due_on=_day(today, 7))
    yield LimitWarning(case="SL20260005", state=LimitState.NEARLY_OVER, due_on=_day(today, 1))
    yield LimitWarning(
        case="SL20260006", state=LimitState.OVER, due_on=_day(today, -3), reason="数据核对系统故障，核对推迟，预计3个工作日内办结（示例）"
    )
    yield LimitWarning(case="SL20260007", state=LimitState.PAUSED, reason="等申请人补材料，这段时间不计入办理时限")
    yield LimitWarning(case="SL20260008", state=LimitState.PAUSED, reason="正在进行专家评审，这段时间不计入办理时限")
    yield LimitWarning(case="SL20260017", state=LimitState.WITHIN, due_on=_day(today, 5))


def _orders(today: date) -> Iterator[WorkOrderStatus]:
    yield WorkOrderStatus(
        number="RX90000001", state=WorkOrderState.ASSIGNED, department="城市管理局（示例）", updated_at=_moment(_day(today, -1), 3)
    )
    yield WorkOrderStatus(
        number="RX90000002", state=WorkOrderState.ANSWERED, department="政务服务大厅（示例）", updated_at=_moment(_day(today, -2), 6),
        reply="已核实，3号窗口从本周起增加一名工作人员，中午不断岗。（示例）",
    )  # fmt: skip
