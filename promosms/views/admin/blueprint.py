"""The blueprint of the administration, and what all of its pages know."""

from flask import Blueprint

from promosms.services import alerts, audit_watch, ledger_watch

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.context_processor
def _alerts() -> dict[str, object]:
    return {
        "paused_gateways": alerts.paused,
        "why_paused": alerts.why,
        "books_wrong": ledger_watch.found,
        "chain_broken": audit_watch.found,
    }
