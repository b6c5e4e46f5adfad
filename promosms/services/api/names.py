"""Names of what an account keeps, as programs write them."""

from promosms.sms import transliterate


class NoName(Exception):
    """A name has no visible character."""


def one_line(written: str) -> str:
    """A name on one line, without characters that nobody sees; raises NoName."""
    name = " ".join(transliterate.tidy(written).split())
    if not name:
        raise NoName
    return name
