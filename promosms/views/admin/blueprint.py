"""The blueprint of the administration, and the context of all its pages."""

from flask import Blueprint

from promosms.services.audit import nightly as audit_nightly
from promosms.services.gateways import alerts
from promosms.services.inbox import unmatched
from promosms.services.installation import defaults
from promosms.services.ledger import nightly as ledger_nightly
from promosms.services.prices import entries as price_entries
from promosms.settings import settings

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.context_processor
def _alerts() -> dict[str, object]:
    return {
        "paused_gateways": alerts.paused,
        "routes_without_gateway": defaults.routes_without_gateway,
        "why_paused": alerts.why,
        "books_wrong": ledger_nightly.last_findings,
        "unmatched_opt_outs": unmatched.count,
        "installation_currency": lambda: settings.currency,
        "foreign_prices": price_entries.foreign,
        "chain_broken": audit_nightly.is_broken,
    }
