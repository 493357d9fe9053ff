"""Import and export: the services behind `knowledge import` and `knowledge export`, and behind the consoles."""

from collections.abc import Callable
from pathlib import Path

from knowledge.exchange.drafts import Draft, draft_name, load_drafts, save_draft, with_drafts
from knowledge.exchange.errors import ExchangeError
from knowledge.exchange.files import read_content, write_table
from knowledge.exchange.guide_export import export_guides_table
from knowledge.exchange.guides import GuideImport
from knowledge.exchange.manual import ManualImport, export_table
from knowledge.exchange.mapping import GuideMapping, ManualMapping, Mapping, load_mapping, map_grid
from knowledge.exchange.paragraphs import read_questions
from knowledge.exchange.plan import Outcome, Plan, Setting
from knowledge.exchange.tidy import flaws
from knowledge.loader import Knowledge
from knowledge.schema import Guide, ManualEntry

MAPPINGS = "import"
"""Folder of the mapping files, below the knowledge."""


def shipped_mappings(root: Path) -> list[Mapping]:
    """The mappings that the knowledge folder holds."""
    return [load_mapping(path) for path in sorted((root / MAPPINGS).glob("*.yml"))]


def plan_import(path: Path, mappings: list[Mapping], setting: Setting) -> Plan:
    """Read a file and say what would become of each row.

    Args:
        path: the file.
        mappings: tried in this order on every table.
        setting: what the rows are read against; its knowledge holds the drafts too.

    Raises:
        ExchangeError: the file cannot be read, or holds nothing that the mappings know.

    """
    content = read_content(path)
    grids = list(content.grids)
    manual = next((m for m in mappings if isinstance(m, ManualMapping)), None)
    if content.paragraphs and manual is not None:
        grids.append(read_questions(content.paragraphs, manual))
    tables = [table for grid in grids if (table := map_grid(grid, mappings)) is not None]
    found = flaws("\n".join(p.text for p in content.paragraphs), setting.region) if content.paragraphs else []
    take: dict[str, Callable[..., Outcome]] = {"manual": ManualImport(setting).take, "guide": GuideImport(setting).take}
    outcomes = [take[table.mapping.kind](row) for table in tables for row in table.rows]
    if not outcomes:
        seen = "".join(f"\n[{flaw.kind}] {flaw.what}" for flaw in found)
        raise ExchangeError(
            f"{path.name} 里没有找到问答，也没有找到办事指南。表格要有“问题、答案”或“事项名称、实施主体”这些列"
            f"（列名可以用 --mapping 对照），Word 里的问答要写成“问：…”“答：…”。{seen}"
        )
    return Plan(outcomes, found)


def import_file(root: Path, path: Path, mappings: list[Mapping], setting: Setting, by: str, *, dry_run: bool) -> tuple[Plan, Path | None]:
    """Import a file as a draft.

    Args:
        root: the knowledge folder.
        path: the file.
        mappings: as for `plan_import`.
        setting: the reviewed knowledge; the drafts are added here.
        by: who imports.
        dry_run: only say what would happen.

    Returns:
        What became of each row, and the draft if one was written.

    Raises:
        ExchangeError: as for `plan_import`, or a draft is spoiled.

    """
    drafts = load_drafts(root)
    seen = Setting(with_drafts(setting.knowledge, drafts), setting.region, setting.today, setting.department)
    plan = plan_import(path, mappings, seen)
    if dry_run or not plan.taken:
        return plan, None
    draft = Draft(
        origin=path.name,
        imported_by=by,
        imported_on=setting.today,
        manual=tuple(r for r in plan.taken if isinstance(r, ManualEntry)),
        guides=tuple(r for r in plan.taken if isinstance(r, Guide)),
    )
    return plan, save_draft(root, draft_name(path), draft, drafts)


def export_manual(path: Path, knowledge: Knowledge, mapping: ManualMapping, department: str = "") -> int:
    """Write the entries of the 答疑手册, of one department or of all; returns how many.

    Raises:
        ExchangeError: the file cannot be written, or not in this format.

    """
    entries = [entry for entry in knowledge.manual.values() if department in ("", entry.department)]
    write_table(path, *export_table(entries, mapping))
    return len(entries)


def export_guides(path: Path, knowledge: Knowledge, mapping: GuideMapping, department: str = "") -> int:
    """Write the item guides, of one department or of all; returns how many.

    Raises:
        ExchangeError: the file cannot be written, or not in this format.

    """
    if path.suffix.lower() == ".docx":
        raise ExchangeError("办事指南的列太多，Word 里放不下。请导出成 .xlsx、.csv 或 .json。")
    guides = [guide for guide in knowledge.guides.values() if department in ("", guide.department)]
    write_table(path, *export_guides_table(guides, mapping, knowledge))
    return len(guides)
