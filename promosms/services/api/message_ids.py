"""Public ids of messages of the API: a secret permutation of their numbers.

So no id is stored for each message, nobody can count them or guess one, and an id of another
account is as unknown as one that was never given.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from promosms.lib.short_codes import Codes
from promosms.settings import settings

PREFIX, SANDBOX_PREFIX = "msg_", "msg_test_"
REAL, TRIED = 1, 2
"""What stands in a code beside the number; the codes of short links have a key of their own."""


def encode(numbers: Sequence[int]) -> list[str]:
    """The public ids of messages."""
    return [PREFIX + code for code in _codes(settings.secret_key).encode(REAL, numbers)]


def decode(public_id: str) -> list[int]:
    """The numbers that a public id may mean, by the key of the installation and by older ones."""
    return _decode(public_id.removeprefix(PREFIX), REAL) if public_id.startswith(PREFIX) else []


def cursor(number: int, *, sandbox: bool) -> str:
    """What leads to the page after the text with this number, also when that is deleted."""
    return _codes(settings.secret_key).encode(TRIED if sandbox else REAL, [number])[0]


def after(cursor: str, *, sandbox: bool) -> int | None:
    """The number in a cursor; None for one that was never given."""
    return next(iter(_decode(cursor, TRIED if sandbox else REAL)), None)


def _decode(code: str, kind: int) -> list[int]:
    keys = (settings.secret_key, *reversed(settings.secret_key_fallbacks))
    pairs = (_codes(key).decode(code) for key in keys)
    return [pair[1] for pair in pairs if pair and pair[0] == kind]


@lru_cache(maxsize=8)
def _codes(key: str) -> Codes:
    return Codes(hmac.digest(key.encode(), b"ids of messages", hashlib.sha256))
