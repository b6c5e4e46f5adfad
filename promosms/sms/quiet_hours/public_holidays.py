"""Public holidays of a country, by the library `holidays`."""

from datetime import date
from functools import lru_cache


@lru_cache(1_024)
def of(country: str, year: int) -> frozenset[date]:
    """The holidays of the whole country; none for a country that the library does not know."""
    return frozenset(names(country, year))


@lru_cache(256)
def names(country: str, year: int, language: str | None = None) -> dict[date, str]:
    """The same with their names: in a language (`en`, `pl`) if they are known in it, else in that
    of the country."""
    import holidays

    try:
        known = holidays.country_holidays(country).supported_languages
        # The library has names in en_US or en_GB, and takes only the whole name of a language.
        whole = next((each for each in known if each.split("_")[0] == language), None)
        return dict(holidays.country_holidays(country, years=year, language=whole))
    except NotImplementedError:
        return {}
