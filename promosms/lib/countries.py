"""Countries: names, calling codes, search."""

import re

from babel import Locale
from phonenumbers import SUPPORTED_REGIONS, country_code_for_region

from promosms.language import current_language
from promosms.sms import transliterate

_NOT_DIGITS = re.compile(r"\D")

# Ascension and Tristan da Cunha have their own numbers, but no country code in ISO 3166-1.
WITHOUT_CODE = {"AC", "TA"}


def names(codes: set[str]) -> list[tuple[str, str]]:
    """(code, name) in the reader's language, in order of the names."""
    territories = Locale.parse(current_language()).territories
    return sorted(((code, territories.get(code, code)) for code in codes), key=_by_name)


def name(code: str) -> str:
    """A country in the reader's language."""
    return str(Locale.parse(current_language()).territories.get(code, code))


def everywhere() -> list[tuple[str, str]]:
    """(code, name) of all countries in which a company can be, in order of the names."""
    return names(set(SUPPORTED_REGIONS) - WITHOUT_CODE)


def matches(search: str, code: str, name: str) -> bool:
    """Does a search for a name, a code or a number match the country?"""
    typed = _plain(search.strip())
    if typed in _plain(name) or typed == code.casefold():
        return True
    digits = _NOT_DIGITS.sub("", typed)
    if not digits or any(sign.isalpha() for sign in typed):
        return False
    calling = calling_code(code)[1:]
    return calling == digits or (len(digits) > 3 and digits.startswith(calling))


def exists(code: str) -> bool:
    """Is this the code of a country with phone numbers, such as PL?"""
    return code in SUPPORTED_REGIONS


def calling_code(code: str) -> str:
    """The calling code of a country, such as +48."""
    return f"+{country_code_for_region(code)}"


def _plain(text: str) -> str:
    """Lower-case letters without diacritics."""
    return transliterate.plain_text(text).casefold()


def _by_name(country: tuple[str, str]) -> tuple[str, str]:
    return _plain(country[1]), country[1]  # so that Łotwa stands with the L
