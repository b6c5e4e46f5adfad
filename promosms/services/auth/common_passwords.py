"""Passwords that are tried first: refused without asking anybody outside.

What is common is told by zxcvbn: it ships lists of leaked passwords, names and words, and also
knows rows of keys, repetitions and dates. An operator may add the whole list of Have I Been Pwned
as a file: SHA-1 hashes in hexadecimal, one a line, sorted.
"""

import hashlib
import os
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from promosms.settings import settings

FEWEST_GUESSES = 2 * 10**8
LOOKED_AT = 32
"""Characters. Substitutions such as 4 for A make zxcvbn slow: 72 of them take two seconds."""
HASH = 40


def is_common(password: str, personal: Iterable[str] = ()) -> bool:
    """Would it be found within two hundred million guesses? `personal`: words that others know."""
    # Imported late: its lists take 13 MB, which only processes need that set passwords.
    found = import_module("zxcvbn").zxcvbn(password[:LOOKED_AT], user_inputs=list(personal))
    return int(found["guesses"]) < FEWEST_GUESSES


def is_leaked(password: str) -> bool:
    """Does it stand in the operator's list? False where there is none."""
    path = settings.leaked_passwords
    if not path:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    return _stands_in(Path(path), digest.encode())


def personal_words(email: str, phone: str) -> list[str]:
    """What others know about somebody, and the name of this service."""
    name, _, domain = email.casefold().partition("@")
    pieces = [*name.replace("_", ".").replace("-", ".").split("."), *domain.split(".")[:-1]]
    digits = phone.lstrip("+")
    words = [name, domain, email, *pieces, digits, digits[2:], "promosms", "promo", "sms"]
    return [word for word in words if len(word) > 2]


def _stands_in(path: Path, wanted: bytes) -> bool:
    """Halve the file until the line is found: 35 reads in a thousand million lines."""
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            file.seek(max(middle - 1, 0))
            if middle:
                file.readline()  # the rest of the line before
            line = file.readline()[:HASH].upper()
            if line == wanted:
                return True
            if line and line < wanted:
                low = middle + 1
            else:
                high = middle
    return False
