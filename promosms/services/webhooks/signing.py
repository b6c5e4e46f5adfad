"""Signatures of webhooks, as Standard Webhooks 1.0 describes them (standardwebhooks.com).

HMAC-SHA256 over the id, the time of this try and the body, with dots between. Each secret that is
valid gives one signature, so a program can change over from an old secret to a new one.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A new secret, as its owner puts it into a program."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(keys: Sequence[str], event_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers that a program checks; `seconds` are Unix time, `keys` the valid secrets."""
    signed = b".".join((event_id.encode(), str(seconds).encode(), body))
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{_sign(key, signed)}" for key in keys),
    }


def _sign(key: str, signed: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
