"""Reading a phone number that was typed, pasted, or changed by a spreadsheet."""

import re
from contextlib import suppress
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult


class PhoneProblem(StrEnum):
    """Why a number is refused; the explanations are in `forms/imports.py`."""

    EMPTY = "empty"
    LETTERS = "letters"  # or other characters that numbers do not have
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN_COUNTRY = "unknown_country"
    NOT_VALID = "not_valid"
    LANDLINE = "landline"
    PREMIUM = "premium"
    DAMAGED = "damaged"  # a spreadsheet rounded it: the digits are lost
    SEVERAL = "several"


class InvalidPhone(ValueError):
    """The number cannot receive a text; `code` says why. The number is not in the message."""

    def __init__(self, code: PhoneProblem) -> None:
        super().__init__(code.value)
        self.code = code


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
# E.164 allows 15 digits; 00 and a 0 in brackets may precede them.
_MOST_DIGITS = 18
# Fewer digits without a plus are more likely a national number with a missing digit.
_INTERNATIONAL_DIGITS = 10
_ONE_NUMBER_DIGITS = 7
_MOST_SIGNS = 100

# Invisible marks from address books, and typographic signs from word processors.
_PASTED = {ord(mark): None for mark in "\u200b\u200e\u200f\u202a\u202c\u202d\u2060\ufeff"} | {
    ord(sign): plain
    for signs, plain in (("‐‑‒–—−", "-"), ("＋", "+"), ("’", "'"))
    for sign in signs
}
_BEFORE = re.compile(r"\s*'?\s*(?:tel:)?\s*", re.IGNORECASE)
_ROUNDED = re.compile(r"\+?\d+(?:[.,]\d*)?e[+-]?\d+|#+", re.IGNORECASE)
_DECIMAL_ZERO = re.compile(r"(\+?\d{7,})[.,]0")
_BETWEEN_NUMBERS = re.compile(r"[,;|&/\n]|(?=\+)")
_STRANGE = re.compile(r"[^\d\s()+\-./]")
_PLUS_IN_FRONT = re.compile(r"[(\s]*\+?[^+]*")
_DIGIT = re.compile(r"\d")


def clean(raw: str) -> str:
    """Return the number without the characters pasted around it. Raises InvalidPhone."""
    text = _BEFORE.sub("", raw.translate(_PASTED), count=1).strip()
    if len(text) > _MOST_SIGNS:
        raise InvalidPhone(PhoneProblem.TOO_LONG)
    if not text:
        raise InvalidPhone(PhoneProblem.EMPTY)
    if _ROUNDED.fullmatch(text):
        raise InvalidPhone(PhoneProblem.DAMAGED)
    if decimal := _DECIMAL_ZERO.fullmatch(text):
        text = decimal[1]
    pieces = _BETWEEN_NUMBERS.split(text)
    if sum(len(_DIGIT.findall(piece)) >= _ONE_NUMBER_DIGITS for piece in pieces) > 1:
        raise InvalidPhone(PhoneProblem.SEVERAL)
    if _STRANGE.search(text):
        raise InvalidPhone(PhoneProblem.LETTERS)
    if not _PLUS_IN_FRONT.fullmatch(text):
        raise InvalidPhone(PhoneProblem.NOT_VALID)
    return text


def read(text: str, region: str) -> tuple[PhoneNumber, int]:
    """Return the one valid reading of a number and its type. Raises InvalidPhone."""
    digits = "".join(_DIGIT.findall(text))
    if not digits:
        raise InvalidPhone(PhoneProblem.EMPTY)
    if len(digits) > _MOST_DIGITS:
        raise InvalidPhone(PhoneProblem.TOO_LONG)
    if "+" in text or digits.startswith("00"):
        # A zero in brackets is dialled only within the country.
        without_zero = "".join(_DIGIT.findall(text.replace("(0)", "", 1)))
        first, *others = (
            f"+{candidate.removeprefix('00')}" for candidate in (digits, without_zero)
        )
    else:
        first, others = digits, [f"0{digits}"]
        if len(digits) >= _INTERNATIONAL_DIGITS:
            others.append(f"+{digits}")
    try:
        return _valid(first, region)
    except InvalidPhone:
        if repaired := _only_valid(others, region):
            return repaired
        raise


def _only_valid(readings: list[str], region: str) -> tuple[PhoneNumber, int] | None:
    """Return the only valid reading; None if there are several or none."""
    valid = []
    for reading in readings:
        with suppress(InvalidPhone):
            valid.append(_valid(reading, region))
    return valid[0] if len(valid) == 1 else None


def _valid(text: str, region: str) -> tuple[PhoneNumber, int]:
    """Return the number and its type if its range exists. Raises InvalidPhone."""
    number = parse_number(text, region)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        reason = phonenumbers.is_possible_number_with_reason(number)
        raise InvalidPhone(_IMPOSSIBLE.get(reason, PhoneProblem.NOT_VALID))
    return number, kind


def parse_number(text: str, region: str | None = None) -> PhoneNumber:
    """Parse a number; its country code must exist, its range need not. Raises InvalidPhone."""
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException as error:
        problem = _UNREADABLE.get(error.error_type, PhoneProblem.NOT_VALID)
        raise InvalidPhone(problem) from None
