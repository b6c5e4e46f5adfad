"""Reapplying erasures: after a restore of an older backup, erase again what the journal lists."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    BadRow,
    Guest,
    InboundMessage,
    Message,
    Recipient,
    Suppression,
)
from promosms.services.privacy import erase_recipient, erasure, erasure_journal
from promosms.services.privacy.erasure_journal import JournalRow, Kind
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone

CHUNK = 500
ROWS = 10_000
SHORTEST_NUMBER = 7
NOT_LEAVING = Account.status != AccountStatus.DELETING
Times = Mapping[str, datetime]
"""Until when what was stored is erased, by its name in the journal."""


class Reapplied(NamedTuple):
    """How many accounts were closed, how many people were erased, how many have to wait."""

    accounts: int
    recipients: int
    waiting: int


class _Person(NamedTuple):
    """Who is erased again: a number of an account, or a `recipient` who was deleted before."""

    account_id: int
    before: datetime
    number: str = ""
    recipient: str = ""


def begin() -> Reapplied:
    """Close the accounts and erase the people that the journal lists; safe to repeat.

    The workers erase the closed accounts, as usual.
    """
    rows = erasure_journal.rows()
    accounts = 0
    for account_id in _accounts([row.name for row in rows if row.kind == Kind.ACCOUNT]):
        accounts += erasure.begin(account_id, "system")
    recipients, numbers = _times(rows, Kind.RECIPIENT), _times(rows, Kind.NUMBER)
    results: list[bool | None] = []
    if recipients or numbers:
        finders: tuple[Callable[[Times, Times], Iterator[_Person]], ...]
        finders = (_recipients, _texts_and_replies, _guests_opt_outs_and_refused_rows)
        for find in finders:
            # Read to the end first: the erasure changes what is read.
            results += [_erase(person) for person in dict.fromkeys(find(recipients, numbers))]
    return Reapplied(accounts, results.count(True), results.count(None))


def _erase(person: _Person) -> bool | None:
    """Erase the person again; False if nothing was left, None if it has to wait."""
    account = db.session.get_one(Account, person.account_id)
    try:
        if person.recipient:
            return erase_recipient.erase_deleted_again(account, person.recipient)
        return erase_recipient.erase_again(account, person.number, person.before)
    except erase_recipient.StillActive:
        return None


def _accounts(names: list[str]) -> Iterator[int]:
    for start in range(0, len(names), CHUNK):
        chunk = Account.public_id.in_(names[start : start + CHUNK])
        query = select(Account.id).where(chunk, Account.status != AccountStatus.DELETING)
        yield from list(db.session.scalars(query))


def _times(rows: Iterable[JournalRow], kind: Kind) -> Times:
    """When the names of a kind were erased the last time."""
    return {row.name: row.at for row in sorted(rows) if row.kind == kind}


# Every row is read, because the journal has hashes only: seconds for a million.


def _recipients(recipients: Times, numbers: Times) -> Iterator[_Person]:
    for account_id, account, number, public_id in _read(Recipient, Recipient.public_id):
        before = recipients.get(erasure_journal.recipient_name(account, public_id))
        before = before or numbers.get(erasure_journal.number_name(account, number))
        if before:
            yield _Person(account_id, before, number)


def _texts_and_replies(recipients: Times, numbers: Times) -> Iterator[_Person]:
    """People who are no recipients: by their number, or as the recipient whom a text names."""
    for model in (Message, InboundMessage):
        named: set[tuple[int, str, str]] = set()
        for account_id, account, number, public_id in _read(model, model.recipient):
            if before := numbers.get(erasure_journal.number_name(account, number)):
                yield _Person(account_id, before, number)
            if public_id:
                named.add((account_id, account, public_id))
        for account_id, account, public_id in named:
            before = recipients.get(erasure_journal.recipient_name(account, public_id))
            living = select(Recipient.id).where(Recipient.public_id == public_id)
            if before and db.session.scalar(living) is None:
                yield _Person(account_id, before, recipient=public_id)


def _guests_opt_outs_and_refused_rows(_recipients: Times, numbers: Times) -> Iterator[_Person]:
    for model in (Guest, Suppression):
        for account_id, account, number, _ in _read(model, model.public_id):
            if before := numbers.get(erasure_journal.number_name(account, number)):
                yield _Person(account_id, before, number)
    query = (
        select(Account.id, Account.public_id, Account.region, BadRow.content)
        .join(BadRow, BadRow.account_id == Account.id)
        .where(NOT_LEAVING)
    )
    for account_id, account, region, content in db.session.execute(query):
        for number in _numbers_in(content, region):
            if before := numbers.get(erasure_journal.number_name(account, number)):
                yield _Person(account_id, before, number)


def _read(model: Any, recipient: Any) -> Iterable[Any]:
    """The account, its public id, the number and the recipient of each row, without repetitions."""
    query = (
        select(Account.id, Account.public_id, model.phone, recipient)
        .join(model, model.account_id == Account.id)
        .where(NOT_LEAVING)
    )
    return db.session.execute(query.distinct().execution_options(yield_per=ROWS))


def _numbers_in(content: str, region: str) -> Iterator[str]:
    """The numbers in the cells of a refused row."""
    for cell in next(csv.reader([content]), []):
        if sum(char.isdecimal() for char in cell) >= SHORTEST_NUMBER:
            with suppress(InvalidPhone):
                yield phone.any_number(cell, region)
