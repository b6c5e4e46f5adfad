"""Two campaigns side by side."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.language import share
from promosms.lib.proportions import Difference
from promosms.models import Campaign
from promosms.services.auth.rights import Right
from promosms.services.campaigns import comparison
from promosms.views.campaigns.blueprint import bp
from promosms.web.access import allow, owned


@bp.route("/campaigns/<public_id>/compare")
@allow(Right.LOOK)
def compare(public_id: str) -> ResponseReturnValue:
    """Choose another campaign, and see what differs by more than chance."""
    campaign = owned(Campaign, public_id)
    if campaign.status not in comparison.SENT:
        return redirect(url_for("campaigns.report", public_id=public_id), 303)
    others = comparison.offered(campaign)
    chosen = request.args.get("other", "")
    other = owned(Campaign, chosen) if chosen else None
    if other and (other.id == campaign.id or other.status not in comparison.SENT):
        other = None
    shown = [one for one in (campaign, other) if one]
    first = comparison.figures(campaign)
    second = comparison.figures(other) if other else None
    return render_template(
        "campaigns/compare.html",
        campaign=campaign,
        other=other,
        others=others,
        first=first,
        second=second,
        measures=comparison.measures(first, second) if second else [],
        in_words=_in_words,
        young=[one for one in shown if not comparison.is_settled(one)],
    )


def _in_words(difference: Difference) -> str:
    """How large a difference is, for readers who know no statistics."""
    if not difference.is_clear:
        return str(_("May be chance"))
    low, high = sorted(map(abs, (difference.least, difference.most)))
    return str(_("%(low)s to %(high)s more people", low=share(low), high=share(high)))
