"""The ledger: the only way by which money of an account moves. Amounts in 1/10,000."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, insert, literal, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite, transaction
from promosms.models import Account, EntryKind, Hold, LedgerEntry, now, table_of

# For what happens with every window of messages.
HOLDS, ENTRIES, ACCOUNTS = table_of(Hold), table_of(LedgerEntry), table_of(Account)
_LEFT = HOLDS.c.remaining - bindparam("taken")
TAKE_FROM_HOLD = (
    update(HOLDS)
    .where(HOLDS.c.campaign_id == bindparam("campaign"))
    .values(remaining=_LEFT, closed_at=case((_LEFT == 0, bindparam("moment")), else_=None))
    .returning(HOLDS.c.account_id)
)
ENTER = insert(ENTRIES)
BALANCE = update(ACCOUNTS).values(
    balance=ACCOUNTS.c.balance + bindparam("back"), held=ACCOUNTS.c.held - bindparam("taken")
)
BALANCE_OF = BALANCE.where(ACCOUNTS.c.id == bindparam("account"))
# All of it at once, where statements may stand in another one: PostgreSQL.
_TAKEN = TAKE_FROM_HOLD.cte("taken")
_ENTERED = {
    "account_id": _TAKEN.c.account_id,
    "campaign_id": bindparam("campaign", type_=HOLDS.c.campaign_id.type),
    "kind": bindparam("kind", type_=ENTRIES.c.kind.type),
    "amount": bindparam("back", type_=ENTRIES.c.amount.type),
    "held": -bindparam("taken", type_=ENTRIES.c.held.type),
    "reference": bindparam("reference", type_=ENTRIES.c.reference.type),
    "created_at": bindparam("at", type_=ENTRIES.c.created_at.type),
    "note": literal(""),
    "actor": literal(""),
}
TAKE_AND_ENTER = (
    BALANCE.where(ACCOUNTS.c.id == _TAKEN.c.account_id)
    .add_cte(insert(ENTRIES).from_select(list(_ENTERED), select(*_ENTERED.values())).cte("entered"))
    .returning(ACCOUNTS.c.id)
)
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


class _Entry(NamedTuple):
    """What an entry says; `amount` is what it does to the balance."""

    account_id: int
    kind: EntryKind
    amount: int
    reference: str
    note: str = ""
    actor: str = ""
    payment_id: int | None = None
    campaign_id: int | None = None


class InsufficientBalance(Exception):
    """The balance is too small; `missing` is by how much, in 1/10,000."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


