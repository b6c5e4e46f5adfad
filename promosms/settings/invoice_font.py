"""The font of invoices, and the letters that it does not have.

An invoice is issued once: a name that cannot be printed is refused where it is typed.
"""

import unicodedata
from functools import cache
from pathlib import Path

import fontpkg_inter

FOLDER = Path(fontpkg_inter.__file__).parent / "files"
FILE = FOLDER / "Inter[opsz,wght].ttf"
"""The upright font, in all weights."""
INVISIBLE = ("C", "Z")
"""Categories of Unicode that need no glyph: marks of direction and line breaks, blanks."""
SELECTORS = "".join(map(chr, range(0xFE00, 0xFE10)))
"""Variation selectors need none, either: phones write one behind a heart."""


def unprintable(text: str) -> list[str]:
    """The letters and signs of a text that cannot be printed, each once, in their order."""
    letters = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(letter for letter in letters if not is_printable(letter)))


def is_printable(letter: str) -> bool:
    """Has the font a glyph for it, or does it need none?"""
    needs_none = letter in SELECTORS or unicodedata.category(letter).startswith(INVISIBLE)
    return needs_none or ord(letter) in _glyphs()


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # workers and most pages print nothing

    with TTFont(FILE, lazy=True) as font:
        return frozenset(font["cmap"].getBestCmap())
