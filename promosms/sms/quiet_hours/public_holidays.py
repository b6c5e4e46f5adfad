"""Public holidays of a country, by the library `holidays`."""

from datetime import date
from functools import lru_cache


@lru_cache(1_024)
def of(country: str, year: int) -> frozenset[date]:
    """The holidays of the whole country; none for a country that the library does not know."""
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
