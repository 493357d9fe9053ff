"""Office files as departments and platforms make them, for the tests of import and export."""

import io
from datetime import date
from pathlib import Path

import docx
from openpyxl import Workbook

from assistant.settings import ROOT
from knowledge.exchange.importing import plan_import, shipped_mappings
from knowledge.exchange.plan import Plan, Setting
from knowledge.loader import load

TODAY = date(2024, 6, 1)
MAPPINGS = shipped_mappings(ROOT / "knowledge")
HEADER = ["事项", "问题", "相似问", "答案", "部门", "方面", "依据"]
PHOTO = ["身份证丢失补领", "补证的照片要自己带吗", "", "不用带，窗口现场拍。", "公安局", "材料", "《中华人民共和国居民身份证法》第十一条"]


def workbook(path: Path, rows: list[list[object]], merged: str = "") -> Path:
    """A spreadsheet of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    book.save(path)
    return path


def word(path: Path, paragraphs: list[str]) -> Path:
    """A Word document; a line that begins with “# ” is a heading."""
    document = docx.Document()
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text[2:], 1)
        else:
            document.add_paragraph(text)
    document.save(path)
    return path


def planned(path: Path, folder: Path) -> Plan:
    """What an import into a folder would do."""
    return plan_import(path, MAPPINGS, Setting(load(folder)[0], "360100", TODAY))


def bytes_of(book: Workbook) -> bytes:
    """A workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
