"""Grapheme clusters: what a reader sees as one character, such as a flag or a joined emoji."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

ZERO_WIDTH_JOINER = "\u200d"

# Scripts in which a joiner carries meaning: Arabic and Indic letters, symbols, emoji.
JOINABLE = "\u0600-\u1cff\u2190-\u2bff\u3030-\ufdff\U00010000-\U0010ffff"

_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
# Not marks by category, but they also extend the character before: joiners, skin tones, tags.
_ALSO_EXTENDS = "\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"


def _ranges(codes: Iterable[int]) -> str:
    """Return ascending code points as the content of a regular expression's character class."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def _marks() -> Iterable[int]:
    """Yield the code points of all combining marks, variation selectors included."""
    for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}:
            yield code


# A cheap first search, enough for most languages: other ranges contain nothing bound.
_MAY_BE_BOUND = re.compile("[\u0300-\u200d\u20d0-\U0010ffff]")


class _Patterns(NamedTuple):
    """What extends a character, what is bound to another one, and a whole cluster."""

    extension: re.Pattern[str]
    bound: re.Pattern[str]
    cluster: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Made when the first text needs them: that takes a while, and most processes read none."""
    extends = _ranges(_marks()) + _ALSO_EXTENDS
    cluster = (
        f"[{_FLAG_LETTERS}]{{2}}[{extends}]*"
        f"|.[{extends}]*(?:(?<={ZERO_WIDTH_JOINER})[{JOINABLE}][{extends}]*)*"
    )
    return _Patterns(
        re.compile(f"[{extends}]"),
        re.compile(f"[{extends}{_FLAG_LETTERS}]"),
        re.compile(cluster, re.DOTALL),
    )


def clusters(text: str) -> list[str]:
    """Split a text into clusters; joined, they are the text again.

    A simplified form of the extended grapheme clusters of Unicode Standard Annex 29: marks,
    variation selectors, skin tones and tags stay with their base, flags are pairs, and a
    zero-width joiner binds the symbol or the Arabic or Indic letter that follows.
    """
    return _patterns().cluster.findall(text) if has_bound(text) else list(text)


def has_bound(text: str) -> bool:
    """Does any character of the text belong to the one before or after it?"""
    return bool(_MAY_BE_BOUND.search(text) and _patterns().bound.search(text))


def without_last_extension(cluster: str) -> str:
    """Drop the last mark or joiner; a cluster that does not end in one becomes empty."""
    return cluster[:-1] if _patterns().extension.match(cluster[-1:]) else ""
