"""Recipients for the tests of their pages."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Consent, Recipient, now
from promosms.services.recipients import lists, recipients
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast

Add = Callable[..., str]


@pytest.fixture
def add(app: Flask, cast: Cast) -> Add:
    """Add a recipient to the owner's account; returns its public id."""

    def _add(phone: str, agreed: bool = True, on: str = "", **values: str) -> str:
        with app.app_context():
            account = db.session.get_one(Account, cast.owner.account_id)
            basis = Basis(Consent.GIVEN, "form", now().date()) if agreed else Basis()
            ids = [lists.find_or_create(account.id, on).id] if on else []
            return recipients.add(account, {"phone": phone, **values}, basis, ids).public_id

    return _add


@pytest.fixture
def stored(app: Flask) -> Callable[[], list[Recipient]]:
    """All recipients that are stored."""

    def _stored() -> list[Recipient]:
        with app.app_context():
            return list(db.session.scalars(select(Recipient).order_by(Recipient.phone)))

    return _stored
