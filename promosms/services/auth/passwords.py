"""Passwords: hashing, checking, and the system password that is sent by text."""

import secrets
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from promosms.services.auth import common_passwords, hashing_slots
from promosms.settings import settings

# 24 symbols that are not easily confused with each other: 16 of them carry 73 bits.
SYMBOLS = "ACDEFGHJKLMNPQRTUVWXY347"
SYSTEM_SYMBOLS = 16
SHORTEST = 15  # NIST SP 800-63B-4: the only factor of a sign-in
LONGEST = 200
FEWEST_DIFFERENT = 4
CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aeiou"


class PasswordProblem(StrEnum):
    """Why a password cannot be chosen; the interface has the messages."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    PERSONAL = "personal"  # the e-mail address or the number
    SENT = "sent"  # a system password
    COMMON = "common"  # among the first that are tried
    LEAKED = "leaked"  # on the operator's list


def hash_password(password: str) -> str:
    """Argon2id hash of a password. Raises hashing_slots.Busy."""
    with hashing_slots.slot():
        return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Does the password match the hash? Takes as long without a hash. Raises hashing_slots.Busy."""
    hasher = _hasher()
    try:
        with hashing_slots.slot():
            verified = hasher.verify(
                stored or _dummy_hash(hasher.time_cost, hasher.memory_cost), password
            )
    except (VerificationError, InvalidHashError):
        return False
    return verified and stored is not None


def new_system_password() -> str:
    """16 unambiguous symbols in groups of four, such as ``K7QM-…``."""
    return normalised("".join(secrets.choice(SYMBOLS) for _ in range(SYSTEM_SYMBOLS)))


def normalised(typed: str) -> str:
    """A system password as it was sent; spaces, dashes and case of what was typed do not matter."""
    symbols = "".join(symbol for symbol in typed.upper() if symbol.isalnum())
    return "-".join(symbols[i : i + 4] for i in range(0, len(symbols), 4))


def could_be_sent(typed: str) -> bool:
    """Does it look like a system password?"""
    symbols = normalised(typed).replace("-", "")
    return len(symbols) == SYSTEM_SYMBOLS and set(symbols) <= set(SYMBOLS)


def suggestion() -> str:
    """A pronounceable password: four words of three syllables, 75 bits."""
    words = ("".join(_syllable() for _ in range(3)) for _ in range(4))
    return "-".join(words)


def problem(password: str, email: str, phone: str) -> PasswordProblem | None:
    """Why this password cannot be chosen; None if it can."""
    folded = password.strip().casefold()
    if len(password.strip()) < SHORTEST:
        return PasswordProblem.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordProblem.TOO_LONG
    if len(set(folded)) < FEWEST_DIFFERENT:
        return PasswordProblem.REPEATED
    if folded == email.casefold() or _is_number(folded, phone):
        return PasswordProblem.PERSONAL
    # Sixteen small letters are more likely words than a system password without its dashes.
    if could_be_sent(password) and not (password.isalpha() and password.islower()):
        return PasswordProblem.SENT
    if common_passwords.is_common(folded, common_passwords.personal_words(email, phone)):
        return PasswordProblem.COMMON
    return None


def leaked(password: str) -> PasswordProblem | None:
    """LEAKED if the password is on the operator's list, else None."""
    return PasswordProblem.LEAKED if common_passwords.is_leaked(password) else None


def _is_number(typed: str, phone: str) -> bool:
    digits = "".join(symbol for symbol in typed if symbol.isdigit())
    lettered = any(symbol.isalpha() for symbol in typed)
    return bool(phone) and not lettered and phone.lstrip("+").endswith(digits.lstrip("0"))


def _syllable() -> str:
    return secrets.choice(CONSONANTS) + secrets.choice(VOWELS)


@cache
def _dummy_hash(time_cost: int, memory_cost: int) -> str:
    """A hash of no user that costs as much to check as a real one."""
    return _hasher().hash(secrets.token_hex())


def _hasher() -> PasswordHasher:
    """One lane: a hash takes one core, not all."""
    return PasswordHasher(
        time_cost=settings.argon2_time, memory_cost=settings.argon2_memory_kib, parallelism=1
    )
