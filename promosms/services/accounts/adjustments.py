"""Adjustments of a balance: small ones at once, large ones when a second admin agrees.

What one admin books for one account within a day counts together, so that a large sum cannot be
split into small ones. Money in 1/10,000; admins are named by their public ids.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.db.upsert import count
from promosms.extensions import db
from promosms.language import force_locale, money
from promosms.models import (
    Account,
    Adjustment,
    AdjustmentStatus,
    EntryKind,
    LedgerEntry,
    Role,
    User,
    now,
)
from promosms.services.accounts import accounts
from promosms.services.audit import log as audit_log
from promosms.services.ledger import ledger
from promosms.services.mail import emails as account_emails
from promosms.services.mail.outbox import queue_email
from promosms.settings import settings

PAGE = 50
TOGETHER = timedelta(hours=24)


class NotWaiting(Exception):
    """Somebody has decided already, or the account is gone."""


class NotYours(Exception):
    """Who has asked cannot agree; who has not asked cannot withdraw."""


@dataclass(frozen=True)
class Shown:
    """An adjustment and the account that it is for."""

    adjustment: Adjustment
    account: Account


def adjust(account_id: int, amount: int, reason: str, actor: str, reference: str) -> bool:
    """Correct a balance at once, or ask for a second admin; True if it is booked.

    Raises ledger.InsufficientBalance rather than go below zero, admin.AlreadyBooked for a
    reference that was used before.
    """
    try:
        with transaction() as session:
            account = _locked(session, account_id)
            if _used(session, reference):
                raise accounts.AlreadyBooked
            if account.balance + amount < 0:
                raise ledger.InsufficientBalance(-(account.balance + amount))
            if _lately(session, account_id, actor) + abs(amount) <= settings.adjustment_limit:
                accounts.adjust(account_id, amount, reason, actor, reference)
                return True
            _ask(session, account, amount, reason, actor, reference)
            return False
    except IntegrityError as error:
        raise accounts.AlreadyBooked from error


def agree(adjustment: Adjustment, actor: str) -> None:
    """Carry it out, as another admin than who has asked.

    Raises NotYours, NotWaiting, and ledger.InsufficientBalance: it waits on, then.
    """
    if adjustment.asked_by == actor:
        raise NotYours
    account_id, adjustment_id = adjustment.account_id, adjustment.id
    with transaction() as session:
        if session.get(Account, account_id, with_for_update=True) is None:
            raise NotWaiting
        decided = _decide(session, adjustment_id, AdjustmentStatus.DONE, actor)
        reference = f"adjust:{decided.reference}"
        ledger.adjust(account_id, decided.amount, reference, decided.reason, decided.asked_by)


def refuse(adjustment: Adjustment, actor: str) -> None:
    """Leave the balance as it is, as another admin; raises NotYours and NotWaiting."""
    if adjustment.asked_by == actor:
        raise NotYours
    with transaction() as session:
        _decide(session, adjustment.id, AdjustmentStatus.REFUSED, actor)


def withdraw(adjustment: Adjustment, actor: str) -> None:
    """Take the wish back, as who has asked; raises NotYours and NotWaiting."""
    if adjustment.asked_by != actor:
        raise NotYours
    with transaction() as session:
        _decide(session, adjustment.id, AdjustmentStatus.WITHDRAWN, actor)


def find(public_id: str) -> Adjustment | None:
    """An adjustment that needed or needs a second admin."""
    return db.session.scalar(select(Adjustment).where(Adjustment.public_id == public_id))


def waiting() -> int:
    """How many wait for a second admin."""
    query = select(func.count()).where(Adjustment.status == AdjustmentStatus.WAITING)
    return db.session.scalar(query) or 0


def asked() -> list[Shown]:
    """What waits for a second admin, the oldest first."""
    query = select(Adjustment, Account).join(Account, Account.id == Adjustment.account_id)
    query = query.where(Adjustment.status == AdjustmentStatus.WAITING).order_by(Adjustment.id)
    return [Shown(*row) for row in db.session.execute(query)]


def decided(before: int | None = None, limit: int = PAGE) -> list[Shown]:
    """What was agreed to, refused or withdrawn, from the newest on."""
    query = select(Adjustment, Account).join(Account, Account.id == Adjustment.account_id)
    query = query.where(Adjustment.status != AdjustmentStatus.WAITING)
    if before is not None:
        query = query.where(Adjustment.id < before)
    query = query.order_by(Adjustment.id.desc()).limit(limit)
    return [Shown(*row) for row in db.session.execute(query)]


def of_account(account: Account) -> list[Shown]:
    """What waits for a second admin on one account."""
    query = select(Adjustment).where(
        Adjustment.account_id == account.id, Adjustment.status == AdjustmentStatus.WAITING
    )
    return [Shown(found, account) for found in db.session.scalars(query.order_by(Adjustment.id))]


def alone() -> bool:
    """Is there nobody who could agree?"""
    query = select(func.count()).select_from(User).where(User.role == Role.ADMIN)
    return (db.session.scalar(query) or 0) < 2


def _locked(session: Session, account_id: int) -> Account:
    return session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def _used(session: Session, reference: str) -> bool:
    """The lock on the account makes the second of two clicks wait until it sees the first."""
    asked = select(Adjustment.id).where(Adjustment.reference == reference)
    booked = select(LedgerEntry.id).where(LedgerEntry.reference == f"adjust:{reference}")
    return any(session.scalar(query) is not None for query in (asked, booked))


def _lately(session: Session, account_id: int, actor: str) -> int:
    """What this admin has moved up and down for the account without anybody's agreement."""
    agreed = select("adjust:" + Adjustment.reference).where(Adjustment.account_id == account_id)
    query = select(func.coalesce(func.sum(func.abs(LedgerEntry.amount)), 0)).where(
        LedgerEntry.account_id == account_id,
        LedgerEntry.kind == EntryKind.ADJUSTMENT,
        LedgerEntry.actor == actor,
        LedgerEntry.created_at > now() - TOGETHER,
        LedgerEntry.reference.not_in(agreed),
    )
    return int(session.scalar(query) or 0)


