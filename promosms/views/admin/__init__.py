"""Administration: accounts, routes, gateways, the audit log."""

from promosms.views.admin import accounts, audit, gateways, routes
from promosms.views.admin.blueprint import bp

__all__ = ["accounts", "audit", "bp", "gateways", "routes"]
