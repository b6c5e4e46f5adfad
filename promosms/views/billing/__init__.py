"""Billing: statement, prices, top-ups, invoices."""

from promosms.views.billing import (
    alerts,
    automatic,
    card,
    company,
    invoices,
    prices,
    statement,
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
