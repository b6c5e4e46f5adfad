"""The type of the pages: Inter, cut to two subsets at the first start of an installation.

The whole font has 860 kB; its two subsets have 23 kB (Western Europe) and 11 kB (further letters of
Central Europe), and a browser loads the second one only where a page needs it. Without them the
pages have the type of the system.
"""

import os
from pathlib import Path

from promosms import logs
from promosms.settings.invoice_font import FILE

SUBSETS: dict[str, tuple[range, ...]] = {
    "latin": (
        *(range(0x20, 0x7F), range(0xA0, 0x100), range(0x152, 0x154)),
        *(range(0x2010, 0x2027), range(0x2030, 0x2031), range(0x2039, 0x203B)),
        *(range(0x20AC, 0x20AD), range(0x2190, 0x2194), range(0x2212, 0x2213)),
    ),
    "latin-ext": (range(0x100, 0x180), range(0x218, 0x21C)),
}
"""The letters of each subset; `static/css/fonts.css` says the same to browsers."""
FEATURES = ["kern", "tnum", "ccmp", "locl"]
"""Kerning, figures of one width, and letters with accents: all that the pages use."""
WEIGHTS = (400, 700)
SIZE = 14
"""The optical size: for reading, not for posters."""
log = logs.get(__name__)


def made(static: Path) -> bool:
    """Are both subsets there?"""
    return all(path(static, name).exists() for name in SUBSETS)


def make(static: Path) -> None:
    """Write the subsets that are missing into `static/fonts`; what fails is logged.

    A folder that cannot be written belongs to another user, who has made them or not.
    """
    for name, letters in SUBSETS.items():
        target = path(static, name)
        if target.exists():
            continue
        try:
            target.parent.mkdir(exist_ok=True)
            _write(target, letters)
        except OSError:
            log.warning("font.not_written", exc_info=True, extra={"code": "not_writable"})


def path(static: Path, name: str) -> Path:
    """Where a subset lies."""
    return static / "fonts" / f"inter-{name}.woff2"


def _write(target: Path, letters: tuple[range, ...]) -> None:
    # A large library, which nothing else needs at a start.
    from fontTools.subset import Options, Subsetter, load_font, save_font
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(flavor="woff2", layout_features=FEATURES, hinting=False)
    fresh = target.with_suffix(f".{os.getpid()}")
    with load_font(str(FILE), options, dontLoadGlyphNames=True) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[code for some in letters for code in some])
        subsetter.subset(font)
        instantiateVariableFont(font, {"opsz": SIZE, "wght": WEIGHTS}, inplace=True)
        save_font(font, str(fresh), options)
    fresh.chmod(0o644)  # it is public, and may be served by another user
    fresh.replace(target)
