"""What a message gives to a form: case number, four digits of a phone, phone, work order number.

These are taken out of the message before anything is stored, logged or handed to Rasa; a label stays in their place.
They are typed in any order, with spaces, dashes, letters for digits (O for 0), full width and in Chinese numerals.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from assistant.privacy import mask, phone_in

NUMBER_LABEL, TAIL_LABEL, ORDER_LABEL = "[办件编号]", "[手机尾号]", "[工单编号]"


class Flaw(StrEnum):
    """Why something that looks meant for the form cannot be what it asks for."""

    NUMBER = "number"
    """Not the shape of a case number."""
    TAIL = "tail"
    """Not four digits."""
    IDENTITY = "identity"
    """An identity number, which nobody should send here."""


@dataclass(frozen=True)
class Given:
    """What was taken out of a message. It lives as long as the turn and shows in no log."""

    number: str = field(default="", repr=False)
    tail: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    order: str = field(default="", repr=False)
    flaw: Flaw | None = None

    @property
    def proof(self) -> bool:
        """Whether it holds something for looking up a case, be it of the wrong shape."""
        return bool(self.number or self.tail or self.flaw)


_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_SPOKEN = re.compile(r"[〇零一二三四五六七八九幺]{4,}")
_RUN = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]{1,6}[ -]?)?\d[\dOoIl]*(?:[ -]+[\dOoIl]+)*[Xx]?")
_GAP = re.compile(r"[ -]+")
_CONFUSED = str.maketrans("OoIl", "0011")
_TAIL = re.compile(r"[\dOoIl]{4}")
_TAIL_CUE = re.compile(r"(?:尾号|(?:后|末|最后|后面|末尾)(?:四|4)(?:位|个)(?:数字?)?)[是为:：, ]*$")
_NUMBER_CUE = re.compile(r"编号|编码|受理|办件|单号|回执|查|进度")
_COUNTED = re.compile(r"[年月日号楼元块点分个人天岁路栋室次%]")
_MOBILE = re.compile(r"(?:86)?(1[3-9]\d{9})")
_ORDER = re.compile(r"(?<![A-Za-z])GD[ -]?(\d{4})[ -]?(\d{4})[ -]?(\d{4})(?!\d)", re.IGNORECASE)


@dataclass
class _Reading:
    """What has been found so far, and where it stood."""

    number: str = ""
    tail: str = ""
    flaw: Flaw | None = None
    labels: list[tuple[tuple[int, int], str]] = field(default_factory=list)


def take_out(text: str, shape: re.Pattern[str], asked: bool) -> tuple[str, Given]:
    """Take the proof of a case out of a text.

    Args:
        text: cleaned text (NFKC), not yet masked.
        shape: what a case number looks like without gaps and in capitals.
        asked: whether case number and phone tail have just been asked for. Otherwise four digits count only beside a
            case number or the word 尾号, and digits alone only beside a word such as 编号.

    Returns:
        The text with labels in the place of what was taken, and what was taken.

    """
    order = _ORDER.search(text)
    text = _ORDER.sub(ORDER_LABEL, text)
    phone = phone_in(text) or ""
    plain = _SPOKEN.sub(lambda found: found.group().translate(_CHINESE_DIGITS), text)
    reading = _Reading()
    runs = [found for found in _RUN.finditer(plain) if not _is_counted(plain, found)]
    for found in runs:
        _read_number(reading, found, shape, asked or bool(_NUMBER_CUE.search(plain)))
    asked = asked or bool(reading.number)
    for found in runs:
        _read_tail(reading, plain, found, asked)
    for (start, end), label in sorted(reading.labels, reverse=True):
        text = text[:start] + label + text[end:]
    return text, Given(reading.number, reading.tail, phone, "GD" + "".join(order.groups()) if order else "", reading.flaw)


def is_identity_number(digits: str) -> bool:
    """Whether 18 characters are a valid identity number (GB 11643-1999: a date of birth, check digit by ISO 7064 MOD 11-2)."""
    if not re.fullmatch(r"\d{17}[\dX]", digits):
        return False
    try:
        date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    return "10X98765432"[sum(int(d) * 2 ** (17 - i) for i, d in enumerate(digits[:17])) % 11] == digits[17]


def _is_counted(text: str, found: re.Match[str]) -> bool:
    """Whether digits count something (2026年, 3号窗口)."""
    return bool(_COUNTED.match(text, found.end())) and len(found.group()) <= 4


def _read_number(reading: _Reading, found: re.Match[str], shape: re.Pattern[str], bare: bool) -> None:
    """Look for a case number in a run of digits; of several the last counts (“不是…，是…”)."""
    pieces = _pieces(found)
    for size in range(len(pieces), 0, -1):
        for first in range(len(pieces) - size + 1):
            joined = _joined(pieces[first : first + size])
            if shape.fullmatch(joined) and not _MOBILE.fullmatch(joined) and (bare or not joined.isdigit()):
                if is_identity_number(joined):
                    reading.flaw = Flaw.IDENTITY
                    return
                reading.number = joined
                reading.labels.append(((pieces[first][0], pieces[first + size - 1][1]), NUMBER_LABEL))
                return


def _read_tail(reading: _Reading, text: str, found: re.Match[str], asked: bool) -> None:
    """Look for four digits in what a run holds beside a case number."""
    taken = [span for span, label in reading.labels if label == NUMBER_LABEL]
    pieces = [p for p in _pieces(found) if not any(start <= p[0] < end for start, end in taken)]
    if not pieces:
        return
    cued = bool(_TAIL_CUE.search(text, 0, pieces[0][0]))
    if not (asked or cued):
        return
    whole = _joined(pieces)
    mobile = _MOBILE.fullmatch(whole)
    if mobile:
        reading.tail = mobile.group(1)[-4:]  # masked as a phone by the privacy rules
    elif mask(whole) == "[证件号]":
        reading.flaw = Flaw.IDENTITY
    elif len(pieces) == 1 and _TAIL.fullmatch(pieces[0][2]):
        reading.tail = pieces[0][2].translate(_CONFUSED)
        reading.labels.append((pieces[-1][:2], TAIL_LABEL))
    elif cued or len(whole) < 6:
        reading.flaw = reading.flaw or (Flaw.TAIL if cued or len(whole) >= 3 else None)
        if reading.flaw:
            reading.labels.append(((pieces[0][0], pieces[-1][1]), TAIL_LABEL))
    elif not reading.number:
        reading.flaw = Flaw.NUMBER
        reading.labels.append(((pieces[0][0], pieces[-1][1]), NUMBER_LABEL))


def _pieces(found: re.Match[str]) -> list[tuple[int, int, str]]:
    """The parts of a run between gaps, each with its place in the text."""
    pieces, at = [], found.start()
    for part in _GAP.split(found.group()):
        at = found.string.index(part, at)
        pieces.append((at, at + len(part), part))
        at += len(part)
    return pieces


def _joined(pieces: list[tuple[int, int, str]]) -> str:
    """Parts as one number in capitals, with digits for the letters that look like them."""
    joined = "".join(part for *_, part in pieces)
    letters = re.match(r"[A-Za-z]*", joined)
    prefix = letters.group() if letters else ""
    while prefix and prefix[-1] in "OoIl" and len(prefix) > 2:
        prefix = prefix[:-1]
    return prefix.upper() + joined[len(prefix) :].translate(_CONFUSED)
