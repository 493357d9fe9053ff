"""Cleans text that comes out of office files, and says what is wrong with a whole document."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from knowledge.checks import personal_data
from knowledge.text import simplify

_WIDTH = {0x3000: " "} | {c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F) if chr(c - 0xFEE0).isalnum()}
_BOOKMARK = re.compile(r"\[bookmark:[^\[\]]*\]")
_SENTENCE_END = "。！？；：…!?;:.）)”’》】"
_LIST_MARK = re.compile(r"[（(]?[\d一二三四五六七八九十]+\s*[.、．)）]|第[\d一二三四五六七八九十]+[条章节步]|[①-⑳•·●○■◆※*—-]")
WRAPPED = 15
"""A line shorter than this was ended on purpose; a longer one without a full stop was wrapped by the page."""


def tidy(text: str) -> str:
    """The text as it should stand in the knowledge: Simplified, whole sentences, no marks of the word processor.

    Letters and digits become half width; punctuation stays full width. Tidying twice changes nothing more.
    """
    text = "".join(c for c in _plain(text) if c == "\n" or unicodedata.category(c)[0] != "C")
    while _BOOKMARK.search(text):
        text = _BOOKMARK.sub("", text)
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return simplified(_joined(lines.strip()))


def one_line(text: str) -> str:
    """The text tidied, on one line: for names and questions."""
    return "".join(tidy(text).split("\n"))


def simplified(text: str) -> str:
    """Traditional text in Simplified characters; Simplified text as it is (乾隆, 著作 stay)."""
    found = simplify(text)
    return found if any(not _is_gb2312(c) for c in set(text) - set(found)) else text


def _is_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n").replace("\t", " ")
    return text.translate(_WIDTH)


def _joined(text: str) -> str:
    """Put together what the page broke in mid-sentence; a blank line stays one blank line."""
    parts = re.split(r"(\n+)", text)
    done = parts[0]
    for gap, line in zip(parts[1::2], parts[2::2], strict=True):
        if _is_wrapped(done, line):
            done += (" " if done[-1:].isascii() and line[:1].isascii() else "") + line
        else:
            done += gap[:2] + line
    return done


def _is_wrapped(before: str, line: str) -> bool:
    last = before.rsplit("\n", 1)[-1]
    return len(last) >= WRAPPED and last[-1] not in _SENTENCE_END and not _LIST_MARK.match(line)


@dataclass(frozen=True)
class Flaw:
    """Something in a document that a reader should know before taking anything from it."""

    kind: str
    what: str


_DIGITS = "一二三四五六七八九十"
_PROVINCES = {
    "13": "河北", "14": "山西", "21": "辽宁", "22": "吉林", "23": "黑龙江", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建",
    "36": "江西", "37": "山东", "41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "46": "海南", "51": "四川", "52": "贵州",
    "53": "云南", "61": "陕西", "62": "甘肃", "63": "青海",
}  # fmt: skip
_NUMBER = re.compile(r"^\S{2,12}〔\d{4}〕\d+号$", re.MULTILINE)
_CONTACT = re.compile(r"联系(人|电话|方式)\s*[：:]|(?<!\d)0\d{2,3}[-－]?\d{7,8}(?!\d)")
_FOREIGN_WORD = re.compile(r"[\u4e00-\u9fff”》]\s*(and|or|the|of|to|in|for|with)\s*[\u4e00-\u9fff“《]")
_FIGURE = re.compile(r"^(?P<of>\D*[\u4e00-\u9fff])(?P<share>\d+(?:\.\d+)?)[%％]")


def flaws(document: str, region: str) -> list[Flaw]:
    """What is wrong with a document that is to be taken into the knowledge.

    Args:
        document: the raw text.
        region: the code of the place that the knowledge is for.

    """
    found = [Flaw("个人信息", f"有{kind}，不能入库（不显示）") for kind in personal_data(document)]
    if _CONTACT.search(document):
        found.append(Flaw("联系方式", "有联系人或内部电话，核对后再决定是否公开（不显示）"))
    if simplified(document) != document:
        found.append(Flaw("繁体", "有繁体字，已转成简体，专名请核对"))
    found += [Flaw("书签", mark) for mark in _BOOKMARK.findall(document)]
    lines = [" ".join(line.split()) for line in _plain(document).split("\n")]
    text = tidy(document)
    found += [Flaw("断行", f"{a[-10:]}⏎{b[:10]}") for a, b in pairwise(filter(None, lines)) if _is_wrapped(a, b)]
    found += [Flaw("夹英文", match[0]) for match in _FOREIGN_WORD.finditer(text)]
    sections = [_DIGITS.index(n) for n in re.findall(rf"^([{_DIGITS}])、", text, re.MULTILINE)]
    found += [Flaw("序号不连续", f"“{_DIGITS[a]}”后面是“{_DIGITS[b]}”") for a, b in pairwise(sections) if b > a + 1]
    found += _contradictions(text)
    if not _NUMBER.search(simplified("\n".join(lines))):
        found.append(Flaw("文号缺失", "没有单独成行的文号"))
    ours = _PROVINCES.get(region[:2], "")
    others = [name for name in _PROVINCES.values() if f"{name}省" in text and name != ours]
    if others and f"{ours}省" not in text:
        found.append(Flaw("外省文件", "、".join(others)))
    return found


def _contradictions(text: str) -> list[Flaw]:
    """One sentence that gives one thing two different shares."""
    found = []
    for sentence in re.split("[。；\n]", text):
        shares: dict[str, str] = {}
        for clause in re.split("[，、,]", sentence):
            figure = _FIGURE.match(clause)
            if figure and shares.setdefault(figure["of"], figure["share"]) != figure["share"]:
                found.append(Flaw("数字打架", f"{figure['of']}{shares[figure['of']]}%，又说{figure['share']}%"))
    return found
