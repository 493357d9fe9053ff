"""The first step of a turn: make the text safe. What leaves here may be stored, logged and handed to Rasa."""

import re
from dataclasses import dataclass

from assistant.privacy import mask
from knowledge.text import clean, fold

_COMMAND = re.compile(r"^[\s/\\]+")
_LABEL = re.compile(r"\[(?:邮箱|证件号|信用代码|银行卡号|手机号|电话|护照号|车牌|号码|姓名)\]")


@dataclass(frozen=True)
class Screened:
    """A message that is safe to handle."""

    masked: str
    """Cleaned, personal data replaced by labels: what is stored."""
    query: str
    """The same without labels and without a leading slash, which would be a command to Rasa: what is searched."""

    @property
    def empty(self) -> bool:
        """Whether nothing readable is left (only signs, emoji or numbers that were masked)."""
        return not fold(self.query)


def screen(text: str) -> Screened:
    """Clean and mask one message."""
    masked = mask(clean(text))
    query = _COMMAND.sub("", _LABEL.sub(" ", masked)).strip()
    return Screened(masked=masked, query=query)
