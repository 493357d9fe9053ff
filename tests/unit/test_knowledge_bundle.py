"""The joint list of materials of a 一件事."""

from pathlib import Path
from typing import Any

from assistant.settings import ROOT
from knowledge.compiler import compile_snapshot
from knowledge.loader import load
from knowledge.render import Rendered, render
from knowledge.vocabulary import Facet
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, Record, edit, item, item_file, write

BUNDLE = "gaj-yjs"
FORM = {"name": "联办申请表", "form": "电子", "original": False, "source": "law"}


def book(name: str = "居民户口簿", **changes: Any) -> Record:
    """A row of a list of materials."""
    return {"name": name, "source": "law"} | changes


def bundle(folder: Path, first: list[Record], second: list[Record], **changes: Any) -> Rendered:
    """The materials of a bundle of two parts with these materials."""
    edit(item_file(folder, LOST), materials=first)
    edit(item_file(folder, EXPIRED), materials=second)
    whole = item(BUNDLE, "证件一件事", "一次全办", parts=[LOST, EXPIRED], **({"materials": [FORM]} | changes))
    write(item_file(folder, BUNDLE), whole)
    knowledge, problems = load(folder)
    assert problems == []
    found = render(knowledge.items[BUNDLE], Facet.MATERIALS, knowledge)
    assert found is not None
    return found


def test_every_material_is_listed_once_with_the_parts_that_need_it(folder: Path) -> None:
    found = bundle(folder, [book(copies=1), book("照片")], [book("户口簿", copies=2, source="price")], materials_note="一次交齐。")
    assert found.text == (
        "请准备（几件事都要的，只交一份）：\n"
        "1. 联办申请表（电子版）\n"
        "2. 居民户口簿（原件、复印件2份）——用于：身份证丢失补领、身份证到期换领\n"
        "3. 照片（原件）——用于：身份证丢失补领\n"
        "一次交齐。"
    )
    assert [s.title for s in found.sources] == ["中华人民共和国居民身份证法", "收费标准的通知"]


def test_what_every_part_needs_in_one_case_only_says_the_case_once_and_comes_last(folder: Path) -> None:
    found = bundle(folder, [book(when="没带身份证时", note="看过就还")], [book(when="没带身份证时", note="看过就还"), book("照片")])
    assert found.text.splitlines()[2:] == [
        "2. 照片（原件）——用于：身份证到期换领",
        "3. 【没带身份证时】居民户口簿（原件；看过就还）——用于：身份证丢失补领、身份证到期换领",
    ]


def test_different_cases_stand_with_their_parts(folder: Path) -> None:
    found = bundle(folder, [book()], [book(when="未满十六周岁时")])
    assert "2. 居民户口簿（原件）——用于：身份证丢失补领、身份证到期换领【未满十六周岁时】" in found.text


def test_it_need_not_be_brought_only_where_no_part_asks_for_it(folder: Path) -> None:
    free = {"by": "数据共享", "how": "系统里查得到"}
    assert "可免交" not in bundle(folder, [book(exempt=free)], [book()]).text
    assert "可免交：系统里查得到（数据共享）" in bundle(folder, [book(exempt=free)], [book(exempt=free)]).text


def test_what_the_bundle_asks_itself_is_not_listed_again(folder: Path) -> None:
    found = bundle(folder, [book()], [], materials=[book()])
    assert found.text.splitlines()[1:] == ["1. 居民户口簿（原件）——用于：身份证丢失补领"]


def test_a_changed_part_changes_the_bundle_and_other_items_have_no_joint_list(folder: Path) -> None:
    before = bundle(folder, [book()], []).text
    edit(item_file(folder, LOST), materials=[book("新的材料")])
    snapshot = compile_snapshot(load(folder)[0])
    texts = {e.subject: e.text for e in snapshot.entries if e.facet is Facet.MATERIALS and not e.manual}
    assert "新的材料" in texts[BUNDLE] and "新的材料" not in before and "用于" not in texts[BROKEN]


def test_every_shipped_bundle_lists_each_material_of_its_parts_once() -> None:
    knowledge, _ = load(ROOT / "knowledge")
    bundles = [i for i in knowledge.items.values() if i.parts]
    assert len(bundles) == 6
    for whole in bundles:
        found = render(whole, Facet.MATERIALS, knowledge)
        assert found is not None
        rows = [line.split("——")[0] for line in found.text.splitlines() if "——用于" in line]
        assert len(rows) == len(set(rows))
        for part in whole.parts:
            assert f"{knowledge.items[part].name}" in found.text
            assert all(s in found.sources for s in (knowledge.items[part].sources[r.source] for r in knowledge.items[part].materials))
