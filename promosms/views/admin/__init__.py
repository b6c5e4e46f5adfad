"""Administration: accounts, orders, payments, invoices, routes, prices, gateways, the audit log."""

from promosms.views.admin import (
    accounts,
    adjustments,
    audit,
    gateways,
    invoices,
    payments,
    prices,
    revenue,
    routes,
    texts,
    top_ups,
    trial,
)
from promosms.views.admin.blueprint import bp

__all__ = [
    "accounts",
    "adjustments",
    "audit",
    "bp",
    "gateways",
    "invoices",
    "payments",
    "prices",
    "revenue",
    "routes",
    "texts",
    "top_ups",
    "trial",
]
