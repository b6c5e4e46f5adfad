"""Passwords: hashing, checking, and the system password that goes out by text."""

import secrets
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from promosms.services.auth import common_passwords
from promosms.settings import settings

# 24 symbols that nobody confuses with another: 16 of them carry 73 bits.
SYMBOLS = "ACDEFGHJKLMNPQRTUVWXY347"
SYSTEM_SYMBOLS = 16
SHORTEST = 15  # NIST SP 800-63B-4: the only factor of a sign-in
LONGEST = 200
FEWEST_DIFFERENT = 4
CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aeiou"


class PasswordProblem(StrEnum):
    """Why a password cannot be chosen; the words for it belong to the interface."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    PERSONAL = "personal"  # the e-mail address or the number
    SENT = "sent"  # what came by text
    COMMON = "common"  # among the first that are tried
    LEAKED = "leaked"  # on the operator's list


def hash_password(password: str) -> str:
    """Argon2id hash of a password."""
    return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Does the password belong to the hash? Takes as long when there is no hash at all."""
    hasher = _hasher()
    try:
        verified = hasher.verify(stored or _nobody(hasher.time_cost, hasher.memory_cost), password)
    except (VerificationError, InvalidHashError):
        return False
    return verified and stored is not None


def new_system_password() -> str:
    """16 unambiguous symbols in groups of four, such as ``K7QM-…``."""
    return normalised("".join(secrets.choice(SYMBOLS) for _ in range(SYSTEM_SYMBOLS)))


def normalised(typed: str) -> str:
    """A system password as it was sent, however it was typed: spaces, dashes, small letters."""
    symbols = "".join(symbol for symbol in typed.upper() if symbol.isalnum())
    return "-".join(symbols[i : i + 4] for i in range(0, len(symbols), 4))


def could_be_sent(typed: str) -> bool:
    """Has it the form of a system password?"""
    symbols = normalised(typed).replace("-", "")
    return len(symbols) == SYSTEM_SYMBOLS and set(symbols) <= set(SYMBOLS)


def suggestion() -> str:
    """A password that can be spoken: four words of three syllables, 75 bits."""
    words = ("".join(_syllable() for _ in range(3)) for _ in range(4))
    return "-".join(words)


def problem(password: str, email: str, phone: str) -> PasswordProblem | None:
    """What speaks against choosing this password; None if nothing does."""
    folded = password.strip().casefold()
    if len(password.strip()) < SHORTEST:
        return PasswordProblem.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordProblem.TOO_LONG
    if len(set(folded)) < FEWEST_DIFFERENT:
        return PasswordProblem.REPEATED
    if folded == email.casefold() or _is_number(folded, phone):
        return PasswordProblem.PERSONAL
    # Sixteen small letters are rather words of one's own than a text typed without its dashes.
    if could_be_sent(password) and not (password.isalpha() and password.islower()):
        return PasswordProblem.SENT
    if common_passwords.is_common(folded, common_passwords.personal_words(email, phone)):
        return PasswordProblem.COMMON
    return None


def leaked(password: str) -> PasswordProblem | None:
    """Does the password stand on the list that the operator has put beside the installation?"""
    return PasswordProblem.LEAKED if common_passwords.is_leaked(password) else None


def _is_number(typed: str, phone: str) -> bool:
    digits = "".join(symbol for symbol in typed if symbol.isdigit())
    lettered = any(symbol.isalpha() for symbol in typed)
    return bool(phone) and not lettered and phone.lstrip("+").endswith(digits.lstrip("0"))


def _syllable() -> str:
    return secrets.choice(CONSONANTS) + secrets.choice(VOWELS)


@cache
def _nobody(time_cost: int, memory_cost: int) -> str:
    """A hash that costs as much to check as a real one and belongs to no one."""
    return _hasher().hash(secrets.token_hex())


def _hasher() -> PasswordHasher:
    return PasswordHasher(
        time_cost=settings.argon2_time, memory_cost=settings.argon2_memory_kib, parallelism=4
    )
