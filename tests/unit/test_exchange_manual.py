"""Import of a 答疑手册: what becomes of each row, whatever the file looks like."""

import csv
import json
from datetime import date
from pathlib import Path

import docx
import pytest

from knowledge.exchange.drafts import load_drafts
from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.files import write_table
from knowledge.exchange.importing import import_file
from knowledge.exchange.plan import REASON, Plan, Setting, Verdict
from knowledge.loader import load
from knowledge.schema import ManualEntry
from knowledge.vocabulary import Facet
from tests.unit.exchange_files import HEADER, MAPPINGS, PHOTO, TODAY, planned, word, workbook
from tests.unit.small_knowledge import ABROAD, LOST, WEEKEND


def one(plan: Plan) -> ManualEntry:
    """The one entry that a plan takes."""
    assert [o.verdict for o in plan.outcomes] == [Verdict.NEW], list(map(str, plan.outcomes))
    record = plan.outcomes[0].record
    assert isinstance(record, ManualEntry)
    return record


def verdicts(plan: Plan) -> list[str]:
    """The verdicts in the order of the rows."""
    return [str(o.verdict) for o in plan.outcomes]


def test_a_row_of_a_spreadsheet_becomes_an_entry(folder: Path, tmp_path: Path) -> None:
    entry = one(planned(workbook(tmp_path / "a.xlsx", [HEADER, PHOTO]), folder))
    assert (entry.subject, entry.facet, entry.department) == (LOST, Facet.MATERIALS, "公安局")
    assert entry.answer == "不用带，窗口现场拍。"
    assert (entry.sources[0].title, entry.sources[0].locator) == ("中华人民共和国居民身份证法", "第十一条")
    assert entry.id == f"m-{LOST}-2", "the first number is taken"
    assert entry.effective_from == TODAY and entry.expires_on == date(2025, 6, 1)


def test_csv_in_both_usual_encodings(folder: Path, tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / "a.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([HEADER, PHOTO])
        assert one(planned(path, folder)).answer == "不用带，窗口现场拍。"


def test_json_with_lists_and_a_wrapper(folder: Path, tmp_path: Path) -> None:
    row = dict(zip(HEADER, PHOTO, strict=True)) | {"相似问": ["照片谁来拍", "要不要去照相馆"]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"data": [row]}, ensure_ascii=False), "utf-8")
    assert one(planned(path, folder)).similar == ("照片谁来拍", "要不要去照相馆")


def test_a_table_in_a_word_document(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    write_table(path, HEADER, [PHOTO])
    assert one(planned(path, folder)).question == "补证的照片要自己带吗"


def test_questions_and_answers_in_paragraphs(folder: Path, tmp_path: Path) -> None:
    lines = [
        "公安局答疑手册", "# 一、身份证丢失补领", "部门：公安局", "1. 问：补证的照片要自己带吗？", "答：不用带。", "窗口现场拍。",
        "事项：周末和节假日上班吗", "问2、清明节开门吗", "答：只有值班的人。",
    ]  # fmt: skip
    first, second = planned(word(tmp_path / "a.docx", lines), folder).taken
    assert isinstance(first, ManualEntry) and isinstance(second, ManualEntry)
    assert (first.subject, first.answer) == (LOST, "不用带。\n窗口现场拍。")
    assert (second.subject, second.facet, second.question) == (WEEKEND, None, "清明节开门吗")


def test_what_office_files_do_to_text_is_undone(folder: Path, tmp_path: Path) -> None:
    answer = "[bookmark: _GoBack]照片由窗口工作人員在您辦理的時候現場\n\n拍攝，不收費，Ｔｅｌ：１２３４５。"
    row = [*PHOTO[:3], answer, *PHOTO[4:]]
    assert one(planned(workbook(tmp_path / "a.xlsx", [HEADER, row]), folder)).answer == (
        "照片由窗口工作人员在您办理的时候现场拍摄，不收费，Tel：12345。"
    )


def test_titles_above_the_header_empty_columns_and_merged_cells(folder: Path, tmp_path: Path) -> None:
    rows = [["公安局答疑手册"], [], ["", *HEADER], ["", *PHOTO], ["", "", "补证时戴帽子能拍吗", "", "不能。", "公安局", "材料", ""]]
    plan = planned(workbook(tmp_path / "a.xlsx", rows, merged="B4:B5"), folder)
    assert verdicts(plan) == ["新增", "新增"]
    assert [o.row.where for o in plan.outcomes] == ["Sheet第4行", "Sheet第5行"]
    assert {r.subject for r in plan.taken if isinstance(r, ManualEntry)} == {LOST}


def test_a_formula_is_read_as_its_value(folder: Path, tmp_path: Path) -> None:
    """Excel keeps the value beside the formula; openpyxl cannot write one, so the sheet is patched."""
    import zipfile

    made = workbook(tmp_path / "made.xlsx", [HEADER, [*PHOTO[:3], "=C1", *PHOTO[4:]]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b'<c r="D2"><f>C1</f><v /></c>', '<c r="D2" t="str"><f>C1</f><v>算出来的答案。</v></c>'.encode())
                data = data.replace(b'<c r="D2"><f>C1</f><v></v></c>', '<c r="D2" t="str"><f>C1</f><v>算出来的答案。</v></c>'.encode())
            new.writestr(name, data)
    assert one(planned(path, folder)).answer == "算出来的答案。"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"事项": "身份证丢了补领"}, "身份证丢失补领"),
        ({"事项": ""}, "没有写是哪个事项"),
        ({"问题": ""}, "没有写问题"),
        ({"答案": " "}, "没有写答案"),
        ({"部门": "航天局"}, "航天局"),
        ({"答案": "打13800138000找小王"}, "手机号"),
        ({"有效期至": "去年"}, "2026-11-22"),
        ({"有效期至": "2023-01-01"}, "过了有效期"),
    ],
)
def test_a_row_is_rejected_with_the_reason_and_stops_no_other(folder: Path, tmp_path: Path, change: dict[str, str], why: str) -> None:
    good = dict(zip(HEADER, PHOTO, strict=True)) | {"有效期至": ""}
    other = good | {"问题": "补证时戴帽子能拍吗"}
    path = tmp_path / "a.xlsx"
    write_table(path, list(good), [list((good | change).values()), list(other.values())])
    plan = planned(path, folder)
    assert verdicts(plan) == ["退回", "新增"]
    assert why in plan.outcomes[0].why
    assert "13800138000" not in plan.outcomes[0].why


