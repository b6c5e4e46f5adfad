"""What the statement says about a top-up: true for every way in which it was paid."""

from promosms.services.ledger import statement as services
from promosms.services.payments import overpayment, payments, refunds
from promosms.views.billing import statement_labels
from tests.support import invoicing
from tests.support.cast import Cast

PAID = [
    # Payments (way, amount), VAT rate and case; title and reason.
    (
        [("transfer", 1_190_000)],
        (1900, "domestic"),
        "Top-up by bank transfer",
        "You paid €119.00. €19.00 of it is VAT, which is not credited.",
    ),
    (
        [("transfer", 600_000), ("transfer", 590_000)],
        (1900, "other_eu"),
        "Top-up by bank transfer",
        "You paid €119.00 in 2 payments. €19.00 of it is VAT, which is not credited.",
    ),
    (
        [("transfer", 400_000), ("stripe", 790_000)],
        (1900, "domestic"),
        "Top-up by bank transfer and card",
        "You paid €119.00 in 2 payments. €19.00 of it is VAT, which is not credited.",
    ),
    (
        [("transfer", 1_300_000)],
        (1900, "domestic"),
        "Top-up by bank transfer",
        "You paid €130.00. That is €11.00 more than this top-up costs. "
        "€19.00 of it is VAT, which is not credited.",
    ),
    (
        [("stripe", 1_000_000)],
        (0, "reverse_charge"),
        "Top-up by card",
        "You paid €100.00. There is no VAT in it: you declare it yourself (reverse charge).",
    ),
    (
        [("transfer", 500_000), ("transfer", 500_100)],
        (0, "outside_eu"),
        "Top-up by bank transfer",
        "You paid €100.01 in 2 payments. That is €0.01 more than this top-up costs. "
        "There is no VAT in it.",
    ),
    (
        [("stripe", 1_000_000)],
        (0, "exempt"),
        "Top-up by card",
        "You paid €100.00. There is no VAT in it.",
    ),
]


def test_it_says_how_a_top_up_was_paid(context: None, cast: Cast) -> None:
    """Also when it was booked from an overpayment, and when money comes after the credit."""
    account = cast.owner.account_id
    for at, (received, (rate, case), title, reason) in enumerate(PAID):
        net = {"net": 1_000_000, "rate": rate, "tax_case": case}
        top_up = invoicing.top_up(account, **net, paid=0, status="open", paid_at=None)
        for number, (provider, amount) in enumerate(received):
            reference = f"{at}-{number}"
            payments.receive(top_up.id, provider, reference, amount, actor="admin")
        row = services.page(account).rows[0]
        assert (statement_labels.title(row), statement_labels.reason(row)) == (title, reason)
        assert (row.amount, row.invoice is not None) == (1_000_000, True)
    payments.receive(top_up.id, "transfer", "later", 10_000, actor="admin")
    row = services.page(account).rows[0]
    assert statement_labels.reason(row) == PAID[-1][3]
    overpayment.book(top_up, "admin")
    row = services.page(account).rows[0]
    assert statement_labels.title(row) == "Top-up from an overpayment"
    said = "You had paid €1.00 too much for another top-up. There is no VAT in it."
    assert statement_labels.reason(row) == said
    receipt = payments.of_top_up(top_up.id)[1]
    refunds.refund(receipt, 500_000, "You asked for it", "admin", key="a" * 20)
    row = services.page(account).rows[0]
    assert statement_labels.reason(row) == "€50.00 went back to you. You asked for it"
    assert row.amount == -500_000
