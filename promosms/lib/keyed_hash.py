"""Keyed hashes: equal input gives equal hashes, and without the key nobody can test a guess."""

import hashlib
import hmac

from promosms.settings import settings


def keyed_hash(purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the key of the installation, in hexadecimal."""
    text = "\0".join((purpose, *parts)).encode()
    return hmac.new(settings.secret_key.encode(), text, hashlib.sha256).hexdigest()
