"""The dashboard: the first steps, later the state of things."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from promosms.language import timezone
from promosms.services.campaigns import campaigns, dashboard
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import silent
from promosms.views.gateways.simulated_phone import visible
from promosms.web.access import Access, allow, my_account

bp = Blueprint("dashboard", __name__)


@bp.route("/dashboard")
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """Where the account stands, or what to do first."""
    return render_template("dashboard/index.html", phone=visible(), **_state())


@bp.route("/dashboard/live")
@allow(Access.MEMBER)
def live() -> ResponseReturnValue:
    """The part of the dashboard that changes by itself."""
    return render_template("dashboard/live.html", **_state())


def _state() -> dict[str, object]:
    account = my_account()
    summary = dashboard.summary(account, timezone())
    return {
        "account": account,
        "steps": dashboard.steps(account),
        "summary": summary,
        "days": [(format_date(day, "d MMM"), good, bad) for day, good, bad in summary.days],
        "figures": campaigns.figures,
        "words": labels,
        "silent": silent(),
    }
