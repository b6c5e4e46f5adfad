"""Administration: overview, accounts, money, routes, prices, gateways, admins, the audit log."""

from promosms.views.admin import (
    accounts,
    adjustments,
    admins,
    audit,
    gateways,
    invoices,
    ksef,
    overview,
    payments,
    prices,
    revenue,
    routes,
    texts,
    time_zone,
    top_ups,
    trial,
    unmatched,
)
from promosms.views.admin.blueprint import bp

__all__ = [
    "accounts",
    "adjustments",
    "admins",
    "audit",
    "bp",
    "gateways",
    "invoices",
    "ksef",
    "overview",
    "payments",
    "prices",
    "revenue",
    "routes",
    "texts",
    "time_zone",
    "top_ups",
    "trial",
    "unmatched",
]
