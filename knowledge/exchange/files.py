"""Reads and writes tables in office files. What a file is, is decided by its content and not by its name."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import docx
import python_calamine
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from knowledge.exchange.errors import ExchangeError

MAX_BYTES = 50_000_000
MAX_UNPACKED = 1_000_000_000
"""An office file is a zip; one that unpacks to more is broken or a trap."""
MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""
FORMATS = (".xlsx", ".csv", ".docx", ".json")
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass(frozen=True)
class Grid:
    """A table as it stands in the file, with its header somewhere near the top."""

    name: str
    rows: list[list[str]]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a text document."""

    text: str
    heading: bool = False


@dataclass(frozen=True)
class Content:
    """What a file holds: tables, and paragraphs where it is a text document."""

    grids: list[Grid]
    paragraphs: list[Paragraph]


def read_content(path: Path) -> Content:
    """Read a file.

    Raises:
        ExchangeError: it is missing, too big, encrypted, broken, or no kind of file that is known.

    """
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise ExchangeError(f"打不开 {path.name}：{error.strerror}。请检查文件名和权限。") from error
    if size > MAX_BYTES:
        raise ExchangeError(f"{path.name} 有 {size / 1e6:.0f} MB，超过 {MAX_BYTES / 1e6:.0f} MB。请删掉图片，或者拆成几个文件。")
    if not raw.strip():
        raise ExchangeError(f"{path.name} 是空的。")
    kind = _kind(raw, path.name)
    try:
        if kind == "xlsx":
            return Content(_read_workbook(raw), [])
        if kind == "docx":
            return _read_document(raw)
    except python_calamine.PasswordError as error:
        raise _encrypted(path.name) from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise ExchangeError(f"{path.name} 坏了，读不出来。请用 Office 或 WPS 打开，另存一份再导入。") from error
    text = _decoded(raw, path.name)
    if text.lstrip()[:1] in ("[", "{"):
        return Content([_read_json(text, path.name)], [])
    if path.suffix.lower() == ".txt":
        return Content([], [Paragraph(line) for line in text.splitlines()])
    return Content([Grid(path.stem, _read_csv(text))], [])


def _kind(raw: bytes, name: str) -> Literal["xlsx", "docx", "text"]:
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise _encrypted(name)
        raise ExchangeError(f"{name} 是旧的 .xls 或 .doc 格式。请另存为 .xlsx 或 .docx 再导入。")
    if not raw.startswith(b"PK"):
        return "text"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            if any(info.flag_bits & 1 for info in package.infolist()):
                raise _encrypted(name)
            if sum(info.file_size for info in package.infolist()) > MAX_UNPACKED:
                raise ExchangeError(f"{name} 解压以后太大，不导入。请删掉图片和多余的格式再试。")
            parts = set(package.namelist())
    except zipfile.BadZipFile as error:
        raise ExchangeError(f"{name} 坏了，读不出来。多半是没有传完整，请重新取一份。") from error
    if "xl/workbook.xml" in parts:
        return "xlsx"
    if "word/document.xml" in parts:
        return "docx"
    raise ExchangeError(f"{name} 不是能导入的文件。能导入的有：{'、'.join(FORMATS)}。")


def _encrypted(name: str) -> ExchangeError:
    return ExchangeError(f"{name} 加了密码，读不出来。请去掉打开密码，另存一份再导入。")


def _read_workbook(raw: bytes) -> list[Grid]:
    grids = []
    with python_calamine.load_workbook(io.BytesIO(raw)) as workbook:
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
                for row in rows[top : bottom + 1]:
                    row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
            grids.append(Grid(name, rows))
    return grids


def _cell(value: object) -> str:
    """What a cell shows: whole numbers without a point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def _read_document(raw: bytes) -> Content:
    grids: list[Grid] = []
    paragraphs: list[Paragraph] = []
    for block in docx.Document(io.BytesIO(raw)).iter_inner_content():
        if isinstance(block, Table):
            grids.append(Grid(f"表{len(grids) + 1}", [[cell.text for cell in row.cells] for row in block.rows]))
        else:
            style = block.style.name if block.style is not None else None
            paragraphs.append(Paragraph(block.text, heading=(style or "").startswith(("Heading", "标题"))))
    return Content(grids, paragraphs)


def _decoded(raw: bytes, name: str) -> str:
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ExchangeError(f"{name} 不是能导入的文件（不是文字，也不是表格）。能导入的有：{'、'.join(FORMATS)}。")


def _read_csv(text: str) -> list[list[str]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MAX_BYTES)
    # Line ends inside quotes stay what they are.
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _read_json(text: str, name: str) -> Grid:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"{name} 不是正确的 JSON：{error}") from error
    if isinstance(data, dict):
        data = next((value for value in data.values() if isinstance(value, list)), [data])
    records = [record for record in data if isinstance(record, dict)]
    if len(records) < len(data):
        raise ExchangeError(f"{name} 里要是一列对象，每个对象是一行，例如 [{{“问题”: …, “答案”: …}}]。")
    columns = list(dict.fromkeys(str(key) for record in records for key in record))
    return Grid(name, [columns, *([_value(record.get(column)) for column in columns] for record in records)])


def _value(value: Any) -> str:
    """A JSON value as the text of a cell: a list has one line each."""
    if isinstance(value, list):
        return "\n".join(_value(part) for part in value)
    if isinstance(value, dict):
        return "，".join(_value(part) for part in value.values() if part)
    return _cell(value)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one table, in the format that the file's name says; the file is there whole or not at all.

    Raises:
        ExchangeError: the format is not known, or a cell is too long for it.

    """
    write = {".xlsx": _xlsx, ".csv": _csv, ".docx": _docx, ".json": _json}.get(path.suffix.lower())
    if write is None:
        raise ExchangeError(f"不知道怎么写 {path.name}。文件名要以 {'、'.join(FORMATS)} 结尾。")
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(write(columns, list(rows)))
        partial.replace(path)
    except OSError as error:
        raise ExchangeError(f"写不了 {path}：{error.strerror}。") from error


def _xlsx(columns: Sequence[str], rows: list[Sequence[str]]) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("智问")
    sheet.freeze_panes = "A2"
    for row in (columns, *rows):
        cells = []
        for text in row:
            if len(text) > MAX_CELL:
                raise ExchangeError(f"有一格超过 {MAX_CELL} 字，表格放不下，请导出为 .json。")
            cell = WriteOnlyCell(sheet, text)
            # A text that begins with “=” is no formula.
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _csv(columns: Sequence[str], rows: list[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows((columns, *rows))
    # With a mark in front: Excel reads UTF-8 only then.
    return out.getvalue().encode("utf-8-sig")


def _docx(columns: Sequence[str], rows: list[Sequence[str]]) -> bytes:
    document: Document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    table = document.add_table(rows=0, cols=len(columns))
    table.style = "Table Grid"
    for row in (columns, *rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _json(columns: Sequence[str], rows: list[Sequence[str]]) -> bytes:
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=1).encode()
