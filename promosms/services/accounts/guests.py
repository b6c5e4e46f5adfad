"""Guests: the few numbers, besides its own, that an account may text while it is on trial."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Guest, Recipient, User, now
from promosms.settings import settings
from promosms.sms import phone

TAKEN = Guest.retention.limit


class Full(Exception):
    """Every place is taken; `free_at` is when that of a removed guest becomes free, or None."""

    def __init__(self, free_at: datetime | None) -> None:
        super().__init__(free_at)
        self.free_at = free_at


class OwnNumber(Exception):
    """The number of a user of the account: it needs no place on the list."""


def of(account_id: int) -> list[Guest]:
    """The guests, the oldest first, then removed ones whose places are still taken."""
    query = select(Guest).where(Guest.account_id == account_id, _taken(now()))
    return sorted(
        db.session.scalars(query), key=lambda guest: (guest.removed_at is not None, guest.id)
    )


def free(account_id: int) -> int:
    """How many more guests there may be now."""
    return max(settings.trial_guests - len(of(account_id)), 0)


def recipients(guests: Sequence[Guest]) -> set[str]:
    """The numbers of those guests who are recipients too: campaigns reach only these."""
    if not guests:
        return set()
    query = select(Recipient.phone).where(
        Recipient.account_id == guests[0].account_id,
        Recipient.phone.in_([guest.phone for guest in guests]),
    )
    return set(db.session.scalars(query))


def add(account: Account, typed: str) -> Guest:
    """Put a number on the list; one that is on it already stays as it is.

    Raises InvalidPhone, OwnNumber, or Full.
    """
    number = phone.parse(typed, account.region).e164
    with transaction() as session:
        # The lock keeps two requests at once from taking the last place twice.
        session.refresh(account, with_for_update=True)
        moment = now()
        session.execute(
            delete_rows(Guest).where(
                Guest.account_id == account.id, Guest.removed_at <= moment - TAKEN
            )
        )
        guest = session.scalar(_row(account.id, number))
        if guest is not None:
            guest.removed_at = None
            return guest
        _check_place(session, account, number)
        guest = Guest(account_id=account.id, phone=number)
        session.add(guest)
        return guest


def remove(guest: Guest) -> None:
    """Take a number off the list; its place stays taken for a day."""
    with transaction() as session:
        session.refresh(guest, with_for_update=True)
        if guest.removed_at is None:
            guest.removed_at = now()


def _check_place(session: Session, account: Account, number: str) -> None:
    own = select(User.id).where(User.account_id == account.id, User.phone == number).limit(1)
    if session.scalar(own) is not None:
        raise OwnNumber
    places = session.scalars(select(Guest).where(Guest.account_id == account.id)).all()
    if len(places) >= settings.trial_guests:
        freed = [guest.removed_at + TAKEN for guest in places if guest.removed_at]
        raise Full(min(freed, default=None))


def _row(account_id: int, number: str) -> Select[Guest]:
    return select(Guest).where(Guest.account_id == account_id, Guest.phone == number)


def _taken(moment: datetime) -> ColumnElement[bool]:
    return or_(Guest.removed_at.is_(None), Guest.removed_at > moment - TAKEN)
