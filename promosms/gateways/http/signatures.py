"""How calls of providers are signed, where several do it in the same way."""

import base64
import hashlib
import hmac

from promosms.gateways.base import BadSettings
from promosms.gateways.http import Settings, yes

UNSIGNED = "unsigned"


def base64_hmac(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in Base64 (RFC 2104, RFC 4648)."""
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


def equal(sent: str, expected: str) -> bool:
    """Is it the signature? The time that this takes does not reveal anything."""
    return hmac.compare_digest(sent.encode(errors="replace"), expected.encode())


def check_secret(settings: Settings, name: str) -> None:
    """Refuse settings without this secret, unless they say that calls are not signed."""
    if not yes(settings, UNSIGNED) and not settings.get(name):
        raise BadSettings(f"{name} is missing; unsigned=yes does without")
