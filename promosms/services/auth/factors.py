"""Factors: the number and the second step of a user, kept as they were before a change."""

import base64
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from promosms.extensions import db
from promosms.lib import encryption
from promosms.models import EmailLink, EmailLinkKind, RecoveryCode, User

PURPOSE = "factors"


def snapshot(user: User) -> bytes:
    """The factors of today, encrypted: the secret of the app and the hashes of the codes."""
    codes = select(RecoveryCode.mark, RecoveryCode.code_hash).where(RecoveryCode.user_id == user.id)
    secret, on_at = user.totp_encrypted, user.totp_on_at
    kept = {
        "phone": user.phone,
        "totp": base64.b64encode(secret).decode() if secret else None,
        "counter": user.totp_counter,
        "on_at": on_at.isoformat() if on_at else None,
        "codes": [list(row) for row in db.session.execute(codes.order_by(RecoveryCode.id))],
    }
    return _encrypted(kept)


def phone_of(link: EmailLink) -> str:
    """The number that the link gives back; empty if it keeps none."""
    kept = _kept(link)
    return str(kept["phone"]) if kept else ""


def restore(user: User, link: EmailLink) -> None:
    """Give the user the factors of the link; other ones become void.

    A link from before there were snapshots, or from before the key of the installation was lost,
    leaves them as they are.
    """
    user.totp_off_at = None
    kept = _kept(link)
    if kept is None:
        return
    secret = base64.b64decode(kept["totp"]) if kept["totp"] else None
    # A code that was used with the same secret since then stays used.
    used = user.totp_counter if secret == user.totp_encrypted else None
    user.phone, user.totp_encrypted = kept["phone"], secret
    user.totp_counter = max((n for n in (kept["counter"], used) if n is not None), default=None)
    user.totp_on_at = datetime.fromisoformat(kept["on_at"]) if kept["on_at"] else None
    of_user = RecoveryCode.user_id == user.id
    for row in db.session.scalars(select(RecoveryCode).where(of_user)):
        db.session.delete(row)
    db.session.add_all(
        RecoveryCode(user_id=user.id, mark=mark, code_hash=code_hash)
        for mark, code_hash in kept["codes"]
    )


def forget_code(user_id: int, code_hash: str) -> None:
    """A recovery code was used: no snapshot of its user brings it back."""
    links = select(EmailLink).where(
        EmailLink.user_id == user_id, EmailLink.kind == EmailLinkKind.UNDO
    )
    for link in db.session.scalars(links.order_by(EmailLink.id).with_for_update()):
        if kept := _kept(link):
            kept["codes"] = [row for row in kept["codes"] if row[1] != code_hash]
            link.factors_encrypted = _encrypted(kept)


def _kept(link: EmailLink) -> dict[str, Any] | None:
    stored = link.factors_encrypted
    text = encryption.decrypt(PURPOSE, stored) if stored else None
    kept: dict[str, Any] | None = json.loads(text) if text else None
    return kept


def _encrypted(kept: dict[str, Any]) -> bytes:
    return encryption.encrypt(PURPOSE, json.dumps(kept))
