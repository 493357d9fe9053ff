"""The entries over HTTP: import, edit, review, publish, roll back, switch off; each department its own."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from assistant.answering.library import Library
from assistant.api.console_knowledge import MAX_UPLOAD, UPLOAD
from assistant.build import build_knowledge
from assistant.publications import read_current
from assistant.settings import ROOT
from assistant.staff.roles import Role
from knowledge.loader import load
from tests.unit.exchange_files import HEADER, PHOTO, workbook
from tests.unit.fakes import Office, open_office
from tests.unit.small_knowledge import ABROAD, LOST, WEEKEND, write, write_folder

pytestmark = pytest.mark.anyio

BASE = "/api/v1/staff/knowledge"
POLICE, AFFAIRS = "公安局", "政务服务局"
BAD = ["身份证丢失补领", "没写答案的", "", "", "公安局", "材料", ""]


@pytest.fixture
def shop(library: Library, tmp_path: Path) -> Office:
    """An office with a knowledge folder of its own, and two maintainers of the police, one of another department."""
    folder = write_folder(tmp_path / "knowledge", words=False)
    for mapping in (ROOT / "knowledge" / "import").glob("*.yml"):
        target = folder / "import" / mapping.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(mapping.read_bytes())
    office = open_office(library, tmp_path / "data", knowledge=folder, encoder="none", rasa_processes=0)
    for name, department in (("ping", POLICE), ("jing", POLICE), ("xing", AFFAIRS), ("zhou", "")):
        office.hire(name, Role.MAINTAINER, department)
    build_knowledge(office.settings, lambda _: None, retrain=False)
    return office


async def upload(client: AsyncClient, raw: bytes, name: str = "手册.xlsx", dry_run: bool = True) -> dict[str, Any]:
    """Import a file."""
    response = await client.post(UPLOAD, params={"name": name, "dry_run": dry_run}, content=raw)
    assert response.status_code == 200, response.text
    found = response.json()
    assert isinstance(found, dict)
    return found


async def edit(client: AsyncClient, number: str, **content: Any) -> Response:
    """Change fields of a record that was just looked at."""
    seen = (await client.get(f"{BASE}/records/{number}")).json()["seen"]
    return await client.post(f"{BASE}/records/{number}", json={"content": content, "seen": seen})


async def save(client: AsyncClient, number: str, **content: Any) -> dict[str, Any]:
    """The same, where nothing is wrong with them."""
    response = await edit(client, number, **content)
    assert response.status_code == 200, response.text
    found = response.json()
    assert isinstance(found, dict)
    return found


def handbook(tmp_path: Path) -> bytes:
    """A spreadsheet with one good row and one without an answer."""
    return workbook(tmp_path / "a.xlsx", [HEADER, PHOTO, BAD]).read_bytes()


async def test_a_handbook_is_tried_then_fixed_then_written_as_a_draft(shop: Office, tmp_path: Path) -> None:
    ping = await shop.signed_in("ping")
    tried = await upload(ping, handbook(tmp_path))
    assert tried["counts"] == {"新增": 1, "退回": 1} and tried["draft"] == ""
    bad = tried["rows"][0]
    assert bad["failed"] and bad["why"] == "没有写答案" and bad["cells"]["问题"] == "没写答案的"
    assert (await ping.get(f"{BASE}/drafts")).json() == [], "a dry run writes nothing"
    done = await upload(ping, handbook(tmp_path), dry_run=False)
    assert done["draft"] == "手册"
    fixed = json.dumps([bad["cells"] | {"答案": "现在写了。"}], ensure_ascii=False).encode()
    assert (await upload(ping, fixed, "手册.json", dry_run=False))["counts"] == {"新增": 1}
    (draft,) = (await ping.get(f"{BASE}/drafts")).json()
    assert (draft["name"], draft["imported_by"], draft["mine"], draft["count"]) == ("手册", "ping同志", True, 2)
    assert [row.action for row in shop.audited("手册")] == ["import", "import"]


async def test_another_person_of_the_department_reviews_and_sees_what_changes(shop: Office, tmp_path: Path) -> None:
    ping, jing, xing = [await shop.signed_in(name) for name in ("ping", "jing", "xing")]
    await upload(ping, handbook(tmp_path), dry_run=False)
    shown = (await jing.get(f"{BASE}/drafts/手册")).json()
    (change,) = shown["changes"]
    assert change["new"] and {"field": "答案", "before": "", "after": "不用带,窗口现场拍。".replace(",", "，")} in change["differences"]
    own = await ping.post(f"{BASE}/drafts/手册/review")
    assert own.status_code == 422 and "另一个人" in own.json()["detail"]
    assert (await xing.get(f"{BASE}/drafts/手册")).status_code == 404
    assert (await xing.post(f"{BASE}/drafts/手册/review")).status_code == 404
    (number,) = (await jing.post(f"{BASE}/drafts/手册/review")).json()
    assert load(shop.settings.knowledge)[0].manual[number].answer == "不用带，窗口现场拍。"
    assert (await jing.get(f"{BASE}/drafts")).json() == []


async def test_a_department_imports_nothing_of_another_and_the_general_desk_everything(shop: Office, tmp_path: Path) -> None:
    xing, zhou = await shop.signed_in("xing"), await shop.signed_in("zhou")
    response = await xing.post(UPLOAD, params={"name": "a.xlsx", "dry_run": True}, content=handbook(tmp_path))
    assert response.status_code == 422 and "公安局" in response.json()["detail"]
    assert (await upload(zhou, handbook(tmp_path)))["counts"]["新增"] == 1


@pytest.mark.parametrize(
    ("name", "raw", "status", "told"),
    [
        ("a.exe", b"MZ", 422, "能导入的文件有"),
        ("a.xlsx", b"", 422, "空的"),
        ("a.xlsx", b"PK\x03\x04spoiled", 422, "坏了"),
        ("../../a.csv", "问题\n没有别的".encode(), 422, "没有找到问答"),
        ("a.xlsx", b"0" * (MAX_UPLOAD + 1), 413, "10 MB"),
    ],
)
async def test_what_cannot_be_imported_is_refused_with_a_reason(shop: Office, name: str, raw: bytes, status: int, told: str) -> None:
    ping = await shop.signed_in("ping")
    response = await ping.post(UPLOAD, params={"name": name, "dry_run": False}, content=raw)
    assert response.status_code == status and told in response.json()["detail"]
    assert not (shop.settings.knowledge / "drafts").exists()


async def test_texts_and_similar_questions_are_edited_and_reviewed(shop: Office) -> None:
    ping, jing = await shop.signed_in("ping"), await shop.signed_in("jing")
    shown = (await ping.get(f"{BASE}/records/{LOST}")).json()
    content = shown["content"]
    asked = {**content["questions"], "materials": ["身份证丢了补办要带什么", "补证要拿哪些东西过去"]}
    change = {"fee": {**content["fee"], "amount": "45"}, "questions": asked, "label": content["label"]}
    assert (await save(ping, LOST, **change))["draft"] == f"edit-{LOST}"
    assert (await ping.get(f"{BASE}/records/{LOST}")).json()["draft"] == f"edit-{LOST}"
    theirs = await edit(jing, LOST, fee={**content["fee"], "amount": "50"})
    assert theirs.status_code == 422 and "ping" in theirs.json()["detail"]
    (changed,) = (await jing.get(f"{BASE}/drafts/edit-{LOST}")).json()["changes"]
    differences = {d["field"]: (d["before"], d["after"]) for d in changed["differences"]}
    assert differences == {
        "收费·金额（元）": ("40", "45"), "问法（一行一句）·申请材料": (asked["materials"][0], "\n".join(asked["materials"])),
    }  # fmt: skip
    assert (await jing.post(f"{BASE}/drafts/edit-{LOST}/review")).json() == [LOST]
    item = load(shop.settings.knowledge)[0].items[LOST]
    assert item.fee.amount == 45 and "补证要拿哪些东西过去" in item.questions["materials"]
    assert not load(shop.settings.knowledge)[1], "the file is read as it was"


async def test_rows_limits_sources_and_elements_are_edited_and_told_row_by_row(shop: Office) -> None:
    ping, jing = await shop.signed_in("ping"), await shop.signed_in("jing")
    content = (await ping.get(f"{BASE}/records/{LOST}")).json()["content"]
    shared = {"by": "数据共享", "how": "窗口能查到的不用交"}
    photo = {
        "name": "近期照片",
        "form": "纸质",
        "original": False,
        "copies": 2,
        "when": "不能现场拍时",
        "exempt": shared,
        "source": "photo",
    }
    rule = {"photo": {"title": "照片标准", "locator": "第三条"}}
    await save(
        ping, LOST, materials=[photo, *content["materials"]], sources=content["sources"] | rule,
        limits=content["limits"] | {"promised": {"value": 5, "unit": "工作日"}}, elements=content["elements"] | {"duties": "交回旧证"},
    )  # fmt: skip
    (changed,) = (await jing.get(f"{BASE}/drafts/edit-{LOST}")).json()["changes"]
    told = {d["field"]: (d["before"], d["after"]) for d in changed["differences"]}
    assert told["申请材料（清单）"] == ("居民户口簿", "近期照片\n居民户口簿")
    assert told["申请材料·近期照片·可以免交·怎么免"] == ("", "窗口能查到的不用交")
    assert told["申请材料·近期照片·依据"] == ("", "《照片标准》 第三条")
    assert told["办理时限·承诺时限·天数"] == ("10", "5") and told["要素（十五同）·申请人的义务"] == ("如实说明", "交回旧证")
    assert not any("居民户口簿·" in field for field in told), "a row that only moved is not told"
    assert (await jing.post(f"{BASE}/drafts/edit-{LOST}/review")).json() == [LOST]
    first, second = load(shop.settings.knowledge)[0].items[LOST].materials
    assert (first.name, first.copies, second.name) == ("近期照片", 2, "居民户口簿")


async def test_an_office_tells_another_phone_and_the_notes_above_the_file_stay(shop: Office) -> None:
    file = shop.settings.knowledge / "departments.yml"
    file.write_text("# 各部门\n" + file.read_text("utf-8"), "utf-8")
    ping, jing = await shop.signed_in("ping"), await shop.signed_in("jing")
    shown = (await ping.get(f"{BASE}/records/{POLICE}")).json()
    assert shown["kind"] == "office" and shown["content"]["phone"]["text"] == "0791-12345。"
    found = await edit(ping, POLICE, phone={"text": "打13800138000找小王"})
    assert [fault["place"] for fault in found.json()["faults"]] == ["phone"] and "13800138000" not in found.text
    await save(ping, POLICE, phone={"text": "0791-88888888。"})
    assert (await jing.post(f"{BASE}/drafts/edit-{POLICE}/review")).json() == [POLICE]
    assert load(shop.settings.knowledge)[0].departments[POLICE].phone.text == "0791-88888888。"
    assert file.read_text("utf-8").startswith("# 各部门\n公安局:")
    assert any("0791-88888888" in line for line in (await jing.get(f"{BASE}/difference")).json()["lines"])
    assert (await (await shop.signed_in("xing")).get(f"{BASE}/records/{POLICE}")).status_code == 404


@pytest.mark.parametrize(
    ("number", "content", "place", "told"),
    [
        (ABROAD, {"answer": " "}, "answer", "不能为空"),
        (ABROAD, {"answer": "请找13800131107"}, "answer", "手机号"),
        (ABROAD, {"expires_on": "后年"}, "expires_on", "日期"),
        (ABROAD, {"similar": ["身份证丢了怎么办"]}, "similar", "问法"),
        (LOST, {"materials": [{"name": "照片", "copies": "两", "source": "law"}]}, "materials.0.copies", "要写整数"),
        (LOST, {"materials": [{"name": "照片", "source": "gone"}]}, "materials.0.source", "没有列出的依据"),
        (LOST, {"fee": {"amount": "三十", "rule": "三十元"}}, "fee.amount", "要写数字"),
        (LOST, {"limits": {"promised": {"unit": "工作日"}}}, "limits.promised", "天数"),
    ],
)
async def test_an_edit_that_does_not_hold_is_refused_beside_its_field_and_writes_nothing(
    shop: Office, number: str, content: dict[str, Any], place: str, told: str
) -> None:
    ping = await shop.signed_in("ping")
    response = await edit(ping, number, **content)
    assert response.status_code == 422, response.text
    (fault,) = response.json()["faults"]
    assert fault["place"] == place and told in fault["cause"] and not re.search("[a-z]{3,} [a-z]{2,}", fault["cause"])
    assert (await ping.get(f"{BASE}/drafts")).json() == []


async def test_what_a_record_is_cannot_be_edited_nor_what_somebody_changed_meanwhile(shop: Office) -> None:
    ping, jing = await shop.signed_in("ping"), await shop.signed_in("jing")
    assert "不能在这里改" in (await edit(ping, LOST, department=AFFAIRS)).json()["detail"]
    seen = (await jing.get(f"{BASE}/records/{LOST}")).json()["seen"]
    await save(ping, LOST, label="补一张")
    await jing.post(f"{BASE}/drafts/edit-{LOST}/review")
    late = await jing.post(f"{BASE}/records/{LOST}", json={"content": {"label": "重办一张"}, "seen": seen})
    assert late.status_code == 422 and "刚才有人改过" in late.json()["detail"]


async def test_nothing_changed_makes_no_draft(shop: Office) -> None:
    ping = await shop.signed_in("ping")
    assert (await save(ping, ABROAD, answer="要等本人回国再补。\n"))["draft"] == ""


async def test_what_the_checks_remark_is_told_beside_the_field(shop: Office) -> None:
    done = await save(await shop.signed_in("ping"), LOST, label="补一张")
    assert any(one["place"] == "questions" and "问法少于" in one["cause"] for one in done["reminders"])


async def test_an_entry_is_added_by_hand(shop: Office) -> None:
    ping = await shop.signed_in("ping")
    entry = {"subject": LOST, "question": "补证的照片要自己带吗", "similar": "照片谁来拍", "answer": "窗口现场拍。"}
    assert (await ping.post(f"{BASE}/entries", json=entry)).json()["draft"]
    again = await ping.post(f"{BASE}/entries", json=entry | {"subject": "没有的事"})
    assert again.status_code == 422 and "没有“没有的事”" in again.json()["detail"]


async def test_another_departments_records_are_not_there(shop: Office) -> None:
    xing = await shop.signed_in("xing")
    assert {r["department"] for r in (await xing.get(f"{BASE}/records")).json()} == {AFFAIRS}
    assert (await xing.get(f"{BASE}/records/{LOST}")).status_code == 404
    assert (await xing.post(f"{BASE}/records/{LOST}", json={"content": {}, "seen": ""})).status_code == 404
    off = {"what": LOST, "on": False, "reason": "标准核实中"}
    assert (await xing.post(f"{BASE}/switch", json=off)).status_code == 404
    assert {d["department"] for d in (await xing.get(f"{BASE}/due")).json()} <= {AFFAIRS}


async def test_a_draft_is_thrown_away_with_a_reason(shop: Office, tmp_path: Path) -> None:
    ping, jing, xing = [await shop.signed_in(name) for name in ("ping", "jing", "xing")]
    await upload(ping, handbook(tmp_path), dry_run=False)
    assert (await xing.post(f"{BASE}/drafts/手册/drop", json={"reason": "不要了"})).status_code == 404
    assert (await jing.post(f"{BASE}/drafts/手册/drop", json={"reason": "重复了，问13800131107"})).status_code == 204
    assert (await jing.get(f"{BASE}/drafts")).json() == []
    assert shop.audited("手册")[-1].detail == {"reason": "重复了,问[手机号]"}


async def test_publishing_shows_the_difference_runs_the_command_and_makes_a_version(shop: Office) -> None:
    ping, jing = await shop.signed_in("ping"), await shop.signed_in("jing")
    await save(ping, LOST, fee={"amount": 45, "unit": "元/证", "rule": "丢失补领每证45元。", "source": "price"})
    await jing.post(f"{BASE}/drafts/edit-{LOST}/review")
    lines = (await jing.get(f"{BASE}/difference")).json()["lines"]
    assert any("收费" in line and "45" in line for line in lines)
    assert (await jing.get(f"{BASE}/publications/latest")).json() is None
    started = await jing.post(f"{BASE}/publications", json={"reason": "收费改了"})
    assert started.status_code == 202 and started.json()["state"] == "running"
    assert (await ping.post(f"{BASE}/publications", json={"reason": "也要发布"})).status_code == 409
    for _ in range(600):
        job = (await jing.get(f"{BASE}/publications/latest")).json()
        if job["state"] != "running":
            break
        await asyncio.sleep(0.1)
    assert job["state"] == "done" and "第 2 版已发布" in job["lines"][-1], job
    latest, first = (await jing.get(f"{BASE}/versions")).json()
    assert (latest["number"], latest["live"], latest["by"], latest["reason"]) == (2, True, "jing同志", "收费改了")
    assert [row.action for row in shop.audited("knowledge")] == ["publish"]
    back = (await jing.post(f"{BASE}/rollback", json={"number": first["number"], "reason": "收费没有批"})).json()
    assert (back["number"], back["back_to"]) == (3, 1)


async def test_a_publication_that_fails_says_why_and_what_is_live_stays(shop: Office) -> None:
    ping = await shop.signed_in("ping")
    write(shop.settings.knowledge / "manual" / "zz.yml", [{"id": "m-bad-1"}])
    assert "处错误" in (await ping.get(f"{BASE}/difference")).json()["detail"]
    assert any(not p["warning"] for p in (await (await shop.signed_in("zhou")).get(f"{BASE}/problems")).json())
    await ping.post(f"{BASE}/publications", json={"reason": "试试看"})
    job = shop.services.console.publisher.job
    assert job is not None
    while job.state == "running":
        await asyncio.sleep(0.1)
    assert job.state == "failed" and "m-bad-1" not in "".join(job.lines[:1]) and "没有发布" in "".join(job.lines)
    current = read_current(shop.settings)
    assert current is not None
    assert current.number == 1


async def test_something_is_switched_off_and_on_again_with_reasons(shop: Office) -> None:
    ping = await shop.signed_in("ping")
    off = {"what": f"{LOST}#fee", "on": False, "reason": "标准核实中"}
    assert (await ping.post(f"{BASE}/switch", json=off)).json()["off"] == {f"{LOST}#fee": "标准核实中"}
    assert (await ping.get(f"{BASE}/records/{LOST}")).json()["off_parts"] == {f"{LOST}#fee": "标准核实中"}
    assert (await ping.post(f"{BASE}/switch", json=off | {"reason": " "})).status_code == 422
    assert (await ping.post(f"{BASE}/switch", json=off | {"on": True})).json()["off"] == {}
    assert (await ping.post(f"{BASE}/switch", json=off | {"on": True})).status_code == 422


async def test_the_hit_test_explains(shop: Office) -> None:
    ping = await shop.signed_in("ping")
    found = (await ping.get(f"{BASE}/hit-test", params={"q": "身份证丢了补办要带什么"})).json()
    assert found["outcome"] == "answered" and found["answers"][0]["entry"] == f"{LOST}#materials" and found["decision"]
    assert found["candidates"][0]["subject"] == LOST and found["titles"][LOST] == "身份证丢失补领"


@pytest.mark.parametrize("path", ["drafts", "records", "due", "problems", "versions", f"records/{WEEKEND}"])
async def test_supervisors_read_agents_do_not_and_nobody_without_signing_in(shop: Office, path: str) -> None:
    shop.hire("wang", Role.SUPERVISOR)
    shop.hire("lili")
    wang = await shop.signed_in("wang")
    assert (await wang.get(f"{BASE}/{path}")).status_code == 200
    assert (await (await shop.signed_in("lili")).get(f"{BASE}/{path}")).status_code == 403
    assert (await shop.client().get(f"{BASE}/{path}")).status_code == 401
    assert (await wang.post(f"{BASE}/rollback", json={"reason": "试试看"})).status_code == 403


@pytest.mark.parametrize(
    "path", ["imports?name=a.csv", f"records/{LOST}", "entries", "drafts/x/review", "publications", "rollback", "switch"]
)
async def test_another_sites_page_changes_nothing(shop: Office, path: str) -> None:
    ping = await shop.signed_in("ping")
    del ping.headers["X-Requested-With"]
    assert (await ping.post(f"{BASE}/{path}", json={})).status_code == 403
