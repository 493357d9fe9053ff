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
        whole = [fault.cause for fault in faults if not fault.place]
        counted = f"有{len(faults)}处要改，没有保存。" + ("" if len(whole) == len(faults) else "要改的地方下面写着为什么。")
        super().__init__("\n".join([counted, *whole]))
        self.faults = faults
