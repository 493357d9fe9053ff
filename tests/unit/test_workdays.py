"""Working days after the State Council's notices, and honestly without one."""

from datetime import date, timedelta

import pytest

from assistant.workdays import Deadline, Span, deadline, is_noticed, is_workday, workdays_until


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 10, 1), False),  # National Day, a Wednesday
        (date(2025, 10, 11), True),  # a Saturday made up for it
        (date(2025, 10, 12), False),
        (date(2025, 10, 13), True),
    ],
)
def test_holidays_are_free_and_make_up_saturdays_are_not(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_the_day_on_which_a_limit_begins_does_not_count() -> None:
    assert deadline(date(2025, 9, 22), 1) == Deadline(date(2025, 9, 23), exact=True)
    assert deadline(date(2025, 9, 22), 0) == Deadline(date(2025, 9, 22), exact=True)


def test_a_limit_across_the_national_holiday_takes_its_holidays_and_make_up_days_into_account() -> None:
    # 2025-09-28, a Sunday, is worked; 10-01 to 10-08 are free; 10-11, a Saturday, is worked.
    assert deadline(date(2025, 9, 26), 5) == Deadline(date(2025, 10, 10), exact=True) == deadline(date(2025, 9, 27), 5)
    assert deadline(date(2025, 9, 26), 6).on == date(2025, 10, 11)


def test_what_is_left_and_what_is_overdue_agree_with_the_limit() -> None:
    for start in (date(2025, 9, 20) + timedelta(days=n) for n in range(40)):
        for days in (1, 5, 20):
            end = deadline(start, days).on
            assert workdays_until(start, end) == Span(days, exact=True)
            assert workdays_until(end, start) == Span(-days, exact=True)
    assert workdays_until(date(2025, 9, 22), date(2025, 9, 22)).days == 0


def test_a_year_without_a_notice_counts_weekends_only_and_says_so() -> None:
    year = next(year for year in range(2026, 2100) if not is_noticed(year))
    monday = next(date(year, 3, day) for day in range(1, 8) if date(year, 3, day).weekday() == 0)
    assert [is_workday(monday + timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2
    assert deadline(monday, 5) == Deadline(monday + timedelta(days=7), exact=False)
    assert workdays_until(date(year - 1, 12, 31), date(year, 1, 31)).exact is False


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        deadline(date(2025, 9, 22), -1)
