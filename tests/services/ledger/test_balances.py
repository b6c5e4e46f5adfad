"""A transaction that changes several accounts does so at its end, in the order of their ids."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account
from promosms.services.ledger import balances, ledger
from promosms.services.sending.counters import CounterDeltas
from tests.services.sending.conftest import check_books
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def ids(cast: Cast) -> tuple[int, int]:
    """Two accounts, the one with the smaller id first."""
    low, high = sorted((cast.owner.account_id, cast.stranger.account_id))
    return low, high


@pytest.fixture
def changed(context: None) -> Iterator[list[int]]:
    """The ids of accounts, as they are changed."""
    found: list[int] = []

    def note(_line: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("UPDATE accounts"):
            values = parameters.values() if isinstance(parameters, dict) else parameters
            found.append(list(values)[-1])  # what stands in its condition comes last

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_balances_are_changed_at_the_end_by_the_order_of_accounts(
    ids: tuple[int, int], changed: list[int]
) -> None:
    low, high = ids
    with transaction() as session, balances.in_order(session):
        ledger.give_back(high, 10, "release:1")
        ledger.give_back(low, 20, "release:2")
        ledger.give_back(high, 30, "release:3")
        balances.serve(session, low)
        assert not changed
    assert changed == [low, low, high]
    assert [balance_of(account_id) for account_id in ids] == [100_020, 100_040]
    for account_id in ids:
        check_books(account_id)
    assert [served(account_id) for account_id in ids] == [True, False]


def test_an_error_changes_no_balance(ids: tuple[int, int], changed: list[int]) -> None:
    def break_off() -> None:
        with transaction() as session, balances.in_order(session):
            ledger.give_back(ids[0], 10, "release:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert not changed
    assert not balances.are_collected()
    with transaction():
        ledger.give_back(ids[0], 10, "release:1")
    assert changed == [ids[0]]
    check_books(ids[0])


def test_results_of_several_accounts_change_them_in_order(
    ids: tuple[int, int], changed: list[int]
) -> None:
    low, high = ids
    deltas = CounterDeltas()
    deltas.give_back(high, 1, 10)
    deltas.give_back(low, 2, 20)
    deltas.serve(low)
    with transaction() as session:
        deltas.write(session, "reference")
    assert changed == [low, low, high]
    assert [balance_of(account_id) for account_id in ids] == [100_020, 100_010]


def test_an_account_alone_is_changed_at_once(ids: tuple[int, int], changed: list[int]) -> None:
    deltas = CounterDeltas()
    deltas.give_back(ids[0], 1, 10)
    deltas.give_back(ids[0], 2, 20)
    deltas.serve(ids[0])
    with transaction() as session:
        deltas.write(session, "reference")
    assert changed == [ids[0]] * 3
    assert balance_of(ids[0]) == 100_030


def test_several_accounts_are_locked_in_order(ids: tuple[int, int]) -> None:
    low, high = ids
    with transaction() as session:
        found = ledger.lock_all(session, [high, low])
        assert [*found] == [low, high]
    assert str(ledger._LOCKED).count("ORDER BY accounts.id") == 1


def balance_of(account_id: int) -> int:
    db.session.remove()
    return db.session.get_one(Account, account_id).balance


def served(account_id: int) -> bool:
    return db.session.get_one(Account, account_id).served_at is not None
