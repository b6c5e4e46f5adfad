"""The time zones in which a number may be.

In North America the area code tells more than the country; elsewhere a mobile number has no place,
so it may be in every zone of its country.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

AREA = 4  # digits of the country code 1 with an area code, the least that tells
Zones = tuple[ZoneInfo, ...]


def of_number(country: str, phone: str) -> Zones:
    """The zones in which a number (E.164) may be."""
    if phone.startswith("+1"):
        for digits in range(TIMEZONE_LONGEST_PREFIX, AREA - 1, -1):
            if (code := phone[1 : digits + 1]) in TIMEZONE_DATA:
                return _of_area(country, code) or of_country(country)
    return of_country(country)


@lru_cache(1_024)
def of_country(country: str) -> Zones:
    """The zones of a country that differ; UTC for one that is not known."""
    names = get_global("territory_zones").get(country, ())
    return _zones(names) or (ZoneInfo("UTC"),)


@lru_cache(512)
def groups(country: str) -> tuple[Zones, ...]:
    """The zones of a country as its numbers may have them."""
    if country not in COUNTRY_CODE_TO_REGION_CODE[1]:
        return (of_country(country),)
    areas = {
        _of_area(country, code) for code in TIMEZONE_DATA if code[0] == "1" and len(code) >= AREA
    }
    return (of_country(country), *sorted(filter(None, areas), key=str))


@lru_cache(4_096)
def _of_area(country: str, code: str) -> Zones:
    of_this = get_global("territory_zones").get(country, ())
    return _zones([name for name in TIMEZONE_DATA.get(code, ()) if name in of_this])


def _zones(names: list[str] | tuple[str, ...]) -> Zones:
    return tuple(ZoneInfo(name) for name in sorted(set(names)))
