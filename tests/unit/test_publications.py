"""Versions: numbered, explained, brought back; and whole, whatever dies in between."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from assistant.build import build_knowledge, compare_knowledge
from assistant.errors import BuildError
from assistant.gate import Runs, changes, try_out
from assistant.publications import Publication, live_snapshot, read_current, rollback, switch_off, switch_on, versions
from assistant.serving import prepare
from assistant.settings import ROOT, Settings
from knowledge.snapshot import without
from tests.unit.small_knowledge import ABROAD, LOST, edit, item_file, write_folder


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    """An installation with an encoder of somebody else's, which needs no training; it is never loaded here."""
    folder = write_folder(tmp_path / "knowledge", words=False)
    return Settings(data=tmp_path / "data", knowledge=folder, encoder="none", rasa_processes=0)


def publish(shop: Settings, reason: str = "") -> Publication:
    """Publish the files as they are."""
    return build_knowledge(shop, lambda _: None, retrain=False, by="小李", reason=reason)


def change(shop: Settings, days: int) -> None:
    """Another promised limit, and one material more."""
    materials = [{"name": name, "source": "law"} for name in ("居民户口簿", "回执", "申请表")[: days % 3 + 1]]
    edit(item_file(shop.knowledge, LOST), materials=materials, limits={"promised": {"value": days, "unit": "工作日"}})


def test_every_publication_has_a_number_and_says_who_and_why(shop: Settings) -> None:
    publish(shop, "第一次")
    change(shop, 5)
    publish(shop)
    assert [(v.number, v.by) for v in versions(shop)] == [(2, "小李"), (1, "小李")]
    assert versions(shop)[1].reason == "第一次" and "变更" in versions(shop)[0].reason
    assert all(v.at for v in versions(shop))
    assert (shop.data / "audit.jsonl").read_text("utf-8").count("publish") == 2


def test_publishing_what_is_live_makes_no_version(shop: Settings) -> None:
    assert publish(shop) == publish(shop)
    assert len(versions(shop)) == 1


def test_the_difference_counts_materials_and_days(shop: Settings) -> None:
    change(shop, 8)
    publish(shop)
    change(shop, 3)
    lines = "\n".join(compare_knowledge(shop).lines)
    assert "材料减少 2 件（3 → 1）" in lines and "承诺时限减少 5 个工作日（8 → 3）" in lines
    publish(shop)
    assert compare_knowledge(shop).lines == []


def test_a_rollback_brings_back_the_last_other_content_as_a_new_version(shop: Settings) -> None:
    first = publish(shop)
    change(shop, 5)
    publish(shop)
    back = rollback(shop, None, "小王", "期限写错了")
    assert (back.number, back.snapshot, back.back_to, back.reason) == (3, first.snapshot, 1, "期限写错了")
    assert read_current(shop) == back


def test_a_rollback_holds_over_a_restart_until_somebody_publishes(shop: Settings) -> None:
    publish(shop)
    change(shop, 5)
    second = publish(shop)
    back = rollback(shop, 1, "小王", "期限写错了")
    prepare(shop)
    assert read_current(shop) == back
    assert publish(shop).snapshot == second.snapshot


def test_a_version_that_never_was_or_whose_snapshot_is_gone_is_refused(shop: Settings) -> None:
    with pytest.raises(BuildError, match="还没有发布过"):
        rollback(shop, None, "小王", "试")
    first = publish(shop)
    with pytest.raises(BuildError, match="没有更早的版本"):
        rollback(shop, None, "小王", "试")
    with pytest.raises(BuildError, match="没有第 9 版"):
        rollback(shop, 9, "小王", "试")
    change(shop, 5)
    publish(shop)
    (shop.data / "snapshots" / first.snapshot / "snapshot.json").unlink()
    with pytest.raises(BuildError, match="已经删掉"):
        rollback(shop, 1, "小王", "试")


