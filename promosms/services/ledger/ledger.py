"""The ledger: all changes of the money of accounts. Amounts in 1/10,000."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, insert, literal, select, update
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import on_sqlite, transaction
from promosms.models import Account, DirectText, EntryKind, Hold, LedgerEntry, now, table_of
from promosms.services.ledger import balances, spending

# Core statements, because a sender runs them for every batch of messages.
HOLDS, ENTRIES, ACCOUNTS = table_of(Hold), table_of(LedgerEntry), table_of(Account)
_LEFT = HOLDS.c.remaining - bindparam("taken")
TAKE_FROM_HOLD = (
    update(HOLDS)
    .where(HOLDS.c.campaign_id == bindparam("campaign"))
    .values(remaining=_LEFT, closed_at=case((_LEFT == 0, bindparam("moment")), else_=None))
    .returning(HOLDS.c.account_id)
)
ENTER = insert(ENTRIES)
# PostgreSQL can do all of it in one statement.
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
    balances.BALANCE.where(ACCOUNTS.c.id == _TAKEN.c.account_id)
    .add_cte(insert(ENTRIES).from_select(list(_ENTERED), select(*_ENTERED.values())).cte("entered"))
    .returning(ACCOUNTS.c.id)
)
# FOR NO KEY UPDATE: who has inserted a row that refers to the account holds a share of its key, and
# two of them would wait for each other.
_LOCKED = (
    select(Account)
    .where(Account.id.in_(bindparam("ids", expanding=True)))
    .order_by(Account.id)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


class _Entry(NamedTuple):
    """The values of an entry; `amount` is the change of the balance."""

    account_id: int
    kind: EntryKind
    amount: int
    reference: str
    note: str = ""
    actor: str = ""
    payment_id: int | None = None
    campaign_id: int | None = None


class InsufficientBalance(Exception):
    """The balance is too small by `missing`, in 1/10,000."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


class OverMonthlyLimit(InsufficientBalance):
    """The account does not want to spend so much in a month: it would be passed by `missing`."""


