"""Letters as people search for them: small, without accents, ł as l, ß as ss.

`fold` works letter by letter: the fold of a part of a text is a part of the fold of the text.
"""

import unicodedata

# Letters that are no letter with a mark for Unicode, and signs that are typed in a simpler way.
_LETTERS = {
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ı": "i",
    "ĸ": "k",
    "ə": "a",
    "ƒ": "f",
    **dict.fromkeys("’‘ʼ`´′", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("“”„″", '"'),
}


class _Table(dict[int, str]):
    """What becomes of each letter, found out when it comes for the first time."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(letter: str) -> str:
    pieces = (_LETTERS.get(piece, piece) for piece in letter.casefold())
    marked = unicodedata.normalize("NFKD", "".join(pieces)).casefold()
    return "".join(
        _LETTERS.get(piece, piece) for piece in marked if not unicodedata.combining(piece)
    )


_TABLE = _Table()


def fold(text: str) -> str:
    """A text in small letters without accents; Greek and Cyrillic letters stay what they are."""
    return text.lower() if text.isascii() else text.translate(_TABLE)
