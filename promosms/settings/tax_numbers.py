"""What python-stdnum lets pass in tax numbers, and the authorities refuse."""

import re

# The schema of the tax office for NIP (TNrNIP): no 0 at the beginning, and no x00. Zeros alone
# would have a right check digit.
_NIP = re.compile(r"[1-9](?:[0-9][1-9]|[1-9][0-9])[0-9]{7}")
_ONLY_ZEROS = re.compile(r"[A-Z]{0,4}0+[A-Z]{0,4}")


def is_issued(number: str, country: str) -> bool:
    """May this number, without blanks and right by its check digits, be one that was issued?

    `country` is an ISO code; `number` may begin with it.
    """
    if country == "PL":
        return _NIP.fullmatch(number.removeprefix("PL")) is not None
    return _ONLY_ZEROS.fullmatch(number) is None
