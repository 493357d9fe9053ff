"""Import of item guides from a platform's export, and what citizens can ask of them then."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answering.answerer import respond
from assistant.answering.context import NO_INTENT, Context
from knowledge.checks import check
from knowledge.compiler import compile_snapshot
from knowledge.exchange.drafts import Review, accept_draft, load_drafts
from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.guides import read_limit, read_materials
from knowledge.exchange.importing import export_guides, import_file, plan_import
from knowledge.exchange.mapping import GuideField, GuideMapping, load_mapping
from knowledge.exchange.plan import Plan, Refused, Setting, Verdict
from knowledge.loader import load
from knowledge.schema import FactStatus, Guide, Limit, Unit
from knowledge.vocabulary import Facet, Outcome
from tests.unit.exchange_files import MAPPINGS, TODAY, planned, workbook
from tests.unit.fakes import open_folder
from tests.unit.small_knowledge import write_folder

HEADER = [
    "序号", "实施编码", "事项名称（必填）", "实施主体", "设定依据", "受理条件", "申请材料", "法定办结时限", "承诺办结时限（工作日）",
    "是否收费", "网办深度", "到办事现场次数", "通俗名称", "",
]  # fmt: skip
WATER = [
    1, "11360100MB1B0001", "取水许可审批（新办）", "政务服务局", "《取水许可和水资源费征收管理条例》第二条", "有取水口。",
    "1.取水许可申请书（原件1份）；2.营业执照（复印件2份）\n3.身份证（原件；由别人代办时带委托书）", "45(工作日)", 20, "否", "全程网办", 0,
    "打井证、抽地下水", None,
]  # fmt: skip


def row(**changes: object) -> list[object]:
    """The row with some cells changed, by the beginning of their column's name."""
    names = {name: next(at for at, column in enumerate(HEADER) if column.startswith(name)) for name in changes}
    return [next((changes[n] for n, at in names.items() if at == place), value) for place, value in enumerate(WATER)]


def guide(plan: Plan) -> Guide:
    """The one guide that a plan takes."""
    assert [o.verdict for o in plan.outcomes] == [Verdict.NEW], list(map(str, plan.outcomes))
    record = plan.outcomes[0].record
    assert isinstance(record, Guide)
    return record


def test_a_row_becomes_a_guide_with_materials_limits_and_everyday_names(folder: Path, tmp_path: Path) -> None:
    found = guide(planned(workbook(tmp_path / "a.xlsx", [["全省事项导出"], HEADER, WATER]), folder))
    assert (found.id, found.name, found.department) == ("g-11360100mb1b0001", "取水许可审批（新办）", "政务服务局")
    assert [(m.name, m.original, m.copies, m.note) for m in found.materials] == [
        ("取水许可申请书", True, 0, ""), ("营业执照", False, 2, ""), ("身份证", True, 0, "原件；由别人代办时带委托书"),
    ]  # fmt: skip
    assert found.limits is not None and found.limits.statutory == Limit(value=45, unit=Unit.WORKING_DAYS)
    assert found.limits.promised == Limit(value=20, unit=Unit.WORKING_DAYS), "the unit stands in the column's name"
    assert found.fee is not None and found.fee.rule == "不收费。"
    assert found.answers[Facet.ONLINE].text == "网办深度：全程网办。\n到办事现场次数：0。"
    assert found.names == ("取水许可审批（新办）", "打井证", "抽地下水", "取水许可审批", "取水许可")


