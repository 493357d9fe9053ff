"""Which places an entry speaks for."""

EVERYWHERE = "CN"


def covers(published: str, asked: str | None) -> bool:
    """Whether an entry of one place may be told to somebody in another.

    GB/T 2260 has two digits each for province, city and county; zeros at the end mean all of it. Who names only the
    province or the city is answered by whatever lies within: nearer is not known.

    Args:
        published: six digits, or CN for the whole country.
        asked: six digits; None when the place is not known.

    """
    if published == EVERYWHERE or asked is None:
        return True
    there, here = _significant(published), _significant(asked)
    return here.startswith(there) or there.startswith(here)


def _significant(code: str) -> str:
    while code.endswith("00"):
        code = code[:-2]
    return code
