"""The line in promotions that says how to opt out."""

import re

from promosms.sms.keywords.languages import LANGUAGES


def opt_out_line(language: str) -> str:
    """Return the line that says how to opt out, in GSM 7-bit characters.

    The language is a tag such as pl or pl-PL; English is used for languages without a line.
    """
    known = LANGUAGES.get(re.split("[-_]", language.lower())[0], LANGUAGES["en"])
    return known.opt_out_line
