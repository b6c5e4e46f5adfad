"""What the kind of a text asks of its words.

A promotional text has to say how to opt out, each time (ePrivacy directive, article 13(2) and (4)).
A service text needs no consent, so it must not promote anything: mixed is a promotion.
"""

from promosms.models import is_promotional
from promosms.sms import keywords, promotion_words


def lacks_way_out(kind: str, text: str, *, opt_out_line: bool) -> bool:
    """Would people read a promotional text that does not say how to opt out?"""
    return is_promotional(kind) and not opt_out_line and not keywords.says_way_out(text)


def promotion_words_in(kind: str, text: str) -> tuple[str, ...]:
    """The words of a service text that sound like a promotion; none in a promotional one."""
    return () if is_promotional(kind) else promotion_words.find(text)
