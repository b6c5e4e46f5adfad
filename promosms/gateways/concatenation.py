"""Concatenation of the parts of a reply. A character may be cut between two parts."""

from collections.abc import Iterable

from promosms.sms import gsm7


def concatenate(texts: Iterable[str]) -> str:
    """The text of ordered parts; a half of a character without the other half is replaced.

    A part may end with the first half of a surrogate pair or with the escape of an extended
    character, such as the one before the "e" that makes "€".
    """
    joined = ""
    for text in texts:
        if joined.endswith(gsm7.ESCAPE) and text:
            joined = joined[:-1] + _escaped(text[0]) + text[1:]
        else:
            joined += text
    if joined.endswith(gsm7.ESCAPE):
        joined = joined[:-1] + " "
    return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _escaped(char: str) -> str:
    """The extended character of an escape and the first character of the next part."""
    code = gsm7.encode(char) if gsm7.is_gsm7(char) else b""
    return gsm7.decode(gsm7.ESCAPE.encode() + code) if len(code) == 1 else " " + char
