"""Whether somebody is there to talk to: opening hours, working days, and agents online."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from time import monotonic

CHINA = timezone(timedelta(hours=8), "CST")
"""All of China keeps Beijing time, without summer time; so no time-zone database is needed."""


REMEMBERED_SECONDS = 2.0
"""So long the last answer does for a button's name; who is online is known by the minute anyway."""


class Duty:
    """When people are on duty."""

    def __init__(self, hours: str, every_day: bool, is_workday: Callable[[date], bool], online: Callable[[], int]) -> None:
        self._spans = parse_hours(hours)
        self._every_day = every_day
        self._is_workday = is_workday
        self._online = online
        self._last: tuple[float, bool] | None = None

    def is_open(self, moment: datetime) -> bool:
        """Whether a moment is within the opening hours of an open day."""
        here = moment.astimezone(CHINA)
        if not self._every_day and not self._is_workday(here.date()):
            return False
        minute = here.hour * 60 + here.minute
        return any(begin <= minute < end for begin, end in self._spans)

    def is_open_now(self) -> bool:
        """Whether it is opening time."""
        return self.is_open(datetime.now(UTC))

    def on_duty(self) -> bool:
        """Whether a person can be promised now. Reads the database: call it in a thread."""
        there = self.is_open_now() and self._online() > 0
        self._last = monotonic(), there
        return there

    def lately(self) -> bool | None:
        """What `on_duty` has just said; None when that was too long ago. Good for a hint, not for a promise."""
        if self._last is None:
            return None
        at, there = self._last
        return there if monotonic() - at < REMEMBERED_SECONDS else None

    @property
    def hours_told(self) -> str:
        """The opening hours as a citizen reads them."""
        days = "每天" if self._every_day else "工作日"
        return days + "、".join(f"{_clock(begin)}—{_clock(end)}" for begin, end in self._spans)


def parse_hours(hours: str) -> tuple[tuple[int, int], ...]:
    """Read “09:00-12:00,13:30-17:00” as minutes of the day; the end is not within. “24:00” is midnight.

    Raises:
        ValueError: when a span is not written so, or ends before it begins.

    """
    spans = []
    for span in hours.split(","):
        begin, separator, end = span.strip().partition("-")
        if not separator or _minutes(begin) >= _minutes(end):
            raise ValueError(f"“{span}”不是一段时间，要写成 09:00-12:00，几段用逗号隔开")
        spans.append((_minutes(begin), _minutes(end)))
    return tuple(spans)


def _minutes(clock: str) -> int:
    if clock.strip() == "24:00":
        return 24 * 60
    read = time.fromisoformat(clock.strip())
    return read.hour * 60 + read.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
