"""How calls of providers are signed, where several do it in the same way."""

import base64
import hashlib
import hmac
import json
from typing import Any

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


def claims_of(secret: str, token: str) -> dict[str, Any] | None:
    """The claims of a JSON Web Token signed by HS256 (RFC 7515, 7518); None if it is not.

    Whatever its header names as the algorithm, only this one is tried.
    """
    signed, _, signature = token.rpartition(".")
    expected = hmac.digest(secret.encode(), signed.encode(errors="replace"), hashlib.sha256)
    if not equal(signature, _urlsafe(expected)):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _urlsafe(raw: bytes) -> str:
    """Base64 for addresses without padding, as in RFC 7515."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
