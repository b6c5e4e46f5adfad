"""Ids of events as programs see them: a secret permutation of the numbers of their deliveries."""

import hashlib
import hmac
from functools import lru_cache

from promosms.lib.short_codes import Codes
from promosms.settings import settings

PREFIX = "evt_"
KIND = 1
"""What stands in a code beside the number."""


def encode(numbers: list[int]) -> list[str]:
    """The ids of events, the same for every try."""
    return [PREFIX + code for code in _codes(settings.secret_key).encode(KIND, numbers)]


def decode(event_id: str) -> list[int]:
    """The numbers that an id may mean, by the key of the installation and by older ones."""
    if not event_id.startswith(PREFIX):
        return []
    keys = (settings.secret_key, *reversed(settings.secret_key_fallbacks))
    pairs = (_codes(key).decode(event_id.removeprefix(PREFIX)) for key in keys)
    return [pair[1] for pair in pairs if pair and pair[0] == KIND]


@lru_cache(maxsize=8)
def _codes(key: str) -> Codes:
    return Codes(hmac.digest(key.encode(), b"ids of events", hashlib.sha256))
