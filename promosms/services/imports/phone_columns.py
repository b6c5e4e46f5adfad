"""The column of numbers to text: by its head, then by its content; numbers of other kinds never."""

import re
from collections import Counter
from collections.abc import Sequence

from stdnum import ean, luhn
from stdnum.de import idnr
from stdnum.gb import nhs
from stdnum.nl import bsn
from stdnum.pl import nip, pesel, regon

from promosms.services.imports import heads
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone, PhoneProblem

SAMPLE = 200
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]?\d\d[-./ ]?\d\d|\d\d[-./ ]\d\d[-./ ](?:19|20)\d\d")
_BORN = re.compile(r"\d\d(?:[02]\d|[13][0-2])(?:[0-2]\d|3[01])\d{5}")
"""Like a PESEL by its date of birth; a list may hold some with a wrong check digit."""
_OF_PERSONS = {"DE": (11, idnr), "GB": (10, nhs), "NL": (9, bsn)}
"""Other IDs of a country that can be its mobile numbers, without a zero: digits and rule."""
_KINDS = {9: (regon, luhn), 10: (nip,), 11: (pesel, luhn), 13: (ean,)}
_KINDS |= dict.fromkeys((14, 15, 16), (luhn,))
_CHANCE = 3
_WITH_COUNTRY = re.compile(r"\s*'?(?:\+|00)")
_DAMAGED = (PhoneProblem.DAMAGED, PhoneProblem.LANDLINE)


def problem_of(raw: str, region: str) -> PhoneProblem | None:
    """Why this number cannot be texted; None for a valid number."""
    try:
        phone.parse(raw, region)
    except InvalidPhone as error:
        return error.code
    return None


def is_certain(raw: str, region: str) -> bool:
    """A mobile number of the region, or one that says its country; other digits may be an ID."""
    try:
        number = phone.parse(raw, region)
    except InvalidPhone:
        return False
    return number.country == region or bool(_WITH_COUNTRY.match(raw))


def choose(
    head: Sequence[str], columns: Sequence[Sequence[str]], region: str
) -> tuple[int | None, int | None]:
    """The column of the numbers, and one with numbers for rows in which that has none.

    `head` is "" for columns without a head. A column that is called after numbers of another kind
    (tax ID, fax, date) is never chosen, nor one without a head whose cells have their check digits.
    """
    scores = [_score(name, column, region) for name, column in zip(head, columns, strict=True)]
    best = max(((*score, -n) for n, score in enumerate(scores) if score[0]), default=None)
    if best is None:
        return None, None
    chosen = -best[-1]
    others = [
        ((*score, -n), n)
        for n, score in enumerate(scores)
        if n != chosen and score[0] == _NAMED and _helps(columns[chosen], columns[n], region)
    ]
    return chosen, max(others, default=((), None))[1]


# What speaks for a column, the strongest first.
_NAMED, _CERTAIN, _NAMED_DAMAGED, _FOREIGN, _LOST, _NAMED_ONLY, _NOTHING = 6, 5, 4, 3, 2, 1, 0


def _score(name: str, column: Sequence[str], region: str) -> tuple[int, int, int]:
    rank = heads.phone_rank(name)
    cells = [cell for cell in column[:SAMPLE] if cell]
    problems = [problem_of(cell, region) for cell in cells]
    valid = problems.count(None)
    damaged = sum(problem in _DAMAGED for problem in problems)
    if rank == heads.NEVER:
        return _NOTHING, 0, 0
    if rank > heads.UNNAMED:
        tier = _NAMED if valid else _NAMED_DAMAGED if damaged else _NAMED_ONLY
        return tier, rank, valid or damaged
    certain = sum(is_certain(cell, region) for cell in cells)
    if _are_other_numbers(cells, region):
        return _NOTHING, 0, 0
    if certain:
        return _CERTAIN, certain, 0
    return (_FOREIGN, valid, 0) if valid else (_LOST if damaged else _NOTHING, damaged, 0)


def _helps(chosen: Sequence[str], other: Sequence[str], region: str) -> bool:
    """Has the other column a number to text in a row in which the chosen one has none?"""
    pairs = zip(chosen[:SAMPLE], other[:SAMPLE], strict=True)
    return any(problem_of(a, region) and not problem_of(b, region) for a, b in pairs if b)


def _are_other_numbers(cells: Sequence[str], region: str) -> bool:
    """Are most of these IDs, codes or dates by their form and check digits?

    One number in ten has a valid check digit by chance. So mobile numbers of the region are IDs
    only if all of them, and three at least, have that of one kind.
    """
    found = mobiles = 0
    of_kinds: Counter[str] = Counter()
    for cell in cells:
        digits = re.sub(r"[\s-]", "", cell)
        certain = is_certain(cell, region)
        if _WITH_COUNTRY.match(cell) or (certain and len(cells) < _CHANCE):
            continue
        kinds = _with_check_digit(digits, region)
        if _DATE.fullmatch(cell.strip()):
            found += 1
        elif certain:
            mobiles += 1
            of_kinds.update(kinds)
        elif kinds or _BORN.fullmatch(digits):
            found += 1
    if found + mobiles >= _CHANCE and max(of_kinds.values(), default=0) == mobiles:
        found += mobiles
    return found * 2 > len(cells)


def _with_check_digit(digits: str, region: str) -> list[str]:
    """The kinds of numbers whose check digit it has."""
    if not (digits.isascii() and digits.isdecimal()):
        return []
    kinds = [*_KINDS.get(len(digits), ())]
    length, kind = _OF_PERSONS.get(region, (0, ean))
    if len(digits) == length:
        kinds.append(kind)
    return [kind.__name__ for kind in kinds if kind.is_valid(digits)]
