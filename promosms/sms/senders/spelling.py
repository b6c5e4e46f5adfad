"""The spelling of senders: the name or the number that a recipient sees; one rule for all."""

import re

LONGEST_NAME = 11
SHORTEST_NAME = 3
# GSM 03.40 (9.1.2.5) carries 11 characters of GSM 03.38. Networks take fewer: besides letters and
# digits only these signs are delivered everywhere.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9&._-]| (?! )){1,9}[A-Za-z0-9&._-]")
_LETTER = re.compile(r"[A-Za-z]")
# A number in full (ITU-T E.164), or a short code of one country.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")
_BETWEEN_DIGITS = re.compile(r"[ ().\u00a0\u2010-\u2015-]")


def is_name(text: str) -> bool:
    """Is this a sender name: 3 to 11 plain letters, digits and signs, with at least one letter?

    Digits alone are a number: recipients would call it, and networks refuse or replace it.
    """
    return _NAME.fullmatch(text) is not None and _LETTER.search(text) is not None


def number(typed: str) -> str | None:
    """The number in what was typed, such as "+48732000001" or "71234"; None if it is none."""
    digits = _BETWEEN_DIGITS.sub("", typed)
    return digits if _NUMBER.fullmatch(digits) else None


def fits(name: bool, sender: str) -> bool:
    """Is this a sender of its kind, in the form in which it is stored?"""
    return is_name(sender) if name else number(sender) == sender
