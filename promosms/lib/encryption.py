"""Encryption of secrets in the database and its backups, with keys from the settings."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from promosms.settings import settings


def encrypt(purpose: str, text: str) -> bytes:
    """Encrypt a text with the key of the installation; each purpose has its own key."""
    return _cipher(purpose).encrypt(text.encode())


def decrypt(purpose: str, encrypted: bytes) -> str | None:
    """Decrypt a text; None when the key of the installation has changed."""
    try:
        return _cipher(purpose).decrypt(encrypted).decode()
    except InvalidToken:
        return None


def _cipher(purpose: str) -> MultiFernet:
    """Encrypts with the current key; decrypts with it and the older ones."""
    keys = (settings.secret_key, *reversed(settings.secret_key_fallbacks))
    return MultiFernet([Fernet(_key(purpose, key)) for key in keys])


def _key(purpose: str, key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest())
