"""From a case's record to what a citizen reads: where it stands, by when, what is missing, how to fetch it."""

from datetime import date

from assistant.workdays import workdays_until
from outside.models import (
    PARCEL_TITLES,
    STAGE_TITLES,
    CaseRecord,
    CaseResult,
    Decision,
    LimitState,
    LimitWarning,
    Parcel,
    Pickup,
    PickupKind,
    Stage,
    Supplement,
)

_WHAT_HAPPENS = {
    Stage.RECEIVED: "材料已经收下，还没有正式受理。",
    Stage.ACCEPTED: "已经受理，等着审查。",
    Stage.EXAMINED: "正在审查。",
    Stage.DECIDED: "已经作出决定。",
    Stage.PRODUCED: "正在制作证照。",
    Stage.ISSUED: "已经办结，可以拿结果了。",
}


def report(case: CaseRecord, today: date, limit: LimitWarning | None, parcel: Parcel | None) -> str:
    """The whole report as text. It does not repeat the case number.

    Args:
        case: what the system that was asked knows.
        today: for counting working days.
        limit: what 电子监察 says about the limit, if anything.
        parcel: the letter, if there is one.

    """
    parts = [
        f"“{case.title}”{'（示例数据）' if case.sample else ''}现在在“{STAGE_TITLES[case.stage]}”环节。",
        _stages(case.stage),
        "" if case.result else _WHAT_HAPPENS[case.stage],
        _result(case.result, case.stage),
        _limit(case, today, limit),
        _supplements(case.supplements, today),
        _pickup(case.pickup, parcel),
        f"后面的环节在{case.elsewhere}，那边暂时连不上，这里看到的可能不是最新的，请过一会儿再查。" if case.elsewhere else "",
        f"要问清楚，可以打{case.department}：{case.phone}。" if case.phone else "",
    ]
    return "\n".join(part for part in parts if part)


def _stages(now: Stage) -> str:
    return " → ".join(f"【{title}】" if stage is now else title for stage, title in STAGE_TITLES.items())


def _result(result: CaseResult | None, stage: Stage) -> str:
    if result is None:
        return ""
    if result.decision is Decision.WITHDRAWN:
        return f"这件在{_day(result.decided_on)}撤回了，没有再办。"
    if result.decision is Decision.REFUSED:
        # 行政许可法第三十八条: reasons in writing, and the way to review and to court.
        reason = f"理由：{result.reason}。" if result.reason else ""
        return f"{_day(result.decided_on)}决定不予办理。{reason}决定书上写着怎么申请行政复议、怎么起诉；不服可以照上面办。"
    document = f"，发{result.document}" if result.document else ""
    going_on = "" if stage is Stage.ISSUED else "还在走后面的环节，好了再来拿。"
    return f"{_day(result.decided_on)}已经准予{document}。{going_on}"


def _limit(case: CaseRecord, today: date, limit: LimitWarning | None) -> str:
    if limit is not None and limit.state is LimitState.PAUSED:
        return f"现在暂停计时：{limit.reason or '补材料、听证、检验等时间不算在时限里'}。"
    if case.due_on is None:
        return ""
    left = workdays_until(today, case.due_on)
    roughly = "" if left.exact else "（放假安排还没公布，先按周末算）"
    why = f"说明：{limit.reason}。" if limit is not None and limit.reason else ""
    if left.days < 0:
        return f"承诺{_day(case.due_on)}前办结，已经超了{-left.days}个工作日{roughly}。{why}让您久等了，可以打12345催办。"
    if case.due_on == today:
        return f"承诺今天办结。{why}"
    return f"承诺{_day(case.due_on)}前办结，还有{left.days}个工作日{roughly}。{why}"


def _supplements(supplements: tuple[Supplement, ...], today: date) -> str:
    """All of them at once (行政许可法第三十二条: told once, and completely)."""
    if not supplements:
        return ""
    lines = [f"{number}. {_supplement(wanted, today)}" for number, wanted in enumerate(supplements, 1)]
    return "\n".join([f"还要补{len(supplements)}样材料，补齐了才能往下办：", *lines])


def _supplement(wanted: Supplement, today: date) -> str:
    how = f"；怎么补：{wanted.how}" if wanted.how else ""
    if wanted.due_on is None:
        return f"{wanted.material}：{wanted.problem}{how}"
    left = workdays_until(today, wanted.due_on)
    when = f"，还有{left.days}个工作日" if left.days >= 0 else "，已经过了，请先打电话问还收不收"
    return f"{wanted.material}：{wanted.problem}{how}；{_day(wanted.due_on)}前补来{when}"


def _pickup(pickup: Pickup | None, parcel: Parcel | None) -> str:
    if pickup is None:
        return ""
    if pickup.kind is PickupKind.WINDOW:
        details = [("地点", pickup.place), ("时间", pickup.hours), ("要带", pickup.bring)]
        return "到窗口领：" + "；".join(f"{name}：{value}" for name, value in details if value) + "。"
    if pickup.kind is PickupKind.ELECTRONIC:
        return f"是电子证照，不用跑：{pickup.place or '在发证部门的平台上下载'}。"
    if parcel is None:
        return "结果邮寄给您。邮件信息暂时查不到，请过一会儿再查。"
    when = f"，预计{_day(parcel.expected_on)}到" if parcel.expected_on else ""
    latest = f"\n最近一步：{parcel.events[0].text}" if parcel.events else ""
    return f"结果邮寄给您：{parcel.carrier}，邮件号{parcel.tracking}，{PARCEL_TITLES[parcel.state]}{when}。{latest}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
