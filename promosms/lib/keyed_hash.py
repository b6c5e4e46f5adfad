"""Keyed hashes: the same thing gives the same hash, and nobody without the key can try it out."""

import hashlib
import hmac

from promosms.settings import setting


def keyed(purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the key of the installation, in hexadecimal."""
    text = "\0".join((purpose, *parts)).encode()
    return hmac.new(str(setting("SECRET_KEY")).encode(), text, hashlib.sha256).hexdigest()
