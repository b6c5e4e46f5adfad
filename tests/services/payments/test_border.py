"""A top-up is paid when the whole amount has come, and not before."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Account, EntryKind, Invoice, LedgerEntry, TopUpStatus
from promosms.services.payments import payments
from tests.support.cast import Cast
from tests.support.top_ups import order

GROSS = 1_190_000  # 119.00 for 100.00 and 19 % of VAT


@pytest.mark.parametrize(
    ("missing", "status"),
    [(100, "open"), (99, "open"), (1, "open"), (0, "paid"), (-1, "paid"), (-100, "paid")],
)
def test_a_cent_or_less_that_is_missing_leaves_it_open(
    context: None, app: Flask, cast: Cast, missing: int, status: str
) -> None:
    top_up = order(cast.owner)
    before = db.session.get_one(Account, cast.owner.account_id).balance
    payments.receive(top_up.id, "transfer", "LINE-1", GROSS - missing, actor="admin")
    db.session.expire_all()
    account = db.session.get_one(Account, cast.owner.account_id)
    credits = select(func.count(LedgerEntry.id)).where(
        LedgerEntry.account_id == account.id, LedgerEntry.reference == f"top-up:{top_up.id}"
    )
    invoices = select(func.count(Invoice.id)).where(Invoice.top_up_id == top_up.id)
    paid = status == "paid"
    assert top_up.status == TopUpStatus(status)
    assert account.balance - before == (1_000_000 if paid else 0)
    assert db.session.scalar(credits) == db.session.scalar(invoices) == int(paid)
    assert payments.due(top_up) == max(missing, 0)


def test_the_missing_cent_that_comes_later_settles_it(context: None, cast: Cast) -> None:
    top_up = order(cast.owner)
    payments.receive(top_up.id, "transfer", "LINE-1", GROSS - 100, actor="admin")
    payments.receive(top_up.id, "transfer", "LINE-2", 99, actor="admin")
    db.session.expire_all()
    assert (top_up.status, payments.due(top_up)) == (TopUpStatus.OPEN, 1)
    payments.receive(top_up.id, "transfer", "LINE-3", 1, actor="admin")
    db.session.expire_all()
    assert top_up.status == TopUpStatus.PAID
    kinds = select(LedgerEntry.kind).where(LedgerEntry.reference == f"top-up:{top_up.id}")
    assert db.session.scalars(kinds).all() == [EntryKind.CREDIT]
