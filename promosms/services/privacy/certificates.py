"""Certificates of erasure: what has gone and what the law keeps, signed by the installation.

The signature is Ed25519 (RFC 8032) over the canonical JSON of the certificate: keys sorted, no
spaces, UTF-8. The key is derived from the secret key of the installation (HKDF, RFC 5869), so that
every machine of it has the same one. A certificate names nobody: figures, times and random ids.
"""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from promosms.models import Erasure
from promosms.settings import settings

VERSION = 1
LARGEST = 100_000  # bytes of a file that somebody shows us
BASIS = "Tax law: GDPR art. 6(1)(c) and 17(3)(b); VAT Directive 2006/112/EC art. 244-247."


class NotOurs(Exception):
    """The file is no certificate of this installation, or somebody has changed it."""


def public_key() -> str:
    """The key that certificates are checked with, as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _key().public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def issue(erasure: Erasure) -> str:
    """The signed certificate of an erasure that is finished: JSON, readable by people."""
    assert erasure.finished_at is not None
    said = {
        "kind": "certificate of erasure",
        "version": VERSION,
        "id": erasure.public_id,
        "installation": settings.public_url,
        "operator": settings.operator_name,
        "account": erasure.account,
        "asked_at": erasure.asked_at.isoformat(timespec="seconds"),
        "finished_at": erasure.finished_at.isoformat(timespec="seconds"),
        "erased": {name: number for name, number in sorted(erasure.counts.items()) if number},
        "kept": [{**each, "basis": BASIS} for each in erasure.kept],
    }
    signature = base64.b64encode(_key().sign(_canonical(said))).decode()
    whole = {"certificate": said, "signature": signature, "key": public_key()}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def read(content: bytes) -> dict[str, Any]:
    """What a certificate says, if this installation has signed it; raises NotOurs."""
    try:
        whole = json.loads(content[: LARGEST + 1])
        said, signature = whole["certificate"], base64.b64decode(whole["signature"], validate=True)
        _public().verify(signature, _canonical(said))
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature) as error:
        raise NotOurs from error
    return dict(said)


def _canonical(said: Any) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key() -> Ed25519PrivateKey:
    secret = settings.secret_key.encode()
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"certificates of erasure")
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secret))


def _public() -> Ed25519PublicKey:
    return _key().public_key()
