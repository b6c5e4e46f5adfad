"""What admins do with unmatched opt-outs: assign them to accounts and numbers, or dismiss them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.db.upsert import count
from promosms.extensions import db
from promosms.models import Account, AccountStatus, UnmatchedOptOut, UnmatchedStatus, now
from promosms.services.audit import log as audit_log
from promosms.services.inbox import gateway_inbox, inbound, last_digits, unmatched
from promosms.services.inbox.concatenation import Reply
from promosms.services.installation import defaults

ASSIGN, DISMISS = "opt_out.assign", "opt_out.dismiss"
Pair = tuple[int, str]
"""Account and number in E.164."""


class NotWaiting(Exception):
    """An admin has settled it already."""


class NoAccount(Exception):
    """There is no such account, or none has texted the number."""


class WrongNumber(Exception):
    """The number does not end like the address that the reply came from."""


def assign_candidates(row: UnmatchedOptOut, keys: Collection[str], actor: str) -> int:
    """Assign it to some of its candidates; returns how many. Raises NotWaiting, NoAccount."""
    _require_waiting(row)
    chosen = [
        (candidate.account_id, candidate.phone)
        for candidate in unmatched.candidates(row)
        if candidate.key in keys
    ]
    _assign(row, chosen, actor)
    return len(chosen)


def assign(row: UnmatchedOptOut, number: str, account: str, actor: str) -> int:
    """Assign it to a number (E.164) and an account (public id); returns to how many accounts.

    Without a number it is that of the reply, if that is clear. Without an account it counts for
    those that a STOP from this number counts for. Raises NotWaiting, NoAccount, WrongNumber.
    """
    _require_waiting(row)
    reply = unmatched.reply_of(row)
    number = number or unmatched.number_of(reply)
    if not number or not _may_be(reply, number):
        raise WrongNumber
    reply = replace(reply, phone=number, address="")
    with transaction() as session:
        accounts = _accounts(session, reply, account)
    _assign(row, [(account_id, number) for account_id in accounts], actor)
    return len(accounts)


def dismiss(row: UnmatchedOptOut, reason: str, actor: str) -> None:
    """Settle it without an effect. Raises NotWaiting."""
    with transaction() as session:
        _settle(session, row.id, UnmatchedStatus.DISMISSED, actor, reason=reason)
        audit_log.record(actor, DISMISS, row.public_id, reason)


def _require_waiting(row: UnmatchedOptOut) -> None:
    """What is settled has neither number nor candidates. Raises NotWaiting."""
    if row.status != UnmatchedStatus.WAITING:
        raise NotWaiting


def _may_be(reply: Reply, number: str) -> bool:
    """May the reply have come from this number? A short code or a name says nothing about it."""
    if not reply.address:
        return number == (unmatched.number_of(reply) or number)
    return not last_digits.is_number(reply.address) or last_digits.fits(reply.address, number)


def _accounts(session: Session, reply: Reply, account: str) -> Sequence[int]:
    if not account:
        return inbound.accounts_of(session, reply)[1]
    query = select(Account.id).where(
        Account.public_id == account,
        Account.public_id != defaults.OPERATOR,
        Account.status != AccountStatus.DELETING,
    )
    return session.scalars(query).all()


def _assign(row: UnmatchedOptOut, pairs: Sequence[Pair], actor: str) -> None:
    """Hand the reply over to the accounts, as if it had come from the number, and apply it."""
    if not pairs:
        raise NoAccount
    reply, public_id, row_id = unmatched.reply_of(row), row.public_id, row.id
    accounts = {account_id for account_id, _ in pairs}
    only = next(iter(accounts)) if len(accounts) == 1 else None
    with transaction() as session:
        _settle(session, row_id, UnmatchedStatus.ASSIGNED, actor, account_id=only)
        for account_id, phone in pairs:
            inbound.copy_for_accounts(session, replace(reply, phone=phone), [account_id])
            subject = session.get_one(Account, account_id).public_id
            audit_log.record(actor, ASSIGN, subject, public_id)
    gateway_inbox.apply_of(accounts)
    db.session.rollback()


def _settle(
    session: Session,
    row_id: int,
    status: UnmatchedStatus,
    actor: str,
    *,
    reason: str = "",
    account_id: int | None = None,
) -> None:
    """Of two clicks one wins: the row changes only while it waits. Number and text are deleted."""
    change = (
        update_rows(UnmatchedOptOut)
        .where(UnmatchedOptOut.id == row_id, UnmatchedOptOut.status == UnmatchedStatus.WAITING)
        .values(
            status=status,
            encrypted_reply=None,
            address_hash="",
            account_id=account_id,
            reason=reason,
            decided_by=actor,
            decided_at=now(),
        )
    )
    if not count(session, change):
        raise NotWaiting