@contextmanager
def dated(moment: datetime) -> Iterator[None]:
    """Entries that are made herein carry this moment: for the past of the demonstration."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def credit(
    account_id: int,
    amount: int,
    reference: str,
    note: str = "",
    actor: str = "",
    payment_id: int | None = None,
) -> LedgerEntry:
    """Add money to the balance. The reference is unique, so that nothing is credited twice.

    A top-up names its payment; a gift has none.
    """
    if amount <= 0:
        raise ValueError("a credit is positive")
    with transaction() as session:
        entry = _Entry(account_id, EntryKind.CREDIT, amount, reference, note, actor, payment_id)
        return _enter(session, entry)


def refund(
    account_id: int,
    amount: int,
    reference: str,
    note: str,
    actor: str,
    payment_id: int | None = None,
) -> LedgerEntry:
    """Take from the balance what goes back to the payer (`amount` is positive, net).

    Raises InsufficientBalance: only what is neither spent nor set aside can go back.
    """
    if amount <= 0:
        raise ValueError("a refund is positive")
    with transaction() as session:
        _spare(session, account_id, amount)
        entry = _Entry(account_id, EntryKind.REFUND, -amount, reference, note, actor, payment_id)
        return _enter(session, entry)


def dispute(
    account_id: int, amount: int, reference: str, note: str, payment_id: int | None = None
) -> int:
    """Take from the balance what the payer's bank took back, as far as it is there.

    Returns what was taken. What has been spent or is set aside meanwhile cannot be taken: an
    entry of 0 says so then. A negative amount is a dispute that was won, and comes back whole;
    say what had been taken, which may be less than what was disputed.
    """
    with transaction() as session:
        taken = min(amount, _locked(session, account_id).balance)
        entry = _Entry(account_id, EntryKind.DISPUTE, -taken, reference, note, "", payment_id)
        _enter(session, entry)
        return taken


def adjust(account_id: int, amount: int, reference: str, note: str, actor: str) -> LedgerEntry:
    """Correct the balance up or down; raises InsufficientBalance rather than go below zero.

    ValueError without a reason (`note`) or without who does it.
    """
    if not amount or not note.strip() or not actor:
        raise ValueError("a correction has an amount, a reason and an actor")
    with transaction() as session:
        _spare(session, account_id, -amount)
        entry = _Entry(account_id, EntryKind.ADJUSTMENT, amount, reference, note, actor)
        return _enter(session, entry)


def hold(account_id: int, campaign_id: int, amount: int) -> None:
    """Set the price of a campaign aside; raises InsufficientBalance and then changes nothing."""
    with transaction() as session:
        _spare(session, account_id, amount)
        session.add(
            Hold(campaign_id=campaign_id, account_id=account_id, amount=amount, remaining=amount)
        )
        session.flush()
        reference = f"hold:{campaign_id}"
        entry = _Entry(account_id, EntryKind.HOLD, -amount, reference, campaign_id=campaign_id)
        _enter(session, entry, held=amount)
        _close_if_empty(session, campaign_id)


def charge(campaign_id: int, amount: int, reference: str) -> None:
    """Take money from the hold for what a gateway has accepted."""
    _take(campaign_id, (EntryKind.CHARGE, amount, reference))


def release(campaign_id: int, amount: int, reference: str) -> None:
    """Give money from the hold back for what was not accepted."""
    _take(campaign_id, (EntryKind.RELEASE, amount, reference))


def release_if_held(campaign_id: int, amount: int, reference: str) -> None:
    """Release, unless the campaign has not come to its hold yet (it is still being prepared)."""
    with transaction() as session:
        if session.get(Hold, campaign_id) is not None:
            release(campaign_id, amount, reference)


def pay(account_id: int, amount: int, reference: str) -> None:
    """Charge the balance at once, without a hold, for a single text."""
    with transaction() as session:
        _spare(session, account_id, amount)
        _enter(session, _Entry(account_id, EntryKind.CHARGE, -amount, reference))


def give_back(account_id: int, amount: int, reference: str) -> None:
    """Return what was paid for a single text that was not accepted."""
    with transaction() as session:
        _enter(session, _Entry(account_id, EntryKind.RELEASE, amount, reference))


def settle(campaign_id: int, charged: int, released: int, reference: str) -> None:
    """Charge and release at once; the references of the entries are `charge:…` and `release:…`."""
    _take(
        campaign_id,
        (EntryKind.CHARGE, charged, f"charge:{reference}"),
        (EntryKind.RELEASE, released, f"release:{reference}"),
    )


def _take(campaign_id: int, *entries: tuple[EntryKind, int, str]) -> None:
    taken = sum(amount for _, amount, _ in entries)
    back = sum(amount for kind, amount, _ in entries if kind == EntryKind.RELEASE)
    if taken == 0:
        return
    with transaction() as session:
        connection, moment = session.connection(), now()
        hold = {"campaign": campaign_id, "taken": taken, "moment": moment, "back": back}
        made = [entry for entry in entries if entry[1]]
        if len(made) == 1 and not on_sqlite():
            kind, _, reference = made[0]
            entry = {"kind": kind, "reference": reference, "at": _moment.get() or moment}
            connection.execute(TAKE_AND_ENTER, hold | entry).one()
            return
        account_id = connection.execute(TAKE_FROM_HOLD, hold).scalar_one()
        for kind, amount, reference in made:
            row = {
                "account_id": account_id,
                "campaign_id": campaign_id,
                "kind": kind,
                "amount": amount if kind == EntryKind.RELEASE else 0,
                "held": -amount,
                "reference": reference,
                "created_at": _moment.get() or moment,
            }
            connection.execute(ENTER, row)
        connection.execute(BALANCE_OF, {"account": account_id, "back": back, "taken": taken})


def _close_if_empty(session: Session, campaign_id: int) -> None:
    session.execute(
        update(Hold)
        .where(Hold.campaign_id == campaign_id, Hold.remaining == 0, Hold.closed_at.is_(None))
        .values(closed_at=now())
    )


def _locked(session: Session, account_id: int) -> Account:
    query = select(Account).where(Account.id == account_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _spare(session: Session, account_id: int, amount: int) -> None:
    """Lock the account, and see that so much can be taken from its balance."""
    balance = _locked(session, account_id).balance
    if balance < amount:
        raise InsufficientBalance(amount - balance)


def _enter(session: Session, entry: _Entry, held: int = 0) -> LedgerEntry:
    row = LedgerEntry(**entry._asdict(), held=held, created_at=_moment.get() or now())
    session.add(row)
    session.flush()
    session.execute(
        update(Account)
        .where(Account.id == entry.account_id)
        .values(balance=Account.balance + entry.amount, held=Account.held + held)
        .execution_options(synchronize_session="fetch")
    )
    return row
