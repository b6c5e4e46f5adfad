"""Ways out in a text: does it name a page, an e-mail address or a number to opt out at?"""

import re

_PLACE = re.compile(
    r"https?://\S|\b[\w-]+\.[a-z]{2,}/\S"
    # A page without its scheme, or what stands after the @; not a full stop without a blank.
    r"|\b[\w.-]+\.(?:[a-z]{2}|com|net|org|info|biz|app|shop|store|online|link|page|site)\b"
    r"|\+\d(?:[ ().-]{0,2}\d){6,14}"  # a number in full
    # A number as it is dialled in its country, and no day or opening hours.
    r"|(?<![\d.,])(?!\d\d?-\d\d?-\d{2,4}\b|\d{4}-\d\d-\d\d\b)\d(?:[ -]?\d){6,13}(?![\d.,]\d)"
    r"|\bstop\b\W+(?:\w+\W+)?\d{4,6}\b",  # a short code, as in "STOP 36105"
    re.IGNORECASE,
)


def is_in(text: str) -> bool:
    """Does the text name a page, an e-mail address or a number?

    It cannot be known whether one opts out there; that is for the writer to say.
    """
    return _PLACE.search(text) is not None
