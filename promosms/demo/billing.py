"""What the demo account has bought: a top-up that is paid, with its invoice, and an open order.

Only where the specimen sells: a real series has no numbers to give away.
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
    sold = seller.seller()
    if sold is None or not sold.specimen:
        return
    companies.save(account.id, COMPANY, owner.public_id)
    bought = top_ups.order(account, owner, PAID, PayMethod.TRANSFER)
    reference = f"demo-{account.public_id}"
    payments.receive(bought.id, "transfer", reference, bought.gross, actor=owner.public_id)
    top_ups.order(account, owner, ORDERED, PayMethod.TRANSFER)
