"""Certificates of erasure: what was erased and what the law keeps, signed by the installation.

The signature is Ed25519 (RFC 8032) over the canonical JSON of the certificate: keys sorted, no
spaces, UTF-8. The key is derived from the secret key of the installation (HKDF, RFC 5869), so
all its machines have the same one. A certificate contains figures, times and random ids only.
"""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from promosms.models import Erasure
from promosms.settings import settings

VERSION = 1
LARGEST = 100_000  # bytes of an uploaded file
BASIS = "Tax law: GDPR art. 6(1)(c) and 17(3)(b); VAT Directive 2006/112/EC art. 244-247."


class NotOurs(Exception):
    """The file is not a certificate of this installation, or it was changed."""


def public_key() -> str:
    """The public key of certificates, as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _key().public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def issue(erasure: Erasure) -> str:
    """The signed certificate of a finished erasure, as indented JSON."""
    assert erasure.finished_at is not None
    content = {
        "kind": "certificate of erasure",
        "version": VERSION,
        "id": erasure.public_id,
        "installation": settings.public_url,
        "operator": settings.operator_name,
        "account": erasure.account,
        "asked_at": erasure.asked_at.isoformat(timespec="seconds"),
        "finished_at": erasure.finished_at.isoformat(timespec="seconds"),
        "erased": {name: number for name, number in sorted(erasure.counts.items()) if number},
        "kept": [{**documents, "basis": BASIS} for documents in erasure.kept],
    }
    signature = base64.b64encode(_key().sign(_canonical(content))).decode()
    document = {"certificate": content, "signature": signature, "key": public_key()}
    return json.dumps(document, indent=2, ensure_ascii=False)


def read(file: bytes) -> dict[str, Any]:
    """The content of a certificate, if this installation has signed it; raises NotOurs."""
    try:
        document = json.loads(file[: LARGEST + 1])
        content, signature = (
            document["certificate"],
            base64.b64decode(document["signature"], validate=True),
        )
        _key().public_key().verify(signature, _canonical(content))
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature) as error:
        raise NotOurs from error
    return dict(content)


def _canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key() -> Ed25519PrivateKey:
    secret = settings.secret_key.encode()
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"certificates of erasure")
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secret))