def test_what_is_switched_off_is_not_answered_until_it_is_switched_on(shop: Settings) -> None:
    publish(shop)
    for what in (LOST, f"{LOST}#fee", ABROAD):
        switched = switch_off(shop, what, "小李", "核实中")
        whole = live_snapshot(shop)
        assert whole is not None and switched.off == {what: "核实中"}
        snapshot = without(whole, switched.off)
        assert what not in {i for e in snapshot.entries for i in (e.id, e.subject)}
        assert LOST in {p.subject for p in snapshot.phrases}, "it is still what they ask"
        assert switch_on(shop, what, "小李", "核实过了").off == {}
    with pytest.raises(BuildError, match="没有停答"):
        switch_on(shop, LOST, "小李", "核实过了")
    with pytest.raises(BuildError, match="没有“gaj-gone”"):
        switch_off(shop, "gaj-gone", "小李", "核实中")


def test_a_switch_holds_over_publication_and_rollback_and_keeps_what_was_brought_back(shop: Settings) -> None:
    first = publish(shop)
    change(shop, 5)
    publish(shop)
    rollback(shop, None, "小王", "期限写错了")
    switched = switch_off(shop, LOST, "小李", "核实中")
    assert (switched.snapshot, switched.back_to) == (first.snapshot, first.number), "switching publishes no files"
    assert publish(shop).off == rollback(shop, 1, "小王", "再退").off == {LOST: "核实中"}


def test_a_gate_that_is_not_passed_leaves_live_what_is_live(shop: Settings) -> None:
    first = publish(shop)
    change(shop, 5)

    def closed(candidate: Publication) -> None:
        assert candidate.snapshot != first.snapshot
        raise BuildError("不行")

    with pytest.raises(BuildError, match="不行"):
        build_knowledge(shop, lambda _: None, retrain=False, gate=closed)
    assert read_current(shop) == first


def test_the_gate_tells_what_changes_and_what_gets_worse() -> None:
    def runs(*replies: tuple[str, bool]) -> Runs:
        return [[{"user": "问", "reply": {"outcome": "answered", "text": text}, "figures": {"right": right}} for text, right in replies]]

    found = changes(runs(("甲", True), ("乙", True), ("丙", False)), runs(("甲", True), ("丁", False), ("戊", True)))
    assert [(c.before, c.after, c.worse) for c in found] == [
        ("答了 乙", "答了 丁", True), ("答了 丙", "答了 戊", False),
    ]  # fmt: skip


def test_without_questions_or_a_live_version_the_gate_is_open(shop: Settings) -> None:
    try_out(shop, Publication(snapshot="a", encoder=""), lambda _: None, accept=False)
    publish(shop)
    try_out(shop, Publication(snapshot="a", encoder=""), lambda _: None, accept=False)


def test_an_edit_of_an_answer_alone_needs_no_questions_and_one_of_a_question_does(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(_shop: Settings, version: Publication, _dialogues: object) -> Runs:
        asked.append(version.snapshot)
        return []

    monkeypatch.setattr("assistant.gate._ask", ask)
    (shop.knowledge / "questions.jsonl").write_text('{"id": "q", "turns": [{"user": "身份证丢了怎么办"}]}\n', "utf-8")
    live = publish(shop)
    change(shop, 5)
    gate = partial(try_out, shop, say=lambda _: None, accept=False)
    edited = build_knowledge(shop, lambda _: None, retrain=False, gate=gate)
    assert edited.snapshot != live.snapshot and asked == []
    edit(item_file(shop.knowledge, LOST), questions={"any": ["身份证丢了怎么办", "证让人偷走了"]}, negatives=[])
    phrased = build_knowledge(shop, lambda _: None, retrain=False, gate=gate)
    assert asked == [edited.snapshot, phrased.snapshot]


def test_killed_at_any_moment_the_knowledge_is_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.unit.killed_at_work", str(tmp_path), "200"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
