"""Addresses of a network: which number a reply or a receipt comes from.

A network writes a number with or without its country code, and says which by the type of number
(TON, SMPP 3.4 section 5.2.5). Not every network is right about it, so a reading counts only if such
a number exists, and what can be read in two ways is not read at all.
"""

from enum import IntEnum

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
)

__all__ = ["Ton", "digits_of", "is_complete", "national_digits", "read", "without_mark"]


class Ton(IntEnum):
    """The type of number; 4 and 7 say no more than UNKNOWN."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK = 3
    ALPHANUMERIC = 5
    ABBREVIATED = 6


NO_NUMBERS = (Ton.NETWORK, Ton.ALPHANUMERIC, Ton.ABBREVIATED)
"""Short codes and names: they are nobody's number, whatever digits they have."""
SHORTEST, LONGEST = 7, 15
"""Digits of a number with its country code: no short code has so many, E.164 allows no more."""
MOST_DIGITS = 20  # a number behind a prefix for calls abroad
SURELY_COMPLETE = 10
"""So many digits without a plus sign are a number with its country code, if they are no other."""
NEVER_NATIONAL = 12
ABROAD = "011"  # the prefix of North America; 00 is that of most other countries
MARKS = {"+549": "+54", "+521": "+52"}
"""Mobile numbers of Argentina and, formerly, of Mexico have a digit more for calls from abroad."""
SIGNS = str.maketrans("", "", " \t\N{NO-BREAK SPACE}-.()/\0")
CAN_REPLY = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def read(address: str, ton: int, country: str) -> str | None:
    """The number in E.164 of an address as a network writes it; None if it is not clear.

    `ton` is its type of number (0 if the network does not say), `country` the country of the
    gateway (ISO 3166-1 alpha-2), empty if nobody knows it: numbers in national form are those of
    this country. +0048… is 0048…, and +07… is 07…, because no number begins with +0. A short code,
    a name, and what can be two numbers give None.
    """
    digits = digits_of(address)
    if ton in NO_NUMBERS or not SHORTEST <= len(digits) <= MOST_DIGITS:
        return None
    if is_complete(address, ton):
        return _complete(address, digits, country)
    abroad, home = _existing(_foreign(digits)), _existing(_home(digits, country))
    if ton == Ton.NATIONAL or digits[0] == "0":
        return home or (abroad if country else None) or _possible(_home(digits, country))
    if abroad and abroad.startswith(_calling_code(country)):
        return abroad
    if abroad and home and abroad != home:
        return None
    if abroad or home or len(digits) < SURELY_COMPLETE:
        return abroad or home
    return _possible(_foreign(digits))


def is_complete(address: str, ton: int) -> bool:
    """Does it say that it has its country code: by its type, a plus sign, or 00?"""
    digits = digits_of(address)
    if digits.startswith("0"):
        return digits.startswith("00")
    return ton == Ton.INTERNATIONAL or address.lstrip().startswith("+")


def national_digits(address: str) -> str:
    """The digits with which the number ends, without zeros in front; empty for a name."""
    return digits_of(address).lstrip("0")


def without_mark(number: str) -> str:
    """A number (E.164) without the digit by which its country marks mobile numbers.

    Networks write such a number with the digit or without it.
    """
    plain = MARKS.get(number[:4])
    return plain + number[4:] if plain else number


def digits_of(address: str) -> str:
    """The digits of an address without plus and other signs; empty if it has letters."""
    digits = address.translate(SIGNS).lstrip("+")
    return digits if digits.isascii() and digits.isdecimal() else ""


def _complete(address: str, digits: str, country: str) -> str | None:
    """The number of an address that says it has its country code."""
    if address[:1] not in "+0" and len(digits) < NEVER_NATIONAL:
        return _labelled(digits, country)
    abroad = _foreign(digits)
    if abroad and _is_plain(abroad):
        return abroad
    return (
        _existing(abroad, any_kind=True)
        or _existing(_home(digits, country))
        or _existing(_foreign(digits.lstrip("0")))
        or _possible(abroad)
    )


def _labelled(digits: str, country: str) -> str | None:
    """Only its type says so, and many networks give this type to numbers in national form."""
    abroad = f"+{digits}"
    if abroad.startswith(_calling_code(country)) and _is_plain(abroad):
        return abroad
    found, home = _existing(abroad, any_kind=True), _existing(_home(digits, country))
    if found and home and found != home:
        return None
    return found or home or _possible(abroad)


def _foreign(digits: str) -> str:
    """The digits read as a number with its country code."""
    if digits.startswith(("00", ABROAD)):
        digits = digits[len(ABROAD) :] if digits.startswith(ABROAD) else digits.lstrip("0")
    return f"+{digits}" if digits[:1] != "0" and SHORTEST <= len(digits) <= LONGEST else ""


def _home(digits: str, country: str) -> PhoneNumber | None:
    return _parsed(digits, country) if country else None


def _is_plain(number: str) -> bool:
    """Is it so usual that nothing else has to be tried? There is a receipt for every text."""
    digits = number[1:]
    code = next((n for n in (1, 2, 3) if int(digits[:n]) in COUNTRY_CODE_TO_REGION_CODE), 0)
    return bool(code) and len(digits) > SURELY_COMPLETE and digits[code] != "0"


def _existing(number: PhoneNumber | str | None, *, any_kind: bool = False) -> str | None:
    """In E.164, if there is such a number that can send texts; a zero too many is left out."""
    parsed = _parsed(number) if isinstance(number, str) else number
    if parsed is None:
        return None
    if _fits(parsed, any_kind):
        return _e164(parsed)
    bare = PhoneNumber(country_code=parsed.country_code, national_number=parsed.national_number)
    return _e164(bare) if _fits(bare, any_kind) else None


def _fits(number: PhoneNumber, any_kind: bool) -> bool:
    kind = phonenumbers.number_type(number)
    return kind != PhoneNumberType.UNKNOWN if any_kind else kind in CAN_REPLY


def _possible(number: PhoneNumber | str | None) -> str | None:
    """In E.164, if numbers there are so long: it may be of a range that is new."""
    parsed = _parsed(number) if isinstance(number, str) else number
    possible = parsed is not None and phonenumbers.is_possible_number(parsed)
    return _e164(parsed) if parsed is not None and possible else None


def _parsed(text: str, country: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _calling_code(country: str) -> str:
    """The calling code with its plus sign; no number begins with what it is without a country."""
    return f"+{phonenumbers.country_code_for_region(country)}" if country else "-"
