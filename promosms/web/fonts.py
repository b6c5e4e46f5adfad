"""The type of the pages: Inter, cut to two subsets at the first start of an installation.

The whole font has 860 kB; its two subsets have 25 kB (the letters of Western and Central Europe)
and 6 kB (further Latin letters), and a browser loads the second one only where a page needs it.
Without them the pages have the type of the system.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from promosms import logs
from promosms.settings.invoice_font import FILE

SIGNS = (
    *(range(0x20, 0x7F), range(0xA0, 0x100), range(0x152, 0x154)),
    *(range(0x2010, 0x2027), range(0x2030, 0x2031), range(0x2039, 0x203B)),
    *(range(0x20AC, 0x20AD), range(0x2190, 0x2194), range(0x2212, 0x2213)),
)
"""The languages of Western Europe, and the signs of texts."""
CENTRAL = "ĀāĂăĄąĆćČčĎďĐđĒēĖėĘęĚěĞğĢģĪīĮįİıĶķĹĺĻļĽľŁłŃńŅņŇňŐőŔŕŘřŚśŞşŠšŢţŤťŪūŮůŰűŲųŹźŻżŽžȘșȚț"
"""Further letters of names from the Baltic to Turkey: all of them together weigh 3 kB."""
EXTENDED = (range(0x100, 0x180), range(0x218, 0x21C))
SUBSETS: dict[str, frozenset[int]] = {
    "europe": frozenset(code for some in SIGNS for code in some) | {ord(each) for each in CENTRAL},
    "further": frozenset(code for some in EXTENDED for code in some if chr(code) not in CENTRAL)
    - {0x152, 0x153},
}
"""The letters of each subset. Browsers keep a file for a year: other letters need another name."""
FEATURES = ["kern", "tnum", "ccmp", "locl"]
"""Kerning, figures of one width, and letters with accents: all that the pages use."""
WEIGHTS = (400, 700)
MIDDLE = 550
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


def sheet() -> str:
    """The style sheet that tells browsers which file has which letters.

    A line that is too slow for a file gets the type of the system on the first page: nothing moves
    while one reads.
    """
    return "\n".join(
        f'@font-face{{font-family:"Inter";src:url("../fonts/inter-{name}.woff2") format("woff2");'
        f"font-weight:{WEIGHTS[0]} {WEIGHTS[1]};font-display:optional;"
        f"unicode-range:{','.join(_ranges(letters))}}}"
        for name, letters in SUBSETS.items()
    )


def _ranges(letters: Iterable[int]) -> list[str]:
    """Codes as ranges of CSS, in their order."""
    found = list[tuple[int, int]]()
    for code in sorted(letters):
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return [f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in found]


def _write(target: Path, letters: Iterable[int]) -> None:
    # A large library, which nothing else needs at a start.
    from fontTools.subset import Options, save_font

    options = Options(flavor="woff2", layout_features=FEATURES, hinting=False)
    fresh = target.with_suffix(f".{os.getpid()}")
    with _cut(letters, options, WEIGHTS) as font, _cut(letters, options, MIDDLE) as middle:
        # The spaces between letters hardly change with the weight, and would weigh 1 kB more.
        font["GPOS"] = middle["GPOS"]
        definitions = font["GDEF"].table
        definitions.VarStore = None
        definitions.Version = middle["GDEF"].table.Version
        save_font(font, str(fresh), options)
    fresh.chmod(0o644)  # it is public, and may be served by another user
    fresh.replace(target)


def _cut(letters: Iterable[int], options: Any, weight: float | tuple[float, float]) -> Any:
    """The font with these letters, in one weight or a range of them."""
    from fontTools.subset import Subsetter, load_font
    from fontTools.varLib.instancer import instantiateVariableFont

    font = load_font(str(FILE), options, dontLoadGlyphNames=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(letters))
    subsetter.subset(font)
    return instantiateVariableFont(font, {"opsz": SIZE, "wght": weight}, inplace=True)
