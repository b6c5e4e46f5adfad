"""What spreadsheets and data frames do to a phone number, undone where no digit was lost."""

import re

from promosms.sms.phone_problems import InvalidPhone, PhoneProblem

# ="601234567" and =601234567: the usual ways to keep a zero or a plus sign in a spreadsheet.
_FORMULA = re.compile(r'=\s*(?:"+([^"]*)"+|(\+?\d[\d ]*(?:[.,]0*)?))\s*')
_EXPONENT = re.compile(r"(\d+)(?:[.,](\d*))?\s*e\s*([+-]?)\s*(\d{1,3})", re.IGNORECASE)
_HASHES = re.compile(r"#{2,}")  # the column was too narrow
_DECIMALS = re.compile(r"(.*\d)\s?([.,])0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?:'\d{3})+)|\d{1,2}(?:,\d{2})*,\d{3}")
_DIGIT = re.compile(r"\d")
# "0171.000000" may be a number with a dot after its prefix; what is longer has decimals.
_WHOLE_DIGITS = 5


def without_formula(text: str) -> str:
    """The content of a formula that is only a text or a number."""
    formula = _FORMULA.fullmatch(text)
    return (formula[1] or formula[2] or "") if formula else text


def whole(number: str) -> str:
    """The digits of a number without exponent, decimals and marks of thousands.

    Raises InvalidPhone if digits were lost: 4.479E+11.
    """
    if exponent := _EXPONENT.fullmatch(number):
        return _exact(exponent[1], exponent[2] or "", exponent[3], int(exponent[4]))
    if decimals := _DECIMALS.fullmatch(number):
        before, point = decimals[1], decimals[2]
        if point not in before and len(_DIGIT.findall(before)) >= _WHOLE_DIGITS:
            number = before
    if _THOUSANDS.fullmatch(number):
        return number.replace(",", "").replace("'", "")
    return number


def is_hidden(text: str) -> bool:
    """Whether a spreadsheet wrote ##### instead of the number."""
    return bool(_HASHES.fullmatch(text))


def _exact(units: str, fraction: str, sign: str, exponent: int) -> str:
    """All digits of units.fraction × 10^exponent. Raises InvalidPhone if some are not given."""
    if sign == "-" or exponent > len(fraction) or fraction[exponent:].strip("0"):
        raise InvalidPhone(PhoneProblem.DAMAGED)
    return units + fraction[:exponent]
