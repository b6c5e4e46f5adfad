"""The line in promotions that says how to opt out."""

import re

from promosms.sms.keywords.languages import LANGUAGES
from promosms.sms.keywords.vocabulary import Vocabulary


def opt_out_line(language: str) -> str:
    """Return the line that says how to opt out, in GSM 7-bit characters.

    The language is a tag such as pl or pl-PL; English is used for languages without a line.
    """
    return _of(language).opt_out_line


def opt_out_link_line(language: str, link: str) -> str:
    """Return the line for texts that nobody can answer: where one opts out. Else the same."""
    return f"{_of(language).opt_out_link} {link}"


def _of(language: str) -> Vocabulary:
    return LANGUAGES.get(re.split("[-_]", language.lower())[0], LANGUAGES["en"])
