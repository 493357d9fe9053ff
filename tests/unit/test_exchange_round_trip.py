"""Properties of the importers: exporting and importing loses nothing, and no file makes them fall over."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.settings import ROOT
from knowledge.checks import personal_data
from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.files import FORMATS
from knowledge.exchange.importing import export_guides, export_manual, plan_import
from knowledge.exchange.mapping import GuideMapping, ManualMapping
from knowledge.exchange.plan import Plan, Setting, Verdict
from knowledge.exchange.tidy import flaws, one_line, tidy
from knowledge.loader import Knowledge, load
from knowledge.schema import (
    Elements,
    Exemption,
    FacetText,
    FactStatus,
    Fee,
    Guide,
    Limit,
    Limits,
    ManualEntry,
    Material,
    Online,
    Source,
    Unit,
    Window,
    WindowKind,
)
from knowledge.vocabulary import Facet
from tests.unit.exchange_files import MAPPINGS, TODAY
from tests.unit.small_knowledge import LOST, WEEKEND, write_folder

GUIDE = next(m for m in MAPPINGS if isinstance(m, GuideMapping))
MANUAL = next(m for m in MAPPINGS if isinstance(m, ManualMapping))
OFFICE = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
ODD = "辦發鎮證Ａ９　=+-@\"',;；|｜、，。！？：#[]{}()（）《》“”\\/\n\r\t\x00\x0b\u200b\ufeff😀①1.2）%"
RAW = st.text(st.sampled_from(OFFICE + ODD) | st.characters(codec="utf-8"), max_size=60)
TIDY = RAW.map(tidy).filter(bool)
QUESTION = RAW.map(one_line).filter(lambda text: 2 <= len(text) <= 200)
NAME = st.text(st.sampled_from(OFFICE + "（）〔〕12号·"), min_size=1, max_size=20).map(tidy).filter(bool)
DAY = st.dates(date(2000, 1, 1), date(2023, 12, 31))

SOURCES = st.builds(
    Source,
    title=NAME | NAME.map(lambda name: f"关于《{name}》的通知"),
    locator=st.sampled_from(["", "第十一条", "第一条、第二条第一款"]),
    url=st.none() | st.just("https://example.com/a?b=1&c=《2》"),
)


def entries(number: int) -> st.SearchStrategy[ManualEntry]:
    """Entries as they may stand in the knowledge."""
    on = st.one_of(st.tuples(st.just(LOST), st.sampled_from(Facet)), st.just((WEEKEND, None)))
    return on.flatmap(
        lambda pair: st.builds(
            ManualEntry,
            id=st.just(f"m-{number}"), subject=st.just(pair[0]), facet=st.just(pair[1]), question=QUESTION,
            similar=st.lists(QUESTION, max_size=4, unique=True).map(tuple), answer=TIDY,
            department=st.sampled_from(["公安局", "政务服务局"]),
            sources=st.lists(SOURCES, min_size=1, max_size=3).map(tuple), sample=st.booleans(), fact_status=st.sampled_from(FactStatus),
            region=st.sampled_from(["CN", "360100"]), effective_from=DAY, reviewed_on=DAY,
            expires_on=st.none() | st.dates(date(2024, 6, 1), date(2030, 1, 1)),
        )
    )  # fmt: skip


WORDS = NAME | RAW.filter(str.strip)
KEY = st.sampled_from(["s1", "s2", "law"])
LIMITS = st.none() | st.builds(
    Limits,
    statutory=st.none() | st.builds(Limit, value=st.integers(1, 99), unit=st.sampled_from([Unit.WORKING_DAYS, Unit.NATURAL_DAYS])),
    promised=st.none() | st.builds(Limit, value=st.none(), unit=st.just(Unit.ON_THE_SPOT), note=st.just("") | NAME, sample=st.booleans()),
    note=st.sampled_from(["", "承诺时限：3个月。", "法定时限：1年。", "承诺时限：3个月。法定时限：1年。"]) | WORDS,
)
MATERIALS = st.builds(
    Material,
    name=WORDS, form=st.sampled_from(["纸质", "电子", "纸质或电子", "现场采集"]), original=st.booleans(), copies=st.integers(0, 10),
    when=st.just("") | NAME, note=st.sampled_from(["", "原件备查"]) | WORDS, source=KEY,
    exempt=st.none() | st.builds(Exemption, by=st.just("电子证照"), how=WORDS),
)  # fmt: skip
TEXTS = st.builds(FacetText, text=TIDY | WORDS, source=st.none() | KEY, sample=st.booleans())
LINES = st.lists(WORDS, max_size=3).map(tuple)
GUIDES = st.builds(
    Guide,
    id=st.sampled_from(["g-11360100mb1b0001", "g-a-1", "gaj-quan"]), name=WORDS, label=WORDS, parent=WORDS,
    department=st.just("公安局") | WORDS, families=LINES,
    elements=st.none() | st.builds(
        Elements, kind=NAME, audience=st.just(("法人",)), theme=NAME, levels=st.just(("市",)), authority=NAME, scope=NAME, rights=NAME,
        duties=WORDS,
    ),
    window=st.none() | st.builds(Window, kind=st.sampled_from(WindowKind), name=WORDS),
    sources=st.lists(SOURCES, min_size=1, max_size=2).map(lambda found: {f"s{n}": s for n, s in enumerate(found, 1)})
    | st.dictionaries(KEY, SOURCES, min_size=1),
    materials=st.lists(MATERIALS, max_size=3).map(tuple) | st.lists(st.builds(Material, name=NAME, source=st.just("s1"))).map(tuple),
    materials_note=st.just("") | WORDS, limits=LIMITS,
    fee=st.none() | st.builds(Fee, amount=st.none() | st.decimals(0, 999, places=2), unit=st.sampled_from(["", "元"]), rule=WORDS),
    online=st.none() | st.builds(Online, depth=st.just("不能网办"), visits=st.just(1), text=WORDS),
    answers=st.dictionaries(st.sampled_from(Facet), TEXTS, max_size=4), review_points=LINES,
    names=st.lists(WORDS, min_size=1, max_size=3).map(tuple), situations=LINES,
    questions=st.dictionaries(st.sampled_from([*Facet, "any"]), st.lists(QUESTION, min_size=1, max_size=2).map(tuple), max_size=3),
    region=st.sampled_from(["CN", "360100"]), fact_status=st.sampled_from(FactStatus), effective_from=DAY, reviewed_on=DAY,
    expires_on=st.none() | DAY,
)  # fmt: skip
"""Guides as imports and reviewers, tidy or not, may have made them."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The small knowledge without its manual."""
    folder = write_folder(tmp_path_factory.mktemp("empty") / "knowledge", words=False)
    (folder / "manual" / "gaj.yml").write_text("[]", "utf-8")
    return load(folder)[0]