def test_a_part_of_the_name_that_several_guides_share_is_a_name_of_none(folder: Path, tmp_path: Path) -> None:
    rows = [
        HEADER,
        WATER,
        row(实施编码="11360100MB1B0002", 事项名称="取水许可审批（注销）"),
        row(实施编码="11360100MB1B0003", 事项名称="河道采砂审批（新办）"),
    ]
    plan = planned(workbook(tmp_path / "a.xlsx", rows), folder)
    guides = [record for record in plan.taken if isinstance(record, Guide)]
    snapshot = compile_snapshot(replace(load(folder)[0], guides={guide.id: guide for guide in guides}))
    names = [[p.text for p in snapshot.phrases if p.subject == guide.id] for guide in guides]
    assert names[:2] == [["取水许可审批（新办）", "打井证", "抽地下水"], ["取水许可审批（注销）", "打井证", "抽地下水"]]
    assert "河道采砂审批" in names[2], "where one guide alone has it, it is its name"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30(工作日)", Limit(value=30, unit=Unit.WORKING_DAYS)),
        ("５个工作日", Limit(value=5, unit=Unit.WORKING_DAYS)),
        ("60 自然日", Limit(value=60, unit=Unit.NATURAL_DAYS)),
        ("即办", Limit(unit=Unit.ON_THE_SPOT)),
        ("0(工作日)", Limit(unit=Unit.ON_THE_SPOT)),
        ("3个月", "3个月"),
        ("", None),
        ("/", None),
    ],
)
def test_limits_are_read_as_platforms_write_them(text: str, limit: Limit | str | None) -> None:
    assert read_limit(text) == limit


@pytest.mark.parametrize("text", ["20", "20日"])
def test_a_limit_whose_unit_nobody_can_tell_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="工作日还是自然日"):
        read_limit(text)


@pytest.mark.parametrize("text", ["身份证\n户口簿", "身份证；户口簿。", "1、身份证2、户口簿", "①身份证②户口簿", "(1)身份证；(2)户口簿"])
def test_a_list_of_materials_in_one_cell_is_taken_apart(text: str) -> None:
    assert [m.name for m in read_materials(text, "s1")] == ["身份证", "户口簿"]


def test_long_numbered_materials_are_not_taken_for_one_wrapped_line() -> None:
    long = "与建设项目有关的环境影响评价文件以及批复"
    assert [m.name for m in read_materials(f"1.{long}\n2.营业执照", "s1")] == [long, "营业执照"]


