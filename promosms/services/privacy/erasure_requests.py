"""Erasures: how far one is, and its certificate, for whoever has the link."""

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Erasure, now
from promosms.services.auth.sessions import digest
from promosms.services.privacy import certificates

SHOWN = Erasure.retention.limit


def new_link() -> str:
    """The secret end of a link that shows an erasure without signing in: 192 bits."""
    return secrets.token_urlsafe(24)


def begin(session: Session, account: str, link: str, total: int) -> None:
    """Open the row of an erasure; without a link nobody can see it."""
    known = session.scalar(select(Erasure).where(Erasure.account == account))
    if known is not None:  # it had been erased, and an old backup brought it back
        session.delete(known)
        session.flush()
    secret = digest(link or new_link())
    session.add(Erasure(account=account, link_hash=secret, total=total))
    session.flush()


def ensure(account: str) -> None:
    """Make sure that there is a row to count in."""
    with transaction() as session:
        if session.scalar(select(Erasure.id).where(Erasure.account == account)) is None:
            begin(session, account, "", 0)


def keep(session: Session, account: str, kept: Sequence[tuple[str, date, int]]) -> None:
    """Write down what the law keeps, before the link from it to the account is cut."""
    if not kept:
        return
    row = session.scalars(select(Erasure).where(Erasure.account == account)).one()
    row.kept = [
        {"kind": kind, "count": number, "until": until.isoformat()} for kind, until, number in kept
    ]


def finish(session: Session, account: str) -> None:
    """Everything is gone: sign the certificate."""
    row = session.scalars(select(Erasure).where(Erasure.account == account)).one()
    row.finished_at = now()
    row.certificate = certificates.issue(row)


def by_link(link: str) -> Erasure | None:
    """The erasure that a link shows; None when there is none, or its week is over."""
    found = db.session.scalar(select(Erasure).where(Erasure.link_hash == digest(link)))
    if found is None or (found.finished_at and found.finished_at < now() - SHOWN):
        return None
    return found


def percent(erasure: Erasure) -> int:
    """About how much of it is done; 100 only when it is."""
    if erasure.finished_at:
        return 100
    gone = sum(erasure.counts.get(name, 0) for name in ("recipients", "messages"))
    return min(95, 95 * gone // max(erasure.total, 1))


def forget_old() -> int:
    """Delete what was shown for a week; how many those were."""
    with transaction() as session:
        old = delete(Erasure).where(Erasure.finished_at < now() - SHOWN)
        return session.connection().execute(old).rowcount
