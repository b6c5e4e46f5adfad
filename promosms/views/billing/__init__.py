"""Billing: statement, prices, top-ups, invoices."""

from promosms.views.billing import (
    automatic_top_ups,
    balance_alerts,
    company,
    invoices,
    limits,
    prices,
    statement,
    stripe_checkout,
    top_ups,
)
from promosms.views.billing.blueprint import bp

__all__ = [
    "automatic_top_ups",
    "balance_alerts",
    "bp",
    "company",
    "invoices",
    "limits",
    "prices",
    "statement",
    "stripe_checkout",
    "top_ups",
]
