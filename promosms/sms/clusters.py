"""What a reader takes for one character: accents, flags and joined emoji kept together."""

import re
import unicodedata
from collections.abc import Iterable

ZERO_WIDTH_JOINER = "\u200d"

# Scripts in which a joiner carries meaning: Arabic and Indic letters, symbols, emoji.
JOINABLE = "\u0600-\u1cff\u2190-\u2bff\u3030-\ufdff\U00010000-\U0010ffff"

_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
# Not marks by category, but part of what stands before: joiners, skin tones, tag letters.
_ALSO_EXTENDS = "\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"


def _ranges(codes: Iterable[int]) -> str:
    """Write ascending code points as the inside of a regular expression's character class."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


def _marks() -> Iterable[int]:
    """Yield the code points of all combining marks, variation selectors included."""
    for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}:
            yield code


_EXTENDS = _ranges(_marks()) + _ALSO_EXTENDS
_EXTENSION = re.compile(f"[{_EXTENDS}]")
_BOUND = re.compile(f"[{_EXTENDS}{_FLAG_LETTERS}]")
# Cheap to search, and enough for most languages: below and between there is nothing bound.
_MAY_BE_BOUND = re.compile("[\u0300-\u200d\u20d0-\U0010ffff]")
_CLUSTER = re.compile(
    f"[{_FLAG_LETTERS}]{{2}}[{_EXTENDS}]*"
    f"|.[{_EXTENDS}]*(?:(?<={ZERO_WIDTH_JOINER})[{JOINABLE}][{_EXTENDS}]*)*",
    re.DOTALL,
)


def clusters(text: str) -> list[str]:
    """Cut a text into what a reader takes for characters; joined again they are the text.

    A smaller form of the extended grapheme clusters of Unicode Standard Annex 29: marks,
    variation selectors, skin tones and tags stay with their base, flags are pairs, and a
    zero-width joiner binds the symbol or the Arabic or Indic letter that follows.
    """
    return _CLUSTER.findall(text) if has_bound(text) else list(text)


def has_bound(text: str) -> bool:
    """Does any character of the text belong to its neighbour?"""
    return bool(_MAY_BE_BOUND.search(text) and _BOUND.search(text))


def without_last_extension(cluster: str) -> str:
    """Drop the last mark or joiner; a cluster that does not end in one becomes empty."""
    return cluster[:-1] if _EXTENSION.match(cluster[-1:]) else ""