@pytest.mark.parametrize(
    ("change", "verdict", "why"),
    [
        ({"承诺办结时限": "20日"}, "退回", "工作日还是自然日"),
        ({"事项名称": ""}, "退回", "没有写事项名称"),
        ({"实施主体": "无"}, "退回", "没有写实施部门"),
        ({"受理条件": "打13800138000"}, "退回", "手机号"),
        ({"事项名称": "身份证丢失补领"}, "冲突", "gaj-sfz-bl"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_stops_no_other(
    folder: Path, tmp_path: Path, change: dict[str, object], verdict: str, why: str
) -> None:
    other = row(实施编码="X9", 事项名称="排污许可")
    plan = planned(workbook(tmp_path / "a.xlsx", [HEADER, row(**change), other]), folder)
    assert [str(o.verdict) for o in plan.outcomes] == [verdict, "新增"]
    assert why in plan.outcomes[0].why


def test_levels_of_one_item_must_agree(folder: Path, tmp_path: Path) -> None:
    same, differs = row(实施编码="X2"), row(实施编码="X3", 受理条件="要有取水口和水表。")
    plan = planned(workbook(tmp_path / "a.xlsx", [HEADER, WATER, same, differs]), folder)
    assert [str(o.verdict) for o in plan.outcomes] == ["新增", "重复", "冲突"]
    assert "Sheet第2行" in plan.outcomes[2].why and "answers" in plan.outcomes[2].why


def test_a_guide_without_a_basis_does_not_pass_for_law(folder: Path, tmp_path: Path) -> None:
    found = guide(planned(workbook(tmp_path / "a.xlsx", [HEADER, row(设定依据="")]), folder))
    assert "没有写设定依据" in found.answers[Facet.LEGAL_BASIS].text
    assert found.sources["guide"].title == "政务服务局办事指南"


def test_a_mapping_of_one_s_own_reads_other_column_names(folder: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "ours.yml"
    mapping.write_text("kind: guide\ncolumns: {name: [SXMC], department: [SSZT], conditions: [SLTJ]}\n", "utf-8")
    table = workbook(tmp_path / "a.xlsx", [["SXMC", "SSZT", "SLTJ"], ["取水许可", "政务服务局", "有取水口。"]])
    plan = plan_import(table, [load_mapping(mapping)], Setting(load(folder)[0], "360100", TODAY))
    assert guide(plan).answers[Facet.CONDITIONS].text == "有取水口。"


def test_a_mapping_with_an_unknown_field_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "ours.yml").write_text("kind: guide\ncolumns: {price: [收费]}\n", "utf-8")
    with pytest.raises(ExchangeError, match="列名对照文件"):
        load_mapping(tmp_path / "ours.yml")


def imported(folder: Path, tmp_path: Path, *rows: list[object]) -> None:
    """Import rows as a draft."""
    table = workbook(tmp_path / "省平台.xlsx", [HEADER, *rows])
    import_file(folder, table, MAPPINGS, Setting(load(folder)[0], "360100", TODAY), "小张", dry_run=False)


def reviewed(folder: Path, by: str = "小李", department: str = "政务服务局") -> list[str]:
    """Let the draft in."""
    return accept_draft(folder, load(folder)[0], "省平台", Review(by, department, date(2024, 6, 2)))


def test_a_reviewed_guide_is_found_by_its_everyday_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "knowledge")
    imported(folder, tmp_path, WATER)
    assert reviewed(folder) == ["g-11360100mb1b0001"]
    assert load_drafts(folder) == {}
    library = open_folder(folder)
    best = library.rank("打井证要什么材料")[1].best
    assert best is not None and best.match.subject == "g-11360100mb1b0001"
    draft, _ = respond(library, "打井证", Context(asked_facets=(Facet.MATERIALS,)), NO_INTENT, TODAY)
    assert draft.outcome is Outcome.ANSWERED, draft.text
    assert draft.answers[0].subject == "g-11360100mb1b0001" and "取水许可申请书" in draft.answers[0].text


def test_a_guide_publishes_what_it_has_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, row(申请材料="", 是否收费="", 承诺办结时限="", 法定办结时限=""))
    reviewed(folder)
    knowledge, problems = load(folder)
    assert problems == [] and [p for p in check(knowledge, date(2024, 6, 2)) if not p.warning] == []
    facets = {e.facet for e in compile_snapshot(knowledge).entries if e.subject == "g-11360100mb1b0001"}
    assert facets & {Facet.MATERIALS, Facet.FEE, Facet.TIME_LIMIT} == set()
    assert {Facet.CONDITIONS, Facet.ONLINE, Facet.LEGAL_BASIS, Facet.PHONE} <= facets


def test_review_is_for_another_person_of_the_right_department(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER, row(实施编码="X2", 事项名称="养犬登记", 实施主体="公安局"))
    with pytest.raises(ExchangeError, match="另一个人"):
        reviewed(folder, by="小张")
    with pytest.raises(ExchangeError, match="政务服务局"):
        reviewed(folder, department="民政局")
    assert reviewed(folder) == ["g-11360100mb1b0001"]
    assert [g.id for g in load_drafts(folder)["省平台"].guides] == ["g-x2"], "the other department's part waits"
    assert reviewed(folder, department="公安局") == ["g-x2"]


def test_a_changed_export_updates_the_guide_where_it_is(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER)
    reviewed(folder)
    imported(folder, tmp_path, row(受理条件="有取水口和水表。"))
    reviewed(folder)
    found = load(folder)[0].guides["g-11360100mb1b0001"]
    assert found.answers[Facet.CONDITIONS].text == "有取水口和水表。" and found.reviewed_on == date(2024, 6, 2)


def test_an_update_keeps_what_review_added_and_counts_as_unchecked(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER)
    reviewed(folder)
    path = folder / "guides" / "省平台.yml"
    added = "questions:\n    any: [打井证怎么办]\n  fact_status: checked"
    path.write_text(path.read_text("utf-8").replace("fact_status: recalled", added), "utf-8")
    before = load(folder)[0].guides["g-11360100mb1b0001"]
    assert before.questions and before.fact_status is FactStatus.CHECKED
    same, changed = (planned(workbook(tmp_path / "b.xlsx", [HEADER, r]), folder).outcomes[0] for r in (WATER, row(受理条件="有水表。")))
    assert (str(same), str(changed).partition("：")[2]) == ("Sheet第2行 重复 g-11360100mb1b0001：内容一样", "改了各方面的答复、可靠程度")
    assert isinstance(changed.record, Guide) and changed.record.questions == before.questions


@pytest.mark.parametrize(
    ("details", "why"),
    [
        ("- 要素", "写坏了"),
        ("price: 20", "写坏了"),
        ("reviewed_on: 2024-99-99", "写坏了"),
        ("[" * 9999, "写坏了"),
        ("answers: {conditions: {text: 有水表。}}", "只留一处"),
    ],
)
def test_details_that_cannot_be_read_are_refused_in_words(folder: Path, tmp_path: Path, details: str, why: str) -> None:
    plan = planned(workbook(tmp_path / "a.xlsx", [[*HEADER, "其余内容"], [*WATER, details]]), folder)
    assert plan.outcomes[0].verdict is Verdict.REJECTED and why in plan.outcomes[0].why


def exported(folder: Path, tmp_path: Path) -> list[dict[str, str]]:
    """The rows of an export of the guides, by columns."""
    mapping = next(m for m in MAPPINGS if isinstance(m, GuideMapping))
    export_guides(tmp_path / "out.json", load(folder)[0], mapping)
    rows: list[dict[str, str]] = json.loads((tmp_path / "out.json").read_text("utf-8"))
    return rows


def test_an_imported_guide_is_exported_in_words(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER, row(实施编码="X2", 事项名称="养犬登记", 设定依据="", 承诺办结时限="3个月"))
    reviewed(folder)
    water, dog = exported(folder, tmp_path)
    assert (water["实施编码"], water["法定办结时限"], water["承诺办结时限"]) == ("g-11360100mb1b0001", "45工作日", "20工作日")
    assert water["申请材料"] == "取水许可申请书；\n营业执照（复印件2份）；\n身份证（原件；由别人代办时带委托书）"
    assert (dog["设定依据"], dog["承诺办结时限"], dog["有效期至"]) == ("", "3个月", "2025-06-01")
    assert water["其余内容"] == dog["其余内容"] == ""
    plan = planned(tmp_path / "out.json", folder)
    assert [(o.verdict, o.why) for o in plan.outcomes] == [(Verdict.DUPLICATE, "内容一样")] * 2


def test_what_no_column_tells_stands_in_the_details(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER)
    reviewed(folder)
    path = folder / "guides" / "省平台.yml"
    path.write_text(path.read_text("utf-8").replace("  fee:\n", "  fee:\n    amount: 20\n"), "utf-8")
    assert exported(folder, tmp_path)[0]["是否收费"] == ""
    assert exported(folder, tmp_path)[0]["其余内容"] == "fee:\n  amount: '20'\n  rule: 不收费。\n"


def test_guides_are_not_exported_to_a_text_document_nor_without_a_place_for_all(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER)
    reviewed(folder)
    narrow = GuideMapping(kind="guide", columns={GuideField.NAME: ("名称",), GuideField.DEPARTMENT: ("部门",)})
    for file, why in (("a.docx", "Word"), ("a.csv", "details")):
        with pytest.raises(ExchangeError, match=why):
            export_guides(tmp_path / file, load(folder)[0], narrow)


def test_a_draft_spoiled_by_hand_is_not_let_in(folder: Path, tmp_path: Path) -> None:
    imported(folder, tmp_path, WATER)
    path = folder / "drafts" / "省平台.yml"
    path.write_text(path.read_text("utf-8").replace("source: s1", "source: nowhere"), "utf-8")
    with pytest.raises(ExchangeError, match="没有列出的依据"):
        reviewed(folder)
    assert load(folder)[0].guides == {}
