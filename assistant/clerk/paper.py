"""A notice as a paper: one template, for the browser to print and for a PDF."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from assistant.clerk.notices import Notice
from assistant.people.duty import CHINA
from knowledge.text import distinct

HERE = Path(__file__).parent
STYLE = "/static/desk/notice.css"
"""The same file for both; the browser fetches it here."""


class NoPdf(Exception):
    """No PDF can be made here; the message says what to do, in Chinese."""


@lru_cache(maxsize=1)
def _template() -> Template:
    return Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template("notice.html")


def html(notice: Notice, applicant: str, hall: str, style: str | None = STYLE) -> str:
    """The paper in HTML.

    Args:
        notice: what was made.
        applicant: printed as it is, kept nowhere.
        hall: who gives the notice.
        style: address of its style sheet; None when the caller brings it along.

    """
    content = notice.content
    sources = distinct(f"《{c.title}》{c.locator}" for c in content.citations)
    made = notice.made_at.astimezone(CHINA)
    return _template().render(
        notice=notice, content=content, applicant=applicant, hall=hall, sources=sources, style=style, matter=content.matter,
        day=f"{made.year}年{made.month}月{made.day}日", copies=("第一联　申请人留存", "第二联　窗口留存"),
    )  # fmt: skip


def pdf(notice: Notice, applicant: str, hall: str, style: Path) -> bytes:
    """The paper as a PDF. Nothing is fetched from anywhere.

    Raises:
        NoPdf: Pango is missing here.

    """
    try:
        from weasyprint import CSS, HTML  # takes a second, and Pango, which not every machine has
    except OSError:
        raise NoPdf("这台服务器没有装 Pango，出不了 PDF。请点“打印”，在浏览器里打印，或者另存为 PDF。") from None

    def refuse(url: str) -> dict[str, object]:
        raise ValueError(f"nothing is fetched: {url}")

    made: bytes = HTML(string=html(notice, applicant, hall, style=None), url_fetcher=refuse).write_pdf(stylesheets=[CSS(filename=style)])
    return made
