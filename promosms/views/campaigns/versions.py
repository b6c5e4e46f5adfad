"""Earlier versions of a draft, and how one comes back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import db
from promosms.forms.campaigns.kind import kind_names
from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.models import Campaign, CampaignStatus, DraftVersion, is_automatic
from promosms.services.auth.rights import Right
from promosms.services.campaigns import draft_versions, drafts
from promosms.services.recipients import detail_names
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import bp, to_report
from promosms.web.access import allow, my_account, owned


@bp.route("/campaigns/<public_id>/versions")
@allow(Right.LOOK)
def versions(public_id: str) -> ResponseReturnValue:
    """What stood in a draft before it was saved again, the latest first."""
    campaign = owned(Campaign, public_id)
    if campaign.status != CampaignStatus.DRAFT:
        return to_report(campaign)
    kept = draft_versions.of(campaign)
    return render_template("campaigns/versions.html", campaign=campaign, versions=kept)


@bp.route("/campaigns/versions/<public_id>")
@allow(Right.LOOK)
def version(public_id: str) -> ResponseReturnValue:
    """An earlier version beside what stands in the draft now, with what differs."""
    shown = owned(DraftVersion, public_id)
    campaign = db.session.get_one(Campaign, shown.campaign_id)
    before, after = draft_versions.compared(
        labels.in_words(shown.text), labels.in_words(campaign.text)
    )
    return render_template(
        "campaigns/version.html",
        campaign=campaign,
        version=shown,
        before=before,
        after=after,
        others=_others(shown, campaign),
    )


@bp.route("/campaigns/versions/<public_id>/restore", methods=["POST"])
@allow(Right.WRITE)
def restore(public_id: str) -> ResponseReturnValue:
    """Bring an earlier version back; what stands in the draft now becomes a version."""
    chosen = owned(DraftVersion, public_id)
    campaign = db.session.get_one(Campaign, chosen.campaign_id)
    try:
        drafts.restore(campaign, chosen)
    except drafts.NotDraft:
        flash(_("This campaign was sent meanwhile, from another window."), "warn")
        return to_report(campaign)
    flash(_("The earlier version is back. What stood here is kept as a version."), "good")
    return redirect(url_for("campaigns.edit", public_id=campaign.public_id), 303)


def _given(name: str, text: str) -> str:
    """The name that a user has given; most are the beginning of the text."""
    if is_automatic(name, text):
        return str(_("the beginning of the text"))
    return detail_names.title(name, my_account())


def _others(before: DraftVersion, after: Campaign) -> list[tuple[str, str, str]]:
    """What differs beside the text: what it is, before and now."""
    found = list[tuple[str, str, str]]()
    if before.kind != after.kind:
        names = kind_names()
        found.append((_("What it is"), names[before.kind], names[after.kind]))
    if before.opt_out_line != after.opt_out_line:
        said = {True: _("Yes"), False: _("No")}
        found.append((_("Say how to opt out"), said[before.opt_out_line], said[after.opt_out_line]))
    names_given = _given(before.name, before.text), _given(after.name, after.text)
    if names_given[0] != names_given[1]:
        found.append((pgettext("of a campaign", "Name"), *names_given))
    return found
