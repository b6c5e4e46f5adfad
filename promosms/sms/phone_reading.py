"""Reading a phone number: all numbers that it can be are weighed, one that can be texted wins.

`phonenumbers` says which numbers exist, and of which kind. A plus decides the country. Without one,
the account's country comes first: as typed, with its country code, with a zero that was lost or is
out of use, and in other countries of the same national numbering plan. Another country is believed
only if no number of the account's country can be meant.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from promosms.sms.phone_problems import InvalidPhone, PhoneProblem

_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: PhoneProblem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem.TOO_SHORT,
    ValidationResult.TOO_LONG: PhoneProblem.TOO_LONG,
    ValidationResult.INVALID_COUNTRY_CODE: PhoneProblem.UNKNOWN_COUNTRY,
}
_UNREADABLE = {
    NumberParseException.INVALID_COUNTRY_CODE: PhoneProblem.UNKNOWN_COUNTRY,
    NumberParseException.TOO_SHORT_AFTER_IDD: PhoneProblem.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: PhoneProblem.TOO_SHORT,
    NumberParseException.NOT_A_NUMBER: PhoneProblem.TOO_SHORT,
    NumberParseException.TOO_LONG: PhoneProblem.TOO_LONG,
}
TEXTABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# E.164 allows 15 digits; 00 and a 0 in brackets may precede them.
_MOST_DIGITS = 18
# Fewer digits without a plus are more likely a national number with a missing digit.
_INTERNATIONAL_DIGITS = 10
_ONE_NUMBER_DIGITS = 7
# Countries with codes of their own that are dialled from each other like at home: 0692… is Réunion
# in France, too (ARCEP, decision 2018-0881).
_NATIONAL_PLANS = (("FR", "RE", "GP", "MQ", "GF", "PM"),)
# Dialled in front of the trunk zero until 2009, and still written.
_OLD_PREFIXES = {"UA": "8"}
_NOT_DIGITS = re.compile(r"\D+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\D+(?=\d)")
_MORE_DIGITS = re.compile(r"(?<=\d{6})[ ./-]+\d{1,2}$")
_BRACKETED_ZERO = re.compile(r"\(\s*0\s*\)")

Reading = tuple[PhoneNumber, int]
"""A number that exists, and its `PhoneNumberType`."""


def read(text: str, region: str) -> Reading:
    """Return what a cleaned number means in a country. Raises InvalidPhone."""
    try:
        reading = _read(text, region)
    except InvalidPhone:
        if _begins_with_one(text, region):
            raise InvalidPhone(PhoneProblem.SEVERAL) from None
        raise
    # Where numbers have various lengths, 0664 1234567-12 would be another number.
    if (more := _MORE_DIGITS.search(text)) and _is_number(text[: more.start()], region):
        raise InvalidPhone(PhoneProblem.EXTENSION)
    return reading


def parse_number(text: str, region: str | None = None) -> PhoneNumber:
    """Parse a number; its country code must exist, its range need not. Raises InvalidPhone."""
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException as error:
        problem = _UNREADABLE.get(error.error_type, PhoneProblem.NOT_VALID)
        raise InvalidPhone(problem) from None


def _read(text: str, region: str) -> Reading:
    digits = _NOT_DIGITS.sub("", text)
    if not digits:
        raise InvalidPhone(PhoneProblem.EMPTY)
    if len(digits) > _MOST_DIGITS:
        raise InvalidPhone(PhoneProblem.TOO_LONG)
    bracketed_zero = "(" in text and bool(_BRACKETED_ZERO.search(text))
    if digits.startswith("00"):
        try:
            return _international(digits[2:], bracketed_zero)
        except InvalidPhone:
            # In some countries 00 is only the beginning of the prefix, such as 0011.
            if reading := _textable(digits, region):
                return reading
            raise
    # No country code begins with 0: the plus is wrong, or was put in front of a national number.
    if text.startswith("+") and not digits.startswith("0"):
        return _international(digits, bracketed_zero)
    return _without_plus(digits, region)


def _international(digits: str, bracketed_zero: bool = False) -> Reading:
    """The reading of a country code and a number. Raises InvalidPhone."""
    number = parse_number(f"+{digits}")
    kind = phonenumbers.number_type(number)
    if kind != PhoneNumberType.UNKNOWN:
        return number, kind
    # A zero that is dialled only within the country, or was before the plan changed.
    if number.italian_leading_zero and (bracketed_zero or not _keeps_zero(number.country_code)):
        shorter = PhoneNumber(number.country_code, number.national_number)
        kind = phonenumbers.number_type(shorter)
        if kind in TEXTABLE:
            return shorter, kind
    # A program put the country code in front of numbers that had it.
    code = str(number.country_code)
    if digits.startswith(code * 2):
        with suppress(InvalidPhone):
            once = _valid(f"+{digits.removeprefix(code)}", "")
            if once[1] in TEXTABLE:
                return once
    raise InvalidPhone(_why_not(number))


def _without_plus(digits: str, region: str) -> Reading:
    """The reading of digits that may have lost a plus or a zero. Raises InvalidPhone."""
    problem, refused = PhoneProblem.NOT_VALID, None
    try:
        refused = _valid(digits, region)
        if refused[1] in TEXTABLE:
            return refused
    except InvalidPhone as error:
        problem = error.code
    for reading in _repaired(digits, region, landline=refused is not None):
        if reading[1] in TEXTABLE:
            return reading
        refused = refused or reading
    if refused is None:
        refused = _abroad(digits, region)
    if refused is None:
        raise InvalidPhone(problem)
    return refused


def _repaired(digits: str, region: str, landline: bool) -> Iterator[Reading]:
    """Other readings in the account's country; if it is a `landline` only with a country code."""
    national = digits.removeprefix("0")
    code = phonenumbers.country_code_for_region(region)
    if code and national.startswith(str(code)):
        with suppress(InvalidPhone):
            yield _international(national)
    if landline or not code:
        return
    candidates = []
    if digits.startswith("0") != _keeps_zero(code):
        candidates.append((national if digits.startswith("0") else f"0{digits}", region))
    old_prefix = _OLD_PREFIXES.get(region, "")
    if old_prefix and digits.startswith(f"{old_prefix}0"):
        candidates.append((digits.removeprefix(old_prefix), region))
    for plan in _NATIONAL_PLANS:
        if region in plan:
            candidates += [(digits, other) for other in plan if other != region]
    for candidate, country in candidates:
        with suppress(InvalidPhone):
            yield _valid(candidate, country)


