"""Phone numbers: which of them can receive texts, and their formats."""

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from promosms.sms import phone_plain
from promosms.sms.phone_problems import InvalidPhone, PhoneProblem
from promosms.sms.phone_reading import parse_number, read
from promosms.sms.phone_text import LONGEST_TYPED, clean

__all__ = [
    "LONGEST_TYPED",
    "InvalidPhone",
    "Phone",
    "PhoneProblem",
    "any_number",
    "country_of",
    "mask",
    "parse",
    "parse_fully",
    "pretty",
]

_DIGIT = re.compile(r"\d")


class Phone(NamedTuple):
    """A number that can receive texts."""

    e164: str
    """Plus sign, country code and number: +48601234567 (ITU-T E.164)."""
    country: str
    """ISO 3166-1 alpha-2, such as PL; XK for Kosovo."""
    kind: str
    """mobile, or fixed_or_mobile where the numbering plan does not distinguish them."""


_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
}
_PLAIN_KINDS = {phone_plain.MOBILE: "mobile", phone_plain.EITHER: "fixed_or_mobile"}
_REFUSED = {
    PhoneNumberType.FIXED_LINE: PhoneProblem.LANDLINE,
    PhoneNumberType.PREMIUM_RATE: PhoneProblem.PREMIUM,
    PhoneNumberType.SHARED_COST: PhoneProblem.PREMIUM,
}


def parse(raw: str, region: str) -> Phone:
    """Return a typed or imported number; `region` (ISO 3166-1 alpha-2) is the country of numbers
    without a country code.

    Accepts digits of any script, white space and ( ) - + . / with words such as tel. around them.
    Undoes what spreadsheets do: a formula around the number, marks of thousands, decimals that are
    zeros, an exponent that keeps all digits, a lost plus sign or zero. Accepts mobile numbers, and
    numbers of plans that do not distinguish mobile from fixed. Raises InvalidPhone.
    """
    if plain := phone_plain.find(raw, region.upper()):
        return Phone(plain[0], plain[1], _PLAIN_KINDS[plain[2]])
    return parse_fully(raw, region)


def parse_fully(raw: str, region: str) -> Phone:
    """As `parse`, ten times slower: each reading is weighed by `phonenumbers`."""
    number, kind = read(clean(raw), region.upper())
    country = _country(number)
    if kind not in _KINDS:
        raise InvalidPhone(_REFUSED.get(kind, PhoneProblem.NOT_MOBILE))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, country, _KINDS[kind])


def any_number(raw: str, region: str) -> str:
    """The E.164 form of a typed number that need not be able to receive texts, such as a landline.

    With its country code it may also belong to a range that is out of use. Raises InvalidPhone.
    """
    text = clean(raw)
    try:
        number, _kind = read(text, region.upper())
    except InvalidPhone:
        if not text.startswith("+"):
            raise
        number = parse_number(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def mask(e164: str) -> str:
    """Hide all but the country code and the last three digits: +48 *** *** 567.

    Something that is not an E.164 number is hidden entirely.
    """
    try:
        country_code, _, rest = pretty(e164).partition(" ")
    except InvalidPhone:
        return "***"
    hidden = len(_DIGIT.findall(rest)) - 3
    return f"{country_code} {_DIGIT.sub('*', rest, count=max(hidden, 0))}"


def pretty(e164: str) -> str:
    """Return the number in the format of its country: +48 601 234 567.

    Raises InvalidPhone for an unknown country code. The range of the number need not exist: it
    may be out of use by now, and stored numbers are still shown.
    """
    return phonenumbers.format_number(parse_number(e164), PhoneNumberFormat.INTERNATIONAL)


def country_of(e164: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of an E.164 number. Raises InvalidPhone."""
    return _country(parse_number(e164))


def country_if_any(phone: str) -> str:
    """The country of a number, empty for what is none: texts also come from short numbers."""
    try:
        return country_of(phone)
    except InvalidPhone:
        return ""


def _country(number: PhoneNumber) -> str:
    """Return the country of a number. Raises InvalidPhone without one, as for satellites."""
    country = phonenumbers.region_code_for_number(number)
    if country is None or country == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        raise InvalidPhone(PhoneProblem.UNKNOWN_COUNTRY)
    return country
