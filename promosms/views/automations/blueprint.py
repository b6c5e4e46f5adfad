"""The blueprint of the pages of automations."""

from flask import Blueprint

from promosms.views.automations import labels as automation_labels
from promosms.views.campaigns import labels
from promosms.views.gateways.simulated_phone import offered

bp = Blueprint("automations", __name__)


@bp.context_processor
def _context() -> dict[str, object]:
    return {"labels": labels, "words": automation_labels, "phone_offered": offered}