def _ask(
    session: Session, account: Account, amount: int, reason: str, actor: str, reference: str
) -> None:
    session.add(
        Adjustment(
            account_id=account.id,
            amount=amount,
            reason=reason,
            asked_by=actor,
            reference=reference,
        )
    )
    session.flush()
    audit_log.record(actor, "adjustment.ask", account.public_id, _detail(amount, reason))
    others = select(User).where(User.role == Role.ADMIN, User.public_id != actor)
    for other in session.scalars(others.order_by(User.id)):
        with force_locale(other.language):
            subject, body = account_emails.adjustment_waits(money(amount), account.public_id)
        queue_email(other.email, subject, body)


def _decide(
    session: Session, adjustment_id: int, status: AdjustmentStatus, actor: str
) -> Adjustment:
    """Exactly one of several decisions wins: the row changes only as long as it waits."""
    change = (
        update(Adjustment)
        .where(Adjustment.id == adjustment_id, Adjustment.status == AdjustmentStatus.WAITING)
        .values(status=status, decided_by=actor, decided_at=now())
        .execution_options(synchronize_session=False)
    )
    if not count(session, change):
        raise NotWaiting
    found = session.get_one(Adjustment, adjustment_id, populate_existing=True)
    subject = session.get_one(Account, found.account_id).public_id
    audit_log.record(
        actor, f"adjustment.{ACTS[status]}", subject, _detail(found.amount, found.reason)
    )
    return found


ACTS = {
    AdjustmentStatus.DONE: "agree",
    AdjustmentStatus.REFUSED: "refuse",
    AdjustmentStatus.WITHDRAWN: "withdraw",
}


def _detail(amount: int, reason: str) -> str:
    return f"{'+' if amount > 0 else ''}{money(amount)}: {reason}"
