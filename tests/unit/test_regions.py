"""An answer of one place is never given as another's."""

import pytest

from knowledge.regions import covers


@pytest.mark.parametrize(
    ("published", "asked", "told"),
    [
        ("360100", "360100", True),
        ("360100", "360113", True),  # a district of the city
        ("360100", "360400", False),  # another city
        ("360100", "110000", False),
        ("360100", "360000", True),  # somewhere in the province
        ("360113", "360100", True),  # somewhere in the city
        ("360113", "360102", False),
        ("360000", "360400", True),
        ("CN", "110105", True),
        ("360100", None, True),
    ],
)
def test_who_is_told_what(published: str, asked: str | None, told: bool) -> None:
    assert covers(published, asked) is told
