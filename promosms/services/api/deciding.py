"""Deciding which texts of the API may be sent now: what other transactions may have changed.

Many texts, also of several accounts, are decided by a few statements. What one of them takes, of
the balance, of the month's limit and of the day's texts of an account on trial, is not left for
those after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.transactions import on_sqlite
from promosms.models import Account, AccountStatus, ApiKey, Suppression, SuppressionSource
from promosms.services.accounts import trial
from promosms.services.api.composing import Composed, Refusal, Refused
from promosms.services.ledger import ledger, spending
from promosms.services.recipients import recipients

Number = tuple[int, str]
"""An account, and a number that it wants to text."""


class Wanted(NamedTuple):
    """A text, and the key with which it came."""

    key: ApiKey
    composed: Composed

    @property
    def number(self) -> Number:
        """Whom it goes to."""
        return self.key.account_id, self.composed.phone


class Decided(NamedTuple):
    """Why a text is not sent; and the public id of the recipient with its number, if any."""

    refused: Refused | None
    recipient: str | None


class _Known(NamedTuple):
    """How a number got on the list of those who get nothing, if it did; and whose it is."""

    source: str | None
    recipient: str | None


def decide(session: Session, wanted: Sequence[Wanted]) -> list[Decided]:
    """Decide on texts that are queued in this transaction: their accounts stay locked.

    The opt-out locks of the accounts are taken before.
    """
    known = _known(session, wanted)
    accounts = ledger.lock_all(session, _accounts(wanted))
    return _decided(session, wanted, known, accounts)


def decide_dry(session: Session, wanted: Sequence[Wanted]) -> list[Decided]:
    """What `decide` would say now; nothing is locked."""
    query = select(Account).where(Account.id.in_(_accounts(wanted)))
    accounts = {account.id: account for account in session.scalars(query)}
    return _decided(session, wanted, _known(session, wanted), accounts)


def _accounts(wanted: Iterable[Wanted]) -> list[int]:
    return sorted({each.key.account_id for each in wanted})


def _known(session: Session, wanted: Sequence[Wanted]) -> Mapping[Number, _Known]:
    numbers = sorted({each.number for each in wanted})
    rows = session.connection().execute(_about(on_sqlite()), bulk.as_pairs(numbers))
    return {(account_id, phone): _Known(*more) for account_id, phone, *more in rows}


@cache
def _about(_sqlite: bool) -> Select[Any]:
    """Of pairs of account and number: how the number got on the list, and whose it is."""
    asked = bulk.pairs()
    listed = select(Suppression.source).where(
        Suppression.account_id == asked.c.account_id, Suppression.phone == asked.c.phone
    )
    owner = recipients.owner_expression(asked.c.account_id, asked.c.phone)
    return select(asked.c.account_id, asked.c.phone, listed.scalar_subquery(), owner)


def _decided(
    session: Session,
    wanted: Sequence[Wanted],
    known: Mapping[Number, _Known],
    accounts: Mapping[int, Account],
) -> list[Decided]:
    limits = spending.limits(session, accounts)
    purses = {
        account_id: _Purse(session, account, limits.get(account_id))
        for account_id, account in accounts.items()
    }
    decided = []
    for each in wanted:
        source, recipient = known[each.number]
        refused = purses[each.key.account_id].take(each.composed, source)
        decided.append(Decided(refused, recipient))
    return decided


class _Purse:
    """What an account may still send and spend. Amounts are in 1/10,000."""

    def __init__(self, session: Session, account: Account, month: int | None) -> None:
        """`month`: the account's own limit for a month, if it has one."""
        self.session, self.account, self.month = session, account, month
        self.taken, self.texts = 0, 0

    @cached_property
    def guests(self) -> set[str] | None:
        """The numbers that it may text; None for all."""
        return trial.may_text(self.account)

    @cached_property
    def today(self) -> int | None:
        """How many texts it may send today; None for any number."""
        return trial.left(self.account.id) if trial.on_trial(self.account) else None

    @cached_property
    def committed(self) -> int:
        """What this month has cost before."""
        return spending.committed(self.session, self.account)

    def take(self, composed: Composed, source: str | None) -> Refused | None:
        """Take what a text needs, or say why it is refused. `source`: how its number got listed."""
        if self.account.status != AccountStatus.ACTIVE:
            return Refused(Refusal.SUSPENDED)
        if source is not None:
            return Refused(Refusal.OPTED_OUT, "to", held=source == SuppressionSource.HELD)
        if self.guests is not None and composed.phone not in self.guests:
            return Refused(Refusal.TRIAL_GUEST, "to")
        if self.today is not None and self.texts >= self.today:
            return Refused(Refusal.TRIAL_DAY)
        if refused := self._too_dear(composed.price):
            return refused
        self.taken += composed.price
        self.texts += 1
        return None

    def _too_dear(self, price: int) -> Refused | None:
        missing = self.taken + price - self.account.balance
        if missing > 0:
            return Refused(Refusal.BALANCE, missing=missing)
        if self.month is not None and price > 0:
            over = self.committed + self.taken + price - self.month
            if over > 0:
                return Refused(Refusal.MONTH_LIMIT, missing=over)
        return None
