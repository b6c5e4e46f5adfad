"""Payment references: what a payer writes into a transfer, such as PS-7K3M-94QD.

Thirty-one signs without those that are mistaken for others (0, 1, I, L, O). The last one checks:
the weighted sum over a prime number of signs finds every wrong sign and any two that have changed
places.
"""

import re
import secrets
import unicodedata

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MARK = "PS"
LENGTH = 8
# Banks put spaces, dashes and dots in, drop them, and write everything small or large.
_GAP = r"[\s./_\-\u2010-\u2015]*"
_SIGN = rf"([{SIGNS}])"
# Looks ahead without moving, so that a match may begin inside another one.
_MARKED = re.compile(rf"(?=P{_GAP}S{_GAP}{_GAP.join([_SIGN] * LENGTH)})")
_BARE = re.compile(rf"{_GAP}" + _GAP.join([_SIGN] * LENGTH) + _GAP)


def new() -> str:
    """A random reference: one in 27 thousand millions."""
    return of("".join(secrets.choice(SIGNS) for _ in range(LENGTH - 1)))


def of(signs: str) -> str:
    """The reference that begins with these seven signs."""
    return _shown(signs + _check(signs))


def read(text: str) -> str | None:
    """The reference in a text, such as the title of a transfer; None if there is none.

    Case, spaces and dashes do not matter. One with a typing error is none.
    """
    for signs in _candidates(text):
        if signs[-1] == _check(signs[:-1]):
            return _shown(signs)
    return None


def mistyped(text: str) -> bool:
    """Is there something that looks like a reference, but cannot be one?"""
    return read(text) is None and bool(_candidates(text))


def _candidates(text: str) -> list[str]:
    # A wide letter, or the sign of the kelvin, is a letter like any other.
    text = unicodedata.normalize("NFKC", text).upper()
    found = _MARKED.findall(text)
    bare = _BARE.fullmatch(text)
    return ["".join(signs) for signs in [*found, *([bare.groups()] if bare else [])]]


def _check(signs: str) -> str:
    weighted = sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, 2))
    # The check sign has the weight 1, so that it makes the sum divisible.
    return SIGNS[-weighted % len(SIGNS)]


def _shown(signs: str) -> str:
    return f"{MARK}-{signs[:4]}-{signs[4:]}"
