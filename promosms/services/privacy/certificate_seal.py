"""Sealing of certificates: only who has the link of an erasure can read its certificate.

A certificate names the account and counts what it had. Kept in clear, its figures would lead from
the invoices that stay to the account. So the link makes a pair of X25519 keys (RFC 7748); only the
public one is stored, and the finished certificate is encrypted to it with ChaCha20-Poly1305, by a
key of HKDF (RFC 5869) that is used once.
"""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 32
NONCE = bytes(12)  # each key encrypts one certificate only


def public_key(link: str) -> str:
    """The key of a link, in hexadecimal: with it certificates can be sealed, and not opened."""
    return _private(link).public_key().public_bytes_raw().hex()


def seal(key: str, certificate: str) -> str:
    """Encrypt a certificate to a public key; in base64."""
    once, public = X25519PrivateKey.generate(), bytes.fromhex(key)
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    sender = once.public_key().public_bytes_raw()
    sealed = _cipher(shared, sender, public).encrypt(NONCE, certificate.encode(), None)
    return base64.b64encode(sender + sealed).decode()


def unseal(link: str, sealed: str) -> str:
    """The certificate; raises cryptography.exceptions.InvalidTag for another link."""
    private, content = _private(link), base64.b64decode(sealed)
    sender = content[:KEY]
    shared = private.exchange(X25519PublicKey.from_public_bytes(sender))
    cipher = _cipher(shared, sender, private.public_key().public_bytes_raw())
    return cipher.decrypt(NONCE, content[KEY:], None).decode()


def _private(link: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_derived(link.encode(), b"seal of a certificate"))


def _cipher(shared: bytes, sender: bytes, receiver: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(shared, b"certificate" + sender + receiver))


def _derived(secret: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY, salt=None, info=info).derive(secret)
