"""Plain replacements for costly characters, and the clean-up of typed or pasted text."""

import re
import unicodedata

from promosms.sms.clusters import JOINABLE, clusters, without_last_extension
from promosms.sms.gsm7 import is_gsm7

# One curly quote turns a text into UCS-2, with 70 instead of 160 characters in a part.
_PLAIN_BY_REPLACEMENT = {
    "'": "‘’‚‛′‹›`´ʼʻˈ＇",
    '"': "“”„‟″«»〝〞＂",
    "-": "‐‑‒–—―−⁃•·‧●▪",
    ".": "․",
    "...": "…",
    " ": "\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000",
    "\n": "\v\x85\u2028\u2029",
    "": "\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff",
    "/": "⁄∕",
    "|": "¦",
    "x": "×",
    "*": "∗★☆",
    "->": "→",
    "<-": "←",
    "(c)": "©",
    "(R)": "®",
    "(TM)": "™",
    "No.": "№",
    "2": "²",
    "3": "³",
    "a": "ª",
    "o": "º",
    "L": "Ł",
    "l": "ł",
    "D": "ĐÐ",
    "d": "đð",
    "H": "Ħ",
    "h": "ħ",
    "i": "ı",
    "T": "Ŧ",
    "t": "ŧ",
    "N": "Ŋ",
    "n": "ŋ",
    "Th": "Þ",
    "th": "þ",
    "OE": "Œ",
    "oe": "œ",
    "IJ": "Ĳ",
    "ij": "ĳ",
    "SS": "ẞ",
    "f": "ƒ",
    "ff": "ﬀ",
    "fi": "ﬁ",
    "fl": "ﬂ",
    "ffi": "ﬃ",
    "ffl": "ﬄ",
}
_PLAIN = {
    char: replacement for replacement, chars in _PLAIN_BY_REPLACEMENT.items() for char in chars
}

# No script puts more marks on one letter; longer stacks are abuse and must not cost time.
_MOST_MARKS = 8

_HALVES = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_JOINED = f"[{JOINABLE}\ufe0f]"
# Kept: the tags of a flag, and joiners between letters or symbols whose form they change.
_INVISIBLE = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007f]+"
    f"|(?<={_JOINED})[\u200c\u200d](?=[{JOINABLE}]))"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]"
)
_BLANK_LINES = re.compile(r"\n{3,}")


def plain(char: str) -> str | None:
    """Return the GSM 7-bit replacement of one costly character, None when it has none.

    The character may have marks, as gsm7.costly returns it. Marks are removed one by one until
    the alphabet contains the rest: an accent can be replaced by a cheaper accent. An invisible
    character is replaced by an empty text.
    """
    rest = char[:_MOST_MARKS]
    while rest:
        composed = unicodedata.normalize("NFC", rest)
        if is_gsm7(composed):
            return composed
        if composed in _PLAIN:
            return _PLAIN[composed]
        rest = without_last_extension(unicodedata.normalize("NFD", rest))
    return None


def plain_text(text: str) -> str:
    """Replace every costly character that has a plain one; the others stay."""
    if is_gsm7(text):
        return text
    return "".join(_plain_or_same(unit) for unit in clusters(text))


def _plain_or_same(unit: str) -> str:
    if is_gsm7(unit):
        return unit
    replacement = plain(unit)
    return unit if replacement is None else replacement


def _without_invisible(text: str) -> str:
    """Remove invisible characters, repeatedly: a removal can leave a joiner without its letter."""
    shorter = _INVISIBLE.sub(r"\1", text)
    while shorter != text:
        text, shorter = shorter, _INVISIBLE.sub(r"\1", shorter)
    return text


def tidy(text: str) -> str:
    """Return a text in the form that is stored: composed (NFC), with plain line ends.

    Tabs become spaces. Control and zero-width characters and lone surrogates are removed, but the
    joiners and tags of emoji and of Arabic and Indic letters stay. Spaces at line ends, empty lines
    around the text, and repeated empty lines within it are removed too.
    """
    text = _LINE_END.sub("\n", _HALVES.sub("", text)).replace("\t", " ")
    text = unicodedata.normalize("NFC", text)
    text = unicodedata.normalize("NFC", _without_invisible(text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
