"""Why a phone number is refused."""

from enum import StrEnum


class PhoneProblem(StrEnum):
    """Why a number is refused; the explanations are in `forms/imports.py`."""

    EMPTY = "empty"
    LETTERS = "letters"  # or other characters that numbers do not have
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN_COUNTRY = "unknown_country"
    UNCLEAR_COUNTRY = "unclear_country"  # one abroad, or one at home with digits too many
    NOT_VALID = "not_valid"
    LANDLINE = "landline"
    PREMIUM = "premium"
    NOT_MOBILE = "not_mobile"  # it exists: toll-free, pager, internet telephony
    DAMAGED = "damaged"  # a spreadsheet rounded it: the digits are lost
    SEVERAL = "several"
    EXTENSION = "extension"


class InvalidPhone(ValueError):
    """The number cannot receive a text; `code` says why. The number is not in the message."""

    def __init__(self, code: PhoneProblem) -> None:
        super().__init__(code.value)
        self.code = code