def test_new_changed_duplicate_and_conflict(folder: Path, tmp_path: Path) -> None:
    known = ["身份证丢失补领", "人在国外，身份证丢了能让家里人补吗", "", "要等本人回国再补。", "公安局", "代办委托", ""]
    changed = [*known[:3], "可以托人带材料。", *known[4:]]
    taken = [*PHOTO[:1], "身份证过期了怎么办", *PHOTO[2:]]
    again = [*PHOTO[:3], "要自己带两张。", *PHOTO[4:]]
    plan = planned(workbook(tmp_path / "a.xlsx", [HEADER, known, PHOTO, PHOTO, again, taken]), folder)
    assert verdicts(plan) == ["重复", "新增", "重复", "冲突", "冲突"]
    assert "第3行" in plan.outcomes[3].why and "gaj-sfz-hl" in plan.outcomes[4].why
    plan = planned(workbook(tmp_path / "b.xlsx", [HEADER, changed]), folder)
    assert verdicts(plan) == ["变更"] and plan.taken[0].id == ABROAD


def test_a_missing_facet_is_guessed_and_said(folder: Path, tmp_path: Path) -> None:
    row = [*PHOTO[:1], "补证拍照多少钱", *PHOTO[2:5], "", ""]
    plan = planned(workbook(tmp_path / "a.xlsx", [HEADER, row]), folder)
    assert one(plan).facet is Facet.FEE
    assert "收费" in plan.outcomes[0].why and "依据没有写" in plan.outcomes[0].why


def run(folder: Path, path: Path, *, dry_run: bool = False) -> Plan:
    """Import into a folder."""
    return import_file(folder, path, MAPPINGS, Setting(load(folder)[0], "360100", TODAY), "小张", dry_run=dry_run)[0]


def test_a_dry_run_writes_nothing(folder: Path, tmp_path: Path) -> None:
    run(folder, workbook(tmp_path / "a.xlsx", [HEADER, PHOTO]), dry_run=True)
    assert load_drafts(folder) == {}


def test_an_import_is_a_draft_that_nobody_is_answered_from(folder: Path, tmp_path: Path) -> None:
    before = load(folder)
    run(folder, workbook(tmp_path / "手册.xlsx", [HEADER, PHOTO]))
    assert load(folder) == before
    draft = load_drafts(folder)["手册"]
    assert (draft.origin, draft.imported_by, [e.question for e in draft.manual]) == ("手册.xlsx", "小张", ["补证的照片要自己带吗"])


def test_importing_again_finds_duplicates_and_keeps_what_is_drafted(folder: Path, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, PHOTO])
    run(folder, path)
    assert verdicts(run(folder, path)) == ["重复"]
    run(folder, workbook(path, [HEADER, [*PHOTO[:1], "补证时戴帽子能拍吗", *PHOTO[2:]]]))
    assert len(load_drafts(folder)["a"].manual) == 2


def test_the_failures_file_is_corrected_and_imported_again(folder: Path, tmp_path: Path) -> None:
    plan = planned(workbook(tmp_path / "a.xlsx", [HEADER, PHOTO, ["没有的事项", *PHOTO[1:]]]), folder)
    columns, rows = plan.failures()
    assert columns == [*HEADER, REASON] and "没有的事项" in rows[0][-1]
    rows[0][0] = WEEKEND
    write_table(tmp_path / "failures.xlsx", columns, rows)
    assert one(planned(tmp_path / "failures.xlsx", folder)).subject == WEEKEND


def test_a_file_is_what_its_content_says_and_not_its_name(folder: Path, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, PHOTO]).rename(tmp_path / "a.csv")
    assert one(planned(path, folder))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "是空的"),
        (b"PK\x03\x04 broken", "坏了"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"Workbook", ".xls"),
        (b"%PDF-1.7\x00\xff\xfe\x81", "不是能导入的文件"),
        (b'[{"a": ', "JSON"),
        ("甲,乙\n1,2\n".encode(), "没有找到问答"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(folder: Path, tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(ExchangeError, match=why):
        planned(path, folder)


def test_a_missing_file_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="打不开"):
        planned(tmp_path / "nowhere.xlsx", folder)


def test_a_word_document_s_flaws_are_told(folder: Path, tmp_path: Path) -> None:
    plan = planned(word(tmp_path / "a.docx", ["[bookmark: _GoBack]", "事项：身份证丢失补领", "问：照片谁拍", "答：窗口。"]), folder)
    assert "书签" in {flaw.kind for flaw in plan.flaws}
    assert docx.Document(str(tmp_path / "a.docx")).paragraphs
