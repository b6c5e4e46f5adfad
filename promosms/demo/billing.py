"""Billing of the demo account: a paid top-up with its invoice, and an open order.

Only with the specimen seller: real invoice numbers must not be used for a demo.
"""

from promosms.models import Account, PayMethod, User
from promosms.services.invoices import companies, seller
from promosms.services.payments import payments, top_ups

PAID = 1_000_000
ORDERED = 2_500_000
COMPANY = companies.Details(
    name="Pracownia przy Długiej",
    street="ul. Długa 7",
    postcode="31-147",
    city="Kraków",
    country="PL",
    email="demo@example.com",
)


def seed(account: Account, owner: User) -> None:
    """Buy and order; part of the transaction that makes the account."""
    sold_by = seller.seller()
    if sold_by is None or not sold_by.specimen:
        return
    companies.save(account.id, COMPANY, owner.public_id)
    order = top_ups.order(account, owner, PAID, PayMethod.TRANSFER)
    reference = f"demo-{account.public_id}"
    payments.receive(order.id, "transfer", reference, order.gross, actor=owner.public_id)
    top_ups.order(account, owner, ORDERED, PayMethod.TRANSFER)
