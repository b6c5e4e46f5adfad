"""Erasing again: after an older backup was restored, whoever has left leaves once more."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, AccountStatus, Recipient
from promosms.services.privacy import erase_recipient, erasure, erasure_journal
from promosms.services.privacy.erasure_journal import Kind

CHUNK = 500


class Again(NamedTuple):
    """How many accounts are shut again, how many persons are erased, how many have to wait."""

    accounts: int
    persons: int
    waiting: int


def begin() -> Again:
    """Shut the accounts and erase the persons of the journal that are there; safe to repeat.

    The accounts are erased by the workers, as always.
    """
    lines = erasure_journal.lines()
    accounts = 0
    for account_id in _accounts([line.name for line in lines if line.kind == Kind.ACCOUNT]):
        accounts += erasure.begin(account_id, "system")
    names = {line.name for line in lines if line.kind == Kind.RECIPIENT}
    persons = waiting = 0
    for recipient_id in list(_persons(names)) if names else ():
        recipient = db.session.get(Recipient, recipient_id)
        account = db.session.get(Account, recipient.account_id) if recipient else None
        if recipient is None or account is None:
            continue
        try:
            erase_recipient.erase(account, recipient, "system")
            persons += 1
        except erase_recipient.UnderWay:
            waiting += 1
    return Again(accounts, persons, waiting)


def _accounts(names: list[str]) -> Iterator[int]:
    for start in range(0, len(names), CHUNK):
        some = Account.public_id.in_(names[start : start + CHUNK])
        query = select(Account.id).where(some, Account.status != AccountStatus.DELETING)
        yield from list(db.session.scalars(query))


def _persons(names: Iterable[str]) -> Iterator[int]:
    """Everybody has to be looked at, because the journal has only hashes: seconds for a million."""
    wanted = set(names)
    query = (
        select(Recipient.id, Recipient.public_id, Account.public_id)
        .join(Account, Account.id == Recipient.account_id)
        .where(Account.status != AccountStatus.DELETING)
        .execution_options(yield_per=10_000)
    )
    for recipient_id, recipient, account in db.session.execute(query):
        if erasure_journal.recipient_name(account, recipient) in wanted:
            yield recipient_id
