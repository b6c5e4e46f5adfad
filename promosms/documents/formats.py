"""Formats of money, days, rates and bank accounts on documents, and clean-up of their texts.

They do not use a locale library, whose updates would change a document that is rendered again.
"""

import unicodedata
from datetime import date

from promosms.documents.labels import MONTHS, language_of
from promosms.settings import currencies, invoice_font

NO_BREAK = "\u00a0"
ZERO_WIDTH = "\u200b"  # allows a line break


def plain(text: str) -> str:
    """The text as one line in NFC, valid in XML 1.0 and printable.

    Control characters become spaces. Other invisible characters, which could change the direction
    of the text, and unassigned ones are removed.
    """
    kinds = ((char, unicodedata.category(char)) for char in unicodedata.normalize("NFC", text))
    kept = (" " if kind == "Cc" else "" if kind[0] == "C" else char for char, kind in kinds)
    return " ".join("".join(kept).split())


def decimal(amount: int, places: int = 2) -> str:
    """1/10,000 as a decimal number with a point, for XML. More places only if needed."""
    whole, rest = divmod(abs(amount), 10_000)
    digits = f"{rest:04d}".rstrip("0").ljust(places, "0")
    return f"{'-' if amount < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def money(amount: int, language: str, currency: str, *, named: bool = True) -> str:
    """1/10,000 in the format of the language: "1,234.50 EUR", "1 234,50 EUR", "5,000 JPY"."""
    whole, _, cents = decimal(abs(amount), currencies.digits(currency)).partition(".")
    comma, point = (NO_BREAK, ",") if language_of(language) == "pl" else (",", ".")
    grouped = f"{int(whole):,}".replace(",", comma)
    sign = "\u2212" if amount < 0 else ""
    figures = f"{sign}{grouped}{point if cents else ''}{cents}"
    return f"{figures}{NO_BREAK}{currency}" if named else figures


def number(count: int, language: str) -> str:
    """A whole number with thousands separators."""
    comma = NO_BREAK if language_of(language) == "pl" else ","
    return f"{count:,}".replace(",", comma).replace("-", "\u2212")


def percent(rate: int, language: str) -> str:
    """1/100 of a percent: "23%", "5.5%", "5,5%"."""
    text = f"{rate // 100}.{rate % 100:02d}".rstrip("0").rstrip(".")
    return f"{text.replace('.', ',') if language_of(language) == 'pl' else text}%"


def day(moment: date, language: str) -> str:
    """As "22 November 2026", "22 listopada 2026", without line breaks."""
    month = MONTHS[language_of(language)][moment.month - 1]
    return f"{moment.day}{NO_BREAK}{month}{NO_BREAK}{moment.year}"


def iban(account: str) -> str:
    """An IBAN in its print format, in groups of four (ISO 13616)."""
    compact = account.replace(" ", "")
    return NO_BREAK.join(compact[at : at + 4] for at in range(0, len(compact), 4))


def breakable(text: str) -> str:
    """The printable text; long words get break points, so they stay within their column."""
    return " ".join(_with_breaks(word) if len(word) > 32 else word for word in plain(text).split())


def _with_breaks(word: str) -> str:
    return ZERO_WIDTH.join(word[at : at + 8] for at in range(0, len(word), 8))


def drawable(text: str) -> str:
    """The text with U+FFFD for letters that the font does not have."""
    return "".join(char if invoice_font.is_printable(char) else "\ufffd" for char in text)
