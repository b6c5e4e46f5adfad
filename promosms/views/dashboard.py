"""The dashboard: the first steps, later the state of the account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from promosms.language import timezone
from promosms.services.campaigns import campaigns, dashboard
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import worker_missing
from promosms.views.gateways.simulated_phone import offered
from promosms.web.access import Access, allow, my_account

bp = Blueprint("dashboard", __name__)


@bp.route("/dashboard")
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """The state of the account, or the first steps."""
    return render_template("dashboard/index.html", phone=offered(), **_state())


@bp.route("/dashboard/live")
@allow(Access.MEMBER)
def live() -> ResponseReturnValue:
    """The part of the dashboard that is refreshed."""
    return render_template("dashboard/live.html", **_state())


def _state() -> dict[str, object]:
    account = my_account()
    summary = dashboard.summary(account, timezone())
    return {
        "account": account,
        "steps": dashboard.steps(account),
        "summary": summary,
        "days": [
            (format_date(day, "d MMM"), delivered, not_delivered)
            for day, delivered, not_delivered in summary.days
        ],
        "figures": campaigns.figures,
        "labels": labels,
        "worker_missing": worker_missing(),
    }
