"""The errors of this package."""

from dataclasses import dataclass


class ExchangeError(Exception):
    """A file, a mapping or a draft cannot be used; the message is Chinese and says what to do."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a record, or worth a look."""

    place: str
    """Its place in the record (`materials.2.copies`); empty for what is wrong with the whole."""
    cause: str


class Unsound(ExchangeError):
    """A record does not hold as it was filled in."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"有{len(faults)}处要改，还没有保存。")
        self.faults = faults
