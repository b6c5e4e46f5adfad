"""Payment references: what a payer writes into a transfer, such as PS-7K3M-94QD.

The alphabet has 31 characters, without those that are easily confused (0, 1, I, L, O). The last
character is a check character: a weighted sum modulo a prime finds every wrong character and any
two that were swapped.
"""

import re
import secrets
import unicodedata

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MARK = "PS"
LENGTH = 8
# Banks insert or drop spaces, dashes and dots, and change the case.
_GAP = r"[\s./_\-\u2010-\u2015]*"
_SIGN = rf"([{SIGNS}])"
# A lookahead consumes nothing, so matches can overlap.
_MARKED = re.compile(rf"(?=P{_GAP}S{_GAP}{_GAP.join([_SIGN] * LENGTH)})")
_BARE = re.compile(rf"{_GAP}" + _GAP.join([_SIGN] * LENGTH) + _GAP)


def new() -> str:
    """A random reference: one of 27 billion."""
    return of("".join(secrets.choice(SIGNS) for _ in range(LENGTH - 1)))


def of(signs: str) -> str:
    """The reference that begins with these seven characters."""
    return _format(signs + _check(signs))


def read(text: str) -> str | None:
    """The reference in a text, such as the title of a transfer; None if there is none.

    Case, spaces and dashes do not matter. A reference with a typing error is not accepted.
    """
    for signs in _candidates(text):
        if signs[-1] == _check(signs[:-1]):
            return _format(signs)
    return None


def mistyped(text: str) -> bool:
    """Does the text hold something like a reference, but with a typing error?"""
    return read(text) is None and bool(_candidates(text))


def _candidates(text: str) -> list[str]:
    # NFKC turns full-width letters and the kelvin sign into plain letters.
    text = unicodedata.normalize("NFKC", text).upper()
    marked = _MARKED.findall(text)
    bare = _BARE.fullmatch(text)
    return ["".join(signs) for signs in [*marked, *([bare.groups()] if bare else [])]]


def _check(signs: str) -> str:
    weighted = sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, 2))
    # The check character has the weight 1, so it completes the sum to a multiple of 31.
    return SIGNS[-weighted % len(SIGNS)]


def _format(signs: str) -> str:
    return f"{MARK}-{signs[:4]}-{signs[4:]}"
