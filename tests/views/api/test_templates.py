"""What programs read of templates."""

from flask import Flask

from promosms.extensions import db
from promosms.models import Account
from promosms.services.campaigns.drafts import Draft
from promosms.services.templates import templates
from tests.support.api import Program
from tests.support.cast import Cast


def test_those_of_the_account_are_listed(
    app: Flask, cast: Cast, program: Program, sandbox: Program, stranger: Program
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        kept = templates.create(account, "Pickup", Draft(text="It is here.", kind="service"))
        public_id = kept.public_id
    expected = {"id": public_id, "name": "Pickup", "text": "It is here.", "kind": "service"}
    assert program.get("/templates").get_json() == {"templates": [expected]}
    for each in (sandbox, stranger):
        assert each.get("/templates").get_json() == {"templates": []}
