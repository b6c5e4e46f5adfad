"""Billing: statement, prices, top-ups, invoices."""

from promosms.views.billing import (
    automatic_top_ups,
    balance_alerts,
    company,
    invoices,
    prices,
    statement,
    stripe_checkout,
    top_ups,
)
from promosms.views.billing.blueprint import bp

__all__ = [
    "alerts",
    "automatic",
    "bp",
    "card",
    "company",
    "invoices",
    "prices",
    "statement",
    "top_ups",
]
