"""The pictures of the help: parts of pages on a phone, one file for each language."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from promosms.language import current_language
from promosms.lib import webp

FOLDER = Path(__file__).resolve().parents[2] / "static" / "help"
SCALE = 2
"""Dots for each pixel of a page: they are sharp on a phone."""
FALLBACK = "en"


@dataclass(frozen=True)
class Picture:
    """A picture by its name; `alt` says what it shows."""

    name: str
    alt: str

    @property
    def file(self) -> str:
        """The name of the file in the reader's language."""
        own = f"{self.name}.{current_language()}.webp"
        return own if (FOLDER / own).exists() else f"{self.name}.{FALLBACK}.webp"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on the page, in pixels."""
        return _size(self.file)


@cache
def _size(file: str) -> tuple[int, int]:
    width, height = webp.size(FOLDER / file)
    return round(width / SCALE), round(height / SCALE)
