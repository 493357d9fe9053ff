"""The first step of a turn: make the text safe. What leaves here may be stored, logged and handed to Rasa."""

import re
from dataclasses import dataclass, field

from assistant.casework.given import Given, take_out
from assistant.privacy import mask
from knowledge.text import clean, fold

_COMMAND = re.compile(r"^[\s/\\]+")
_GIVEN = re.compile(r"\[(办件编号|手机尾号|工单编号)\]")
_LABEL = re.compile(r"\[(?:邮箱|证件号|信用代码|银行卡号|手机号|电话|护照号|车牌|号码|姓名)\]")

NO_NUMBER = r"(?!)"
"""Matches nothing: where no case is looked up, nothing is taken for a case number."""


@dataclass(frozen=True)
class Screened:
    """A message that is safe to handle."""

    masked: str
    """Cleaned, personal data replaced by labels: what is stored."""
    query: str
    """The same without labels and without a leading slash, which would be a command to Rasa: what is searched."""

    given: Given = Given()
    """What was taken out for a form: in memory only, for as long as the turn lasts."""
    clear: str = field(default="", repr=False)
    """The cleaned text as it was typed, for what is sealed before it is stored: a work order must name what it is about."""

    @property
    def empty(self) -> bool:
        """Whether nothing readable is left (only signs, emoji or numbers that were masked)."""
        return not fold(self.query)


def screen(text: str, case_number: str = NO_NUMBER, asked: bool = False) -> Screened:
    """Clean and mask one message.

    Args:
        text: as it was typed.
        case_number: what a case number looks like (`Settings.case_number`).
        asked: whether the proof of a case has just been asked for, see `take_out`.

    """
    clear = clean(text)
    left, given = take_out(clear, re.compile(case_number), asked)
    masked = mask(left)
    query = _COMMAND.sub("", _LABEL.sub(" ", _GIVEN.sub(r"\1", masked))).strip()
    return Screened(masked, query, given, clear)