def round_trip(knowledge: Knowledge, into: Knowledge, path: Path) -> Plan:
    """Export, and import what came out."""
    export_manual(path, knowledge, MANUAL)
    return plan_import(path, MAPPINGS, Setting(into, "360100", TODAY))


SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.parametrize("ending", FORMATS)
@SLOW
@given(entry=entries(1))
def test_what_is_exported_is_imported_as_it_was(empty: Knowledge, tmp_path: Path, ending: str, entry: ManualEntry) -> None:
    plan = round_trip(replace(empty, manual={entry.id: entry}), empty, tmp_path / f"a{ending}")
    if plan.outcomes[0].verdict is Verdict.NEW:
        assert plan.taken == [entry]
    else:
        # The generator hits personal data and questions that only punctuation tells apart: told, not lost.
        assert plan.outcomes[0].why and plan.failures()[1]


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".json"])
@SLOW
@given(guide=GUIDES)
def test_a_guide_that_is_exported_is_imported_as_it_was(empty: Knowledge, tmp_path: Path, ending: str, guide: Guide) -> None:
    there, path = replace(empty, guides={guide.id: guide}), tmp_path / f"a{ending}"
    export_guides(path, there, GUIDE)
    new, same = (plan_import(path, MAPPINGS, Setting(into, "360100", TODAY)).outcomes for into in (empty, there))
    if personal_data(guide.model_dump_json()):
        assert [o.verdict for o in new + same] == [Verdict.REJECTED] * 2
        return
    assert [(o.verdict, o.record) for o in new] == [(Verdict.NEW, guide)], new[0].why
    assert [(o.verdict, o.why) for o in same] == [(Verdict.DUPLICATE, "内容一样")]


@SLOW
@given(text=RAW)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@SLOW
@given(raw=st.binary(max_size=400) | RAW.map(str.encode), ending=st.sampled_from([*FORMATS, ".txt", ""]))
def test_any_bytes_are_read_or_refused_in_words(empty: Knowledge, tmp_path: Path, raw: bytes, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(raw)
    try:
        plan_import(path, MAPPINGS, Setting(empty, "360100", TODAY))
    except ExchangeError:
        return


def test_the_shipped_manual_comes_back_whole(tmp_path: Path) -> None:
    shipped = load(ROOT / "knowledge")[0]
    plan = round_trip(shipped, replace(shipped, manual={}), tmp_path / "a.xlsx")
    assert [str(o) for o in plan.outcomes if o.verdict is not Verdict.NEW] == []
    assert plan.taken == list(shipped.manual.values())


DOCUMENTS = ROOT.parent / "shared" / "sources"


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        ("000", {"联系方式", "断行"}),
        ("001", {"繁体", "序号不连续", "断行"}),
        ("003", {"外省文件", "夹英文", "断行", "数字打架", "文号缺失"}),
        ("004", {"书签", "文号缺失", "断行"}),
    ],
)
def test_the_known_flaws_of_the_source_documents_are_caught(document: str, kinds: set[str]) -> None:
    found = next(DOCUMENTS.glob(f"{document}_*.txt"), None)
    if found is None:
        pytest.skip("the source documents are not beside this clone")
    assert kinds <= {flaw.kind for flaw in flaws(found.read_text("utf-8"), "360100")}


def test_a_password_and_persons_are_caught_without_being_repeated() -> None:
    text = "联系人：王某某，电话：0791-83881234，邮箱：a@b.com，密码：abc12345\n"
    found = flaws(text, "360100")
    assert {"个人信息", "联系方式"} <= {flaw.kind for flaw in found}
    assert not any(secret in flaw.what for flaw in found for secret in ("abc12345", "王某某", "83881234", "a@b.com"))
