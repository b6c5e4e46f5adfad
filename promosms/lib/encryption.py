"""Sealing: what the database and its backups hold only in a form that nobody else can read."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from promosms.settings import settings


def seal(purpose: str, text: str) -> bytes:
    """The text in a form that only this installation can read; each purpose has its own key."""
    return _box(purpose).encrypt(text.encode())


def unseal(purpose: str, sealed: bytes) -> str | None:
    """The text again; None when the key of the installation has changed."""
    try:
        return _box(purpose).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _box(purpose: str) -> MultiFernet:
    """Seals with the key of today; what an older one has sealed can still be read."""
    keys = (settings.secret_key, *reversed(settings.secret_key_fallbacks))
    return MultiFernet([Fernet(_key(purpose, key)) for key in keys])


def _key(purpose: str, key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest())
