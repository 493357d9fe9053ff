"""What each system answers: the contract that 智问 expects, told once, for the server and for docs/outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request

from outside.models import (
    CaseNumber,
    CaseQuestion,
    CaseRecord,
    LicenceCheck,
    LicenceQuestion,
    LimitWarning,
    Parcel,
    Rating,
    RatingReceipt,
    System,
    WorkOrder,
    WorkOrderReceipt,
    WorkOrderState,
    WorkOrderStatus,
)
from outside.reference.store import FilingRefused, Store

cases, business, hotline, ratings, licences, post, supervision = (APIRouter() for _ in System)
ROUTERS = dict(zip(System, (cases, business, hotline, ratings, licences, post, supervision), strict=True))


def _store(request: Request) -> Store:
    found = request.app.state.store
    assert isinstance(found, Store)
    return found


Kept = Annotated[Store, Depends(_store)]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=8, max_length=100, description="重发同一件时不变：收过的给出同样的回执，不再另收一件"),
]


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except FilingRefused as error:
        raise HTTPException(409, str(error)) from error


def _find(store: Store, system: System, question: CaseQuestion) -> CaseRecord | None:
    found = store.sample(system, question.number)
    if found is None or found["phone_tail"] != question.phone_tail:
        return None
    return CaseRecord.model_validate(found["case"])


@cases.post("/lookup", summary="查一个办件", tags=["一窗平台"])
def find_case(question: CaseQuestion, store: Kept) -> CaseRecord | None:
    """编号和手机号后四位都对才返回办件；编号不存在、后四位不对，都返回 null，不许让人分得出来。"""
    return _find(store, System.CASES, question)


@business.post("/lookup", summary="查一个在业务专网里的办件", tags=["业务专网"])
def find_in_network(question: CaseQuestion, store: Kept) -> CaseRecord | None:
    """和一窗平台一样；一窗平台答复里 elsewhere 不为空时才会问到这里。"""
    return _find(store, System.BUSINESS, question)


@hotline.post("/orders", summary="登记一张工单", tags=["12345平台"])
def file_order(order: WorkOrder, key: Key, store: Kept) -> WorkOrderReceipt:
    """收下一张工单，给出编号。参考服务不留联系方式，只记有没有。"""
    kept = {**order.model_dump(mode="json", exclude={"contact"}), "anonymous": order.contact is None}
    with _refusals():
        row = store.file(System.HOTLINE, key, kept, "RX")
    return WorkOrderReceipt(number=row.number, received_at=row.received)


@hotline.get("/orders/{number}", summary="查一张工单", tags=["12345平台"])
def order_status(number: str, store: Kept) -> WorkOrderStatus | None:
    """工单办到哪一步；没有这个编号返回 null。"""
    sample = store.sample(System.HOTLINE, number)
    if sample is not None:
        return WorkOrderStatus.model_validate(sample)
    row = store.filed(System.HOTLINE, number)
    if row is None:
        return None
    return WorkOrderStatus(number=row.number, state=WorkOrderState.RECEIVED, updated_at=row.received)


@ratings.post("/ratings", summary="交一次评价", tags=["好差评系统"])
def submit_rating(rating: Rating, key: Key, store: Kept) -> RatingReceipt:
    """收下一次评价；同一个办件或会话已经评过的，返回 409。"""
    with _refusals():
        row = store.file(System.RATINGS, key, rating.model_dump(mode="json"), "PJ", matter=f"{rating.about}:{rating.subject}")
    return RatingReceipt(number=row.number, received_at=row.received)


@licences.post("/check", summary="这样材料能不能免交", tags=["电子证照库"])
def check_licence(question: LicenceQuestion, store: Kept) -> LicenceCheck:
    """凭本人的授权码核对，只答能不能，不给证照内容。授权码不对、证照无效，都答不能。"""
    held = (store.sample(System.LICENCES, question.consent.code) or {"licences": []})["licences"]
    return LicenceCheck(may_skip=any(name in question.material for name in held))


@post.get("/parcels/{case}", summary="查一个办件的邮件", tags=["邮递"])
def track(case: CaseNumber, store: Kept) -> Parcel | None:
    """邮件到了哪里；没有寄过返回 null。"""
    sample = store.sample(System.POST, case)
    return None if sample is None else Parcel.model_validate(sample)


@supervision.get("/limits/{case}", summary="查一个办件的时限", tags=["电子监察"])
def limits(case: CaseNumber, store: Kept) -> LimitWarning | None:
    """快到期、超期、暂停计时；不在监察范围返回 null。"""
    sample = store.sample(System.SUPERVISION, case)
    return None if sample is None else LimitWarning.model_validate(sample)
