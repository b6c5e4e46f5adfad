"""What programs read of the statement."""

from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Account, Consent, LedgerEntry, Recipient
from promosms.services.ledger import ledger
from tests.support import engine
from tests.support.api import Program
from tests.support.cast import Cast


def test_it_says_what_has_changed_the_balance(app: Flask, cast: Cast, program: Program) -> None:
    account_id = cast.owner.account_id
    with app.app_context(), transaction() as session:
        person = {"phone": "+48600100200", "country": "PL", "consent": Consent.GIVEN}
        session.add(Recipient(account_id=account_id, **person))
    draft = program.post("/campaigns", {"text": "We are open.", "name": "May", "everyone": True})
    program.post(f"{draft.location.removeprefix('/api/v1')}/launch", {"agreed_price": "9"})
    engine.settle(app)
    statement = program.get("/statement").get_json()
    assert (statement["currency"], statement["next_cursor"]) == ("EUR", None)
    campaign, credit = statement["rows"]
    assert (campaign["kind"], campaign["campaign_name"]) == ("hold", "May")
    assert campaign["campaign"] == draft.get_json()["id"]
    assert campaign["amount"].startswith("-0.")
    assert campaign["balance"] == program.get("/balance").get_json()["balance"]
    assert (credit["kind"], credit["amount"], credit["balance"]) == ("credit", "10.0000", "10.0000")
    assert (credit["campaign"], credit["campaign_name"]) == (None, "")


def test_it_comes_page_by_page(
    app: Flask, cast: Cast, program: Program, sandbox: Program, stranger: Program
) -> None:
    with app.app_context():
        for number in range(3):
            ledger.credit(cast.owner.account_id, 10_000 * (number + 1), f"topup:{number}")
    first = program.get("/statement?limit=2").get_json()
    assert [row["amount"] for row in first["rows"]] == ["3.0000", "2.0000"]
    rest = program.get(f"/statement?limit=2&cursor={first['next_cursor']}").get_json()
    assert [row["balance"] for row in rest["rows"]] == ["11.0000", "10.0000"]
    assert rest["next_cursor"] is None
    assert [row["amount"] for row in stranger.get("/statement").get_json()["rows"]] == ["10.0000"]
    assert sandbox.get("/statement").get_json()["rows"] == []
    for limit, status in ((0, 422), (1, 200), (100, 200), (101, 422)):
        assert program.get(f"/statement?limit={limit}").status_code == status
    assert program.get("/statement?cursor=made-up").status_code == 422


def test_what_is_taken_away_has_a_minus(app: Flask, cast: Cast, program: Program) -> None:
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        entry = {"kind": "dispute", "amount": -99_500, "reference": "dispute:1"}
        session.add(LedgerEntry(account_id=account.id, **entry))
        account.balance -= 99_500
    [lost, _credit] = program.get("/statement").get_json()["rows"]
    assert (lost["kind"], lost["amount"], lost["balance"]) == ("dispute", "-9.9500", "0.0500")
