"""Tax identifiers, checked offline: format, check digits, and country.

The rules of the countries come from python-stdnum. In the EU an identifier is stored with the VIES
prefix: the ISO code, but EL for Greece (Directive 2006/112/EC art. 215). A company in Northern
Ireland can have a number that begins with XI besides its British one. The word for it ("NIP:",
"USt-IdNr.") may stand before it, and three countries write the same number in another way at home.
"""

import re

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from promosms.documents.tax import EU
from promosms.settings.tax_numbers import is_issued

LONGEST = 30
SHORTEST = 4
NORTHERN_IRELAND = "XI"
PREFIXES = {"GR": "EL"}
# Numbers of companies that are no VAT numbers, and stand on their invoices.
AT_HOME = {"no": ("orgnr",), "ch": ("uid",)}
COUNTRIES = {"EL": "GR", NORTHERN_IRELAND: "GB"}
# Blanks, stops and dashes, and characters that nobody sees (soft hyphen, zero width, isolates).
SEPARATORS = re.compile(
    r"[\s./\-\u2010-\u2015\u2212\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
# What stands before a number on letterheads, without separators.
LABELS = re.compile(
    r"\A(?:(?:NIP|VATREG|VATID|VATNUMBER|VAT|TAXID|TAX|USTIDNR|USTID|UST|UID|MWST|NTVA|TVA|PIVA"
    r"|PARTITAIVA|IVA|CIF|NIF|DICDPH|ICDPH|DI[CČ]|I[CČ]O?|DPH|BTW|MOMS|CVR|ALV|YTUNNUS|ORG"
    r"|AD[OÓ]SZ[AÁ]M|CUI|ΑΦΜ|AFM|ABN|EIN|PVM|PVN|KMKR|OIB|ДДС"
    r"|NUMBER|NUMMER|NUMER|NUM|NR|NO|ID|№|N[º°])[:#º°]*)+"
)


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
    tax_id = _parse(text, country) or _parse(LABELS.sub("", text), country)
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
    number = (
        _valid(bare, country.lower())
        or _valid(text, country.lower())
        or _valid(_at_home(bare, country), country.lower())
    )
    return number and prefix + number.removeprefix(prefix)


def _at_home(text: str, country: str) -> str:
    """The VAT number for the way in which a country writes it at home; "" if it has none.

    Sweden leaves the last two digits of the organisation's number out. Hungary adds the kind of
    taxpayer and the county.
    """
    if country == "SE" and re.fullmatch(r"[0-9]{10}", text):
        return text + "01"
    if country == "HU" and re.fullmatch(r"[0-9]{8}[1-5][0-9]{2}", text):
        return text[:8]
    return ""


def _valid(text: str, country: str) -> str | None:
    """The number as the rules of the country write it; Norway's also without MVA."""
    for name in ("vat", *AT_HOME.get(country, ())):
        rules = get_cc_module(country, name)
        try:
            number = SEPARATORS.sub("", rules.validate(text)) if rules else ""
        except ValidationError:
            continue
        fits = number and len(number) <= LONGEST - 2 and number.isascii()
        if fits and is_issued(number, country.upper()):
            return str(number)
    return None


def _owner(text: str, country: str) -> str:
    """Another country whose prefix the text has and where it is valid; "" for none."""
    other = COUNTRIES.get(text[:2], text[:2])
    if other == country or not (other in EU or other == "GB"):
        return ""
    return other if _parse(text, other) and not _valid(text, country.lower()) else ""


def _plain(text: str) -> str | None:
    fits = SHORTEST <= len(text) <= LONGEST and re.fullmatch(r"[A-Z0-9]+", text)
    return text if fits and any(char.isdigit() for char in text) else None
