"""Countries as people call them."""

from babel import Locale
from phonenumbers import SUPPORTED_REGIONS, country_code_for_region

from promosms.language import current_language


def names(codes: set[str]) -> list[tuple[str, str]]:
    """(code, name) in the reader's language, in order of the names."""
    territories = Locale.parse(current_language()).territories
    return sorted(((code, territories.get(code, code)) for code in codes), key=_by_name)


def known(code: str) -> bool:
    """Is this the code of a country with telephones, such as PL?"""
    return code in SUPPORTED_REGIONS


def calling_code(code: str) -> str:
    """What numbers of a country begin with, such as +48."""
    return f"+{country_code_for_region(code)}"


def _by_name(country: tuple[str, str]) -> str:
    return country[1].casefold()
