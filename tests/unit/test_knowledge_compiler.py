"""What is published: complete, versioned by content, and the same after a round trip through its file."""

from pathlib import Path

import pytest

from knowledge.compiler import compile_snapshot
from knowledge.loader import load
from knowledge.snapshot import Snapshot, read_snapshot
from knowledge.vocabulary import Facet, Outcome
from tests.unit.small_knowledge import (
    ABROAD,
    BROKEN,
    EXPIRED,
    FIRE,
    FOR_CLERKS,
    LOST,
    WEEKEND,
    WHICH_CHANGE,
    edit,
    item_file,
    write,
    write_folder,
)


def compiled(folder: Path) -> Snapshot:
    """The snapshot of a folder."""
    knowledge, problems = load(folder)
    assert problems == []
    return compile_snapshot(knowledge)


def test_every_item_has_an_entry_for_every_facet_with_source_and_dates(folder: Path) -> None:
    snapshot = compiled(folder)
    for subject in (LOST, EXPIRED, BROKEN):
        entries = {e.facet: e for e in snapshot.entries if e.subject == subject and e.layer == "citizen" and not e.manual}
        assert set(entries) == set(Facet)
        assert all(e.text and e.citations and e.reviewed_on and e.effective_from for e in entries.values())
        assert all(e.id == f"{subject}#{facet}" for facet, e in entries.items())


def test_what_clerks_check_is_published_for_clerks_alone(folder: Path) -> None:
    snapshot = compiled(folder)
    for text, owner in (("只给窗口看的审查要点", LOST), ("值班表在内网。", WEEKEND)):
        layers = {e.layer for e in snapshot.entries if text in e.text and e.subject == owner}
        assert layers == {"clerk"}


def test_a_topic_is_one_entry_without_a_facet(folder: Path) -> None:
    entries = [e for e in compiled(folder).entries if e.subject == WEEKEND and e.layer == "citizen" and not e.manual]
    assert [(e.id, e.facet, e.text) for e in entries] == [(WEEKEND, None, "星期六上午有人值班。")]


def test_subjects_keep_their_kind_outcome_options_and_office(folder: Path) -> None:
    subjects = {s.id: s for s in compiled(folder).subjects}
    assert subjects[FIRE].outcome is Outcome.EMERGENCY and subjects[FIRE].reply == "请马上拨打119！"
    assert subjects[WHICH_CHANGE].options == (EXPIRED, BROKEN, LOST)
    assert subjects[FOR_CLERKS].audience == "clerk"
    assert "公安局" in subjects[LOST].contact and "0791-12345" in subjects[LOST].contact


def test_names_and_questions_become_phrases_with_the_facet_they_ask(folder: Path) -> None:
    phrases = {(p.subject, p.text): p for p in compiled(folder).phrases}
    assert phrases[LOST, "身份证丢失补领"].kind == "name"
    assert phrases[LOST, "补一张丢了的身份证多少钱"].facet is Facet.FEE
    assert phrases[LOST, "身份证丢了怎么办"].facet is None


def test_a_question_that_only_looks_like_ours_belongs_to_the_neighbour_that_it_names(folder: Path) -> None:
    owners = {p.subject for p in compiled(folder).phrases if p.text == "身份证到期了算不算丢失" and p.kind == "question"}
    assert owners == {EXPIRED}


def test_the_same_files_give_the_same_version_wherever_they_lie(folder: Path, tmp_path: Path) -> None:
    assert compiled(folder).version == compiled(write_folder(tmp_path / "copy", words=False)).version


@pytest.mark.parametrize(
    "change", [{"name": "居民身份证补领"}, {"expires_on": "2031-01-01"}, {"names": ["补证"]}, {"review_points": ["别的"]}]
)
def test_an_edit_gives_another_version(folder: Path, change: dict[str, object]) -> None:
    before = compiled(folder).version
    edit(item_file(folder, LOST), **change)
    assert compiled(folder).version != before


def test_a_snapshot_is_the_same_after_a_round_trip_through_its_file(folder: Path, tmp_path: Path) -> None:
    snapshot = compiled(folder)
    path = tmp_path / "snapshot.json"
    path.write_text(snapshot.model_dump_json(), "utf-8")
    assert read_snapshot(path) == snapshot


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": "1"}', "不是JSON"])
def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "snapshot.json"
    path.write_text(content, "utf-8")
    with pytest.raises(ValueError):
        read_snapshot(path)


def test_an_entry_of_the_manual_is_published_word_for_word_beside_the_item_s_own_facet(folder: Path) -> None:
    snapshot = compiled(folder)
    entry = next(e for e in snapshot.entries if e.id == ABROAD)
    assert (entry.subject, entry.facet, entry.title) == (LOST, Facet.PROXY, "人在国外，身份证丢了能让家里人补吗")
    assert entry.manual and entry.citations and entry.text == "要等本人回国再补。（示例值，以当地窗口公布为准）"
    assert [e.id for e in snapshot.entries if (e.subject, e.facet) == (LOST, Facet.PROXY) and not e.manual] == [f"{LOST}#proxy"]


def test_the_manual_s_questions_name_their_entry_and_the_item_s_own_do_not(folder: Path) -> None:
    phrases = [p for p in compiled(folder).phrases if p.subject == LOST]
    assert [(p.facet, p.kind) for p in phrases if p.entry == ABROAD] == [(Facet.PROXY, "question")] * 2
    assert {p.entry for p in phrases if p.text == "身份证丢了怎么办"} == {None}


def test_an_item_with_two_ways_to_say_a_situation_has_them_all(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    write(folder / "lexicon" / "situations.yml", {"lost": ["丢", "不见了", "搞没"], "damaged": ["坏", "裂", "刷不了"]})
    subjects = {s.id: s for s in compile_snapshot(load(folder)[0]).subjects}
    assert subjects[LOST].situations == ("丢", "不见了", "搞没")
    assert "刷不了" not in subjects[BROKEN].situations, "one word in common may be chance"
