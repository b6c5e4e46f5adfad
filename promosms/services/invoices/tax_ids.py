"""Tax identifiers, checked offline: format, check digits, and country.

The rules of the countries come from python-stdnum. In the EU an identifier is stored with the VIES
prefix: the ISO code, but EL for Greece (Directive 2006/112/EC art. 215). A company in Northern
Ireland can have a number that begins with XI besides its British one.
"""

import re

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from promosms.documents.tax import EU

LONGEST = 30
SHORTEST = 4
NORTHERN_IRELAND = "XI"
PREFIXES = {"GR": "EL"}
COUNTRIES = {"EL": "GR", NORTHERN_IRELAND: "GB"}
SEPARATORS = re.compile(r"[\s./\-\u2010-\u2015]+")


class BadTaxId(Exception):
    """Not an identifier of this country; `country` is the one it belongs to, or ""."""

    def __init__(self, country: str = "") -> None:
        super().__init__(country)
        self.country = country


def prefix_of(country: str) -> str:
    """The prefix of VAT numbers of a member state; "" outside the EU."""
    return PREFIXES.get(country, country) if country in EU else ""


def in_vies(tax_id: str) -> bool:
    """Does the identifier begin with a prefix of VIES?"""
    return tax_id[:2] in (NORTHERN_IRELAND, *map(prefix_of, EU))


def compact(typed: str, country: str) -> str:
    """The identifier as it is stored, "" for none; raises BadTaxId.

    `country` is an ISO code. In the EU the prefix is optional. For a country without rules, any
    letters and digits are accepted.
    """
    text = SEPARATORS.sub("", typed).upper()
    if not text:
        return ""
    tax_id = _parse(text, country)
    if tax_id is None:
        raise BadTaxId(_owner(text, country))
    return tax_id


def _parse(text: str, country: str) -> str | None:
    if country in EU:
        return _european(text, country)
    if country == "GB" and text.startswith(NORTHERN_IRELAND):
        number = _valid(text[2:], "gb")
        return number and NORTHERN_IRELAND + number
    if get_cc_module(country.lower(), "vat") is None:
        return None if _owner(text, country) else _plain(text)
    number = _valid(text, country.lower())
    return "GB" + number if number and country == "GB" else number


def _european(text: str, country: str) -> str | None:
    prefix = prefix_of(country)
    bare = text[2:] if text.startswith((prefix, country)) else text
    # A national number can itself begin with the letters of the prefix.
    number = _valid(bare, country.lower()) or _valid(text, country.lower())
    return number and prefix + number.removeprefix(prefix)


def _valid(text: str, module: str) -> str | None:
    rules = get_cc_module(module, "vat")
    try:
        number = SEPARATORS.sub("", rules.validate(text)) if rules else None
    except ValidationError:
        return None
    return number if number and len(number) <= LONGEST - 2 and number.isascii() else None


def _owner(text: str, country: str) -> str:
    """Another country whose prefix the text has and where it is valid; "" for none."""
    other = COUNTRIES.get(text[:2], text[:2])
    if other == country or not (other in EU or other == "GB"):
        return ""
    return other if _parse(text, other) and not _valid(text, country.lower()) else ""


def _plain(text: str) -> str | None:
    fits = SHORTEST <= len(text) <= LONGEST and re.fullmatch(r"[A-Z0-9]+", text)
    return text if fits and any(char.isdigit() for char in text) else None
