"""Receipts that fit nothing do not hold up the others, however many they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import GatewayInboxRow, now
from promosms.services.inbox import gateway_inbox
from promosms.services.sending import sweep
from tests.services.sending.receipted import (
    D,
    come,
    gateway_id,
    nothing,
    receipt,
    statuses,
    text,
)
from tests.support.cast import Cast


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def due_again() -> None:
    with transaction() as session:
        session.execute(update(GatewayInboxRow).values(next_attempt_at=now()))


def test_unknown_receipts_do_not_hold_up_the_others(context: None, cast: Cast) -> None:
    phones = [f"+486012{n:05}" for n in range(20)]
    cost = []
    for number in (600, 3000):
        nothing()
        with transaction():
            ids = [text(cast.owner.account_id, phone, f"{n}") for n, phone in enumerate(phones)]
        come(*(receipt(f"{n}", f"+4970{n:08}") for n in range(10_000, 10_000 + number)))
        assert not sweep.inbox_due()
        due_again()
        assert sweep.inbox_due()
        gateway_inbox.store(
            gateway_id(), [receipt(f"{n}", phone) for n, phone in enumerate(phones)]
        )
        with counted() as statements:
            assert gateway_inbox.apply_batch() == 20 + min(number, gateway_inbox.AGAIN)
        cost.append(len(statements))
        assert statuses(ids) == [D] * 20
    assert cost[0] == cost[1]


def test_new_and_tried_receipts_have_an_index_each(context: None) -> None:
    connection, on_sqlite = db.session.connection(), db.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
    if not on_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for condition, index in (("= 0", "due"), ("> 0", "again")):
        plan = connection.exec_driver_sql(
            f"{explain} SELECT id FROM gateway_inbox WHERE attempts {condition}"
            " AND next_attempt_at <= '2026-01-01' ORDER BY next_attempt_at, id LIMIT 5"
        )
        assert f"ix_gateway_inbox_{index}" in str(plan.all())
