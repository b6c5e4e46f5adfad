"""Erasure: deletes an account with every row and file that holds data of it."""

import time
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.orm import Session as Transaction

from promosms.db import overwrite_files, row_security
from promosms.db.transactions import transaction, writing
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Import,
    ImportStatus,
    Message,
    MessageStatus,
    Model,
    Recipient,
    RecipientList,
    Suppression,
    TopUp,
    TopUpStatus,
    User,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.gateways import simulated_phone
from promosms.services.imports import imports
from promosms.services.inbox import gateway_inbox, unmatched
from promosms.services.invoices import invoices
from promosms.services.payments import saved_cards
from promosms.services.privacy import (
    departed,
    erase_rows,
    erasure_journal,
    erasure_requests,
    legal_records,
)
from promosms.services.privacy import export as account_export
from promosms.services.privacy.account_scope import rows_of, tables
from promosms.services.sending import cursors
from promosms.services.sending import opt_outs as suppressions
from promosms.services.workbooks import workbooks

SUBMISSION = timedelta(seconds=30)  # the longest that a living worker takes to submit a text
SECONDS = 20.0
PATIENCE = 2.0
ACTION = "account.leave"
FINISHED = "erasure.finish"
"""Its subject is the id of the certificate: the account is not named any more."""
# Tables whose rows stay, with less in them.
UPDATED = (
    *("accounts", "audit_entries", "invoices", "invoice_documents", "payments"),
    *("emails", "nightly_jobs"),
)
INBOX_BATCHES = 200
COUNTERS = [f"n_{status}" for status in MessageStatus]
ENDED = (
    ImportStatus.FINISHED,
    ImportStatus.CANCELLED,
    ImportStatus.FAILED,
    ImportStatus.UNDONE,
)


class Unfinished(Exception):
    """Another process still uses the data; the erasure has to be run again."""


@dataclass(frozen=True)
class Losses:
    """The numbers of rows that an owner loses, and of invoices that stay until a day."""

    recipients: int
    lists: int
    suppressions: int
    campaigns: int
    users: int
    running: int
    invoices: int
    invoices_until: date | None