def _abroad(digits: str, region: str) -> Reading | None:
    """The reading as a number of another country that lost its plus; None if there is none.

    Raises InvalidPhone if it can also be a number of the account's country with digits too many.
    """
    if digits.startswith("0") or len(digits) < _INTERNATIONAL_DIGITS:
        return None
    try:
        reading = _valid(f"+{digits}", region)
    except InvalidPhone:
        return None
    if reading[1] in TEXTABLE and _has_surplus(digits, region):
        raise InvalidPhone(PhoneProblem.UNCLEAR_COUNTRY)
    return reading


def _has_surplus(digits: str, region: str) -> bool:
    """Whether the first digits are a number of this country that can be texted.

    Also whether they are another one of this country, and zeros follow, such as decimals.
    """
    with suppress(InvalidPhone):
        number = parse_number(digits, region)
        if phonenumbers.truncate_too_long_number(number):
            begin = phonenumbers.national_significant_number(number)
            zeros = not digits.removeprefix(begin).strip("0")
            return zeros or phonenumbers.number_type(number) in TEXTABLE
    return False


def _begins_with_one(text: str, region: str) -> bool:
    """Whether a number ends at a space or another sign, and enough for a second one follows."""
    for gap in _BETWEEN_DIGITS.finditer(text):
        first, second = text[: gap.start()], _NOT_DIGITS.sub("", text[gap.end() :])
        enough = min(len(_NOT_DIGITS.sub("", first)), len(second)) >= _ONE_NUMBER_DIGITS
        if enough and _is_number(first, region):
            return True
    return False


def _is_number(text: str, region: str) -> bool:
    try:
        _read(text, region)
    except InvalidPhone:
        return False
    return True


def _textable(digits: str, region: str) -> Reading | None:
    with suppress(InvalidPhone):
        reading = _valid(digits, region)
        if reading[1] in TEXTABLE:
            return reading
    return None


def _valid(text: str, region: str) -> Reading:
    """Return the number and its type if its range exists. Raises InvalidPhone."""
    number = parse_number(text, region)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        raise InvalidPhone(_why_not(number))
    return number, kind


def _why_not(number: PhoneNumber) -> PhoneProblem:
    reason = phonenumbers.is_possible_number_with_reason(number)
    return _IMPOSSIBLE.get(reason, PhoneProblem.NOT_VALID)


@cache
def _keeps_zero(country_code: int) -> bool:
    """Whether the zero at the beginning belongs to the numbers of a country, as in Italy."""
    region = phonenumbers.region_code_for_country_code(country_code)
    kinds = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    examples = (phonenumbers.example_number_for_type(region, kind) for kind in kinds)
    return any(example is not None and example.italian_leading_zero for example in examples)
