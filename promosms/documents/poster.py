"""The poster of a sign-up form: a page of A4 with a large QR code, for the shop window or the till.

Everything fits on the one page, however long the words are: the type gets smaller, and a word that
is wider than the page is broken. Signs that the font does not have are left out, so a title with an
emoji is printed without it; letters become U+FFFD, and the page of the form names them before.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from promosms.documents import qr_code
from promosms.documents.formats import NO_BREAK, drawable, plain
from promosms.documents.typesetting import compile_pdf
from promosms.settings import invoice_font

# No line ends with "i" or "w", and none begins within a number of a phone.
_TOGETHER = re.compile(r"((?<!\S)\w|\d(?= \d)) ")
# To look for a size in which a word of a thousand letters fits takes seconds.
_LONG = re.compile(r"(\S{60})(?=\S)")
_TEMPLATE = Path(__file__).with_name("poster.typ")


@dataclass(frozen=True)
class Poster:
    """The words of a poster, in one language."""

    language: str
    shop: str
    title: str
    lead: str
    scan: str
    """What to do with the code."""
    address: str
    """The whole address: the code leads there, and below it stands what one types."""
    or_open: str
    """What stands before the address as it is typed."""
    or_text: str
    """How to sign up by a keyword; empty where that is not possible."""
    words: str
    """What people agree to."""
    stop: str
    """How to stop."""


def render(poster: Poster) -> bytes:
    """The poster as a PDF. Equal words give equal bytes."""
    texts = {name: _printable(value) for name, value in asdict(poster).items()}
    texts |= {name: _LONG.sub(r"\1 ", texts[name]) for name in ("shop", "title", "lead", "words")}
    code = list(qr_code.svg(poster.address))
    return compile_pdf(_TEMPLATE, texts | {"typed": _typed(texts["address"]), "code": code})


def unprintable(text: str) -> list[str]:
    """The letters of a text that its poster cannot show; signs that are left out are none."""
    return [letter for letter in invoice_font.unprintable(text) if not _is_sign(letter)]


def _typed(address: str) -> str:
    """The address as people type it: the browser knows the rest."""
    return address.removeprefix("https://")


def _printable(text: str) -> str:
    kept = (one for one in plain(text) if invoice_font.is_printable(one) or not _is_sign(one))
    words = drawable(" ".join("".join(kept).split()))
    return _TOGETHER.sub(lambda found: found[1] + NO_BREAK, words)


def _is_sign(letter: str) -> bool:
    """Emoji and other symbols, and what changes their colour or gender."""
    return unicodedata.category(letter) in ("So", "Sk", "Sm", "Mn", "Me", "Cn")
