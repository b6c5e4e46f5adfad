"""Reapplying erasures: after a restore of an older backup, erase again what the journal lists."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, AccountStatus, Recipient
from promosms.services.privacy import erase_recipient, erasure, erasure_journal
from promosms.services.privacy.erasure_journal import Kind

CHUNK = 500


class Reapplied(NamedTuple):
    """How many accounts were closed, how many recipients were erased, how many have to wait."""

    accounts: int
    recipients: int
    waiting: int


def begin() -> Reapplied:
    """Close the accounts and erase the recipients that the journal lists; safe to repeat.

    The workers erase the closed accounts, as usual.
    """
    rows = erasure_journal.rows()
    accounts = 0
    for account_id in _accounts([row.name for row in rows if row.kind == Kind.ACCOUNT]):
        accounts += erasure.begin(account_id, "system")
    names = {row.name for row in rows if row.kind == Kind.RECIPIENT}
    erased = waiting = 0
    for recipient_id in list(_recipients(names)) if names else ():
        recipient = db.session.get(Recipient, recipient_id)
        account = db.session.get(Account, recipient.account_id) if recipient else None
        if recipient is None or account is None:
            continue
        try:
            erase_recipient.erase(account, recipient, "system")
            erased += 1
        except erase_recipient.StillActive:
            waiting += 1
    return Reapplied(accounts, erased, waiting)


def _accounts(names: list[str]) -> Iterator[int]:
    for start in range(0, len(names), CHUNK):
        chunk = Account.public_id.in_(names[start : start + CHUNK])
        query = select(Account.id).where(chunk, Account.status != AccountStatus.DELETING)
        yield from list(db.session.scalars(query))


def _recipients(names: set[str]) -> Iterator[int]:
    """Check every recipient, because the journal has hashes only: seconds for a million."""
    query = (
        select(Recipient.id, Recipient.public_id, Account.public_id)
        .join(Account, Account.id == Recipient.account_id)
        .where(Account.status != AccountStatus.DELETING)
        .execution_options(yield_per=10_000)
    )
    for recipient_id, recipient, account in db.session.execute(query):
        if erasure_journal.recipient_name(account, recipient) in names:
            yield recipient_id
