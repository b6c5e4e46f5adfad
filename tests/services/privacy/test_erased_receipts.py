"""Receipts that have found no text go with the numbers that they name."""

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, GatewayInboxRow
from promosms.services.privacy import erase_recipient, erasure
from tests.services.sending.receipted import UNKNOWN, come, receipt, text, waiting
from tests.support.cast import Cast

OWN, SHARED, FOREIGN = "+48601299100", "+48601299101", "+48601299102"


def unsettled(cast: Cast) -> int:
    """Texts for which receipts wait, one of them of another account; returns the account."""
    account = cast.owner.account_id
    for phone in (OWN, OWN, SHARED, SHARED):
        text(account, phone, status=UNKNOWN)
    text(cast.stranger.account_id, SHARED, "9")
    come(*(receipt("7", phone) for phone in (OWN, SHARED, FOREIGN)))
    assert len(waiting()) == 3
    return account


def left() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(GatewayInboxRow.phone)))


def test_with_an_account_go_those_for_which_no_other_waits(app: Flask, cast: Cast) -> None:
    with app.app_context():
        account = unsettled(cast)
        erasure.begin(account, "x")
        erasure.erase(account)
        assert left() == [SHARED, FOREIGN]


def test_with_a_person_go_those_for_which_no_other_waits(app: Flask, cast: Cast) -> None:
    with app.app_context():
        account = db.session.get_one(Account, unsettled(cast))
        for phone in (OWN, SHARED):
            assert erase_recipient.erase_number(account, phone, "me")
        assert left() == [SHARED, FOREIGN]
