"""Phone numbers: which can receive a text, and how they are written."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from promosms.sms.phone_reading import InvalidPhone, PhoneProblem, cleaned, read, understood

__all__ = ["InvalidPhone", "Phone", "PhoneProblem", "country_of", "mask", "parse", "pretty"]

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can receive texts."""

    e164: str
    """Plus sign, country code and number: +48601234567 (ITU-T E.164)."""
    country: str
    """ISO 3166-1 alpha-2, such as PL; XK for Kosovo."""
    kind: str
    """mobile, or fixed_or_mobile where the numbering plan does not tell them apart."""


_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
}
_REFUSED = {
    PhoneNumberType.FIXED_LINE: PhoneProblem.LANDLINE,
    PhoneNumberType.PREMIUM_RATE: PhoneProblem.PREMIUM,
    PhoneNumberType.SHARED_COST: PhoneProblem.PREMIUM,
}


def parse(raw: str, region: str) -> Phone:
    """Return the number that was typed or imported; region is its country (ISO 3166-1
    alpha-2) when it does not say so itself.

    Accepts digits of any script, white space and ( ) - + . / with an apostrophe or tel: in
    front. Repairs what spreadsheets do when only one reading is valid: a lost plus sign or
    leading zero, a decimal .0 at the end. Takes mobile numbers, and those of plans that do
    not tell mobile from fixed. Raises InvalidPhone.
    """
    number, kind = read(cleaned(raw), region.upper())
    country = _country(number)
    if kind not in _KINDS:
        raise InvalidPhone(_REFUSED.get(kind, PhoneProblem.NOT_VALID))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, country, _KINDS[kind])


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
    """Return the number with the spaces of its country: +48 601 234 567.

    Raises InvalidPhone when there is no such country code. The number itself may be out of
    use by now: ranges come and go, and what was stored can still be shown.
    """
    return phonenumbers.format_number(understood(e164), PhoneNumberFormat.INTERNATIONAL)


def country_of(e164: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of an E.164 number. Raises InvalidPhone."""
    return _country(understood(e164))


def _country(number: PhoneNumber) -> str:
    """Return the country of a number. Raises InvalidPhone for satellites and the like."""
    country = phonenumbers.region_code_for_number(number)
    if country is None or country == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        raise InvalidPhone(PhoneProblem.UNKNOWN_COUNTRY)
    return country
