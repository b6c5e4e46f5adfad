"""Common and leaked passwords: refused without a request to any other service.

zxcvbn decides what is common: it ships lists of leaked passwords, names and words, and also
recognises rows of keys, repetitions and dates. An operator may add the whole list of Have I Been
Pwned as a file: SHA-1 hashes in hexadecimal, one per line, sorted.
"""

import hashlib
import os
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from promosms.settings import settings

FEWEST_GUESSES = 2 * 10**8
CHECKED = 32
"""Characters. Substitutions such as 4 for A make zxcvbn slow: 72 of them take two seconds."""
HASH = 40


def is_common(password: str, personal: Iterable[str] = ()) -> bool:
    """Would two hundred million guesses find it? `personal` are words that others know."""
    # Imported late: its lists take 13 MB, and only processes that set passwords need them.
    estimate = import_module("zxcvbn").zxcvbn(password[:CHECKED], user_inputs=list(personal))
    return int(estimate["guesses"]) < FEWEST_GUESSES


def is_leaked(password: str) -> bool:
    """Is it on the operator's list? False without a list."""
    path = settings.leaked_passwords
    if not path:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    return _contains(Path(path), digest.encode())


def personal_words(email: str, phone: str) -> list[str]:
    """Words that others know about a user, and the name of this service."""
    name, _, domain = email.casefold().partition("@")
    pieces = [*name.replace("_", ".").replace("-", ".").split("."), *domain.split(".")[:-1]]
    digits = phone.lstrip("+")
    words = [name, domain, email, *pieces, digits, digits[2:], "promosms", "promo", "sms"]
    return [word for word in words if len(word) > 2]


def _contains(path: Path, target: bytes) -> bool:
    """Binary search in a sorted file: 35 reads for a thousand million lines."""
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            file.seek(max(middle - 1, 0))
            if middle:
                file.readline()  # the rest of the line before
            line = file.readline()[:HASH].upper()
            if line == target:
                return True
            if line and line < target:
                low = middle + 1
            else:
                high = middle
    return False
