"""A number to offer instead of a refused one: what a person would read in the same cell.

An offer is certain if all its digits stand in the cell in this order, and nothing else there can be
a number to text. It is likely if a sign was read as a digit (O as 0), if words around the number
may say something about it (a name does not), or if another number may be meant. A digit that is
missing is never invented, and a landline has no other number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from promosms.sms import phone, phone_words
from promosms.sms.phone_problems import InvalidPhone, PhoneProblem

LONGEST = 300
"""Characters of a cell that are looked at; nobody writes a number behind so many."""
_ONE_NUMBER_DIGITS = 7
# It is known what these are: not the number that is looked for.
_NOT_TEXTED = (PhoneProblem.LANDLINE, PhoneProblem.PREMIUM, PhoneProblem.NOT_MOBILE)
_LOOK_ALIKE = str.maketrans("OoОоIl|", "0000111")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\(?\+?[\d(][\d ()./-]*\d")
_BETWEEN = re.compile(r"[,;|&\n\t]|:::|[^\W\d_]+|(?<=\d)\s*(?=\+)|/(?=\s*[+0(\d])")
_GAP = re.compile(r"(?<=\d)[^\d+]+(?=[+\d])")
_EXTENSION_WORD = re.compile(r"[\s,;.(]*[^\W\d_]+[\s.:]*\d{1,6}[\s.)]*")


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that can be texted; `certain` as the module says."""

    e164: str
    certain: bool


def offer(cell: str, region: str) -> Offer | None:
    """The number to offer for a cell that was refused; None if there is none."""
    if len(cell) > LONGEST:
        return None
    try:
        phone.parse(cell, region)
    except InvalidPhone as error:
        problem = error.code
    else:
        return None
    if problem == PhoneProblem.EXTENSION:
        return _without_extension(cell, region)
    if problem == PhoneProblem.UNCLEAR_COUNTRY:
        return _at_home(cell, region)
    if problem == PhoneProblem.SEVERAL:
        return _first_of(_pieces(cell, region), region)
    if _LETTER.search(cell) or problem == PhoneProblem.LETTERS:
        return _look_alike(cell, region) or _among_words(cell, region)
    return _without_wrong_plus(cell, region)


def _without_extension(cell: str, region: str) -> Offer | None:
    """Certain with a word such as "wew."; after a mere sign the digits may belong to the number."""
    for found in _NUMBER.finditer(cell):
        number = found[0]
        if e164 := _texted(number, region):
            said = bool(_EXTENSION_WORD.fullmatch(cell[found.end() :]))
            return Offer(e164, said and not _among(cell[: found.start()], region))
        shorter = re.sub(r"[ ./-]+\d{1,2}$", "", number)
        if shorter != number and (e164 := _texted(shorter, region)):
            return Offer(e164, certain=False)
    return None


def _at_home(cell: str, region: str) -> Offer | None:
    """The only number of the account's country that these digits hold, with digits too many."""
    digits = re.sub(r"\D", "", cell)
    found = set()
    for length in range(_ONE_NUMBER_DIGITS, len(digits)):
        for piece in (digits[:length], digits[-length:]):
            e164 = _texted(piece, region)
            if e164 and phone.country_of(e164) == region.upper():
                found.add(e164)
    return Offer(found.pop(), certain=False) if len(found) == 1 else None


def _first_of(pieces: list[str], region: str) -> Offer | None:
    """The first number that can be texted; certain if the others are known not to be."""
    first, certain = "", True
    for piece in pieces:
        try:
            e164 = phone.parse(piece, region).e164
        except InvalidPhone as error:
            certain = certain and error.code in _NOT_TEXTED
            continue
        certain = certain and first in ("", e164)
        first = first or e164
    return Offer(first, certain) if first else None


def _pieces(cell: str, region: str) -> list[str]:
    """The numbers of a cell with several: between signs and words, else where one of them ends."""
    pieces = [piece for piece in _BETWEEN.split(cell) if _digits(piece) >= _ONE_NUMBER_DIGITS]
    return [part for piece in pieces for part in _apart(piece, region)]


def _apart(piece: str, region: str) -> Iterator[str]:
    """A piece at the gaps after which a known number has ended, and enough for one follows."""
    start = 0
    for gap in _GAP.finditer(piece):
        known = _known(piece[start : gap.start()], region)
        if known and _digits(piece[gap.end() :]) >= _ONE_NUMBER_DIGITS:
            yield piece[start : gap.start()]
            start = gap.end()
    yield piece[start:]


def _look_alike(cell: str, region: str) -> Offer | None:
    """O, l and I as the digits that they look like."""
    e164 = _texted(cell.translate(_LOOK_ALIKE), region)
    return Offer(e164, certain=False) if e164 else None


def _among_words(cell: str, region: str) -> Offer | None:
    """The only number among words, unless they say not to use it; certain beside a mere name."""
    if phone_words.refuses(cell):
        return None
    found = [number for number in _NUMBER.finditer(cell) if _texted(number[0], region)]
    numbers = {_texted(number[0], region) for number in found}
    if len(numbers) != 1:
        return None
    around = f"{cell[: found[0].start()]} {cell[found[0].end() :]}"
    return Offer(numbers.pop(), certain=phone_words.is_name(around))


def _among(text: str, region: str) -> set[str]:
    """The numbers in a text that can be texted."""
    numbers = (_texted(number, region) for number in _NUMBER.findall(text))
    return {e164 for e164 in numbers if e164}


def _without_wrong_plus(cell: str, region: str) -> Offer | None:
    """A plus, or 00, that was put in front of a number of the account's country."""
    text = cell.strip()
    national = text.lstrip("+").removeprefix("00") if text.startswith(("+", "00")) else ""
    e164 = _texted(national, region) if national else ""
    home = e164 and phone.country_of(e164) == region.upper()
    return Offer(e164, certain=False) if home else None


def _texted(text: str, region: str) -> str:
    try:
        return phone.parse(text, region).e164
    except InvalidPhone:
        return ""


def _known(text: str, region: str) -> bool:
    """Is this a number, of whatever kind?"""
    try:
        number = phonenumbers.parse(phone.any_number(text, region))
    except (InvalidPhone, phonenumbers.NumberParseException):
        return False
    return phonenumbers.is_valid_number(number)


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))
