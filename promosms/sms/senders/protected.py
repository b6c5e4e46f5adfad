"""Look-alikes: is a sender name like one of a bank, an authority or a brand, or only a common word?

Names are compared by what a reader takes them for: without case, accents, blanks and signs, with
digits as the letters they look like. What is found is not refused: an admin decides by evidence.
"""

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

SHORTEST_INSIDE = 5
"""Shorter names stand inside too many others: they count as a word of their own only."""
_LOOKS_LIKE = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
    | {"ł": "l", "ø": "o", "đ": "d", "ß": "s", "|": "l", "$": "s", "@": "a"}
)
_PAIRS = (("rn", "m"), ("vv", "w"))


class Kind(StrEnum):
    """Whose name it is like; the gravest first."""

    AUTHORITY = "authority"
    BANK = "bank"
    EMERGENCY = "emergency"
    OPERATOR = "operator"
    COURIER = "courier"
    BRAND = "brand"
    GENERIC = "generic"


@dataclass(frozen=True)
class LookAlike:
    """The protected name that a name is like."""

    kind: Kind
    name: str


def find(name: str) -> LookAlike | None:
    """The protected name that this one is like; None if it is like none.

    It is like one if it reads the same, also without common words around it, or has it as a word.
    One of five letters or more it is also like if it contains it, or if one letter differs.
    """
    read, words, core = skeleton(name), _words(name), _without_generic(skeleton(name))
    for kind, protected, wanted in _protected():
        if wanted in (read, core) or wanted in words:
            return LookAlike(kind, protected)
    for kind, protected, wanted in _protected():
        if len(wanted) >= SHORTEST_INSIDE and (wanted in read or _nearly(read, wanted)):
            return LookAlike(kind, protected)
    without_digits = "".join(c for c in name if not c.isdigit())
    only_words = not core or not _without_generic(skeleton(without_digits))
    return LookAlike(Kind.GENERIC, name) if only_words else None


def skeleton(name: str) -> str:
    """What a reader takes a name for: "P0L-lCJA" is the same as "Policja"."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    read = "".join(c for c in letters.translate(_LOOKS_LIKE) if c.isalnum())
    for written, seen in _PAIRS:
        read = read.replace(written, seen)
    return read


def _words(name: str) -> set[str]:
    """The words of a name: apart by blanks and signs, or by a capital letter as in "InfoDHL"."""
    spaced = "".join(
        f" {c}" if c.isupper() and n and name[n - 1].islower() else c if c.isalnum() else " "
        for n, c in enumerate(name)
    )
    return {skeleton(word) for word in spaced.split()}


def _without_generic(read: str) -> str:
    """What is left of a name without the common words at its beginning and its end."""
    changed = True
    while changed and read:
        changed = False
        for word in _generic():
            if read.startswith(word) or read.endswith(word):
                read = read.removeprefix(word) if read.startswith(word) else read.removesuffix(word)
                changed = True
    return read


def _nearly(read: str, wanted: str) -> bool:
    """Do they differ by one letter: another one, one more, one less, or two changed places?"""
    if abs(len(read) - len(wanted)) > 1 or len(read) < SHORTEST_INSIDE:
        return False
    start = next(_differing(read, wanted), min(len(read), len(wanted)))
    a, b = read[start:], wanted[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _differing(a: str, b: str) -> Iterator[int]:
    return (n for n, (one, other) in enumerate(zip(a, b, strict=False)) if one != other)


@cache
def _names() -> dict[Kind, list[str]]:
    read = tomllib.loads(files(__package__).joinpath("protected.toml").read_text("utf-8"))
    return {kind: read[kind]["names"] for kind in Kind}


@cache
def _protected() -> tuple[tuple[Kind, str, str], ...]:
    return tuple(
        (kind, name, skeleton(name))
        for kind, names in _names().items()
        if kind is not Kind.GENERIC
        for name in names
    )


@cache
def _generic() -> tuple[str, ...]:
    """The common words, the longest first."""
    return tuple(sorted({skeleton(w) for w in _names()[Kind.GENERIC]}, key=len, reverse=True))
