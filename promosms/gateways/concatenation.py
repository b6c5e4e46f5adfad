"""Parts of a reply put together: a character may have been cut between two of them."""

from collections.abc import Iterable

from promosms.sms import gsm7


def joined(texts: Iterable[str]) -> str:
    """The whole text of parts in their order; halves of characters that stay alone are replaced.

    A part may end with the first half of a surrogate pair or with the escape of an extended
    character, such as the one before the "e" that makes "€".
    """
    whole = ""
    for text in texts:
        if whole.endswith(gsm7.ESCAPE) and text:
            whole = whole[:-1] + _escaped(text[0]) + text[1:]
        else:
            whole += text
    if whole.endswith(gsm7.ESCAPE):
        whole = whole[:-1] + " "
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _escaped(char: str) -> str:
    """What an escape makes of the first character of the next part."""
    code = gsm7.encode(char) if gsm7.is_gsm7(char) else b""
    return gsm7.decode(gsm7.ESCAPE.encode() + code) if len(code) == 1 else " " + char
