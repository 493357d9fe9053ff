"""The reference server: samples of everything, filings taken once, and the descriptions for counties."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.settings import ROOT
from outside.cases import CaseLookup
from outside.errors import OutsideRefused, OutsideUnavailable
from outside.models import (
    CaseRecord,
    Consent,
    Decision,
    LimitState,
    ParcelState,
    PickupKind,
    Rating,
    RatingLevel,
    Stage,
    System,
    WorkOrder,
    WorkOrderState,
)
from outside.reference.app import describe
from outside.reference.samples import samples
from outside.systems import Outside
from tests.unit.outside_fakes import TODAY, reference

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
ORDER = WorkOrder(reference="ZW-1", kind="complaint", what="中午没有人", region="360100", filed_at=NOW)  # type: ignore[arg-type]


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """All systems on fresh samples."""
    return reference(tmp_path)


def sample_cases() -> list[tuple[str, str]]:
    """Numbers and tails of all sample cases."""
    return [(key, record["phone_tail"]) for system, key, record in samples(TODAY) if system == System.CASES]


async def found(outside: Outside) -> list[CaseRecord]:
    """All sample cases, as a citizen gets them."""
    cases = [await outside.cases.find(number, tail) for number, tail in sample_cases()]
    return [case for case in cases if case is not None]


async def test_there_is_a_sample_of_everything_that_can_happen_to_a_case(outside: Outside) -> None:
    cases = await found(outside)
    assert len(cases) == len(sample_cases()) >= 12
    assert {case.stage for case in cases} == set(Stage)
    assert {case.result.decision for case in cases if case.result} == set(Decision)
    assert {case.pickup.kind for case in cases if case.pickup} == set(PickupKind)
    assert max(len(case.supplements) for case in cases) == 2
    assert any(case.due_on and case.due_on < TODAY and case.result is None for case in cases), "one is overdue"
    assert all(case.sample for case in cases)
    warnings = [await outside.supervision.limits(case.number) for case in cases]
    assert {warning.state for warning in warnings if warning} == set(LimitState)
    parcels = [await outside.post.track(case.number) for case in cases]
    assert {parcel.state for parcel in parcels if parcel} == {ParcelState.ON_THE_WAY, ParcelState.DELIVERED}


async def test_the_limit_of_a_case_and_of_its_supervision_are_the_same(outside: Outside) -> None:
    for case in await found(outside):
        warning = await outside.supervision.limits(case.number)
        if warning is not None:
            assert warning.due_on == case.due_on, case.number


def test_the_samples_name_matters_of_the_knowledge() -> None:
    known = {path.stem for path in (ROOT / "knowledge/items").rglob("*.yml")}
    named = {record["case"]["item"] for system, _, record in samples(TODAY) if system in (System.CASES, System.BUSINESS)}
    assert named <= known


@pytest.mark.parametrize("today", [TODAY + timedelta(days=n) for n in range(7)])
def test_sample_limits_never_fall_on_a_weekend(today: date) -> None:
    cases = [CaseRecord.model_validate(record["case"]) for system, _, record in samples(today) if system == System.CASES]
    assert [case.number for case in cases if case.due_on and case.due_on.weekday() > 4] == []


async def test_a_wrong_pair_and_an_unknown_number_get_the_same_answer(outside: Outside) -> None:
    number, tail = sample_cases()[0]
    assert await outside.cases.find(number, "0000") is None
    assert await outside.cases.find("SL00000000", tail) is None
    assert await outside.cases.find(number, tail) is not None


async def test_samples_are_dated_around_the_day_and_filings_are_kept_when_it_starts_again(tmp_path: Path) -> None:
    first = reference(tmp_path, TODAY)
    receipt = await first.hotline.file(ORDER, "key-of-order-1")
    again = reference(tmp_path, TODAY + timedelta(days=30))
    case = await again.cases.find("SL20260001", "1101")
    assert case is not None and abs((case.received_on - TODAY).days - 30) <= 2
    assert (await again.hotline.file(ORDER, "key-of-order-1")) == receipt


async def test_what_is_in_a_business_network_is_asked_there(outside: Outside) -> None:
    case = await outside.cases.find("SL20260018", "1118")
    assert case is not None
    assert (case.stage, case.elsewhere, len(case.supplements)) == (Stage.EXAMINED, "", 1)


async def test_a_network_that_is_away_leaves_what_the_platform_knows_and_says_so(outside: Outside) -> None:
    class Away:
        async def find(self, number: str, phone_tail: str) -> CaseRecord | None:
            raise OutsideUnavailable("business", "down")

    assert isinstance(outside.cases, CaseLookup)
    case = await CaseLookup(outside.cases._platform, Away()).find("SL20260018", "1118")
    assert case is not None and (case.stage, bool(case.elsewhere)) == (Stage.ACCEPTED, True)


async def test_a_work_order_filed_twice_or_at_once_is_one(outside: Outside) -> None:
    receipts = await asyncio.gather(*(outside.hotline.file(ORDER, "key-of-order-1") for _ in range(8)))
    assert len({receipt.number for receipt in receipts}) == 1
    other = await outside.hotline.file(ORDER, "key-of-order-2")
    assert other.number != receipts[0].number
    status = await outside.hotline.status(other.number)
    assert status is not None and status.state is WorkOrderState.RECEIVED
    assert await outside.hotline.status("RX99999999") is None


async def test_a_key_used_for_something_else_is_refused(outside: Outside) -> None:
    await outside.hotline.file(ORDER, "key-of-order-1")
    with pytest.raises(OutsideRefused) as caught:
        await outside.hotline.file(ORDER.model_copy(update={"what": "另一件事"}), "key-of-order-1")
    assert "Idempotency-Key" in caught.value.reason


async def test_a_matter_is_rated_once(outside: Outside) -> None:
    rating = Rating(about="case", subject="SL20260012", level=RatingLevel.GOOD, rated_at=NOW)  # type: ignore[arg-type]
    receipt = await outside.ratings.submit(rating, "key-of-rating-1")
    assert await outside.ratings.submit(rating, "key-of-rating-1") == receipt
    with pytest.raises(OutsideRefused) as caught:
        await outside.ratings.submit(rating.model_copy(update={"level": RatingLevel.BAD}), "key-of-rating-2")
    assert caught.value.reason == "这件事已经评过了，一件事只评一次。"
    await outside.ratings.submit(rating.model_copy(update={"subject": "SL20260013"}), "key-of-rating-3")


async def test_the_licence_store_says_yes_or_no_and_no_without_a_valid_consent(outside: Outside) -> None:
    async def may_skip(code: str) -> bool:
        return await outside.licences.may_skip("sj-gs-bg", "营业执照正、副本", Consent(code=code, given_at=NOW))

    assert [await may_skip(code) for code in ("SL100001", "SL100002", "SL100003", "nobody")] == [False, True, False, False]


async def test_the_contact_of_a_work_order_is_not_kept_by_the_reference_server(outside: Outside, tmp_path: Path) -> None:
    order = WorkOrder.model_validate({**ORDER.model_dump(), "contact": {"name": "小王", "phone": "13812345678"}})
    await outside.hotline.file(order, "key-of-order-1")
    for path in tmp_path.iterdir():
        assert b"13812345678" not in path.read_bytes() and "小王".encode() not in path.read_bytes()


@pytest.mark.parametrize("system", list(System))
def test_the_written_description_is_what_the_reference_server_does(system: System) -> None:
    written = json.loads((ROOT / f"docs/outside/{system}.json").read_text("utf-8"))
    assert written == describe(system), "run ./zhiwen outside describe"
