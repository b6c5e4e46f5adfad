"""Programs with a key of the owner's account, with one of the sandbox, and of a stranger."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Consent, Recipient
from promosms.services.recipients import lists
from tests.support.api import Program, new_key
from tests.support.cast import Cast


@pytest.fixture
def program(app: Flask, cast: Cast) -> Program:
    """One with all rights."""
    return Program(app, new_key(app, cast.owner.account_id))


@pytest.fixture
def sandbox(app: Flask, cast: Cast) -> Program:
    """One that tries things out."""
    return Program(app, new_key(app, cast.owner.account_id, name="Trial", sandbox=True))


@pytest.fixture
def stranger(app: Flask, cast: Cast) -> Program:
    """One of another account."""
    return Program(app, new_key(app, cast.stranger.account_id))


@pytest.fixture
def list_id(app: Flask, cast: Cast) -> str:
    """A list with two people who have agreed, and one who has not."""
    with app.app_context():
        account_id = cast.owner.account_id
        made = lists.create(account_id, "Regulars")
        with transaction() as session:
            people = [
                Recipient(
                    account_id=account_id,
                    phone=f"+4860100200{number}",
                    country="PL",
                    first_name=name,
                    consent=consent,
                )
                for number, (name, consent) in enumerate(
                    [("Ola", Consent.GIVEN), ("", Consent.GIVEN), ("Jan", Consent.NONE)]
                )
            ]
            session.add_all(people)
        lists.put(made, [person.id for person in people])
        public_id = made.public_id
        db.session.remove()
    return public_id
