"""Recipients and drafts for the tests of campaigns."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    Consent,
    ListRecipient,
    Recipient,
    RecipientList,
)
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft
from tests.support.cast import Cast

PEOPLE = {
    "+48601111111": "Ola",
    "+48601111112": "Jan",
    "+48601111113": "Ewa",
    "+48601111114": "",
}


@pytest.fixture
def people(app: Flask, cast: Cast) -> str:
    """A list of three recipients with consent and one without; returns its public id."""
    with app.app_context():
        with transaction() as session:
            rows = [
                Recipient(
                    account_id=cast.owner.account_id,
                    phone=phone,
                    country="PL",
                    first_name=name,
                    consent=Consent.GIVEN if name else Consent.NONE,
                )
                for phone, name in PEOPLE.items()
            ]
            group = RecipientList(account_id=cast.owner.account_id, name="Regulars", size=4)
            session.add_all([*rows, group])
            session.flush()
            session.add_all(
                ListRecipient(
                    list_id=group.id, recipient_id=row.id, account_id=cast.owner.account_id
                )
                for row in rows
            )
        public_id = group.public_id
        db.session.remove()
    return public_id


@pytest.fixture
def draft(app: Flask, cast: Cast, people: str) -> str:
    """A draft of the owner to everyone; returns its public id."""
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        campaign = drafts.create(
            account,
            Draft(name="Spring sale", text="Hi {first_name|there}, 20% off", everyone=True),
            "",
        )
        public_id = campaign.public_id
        db.session.remove()
    return public_id


Typed = Callable[..., dict[str, object]]


@pytest.fixture
def typed() -> Typed:
    """The form data of the composer, with changes."""

    def fill(**changes: object) -> dict[str, object]:
        return {
            "name": "Spring sale",
            "audience": ["everyone"],
            "text": "Hi {first_name|there}, 20% off",
            "opt_out_line": "y",
            "language": "en",
            "action": "save",
            **changes,
        }

    return fill


@pytest.fixture
def stored(app: Flask) -> Callable[[], list[Campaign]]:
    """Reads all campaigns from the database."""

    def read() -> list[Campaign]:
        with app.app_context():
            rows = list(db.session.scalars(select(Campaign).order_by(Campaign.id)))
            db.session.expunge_all()
        return rows

    return read
