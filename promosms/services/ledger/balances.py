"""Balances of accounts, and what is held of them: changed with each entry of the ledger.

A transaction that changes those of several accounts does so at its end, in the order of their ids:
otherwise two of them could wait for each other. It has the holds of campaigns and texts by then, as
every transaction has that needs both. Amounts are in 1/10,000.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from promosms.models import Account, now, table_of

ACCOUNTS = table_of(Account)
BALANCE = update(ACCOUNTS).values(
    balance=ACCOUNTS.c.balance + bindparam("back"), held=ACCOUNTS.c.held - bindparam("taken")
)
BALANCE_OF = BALANCE.where(ACCOUNTS.c.id == bindparam("account"))
_SERVE = (
    update(ACCOUNTS)
    .where(ACCOUNTS.c.id == bindparam("account"))
    .values(served_at=bindparam("moment"))
)


@dataclass
class _Change:
    """What is added to a balance, and to what is held of it; and has the account had its turn?"""

    amount: int = 0
    held: int = 0
    served: bool = False


_later: ContextVar[dict[int, _Change] | None] = ContextVar("later", default=None)


def are_collected() -> bool:
    """Are balances changed later, by `in_order`?"""
    return _later.get() is not None


def change(session: Session, account_id: int, amount: int, held: int) -> None:
    """Add to the balance of an account, and to what is held of it."""
    later = _later.get()
    if later is not None:
        change = later.setdefault(account_id, _Change())
        change.amount += amount
        change.held += held
        return
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(balance=Account.balance + amount, held=Account.held + held)
        .execution_options(synchronize_session="fetch")
    )


def serve(session: Session, account_id: int) -> None:
    """Note that the account has its turn now."""
    later = _later.get()
    if later is None:
        session.connection().execute(_SERVE, {"account": account_id, "moment": now()})
    else:
        later.setdefault(account_id, _Change()).served = True


@contextmanager
def in_order(session: Session) -> Iterator[None]:
    """Change all accounts at the end of this, in the order of their ids."""
    later: dict[int, _Change] = {}
    token = _later.set(later)
    try:
        yield
    finally:
        _later.reset(token)
    line = session.connection()
    for account_id, change in sorted(later.items(), key=itemgetter(0)):
        if change.amount or change.held:
            values = {"account": account_id, "back": change.amount, "taken": -change.held}
            line.execute(BALANCE_OF, values)
        if change.served:
            line.execute(_SERVE, {"account": account_id, "moment": now()})
