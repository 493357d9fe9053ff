"""A report as a spreadsheet, a Word document, a PDF, or a page."""

import base64
import io
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from assistant.errors import BuildError
from assistant.people.duty import CHINA
from assistant.statistics.charts import chart
from assistant.statistics.figures import CHANNEL_TITLES, Figures, Scope, Table


class Format(StrEnum):
    """What a report can be written as; the value ends the file's name."""

    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"
    HTML = "html"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
    Format.HTML: "text/html; charset=utf-8",
}


def title(scope: Scope) -> str:
    """What a report is called."""
    whose = f"{scope.department} " if scope.department else ""
    through = f"（{CHANNEL_TITLES.get(scope.channel, scope.channel)}）" if scope.channel else ""
    return f"{whose}智问咨询情况{through} {scope.first}至{scope.last}"


def write(figures: Figures, wanted: Format) -> bytes:
    """Write a report.

    Raises:
        BuildError: this machine cannot make it; the message says what can be done instead.

    """
    writers: dict[Format, Callable[[Figures], bytes]] = {
        Format.XLSX: _xlsx, Format.DOCX: _docx, Format.PDF: _pdf, Format.HTML: lambda found: _html(found).encode(),
    }  # fmt: skip
    return writers[wanted](figures)


def _xlsx(figures: Figures) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.drawing.image import Image
    from openpyxl.styles import Font

    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "概要"
    headline = Table(title(figures.scope), ("", ""), list(figures.headline))
    for table in (headline, *figures.tables):
        sheet = first if table is headline else book.create_sheet(table.title)
        for n, row in enumerate((table.columns, *table.rows), 1):
            for m, value in enumerate(row, 1):
                cell = sheet.cell(n, m, value)
                assert isinstance(cell, Cell)
                if isinstance(value, str):
                    cell.data_type = "s"  # a question that begins with “=” is no formula
                if n == 1:
                    cell.font = Font(bold=True)
        for m in range(len(table.columns)):
            longest = max(len(str(row[m])) for row in (table.columns, *table.rows))
            sheet.column_dimensions["ABCDEFGH"[m]].width = min(60, 4 + 2 * longest)
        sheet.freeze_panes = "A2"
    first["A1"].value = headline.title
    first.add_image(Image(io.BytesIO(chart(figures))), f"A{len(figures.headline) + 4}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _docx(figures: Figures) -> bytes:
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Cm

    document = docx.Document()
    for style in ("Normal", "Title", "Heading 1"):
        document.styles[style].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "微软雅黑")
    document.add_heading(title(figures.scope), 0)
    for name, told in figures.headline:
        document.add_paragraph(f"{name}：{told}", style="List Bullet")
    document.add_picture(io.BytesIO(chart(figures)), width=Cm(16))
    for table in figures.tables:
        document.add_heading(table.title, 1)
        if not table.rows:
            document.add_paragraph("没有。")
            continue
        grid = document.add_table(rows=0, cols=len(table.columns), style="Table Grid")
        for row in (table.columns, *table.rows):
            for cell, value in zip(grid.add_row().cells, row, strict=True):
                cell.text = str(value)
        if table.note:
            document.add_paragraph(table.note)
    document.add_paragraph(_made(figures))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf(figures: Figures) -> bytes:
    try:
        from weasyprint import HTML
    except OSError as error:  # its library Pango is not on this machine
        raise BuildError(
            "这台机器没有装 Pango，做不了 PDF。请下载网页版，用浏览器打印成 PDF；或者安装：apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        ) from error
    return bytes(HTML(string=_html(figures)).write_pdf())


def _html(figures: Figures) -> str:
    from jinja2 import Environment, FileSystemLoader

    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    picture = base64.b64encode(chart(figures)).decode()
    return templates.get_template("report.html").render(title=title(figures.scope), figures=figures, chart=picture, made=_made(figures))


def _made(figures: Figures) -> str:
    how = "问题里的个人信息已经遮盖；一句话算给回答它的条目的部门，没有答的算给最像的。"
    return f"智问 {figures.made_at.astimezone(CHINA):%Y-%m-%d %H:%M} 生成。{how}"
