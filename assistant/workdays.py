"""Working days in China: which days are, and by when a limit of so many of them ends.

Holidays and make-up days (调休) come from the yearly notices of the State Council's General Office (国务院办公厅关于
部分节假日安排的通知), as the library chinesecalendar keeps them. The notice for a year appears some weeks before it
begins; for a year without one only weekends are free here, and the result says that it is not exact.

Limits: working days without statutory holidays (行政许可法第八十二条); the day on which a period begins does not
count (民法典第二百零一条).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

_NOTICED = {day.year for day in chinese_calendar.constants.holidays}


@dataclass(frozen=True)
class Deadline:
    """The day on which a limit ends."""

    on: date
    exact: bool
    """False when a year on the way has no notice yet, so that holidays may move it."""


@dataclass(frozen=True)
class Span:
    """How many working days lie between two days."""

    days: int
    exact: bool
    """False when a year on the way has no notice yet."""


def is_noticed(year: int) -> bool:
    """Whether the State Council's notice for a year is known here."""
    return year in _NOTICED


def is_workday(day: date) -> bool:
    """Whether offices work on a day; for a year without a notice, whether it is Monday to Friday."""
    if is_noticed(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def deadline(start: date, workdays: int) -> Deadline:
    """The last of so many working days after `start`, which does not count itself; `start` for none.

    Raises ValueError for a negative number.
    """
    if workdays < 0:
        raise ValueError(f"a limit of {workdays} working days cannot be")
    day, left = start, workdays
    while left:
        day += timedelta(days=1)
        left -= is_workday(day)
    return Deadline(day, _exact(start, day))


def workdays_until(today: date, due: date) -> Span:
    """How many working days are left after `today` up to and with `due`; negative for those that it is overdue."""
    first, last = sorted((today, due))
    days = sum(is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    return Span(days if due >= today else -days, _exact(first, last))


def _exact(first: date, last: date) -> bool:
    return all(is_noticed(year) for year in range(first.year, last.year + 1))
