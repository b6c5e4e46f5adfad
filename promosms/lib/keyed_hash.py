"""Keyed hashes: the same thing gives the same hash, and nobody without the key can try it out."""

import hashlib
import hmac

from promosms.settings import settings


def keyed(purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the key of the installation, in hexadecimal."""
    text = "\0".join((purpose, *parts)).encode()
    return hmac.new(settings.secret_key.encode(), text, hashlib.sha256).hexdigest()