def losses(account_id: int) -> Losses:
    """Count what is deleted with the account."""

    def number(model: type[Model], *more: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(model).filter_by(account_id=account_id)
        return db.session.scalar(query.where(*more)) or 0

    kept, until = invoices.kept(account_id)
    return Losses(
        recipients=number(Recipient),
        lists=number(RecipientList),
        suppressions=number(Suppression),
        campaigns=number(Campaign),
        users=number(User),
        running=number(Campaign, Campaign.status.in_(CampaignStatus.OPEN)),
        invoices=kept,
        invoices_until=until,
    )


def begin(account_id: int, actor: str, link: str = "") -> bool:
    """Close the account at once: sessions end and no work starts; False if it was closed before.

    When this returns, no more texts are submitted for it. It waits up to two seconds for texts that
    a worker is submitting (a gateway that does not answer must not block the page), but not inside
    a running transaction. `link` is the secret by which the owner follows the erasure.
    """
    nested = writing()
    total = _total(account_id)
    with transaction() as session:
        # A claim of its texts has committed, or sees that it is closed.
        suppressions.lock(session, account_id)
        _stop(session, account_id)
        account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
        if account is None or account.status == AccountStatus.DELETING:
            return False
        account.status = AccountStatus.DELETING
        session.flush()
        with row_security.bypass("links, e-mails and erasures need not belong to an account"):
            for name in ("sessions", "email_links", "emails"):
                table = Account.metadata.tables[name]
                session.execute(delete(table).where(rows_of(table, account_id)))
            departed.forget(session, account)
            erasure_requests.begin(session, account.public_id, link, total)
        saved_cards.forget(account_id)
        audit_log.record(actor, ACTION, account.public_id)
    if not nested:
        _wait_for_submissions(account_id, PATIENCE)
    return True


def stale_erasures() -> list[int]:
    """Accounts that are still to be erased."""
    query = select(Account.id).where(Account.status == AccountStatus.DELETING)
    return list(db.session.scalars(query.order_by(Account.id)))


def erase(account_id: int, seconds: float = SECONDS) -> bool:
    """Erase a closed account for some seconds; True if there is more to erase.

    Can be killed and run again at any point. The account's own row goes last, when it is empty: as
    long as it exists the erasure is not complete. Raises Unfinished when another process has to
    finish first.
    """
    deadline = time.monotonic() + seconds
    db.session.rollback()
    account = db.session.get(Account, account_id)
    if account is None or account.status != AccountStatus.DELETING:
        return False
    public_id = account.public_id
    with transaction() as session:
        departed.forget(session, account)
    erasure_journal.note(erasure_journal.Kind.ACCOUNT, [public_id])
    erasure_requests.ensure(public_id)
    _require_no_submissions(account_id, public_id)
    _apply_inbox()
    unmatched.forget_account(account_id)
    imports.forget_files(account_id)
    account_export.forget_file(account_id)
    workbooks.forget(account_id)
    db.session.rollback()
    if not simulated_phone.forget_account(account_id):
        raise Unfinished("the simulator's file is in use")
    if not erase_rows.delete_rows(account_id, public_id, deadline):
        return True
    _empty(account_id, public_id)
    if not overwrite_files.overwrite([*(table.name for table in tables()), *UPDATED]):
        raise Unfinished("the database's files are in use")
    overwrite_files.overwrite_redis()
    with transaction() as session:
        departed.forget(session, session.get_one(Account, account_id))
        session.execute(delete(Account).where(Account.id == account_id))
        audit_log.record("system", FINISHED, erasure_requests.of(public_id).public_id)
        erasure_requests.finish(session, public_id)
    db.session.remove()
    return False


def _total(account_id: int) -> int:
    """About how many rows there are to delete: recipients, and the messages of campaigns."""
    counters = sum((Campaign.__table__.c[name] for name in COUNTERS), literal(0))
    sums = select(func.sum(counters)).where(Campaign.account_id == account_id)
    recipients = (
        select(func.count()).select_from(Recipient).where(Recipient.account_id == account_id)
    )
    return int(db.session.scalar(sums) or 0) + int(db.session.scalar(recipients) or 0)


def _stop(session: Transaction, account_id: int) -> None:
    """End campaigns, imports, single texts and orders that are still active."""
    session.execute(
        update(Campaign)
        .where(Campaign.account_id == account_id, Campaign.status.in_(CampaignStatus.OPEN))
        .values(status=CampaignStatus.CANCELLED, finished_at=now())
    )
    session.execute(
        update(Import)
        .where(Import.account_id == account_id, Import.status.not_in(ENDED))
        .values(status=ImportStatus.CANCELLED)
    )
    session.execute(
        update(Message)
        .where(
            Message.account_id == account_id,
            Message.campaign_id.is_(None),
            Message.status == MessageStatus.QUEUED,
        )
        .values(
            status=MessageStatus.CANCELLED,
            attention_status=MessageStatus.CANCELLED,
            final_at=now(),
            encrypted_text=None,
        )
    )
    session.execute(
        update(TopUp)
        .where(TopUp.account_id == account_id, TopUp.status == TopUpStatus.OPEN)
        .values(status=TopUpStatus.CANCELLED)
    )


def _wait_for_submissions(account_id: int, seconds: float) -> bool:
    """Wait for texts that a worker is submitting; False if some are not finished in time."""
    query = select(Message.id).where(
        Message.account_id == account_id,
        Message.submitted_at.is_not(None),
        Message.lease_until > now(),
    )
    end = time.monotonic() + seconds
    while any(
        db.session.scalar(query.where(condition).limit(1)) is not None
        for condition in cursors.sending(Campaign.account_id == account_id)
    ):
        db.session.rollback()
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    db.session.rollback()
    return True


def _require_no_submissions(account_id: int, public_id: str) -> None:
    if now() - erasure_requests.of(public_id).asked_at > SUBMISSION:
        return  # the worker is dead, or its connection hangs
    if not _wait_for_submissions(account_id, SECONDS / 2):
        raise Unfinished("texts are being submitted")


def _apply_inbox() -> None:
    """Assign replies in the gateway inbox while the messages still exist."""
    for _ in range(INBOX_BATCHES):
        if not gateway_inbox.apply_batch():
            return


def _empty(account_id: int, public_id: str) -> None:
    """Empty the account's row, and cut the links from invoices and payments to it."""
    with transaction() as session:
        erasure_requests.keep(session, public_id, invoices.kept_until(account_id))
        legal_records.unlink(session, account_id)
        session.execute(
            update(Account)
            .where(Account.id == account_id)
            .values(field_labels={}, field_types={}, recipient_columns=None)
            .values(shop_name="", suspended_reason="", balance=0, held=0)
        )
    db.session.remove()
