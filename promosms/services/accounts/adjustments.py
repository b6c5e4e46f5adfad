"""Adjustments of a balance: small ones at once, large ones when a second admin agrees.

What one admin books for one account within a day counts together, so a large sum cannot be split
into small ones. Money is in 1/10,000; admins are identified by their public ids.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.db.upsert import count
from promosms.extensions import db
from promosms.language import money
from promosms.lib.pages import Page, page_of, select_page
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
from promosms.services.mail.notify import tell_admins
from promosms.settings import settings

PAGE = 50
PERIOD = timedelta(hours=24)


class NotWaiting(Exception):
    """Somebody has decided already, or the account is gone."""


class NotYours(Exception):
    """The requesting admin cannot decide, and nobody else can withdraw."""


@dataclass(frozen=True)
class AccountAdjustment:
    """An adjustment and its account."""

    adjustment: Adjustment
    account: Account


def adjust(account_id: int, amount: int, reason: str, actor: str, reference: str) -> bool:
    """Correct a balance at once, or ask for a second admin; True if it is booked.

    Raises ledger.InsufficientBalance if the balance would go below zero, accounts.AlreadyBooked
    for a reference that was used before.
    """
    try:
        with transaction() as session:
            account = _locked(session, account_id)
            if _is_used(session, reference):
                raise accounts.AlreadyBooked
            if account.balance + amount < 0:
                raise ledger.InsufficientBalance(-(account.balance + amount))
            if _recent_sum(session, account_id, actor) + abs(amount) <= settings.adjustment_limit:
                accounts.adjust(account_id, amount, reason, actor, reference)
                return True
            _ask(session, account, amount, reason, actor, reference)
            return False
    except IntegrityError as error:
        raise accounts.AlreadyBooked from error


def agree(adjustment: Adjustment, actor: str) -> None:
    """Book it, as another admin than the requesting one.

    Raises NotYours, NotWaiting, and ledger.InsufficientBalance: then it keeps waiting.
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
    """Refuse it, as another admin; raises NotYours and NotWaiting."""
    if adjustment.asked_by == actor:
        raise NotYours
    with transaction() as session:
        _decide(session, adjustment.id, AdjustmentStatus.REFUSED, actor)


def withdraw(adjustment: Adjustment, actor: str) -> None:
    """Withdraw it, as the requesting admin; raises NotYours and NotWaiting."""
    if adjustment.asked_by != actor:
        raise NotYours
    with transaction() as session:
        _decide(session, adjustment.id, AdjustmentStatus.WITHDRAWN, actor)


def withdraw_all(session: Session, asked_by: str, actor: str) -> None:
    """Withdraw what an admin who leaves has asked for: nobody answers for it any more.

    So nobody agrees to an own request either, as an admin who was invited again.
    """
    query = select(Adjustment.id).where(
        Adjustment.asked_by == asked_by, Adjustment.status == AdjustmentStatus.WAITING
    )
    for adjustment_id in session.scalars(query.order_by(Adjustment.id)).all():
        with suppress(NotWaiting):
            _decide(session, adjustment_id, AdjustmentStatus.WITHDRAWN, actor)


def find(public_id: str) -> Adjustment | None:
    """An adjustment that needs or needed a second admin."""
    return db.session.scalar(select(Adjustment).where(Adjustment.public_id == public_id))


def waiting() -> int:
    """How many wait for a second admin."""
    query = select(func.count()).where(Adjustment.status == AdjustmentStatus.WAITING)
    return db.session.scalar(query) or 0


def asked() -> list[AccountAdjustment]:
    """What waits for a second admin, the oldest first."""
    query = select(Adjustment, Account).join(Account, Account.id == Adjustment.account_id)
    query = query.where(Adjustment.status == AdjustmentStatus.WAITING).order_by(Adjustment.id)
    return [AccountAdjustment(*row) for row in db.session.execute(query)]


def decided(before: int | None = None) -> Page[AccountAdjustment]:
    """A page of what was agreed to, refused or withdrawn, the newest first."""
    query = select(Adjustment, Account).join(Account, Account.id == Adjustment.account_id)
    query = query.where(Adjustment.status != AdjustmentStatus.WAITING)
    rows = db.session.execute(select_page(query, Adjustment.id, before, PAGE))
    return page_of((AccountAdjustment(*row) for row in rows), PAGE, lambda row: row.adjustment.id)


def of_account(account: Account) -> list[AccountAdjustment]:
    """What waits for a second admin on one account."""
    query = select(Adjustment).where(
        Adjustment.account_id == account.id, Adjustment.status == AdjustmentStatus.WAITING
    )
    return [
        AccountAdjustment(row, account) for row in db.session.scalars(query.order_by(Adjustment.id))
    ]


def only_one_admin() -> bool:
    """Is there no second admin who could agree?"""
    query = select(func.count()).select_from(User).where(User.role == Role.ADMIN)
    return (db.session.scalar(query) or 0) < 2


def _locked(session: Session, account_id: int) -> Account:
    return session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def _is_used(session: Session, reference: str) -> bool:
    """The caller has locked the account, so the second of two clicks sees the first."""
    duplicates = select(Adjustment.id).where(Adjustment.reference == reference)
    booked = select(LedgerEntry.id).where(LedgerEntry.reference == f"adjust:{reference}")
    return any(session.scalar(query) is not None for query in (duplicates, booked))


def _recent_sum(session: Session, account_id: int, actor: str) -> int:
    """The sum that this admin has recently booked for the account without a second admin."""
    agreed = select("adjust:" + Adjustment.reference).where(Adjustment.account_id == account_id)
    query = select(func.coalesce(func.sum(func.abs(LedgerEntry.amount)), 0)).where(
        LedgerEntry.account_id == account_id,
        LedgerEntry.kind == EntryKind.ADJUSTMENT,
        LedgerEntry.actor == actor,
        LedgerEntry.created_at > now() - PERIOD,
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
    audit_log.record(
        actor, "adjustment.ask", account.public_id, accounts.adjustment_detail(amount, reason)
    )
    tell_admins(
        lambda: account_emails.adjustment_waits(money(amount), account.public_id),
        except_for=actor,
    )


def _decide(
    session: Session, adjustment_id: int, status: AdjustmentStatus, actor: str
) -> Adjustment:
    """Of several decisions at once exactly one wins: the row changes only while it waits."""
    change = (
        update_rows(Adjustment)
        .where(Adjustment.id == adjustment_id, Adjustment.status == AdjustmentStatus.WAITING)
        .values(status=status, decided_by=actor, decided_at=now())
    )
    if not count(session, change):
        raise NotWaiting
    row = session.get_one(Adjustment, adjustment_id, populate_existing=True)
    subject = session.get_one(Account, row.account_id).public_id
    audit_log.record(
        actor,
        f"adjustment.{ACTIONS[status]}",
        subject,
        accounts.adjustment_detail(row.amount, row.reason),
    )
    return row


ACTIONS = {
    AdjustmentStatus.DONE: "agree",
    AdjustmentStatus.REFUSED: "refuse",
    AdjustmentStatus.WITHDRAWN: "withdraw",
}
