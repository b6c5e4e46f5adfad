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
KIND = 1
"""What stands in a code beside the number; the codes of short links have a key of their own."""


def encode(numbers: Sequence[int]) -> list[str]:
    """The public ids of messages."""
    return [PREFIX + code for code in _codes(settings.secret_key).encode(KIND, numbers)]


def decode(public_id: str) -> list[int]:
    """The numbers that a public id may mean, by the key of the installation and by older ones."""
    if not public_id.startswith(PREFIX):
        return []
    keys = (settings.secret_key, *reversed(settings.secret_key_fallbacks))
    pairs = (_codes(key).decode(public_id.removeprefix(PREFIX)) for key in keys)
    return [pair[1] for pair in pairs if pair and pair[0] == KIND]


@lru_cache(maxsize=8)
def _codes(key: str) -> Codes:
    return Codes(hmac.digest(key.encode(), b"ids of messages", hashlib.sha256))