@contextmanager
def dated(moment: datetime) -> Iterator[None]:
    """Entries made within it have this date: for the invented past of the demo."""
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
    """Add money to the balance. The reference is unique, so nothing is credited twice.

    A top-up has a payment; a gift has none.
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
    """Take a refund from the balance; `amount` is positive, net.

    Raises InsufficientBalance: only what is neither spent nor set aside can be refunded.
    """
    if amount <= 0:
        raise ValueError("a refund is positive")
    with transaction() as session:
        _lock_with_balance(session, account_id, amount)
        entry = _Entry(account_id, EntryKind.REFUND, -amount, reference, note, actor, payment_id)
        return _enter(session, entry)


def dispute(
    account_id: int, amount: int, reference: str, note: str, payment_id: int | None = None
) -> int:
    """Take a disputed payment from the balance, as far as the balance is sufficient.

    Returns what was taken. If everything is spent or set aside, an entry of 0 is made. A negative
    amount is a dispute that was won and is added in full: pass what had been taken, which can be
    less than the disputed amount.
    """
    with transaction() as session:
        taken = min(amount, _lock(session, account_id).balance)
        entry = _Entry(account_id, EntryKind.DISPUTE, -taken, reference, note, "", payment_id)
        _enter(session, entry)
        return taken


def adjust(account_id: int, amount: int, reference: str, note: str, actor: str) -> LedgerEntry:
    """Correct the balance up or down; raises InsufficientBalance if it would become negative.

    Raises ValueError without a reason (`note`) or an actor.
    """
    if not amount or not note.strip() or not actor:
        raise ValueError("a correction has an amount, a reason and an actor")
    with transaction() as session:
        _lock_with_balance(session, account_id, -amount)
        entry = _Entry(account_id, EntryKind.ADJUSTMENT, amount, reference, note, actor)
        return _enter(session, entry)


def hold(account_id: int, campaign_id: int, amount: int) -> None:
    """Set the price of a campaign aside; raises InsufficientBalance without any change.

    So do the two functions below, and all raise OverMonthlyLimit.
    """
    with transaction() as session:
        lock_to_spend(session, account_id, amount)
        session.add(
            Hold(campaign_id=campaign_id, account_id=account_id, amount=amount, remaining=amount)
        )
        session.flush()
        reference = f"hold:{campaign_id}"
        entry = _Entry(account_id, EntryKind.HOLD, -amount, reference, campaign_id=campaign_id)
        _enter(session, entry, held=amount)
        _close_if_empty(session, campaign_id)


def charge(campaign_id: int, amount: int, reference: str) -> None:
    """Take the price of accepted texts from the hold."""
    _take(campaign_id, (EntryKind.CHARGE, amount, reference))


def release(campaign_id: int, amount: int, reference: str) -> None:
    """Give money from the hold back to the balance for texts that were not accepted."""
    _take(campaign_id, (EntryKind.RELEASE, amount, reference))


def release_if_held(campaign_id: int, amount: int, reference: str) -> None:
    """Release, unless the campaign has no hold yet because it is still being prepared."""
    with transaction() as session:
        if session.get(Hold, campaign_id) is not None:
            release(campaign_id, amount, reference)


def pay(account_id: int, amount: int, reference: str) -> None:
    """Charge a single text directly to the balance, without a hold."""
    with transaction() as session:
        lock_to_spend(session, account_id, amount)
        _enter(session, _Entry(account_id, EntryKind.CHARGE, -amount, reference))


def give_back(account_id: int, amount: int, reference: str) -> None:
    """Return the price of a single text that was not accepted to the balance."""
    with transaction() as session:
        _enter(session, _Entry(account_id, EntryKind.RELEASE, amount, reference))


def hold_text(
    account_id: int,
    message_id: int,
    amount: int,
    key: str,
    *,
    sign_up: bool = False,
    automatic_answer_id: int | None = None,
    written_by: str = "",
) -> None:
    """Set the price of a text to one person aside; raises InsufficientBalance without any change.

    The key of its form is unique in the account, so nothing is set aside twice for it.
    """
    with transaction() as session:
        lock_to_spend(session, account_id, amount)
        session.add(
            DirectText(
                account_id=account_id,
                message_id=message_id,
                key=key,
                amount=amount,
                remaining=amount,
                sign_up=sign_up,
                automatic_answer_id=automatic_answer_id,
                written_by=written_by,
                closed_at=None if amount else now(),
            )
        )
        session.flush()
        entry = _Entry(account_id, EntryKind.HOLD, -amount, f"hold:message:{message_id}")
        _enter(session, entry, held=amount)


def settle_text(message_id: int, charged: int, released: int, why: str = "") -> bool:
    """Charge what was set aside for a direct text, or give it back; False if that was done before.

    Together it is the whole price: a direct text is settled once.
    """
    with transaction() as session:
        account_id = session.scalar(
            update_rows(DirectText)
            .where(DirectText.message_id == message_id, DirectText.closed_at.is_(None))
            .values(remaining=DirectText.remaining - charged - released, closed_at=now())
            .returning(DirectText.account_id)
        )
        if account_id is None:
            return False
        if charged:
            entry = _Entry(account_id, EntryKind.CHARGE, 0, f"charge:message:{message_id}")
            _enter(session, entry, held=-charged)
        if released:
            reference = f"release:message:{message_id}{why}"
            entry = _Entry(account_id, EntryKind.RELEASE, released, reference)
            _enter(session, entry, held=-released)
        return True


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
        nonzero = [entry for entry in entries if entry[1]]
        if len(nonzero) == 1 and not on_sqlite() and not balances.are_collected():
            kind, _, reference = nonzero[0]
            entry = {"kind": kind, "reference": reference, "at": _moment.get() or moment}
            connection.execute(TAKE_AND_ENTER, hold | entry).one()
            return
        account_id = connection.execute(TAKE_FROM_HOLD, hold).scalar_one()
        for kind, amount, reference in nonzero:
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
        balances.change(session, account_id, back, -taken)


def _close_if_empty(session: Session, campaign_id: int) -> None:
    session.execute(
        update(Hold)
        .where(Hold.campaign_id == campaign_id, Hold.remaining == 0, Hold.closed_at.is_(None))
        .values(closed_at=now())
    )


def lock_all(session: Session, account_ids: Collection[int]) -> dict[int, Account]:
    """Lock accounts, in the order in which `balances.in_order` changes them."""
    found = session.scalars(_LOCKED, {"ids": sorted(account_ids)})
    return {account.id: account for account in found}


def _lock(session: Session, account_id: int) -> Account:
    return lock_all(session, [account_id])[account_id]


def lock_to_spend(session: Session, account_id: int, amount: int) -> None:
    """Lock the account, and raise an error if it has not so much, or does not want to spend it."""
    _lock_with_balance(session, account_id, amount)
    over = spending.over_month(session, session.get_one(Account, account_id), amount)
    if over:
        raise OverMonthlyLimit(over)


def _lock_with_balance(session: Session, account_id: int, amount: int) -> None:
    """Lock the account, and raise InsufficientBalance if its balance is below the amount."""
    balance = _lock(session, account_id).balance
    if balance < amount:
        raise InsufficientBalance(amount - balance)


def _enter(session: Session, entry: _Entry, held: int = 0) -> LedgerEntry:
    row = LedgerEntry(**entry._asdict(), held=held, created_at=_moment.get() or now())
    session.add(row)
    session.flush()
    balances.change(session, entry.account_id, entry.amount, held)
    return row
