"""Orders for tests: a company, its top-up, and payments for it."""

from datetime import UTC, datetime

from promosms.extensions import db
from promosms.models import Account, PayMethod, TopUp, User
from promosms.services.invoices import companies
from promosms.services.invoices.companies import Details
from promosms.services.payments import payments, top_ups
from tests.support.cast import Person

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def company(account_id: int, name: str = "Blumen Özdemir") -> None:
    """A German company, so that the specimen seller takes 19 % of VAT."""
    companies.save(account_id, Details(name, "Lange Gasse 5", "10115", "Berlin", "DE"), "")


def order(person: Person, net: int = 1_000_000, method: PayMethod = PayMethod.TRANSFER) -> TopUp:
    """An open order; 119.00 is to be paid for 100.00."""
    if companies.of(person.account_id) is None:
        company(person.account_id)
    account = db.session.get_one(Account, person.account_id)
    return top_ups.order(account, db.session.get_one(User, person.user_id), net, method)


def paid(person: Person, amount: int = 1_190_000, provider: str = "transfer") -> TopUp:
    """An order of 100.00 for which `amount` has been paid."""
    top_up = order(person)
    payments.receive(
        top_up.id, provider, f"LINE-{top_up.reference}", amount, actor="admin", paid_at=DAY
    )
    db.session.refresh(top_up)
    return top_up
