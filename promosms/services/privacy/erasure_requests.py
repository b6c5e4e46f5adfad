"""Erasure requests: the progress and the certificate of an erasure, shown by a secret link."""

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Erasure, now
from promosms.services.auth.sessions import digest
from promosms.services.privacy import certificate_seal, certificates

SHOWN = Erasure.retention.limit


def new_link() -> str:
    """The secret of a link that shows an erasure without signing in: 192 bits."""
    return secrets.token_urlsafe(24)


def begin(session: Session, account: str, link: str, total: int) -> None:
    """Create the row of an erasure; without a link nobody can see it."""
    earlier = session.scalar(select(Erasure).where(Erasure.account == account))
    if earlier is not None:  # erased before, then restored from an old backup
        session.delete(earlier)
        session.flush()
    secret = link or new_link()
    key = certificate_seal.public_key(secret)
    session.add(Erasure(account=account, link_hash=digest(secret), seal_key=key, total=total))
    session.flush()


def ensure(account: str) -> None:
    """Create the row if it is missing: the counts need it."""
    with transaction() as session:
        if session.scalar(select(Erasure.id).where(Erasure.account == account)) is None:
            begin(session, account, "", 0)


def keep(session: Session, account: str, kept: Sequence[tuple[str, date, int]]) -> None:
    """Store what the law requires to keep, before its link to the account is cut."""
    if not kept:
        return
    of(account).kept = [
        {"kind": kind, "count": number, "until": until.isoformat()} for kind, until, number in kept
    ]


def finish(session: Session, account: str) -> None:
    """Everything is erased: sign the certificate and seal it; nothing else says whose it is."""
    row = of(account)
    row.finished_at = now()
    row.certificate = certificate_seal.seal(row.seal_key, certificates.issue(row))
    row.account, row.total, row.counts, row.kept = row.public_id, 0, {}, []
    session.flush()


def of(account: str) -> Erasure:
    """The erasure of an account that is still going on."""
    return db.session.scalars(select(Erasure).where(Erasure.account == account)).one()


def certificate(erasure: Erasure, link: str) -> str:
    """The certificate of a finished erasure, opened with its link; "" before."""
    if not erasure.certificate or not erasure.seal_key:
        return erasure.certificate
    return certificate_seal.unseal(link, erasure.certificate)


def by_link(link: str) -> Erasure | None:
    """The erasure of a link; None when there is none, or its week is over."""
    erasure = db.session.scalar(select(Erasure).where(Erasure.link_hash == digest(link)))
    if erasure is None or (erasure.finished_at and erasure.finished_at < now() - SHOWN):
        return None
    return erasure


def percent(erasure: Erasure) -> int:
    """The approximate progress in percent; 100 only when it is finished."""
    if erasure.finished_at:
        return 100
    deleted = sum(erasure.counts.get(name, 0) for name in ("recipients", "messages"))
    return min(95, 95 * deleted // max(erasure.total, 1))


def forget_old() -> int:
    """Delete what was shown for a week; returns the number of rows."""
    with transaction() as session:
        old = delete(Erasure).where(Erasure.finished_at < now() - SHOWN)
        return session.connection().execute(old).rowcount
