"""Sealing: what the database and its backups hold only in a form that nobody else can read."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from promosms.config import setting


def seal(purpose: str, text: str) -> bytes:
    """The text in a form that only this installation can read; each purpose has its own key."""
    return _box(purpose).encrypt(text.encode())


def unseal(purpose: str, sealed: bytes) -> str | None:
    """The text again; None when the key of the installation has changed."""
    try:
        return _box(purpose).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _box(purpose: str) -> Fernet:
    key = hashlib.sha256(f"{purpose}:{setting('SECRET_KEY')}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
