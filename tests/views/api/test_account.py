"""What programs read of the account: balance, routes, senders, prices."""

from flask import Flask

from promosms.extensions import db
from promosms.models import Account
from tests.support.api import Program
from tests.support.cast import Cast


def test_the_balance_is_a_decimal_string(app: Flask, cast: Cast, program: Program) -> None:
    assert program.get("/balance").get_json() == {
        "balance": "10.0000",
        "held": "0.0000",
        "currency": "EUR",
    }
    program.post("/messages", {"to": "+48600100200", "text": "Here"})
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        held, left = account.held, account.balance
    answer = program.get("/balance").get_json()
    assert (answer["held"], answer["balance"]) == (f"0.{held:04d}", f"9.{left - 90_000:04d}")


def test_routes_senders_and_prices(program: Program) -> None:
    [route] = program.get("/routes").get_json()["routes"]
    assert route["default"]
    assert program.get("/senders").get_json() == {"senders": []}
    prices = program.get("/prices").get_json()
    assert (prices["route"], prices["currency"]) == (route["code"], "EUR")
    [polish] = program.get("/prices?country=PL").get_json()["prices"]
    assert polish in prices["prices"]
    assert program.get(f"/prices?route={route['code']}").get_json() == prices
    assert program.get("/prices?route=moon").status_code == 422
    assert program.get("/prices?country=pl").status_code == 422
