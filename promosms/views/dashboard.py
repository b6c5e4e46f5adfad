"""The dashboard: what wants the user, what is under way, the balance, and the last 30 days."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from promosms.language import counted, ngettext, timezone
from promosms.language import gettext as _
from promosms.lib.charts import bars
from promosms.lib.charts.bars import Day
from promosms.models import now
from promosms.services.auth import people
from promosms.services.auth.rights import Right
from promosms.services.automations import words
from promosms.services.campaigns import campaigns, dashboard
from promosms.services.campaigns.dashboard import Summary
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import worker_missing
from promosms.views.gateways.simulated_phone import offered
from promosms.views.recipients import answer_labels
from promosms.web.access import allow, me, my_account

bp = Blueprint("dashboard", __name__)

WEEK = 7


@bp.route("/dashboard")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """What needs the user, or the first steps."""
    return render_template("dashboard/index.html", **_state())


@bp.route("/dashboard/live")
@allow(Right.LOOK)
def live() -> ResponseReturnValue:
    """The part of the dashboard that is refreshed."""
    return render_template("dashboard/live.html", **_state())


def _state() -> dict[str, object]:
    account = my_account()
    steps, summary = dashboard.steps(account), dashboard.summary(account, timezone(), me())
    return {
        "account": account,
        "steps": steps,
        "summary": summary,
        "emails": people.emails_of(account.id, _askers(summary)),
        "headline": headline(summary.wants)
        if steps.sent or summary.wants
        else _("Three steps to your first campaign"),
        "now": now(),
        "chart": bars.bars(_days(summary.days, "d MMM")),
        "strip": bars.strip(_days(summary.days[-WEEK:], "EEE")),
        "figures": campaigns.figures,
        "left": lambda campaign: campaigns.duration(
            campaign, campaigns.figures(campaign).parts_left
        ),
        "labels": labels,
        "answer_title": answer_labels.title,
        "answer_missed": answer_labels.missed,
        "why_paused": words.why,
        "phone": offered(),
        "worker_missing": worker_missing(),
    }


def _askers(summary: Summary) -> set[str]:
    """Public ids of those who have asked for a yes, or said no."""
    asked = [*summary.yes.wanted, *summary.yes.refused, *summary.yes.awaited]
    return {public_id for one, _it in asked for public_id in (one.asked_by, one.decided_by)}


def headline(wants: int) -> str:
    """How many things wait for a decision of the user, as a sentence."""
    sentences = [
        *(_("Nothing needs you"), _("One thing needs you"), _("Two things need you")),
        *(_("Three things need you"), _("Four things need you"), _("Five things need you")),
    ]
    if wants < len(sentences):
        return str(sentences[wants])
    more = ngettext("%(n)s thing needs you", "%(n)s things need you", wants, n=counted(wants))
    return str(more)


def _days(days: list[tuple[date, int, int]], form: str) -> list[Day]:
    """The days of a chart; the last one is today."""
    return [
        Day(
            name=format_date(day, "EEE d MMM"),
            label=format_date(day, form).rstrip(".") if day != days[-1][0] else _("today"),
            good=arrived,
            bad=not_arrived,
            today=day == days[-1][0],
        )
        for day, arrived, not_arrived in days
    ]
