"""The composer: write a campaign, see its cost, save it as a draft."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from promosms.extensions import csrf
from promosms.forms.campaigns.composer import EVERYONE, SEGMENT, CampaignForm
from promosms.language import current_language
from promosms.language import gettext as _
from promosms.models import (
    Campaign,
    CampaignKind,
    CampaignStatus,
    FollowUpKind,
    campaign_name,
    is_automatic,
    now,
)
from promosms.services.auth.rights import Right
from promosms.services.campaigns import (
    draft_versions,
    drafts,
    follow_ups,
    kinds,
    live_estimate,
    live_groups,
    repeats,
    second_yes,
    text_cost,
)
from promosms.services.campaigns.launch_problems import LaunchProblem
from promosms.services.recipients import fields
from promosms.services.senders import answerable, chosen
from promosms.sms import keywords
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import bp, text_me, to_report
from promosms.web.access import allow, my_account, no_act, owned


@bp.route("/campaigns/new", methods=["GET", "POST"])
@allow(Right.WRITE)
@csrf.exempt
def new() -> ResponseReturnValue:
    """Write a new campaign."""
    form = CampaignForm()
    form.prepare(my_account())
    if request.method == "POST":
        return _submitted(form, None)
    form.language.data = drafts.last_language(my_account()) or current_language()
    form.show_sender(drafts.last_sender(my_account()))
    form.plan_on(request.args.get("day", ""))
    chosen = request.args.get("list", "")
    if segment := request.args.get("segment", ""):
        chosen = f"{SEGMENT}{segment}"
    form.audience.data = [chosen] if chosen else [] if form.groups else [EVERYONE]
    return _page(form, None)


@bp.route("/campaigns/<public_id>/edit", methods=["GET", "POST"])
@allow(Right.WRITE)
@csrf.exempt
def edit(public_id: str) -> ResponseReturnValue:
    """Edit a draft."""
    try:
        campaign = owned(Campaign, public_id)
    except NotFound:
        if request.method == "POST":
            return _deleted_draft()
        raise
    if campaign.repeat_of is not None:  # text and people are those of the other campaign
        return redirect(url_for("campaigns.review", public_id=public_id), 303)
    form = CampaignForm()
    form.prepare(my_account(), public_id, drafts.read(campaign))
    if request.method == "POST":
        return _submitted(form, campaign)
    if campaign.status != CampaignStatus.DRAFT:
        return to_report(campaign)
    form.show(drafts.read(campaign), campaign)
    return _page(form, campaign)


@bp.route("/campaigns/count", methods=["POST"])
@allow(Right.WRITE)
@no_act
def count() -> ResponseReturnValue:
    """The parts of the composer that show what the typed text would be and cost."""
    form = CampaignForm()
    form.follow(my_account(), request.form.get("draft", ""))
    return render_template("campaigns/count.html", form=form, **_shown(form))


@bp.route("/campaigns/draft", methods=["POST"])
@allow(Right.WRITE)
@no_act
def autosave() -> ResponseReturnValue:
    """Keep what is being written, as it stands; it need not be fit to be sent."""
    form = CampaignForm()
    public_id = request.form.get("draft", "")
    form.prepare(my_account(), public_id)
    campaign = owned(Campaign, public_id) if public_id else None
    if not (form.text.data or "").strip():
        return _saved(campaign)
    try:
        if campaign is None:
            campaign = drafts.create(my_account(), form.draft(), form.key.data or "")
        else:
            page = form.stamp.data or "", form.key.data or ""
            drafts.update(campaign, form.draft(), *page, autosave=True)
    except (drafts.NotDraft, drafts.ChangedElsewhere):
        return _saved(campaign, elsewhere=True)
    return _saved(campaign, saved_at=now())


@bp.route("/campaigns/<public_id>/duplicate", methods=["POST"])
@allow(Right.WRITE)
def duplicate(public_id: str) -> ResponseReturnValue:
    """A new draft with the same text and audience."""
    campaign = owned(Campaign, public_id)
    text = campaign.text
    automatic = bool(text) and is_automatic(campaign.name, text)
    name = campaign_name(text) if automatic else _("%(name)s (copy)", name=_stored_name(campaign))
    copy = drafts.duplicate(campaign, name)
    return redirect(url_for("campaigns.edit", public_id=copy.public_id), 303)


@bp.route("/campaigns/<public_id>/repeat", methods=["POST"])
@allow(Right.WRITE)
def repeat(public_id: str) -> ResponseReturnValue:
    """The review of the same text for those whose text was not confirmed; nothing is sent yet."""
    campaign = owned(Campaign, public_id)
    try:
        draft = repeats.draft(campaign, _("%(name)s (again)", name=_stored_name(campaign)))
    except repeats.NothingToRepeat:
        flash(_("There is nobody left to whom this text can be sent again."), "info")
        return to_report(campaign)
    return redirect(url_for("campaigns.review", public_id=draft.public_id), 303)


@bp.route("/campaigns/<public_id>/follow-up", methods=["POST"])
@allow(Right.WRITE)
def follow_up(public_id: str) -> ResponseReturnValue:
    """A draft for those of the campaign who did not get it, answer or open a link."""
    campaign = owned(Campaign, public_id)
    kind = next((kind for kind in FollowUpKind if kind == request.form.get("kind")), None)
    if kind is None:
        return to_report(campaign)
    name = labels.FOLLOW_UP_NAMES[kind] % {"name": _stored_name(campaign)}
    try:
        draft = follow_ups.draft(campaign, kind, str(name))
    except follow_ups.NoFollowUp:
        flash(labels.PROBLEMS[LaunchProblem.FOLLOW_UP_TOO_LATE], "info")
        return to_report(campaign)
    return redirect(url_for("campaigns.edit", public_id=draft.public_id), 303)


@bp.route("/campaigns/<public_id>/delete", methods=["POST"])
@allow(Right.WRITE)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete a draft; launched campaigns cannot be deleted."""
    campaign = owned(Campaign, public_id)
    try:
        drafts.remove(campaign)
    except drafts.NotDraft:
        flash(_("Only drafts can be deleted. This campaign was sent: its report stays."), "warn")
        return to_report(campaign)
    flash(_("The draft was deleted."), "good")
    return redirect(url_for("campaigns.index"), 303)


def _stored_name(campaign: Campaign) -> str:
    """With its placeholders: the name that is the beginning of the text goes with the text."""
    return (campaign.name or labels.title(campaign))[:90]


def _deleted_draft() -> ResponseReturnValue:
    """The draft was deleted in another window: keep the typed text on the page."""
    form = CampaignForm()
    form.prepare(my_account())
    return _page(form, None, gone=True), 404


def _submitted(form: CampaignForm, campaign: Campaign | None) -> ResponseReturnValue:
    action = request.form.get("action", "save")
    if action == "plain":
        form.text.data = text_cost.plain(form.text.data or "")
    if action == "ours":
        form.text.data = text_cost.with_ours(form.text.data or "")
    if action == "line":
        form.opt_out_line.data = True
    if action == "promotional":
        form.show_kind(CampaignKind.PROMOTIONAL, opt_out_line=True)
    if action == "next":
        form.person.data = str((form.shown_person() + 1) % live_estimate.PEOPLE_SHOWN)
    if action in ("plain", "ours", "line", "promotional", "next", "count"):
        return _page(form, campaign)
    valid = form.validate()
    if action == "review":
        valid = all([form.demand_audience(), form.lies_ahead(), valid])
    if not valid:
        return _page(form, campaign)
    try:
        campaign = _save(form, campaign)
    except drafts.ChangedElsewhere:
        return _conflict(form, campaign)
    if action == "test":
        text_me(campaign)
    elif action == "save":
        flash(_("Saved as a draft."), "good")
    elif action == "template":
        return redirect(url_for("templates.new", campaign=campaign.public_id), 303)
    page = "campaigns.review" if action == "review" else "campaigns.edit"
    return redirect(url_for(page, public_id=campaign.public_id), 303)


def _save(form: CampaignForm, campaign: Campaign | None) -> Campaign:
    account = my_account()
    if campaign is None:
        return drafts.create(account, form.draft(), form.key.data or "")
    try:
        drafts.update(campaign, form.draft(), form.stamp.data or "", form.key.data or "")
        return campaign
    except drafts.NotDraft:
        flash(
            _(
                "This campaign was sent meanwhile, from another window. What you wrote here is "
                "kept as a new draft."
            ),
            "warn",
        )
        return drafts.create(account, form.draft(), form.key.data or "")


def _conflict(form: CampaignForm, campaign: Campaign | None) -> ResponseReturnValue:
    if campaign is None:
        return _page(form, None)
    form.stamp.data = drafts.stamp(campaign)
    return _page(form, campaign, other=drafts.read(campaign))


def _page(
    form: CampaignForm,
    campaign: Campaign | None,
    other: drafts.Draft | None = None,
    *,
    gone: bool = False,
) -> str:
    return render_template(
        "campaigns/compose.html",
        form=form,
        campaign=campaign,
        other=other,
        gone=gone,
        yes_request=second_yes.of(campaign) if campaign else None,
        versions=campaign is not None and draft_versions.has_any(campaign),
        placeholders=fields.placeholders(my_account()),
        to=live_groups.whom(my_account(), form.draft()) if form.follow_up else None,
        **_shown(form),
    )


def _saved(campaign: Campaign | None, **state: object) -> str:
    stamp = drafts.stamp(campaign) if campaign else ""
    return render_template("campaigns/saved.html", campaign=campaign, stamp=stamp, **state)


def _shown(form: CampaignForm) -> dict[str, object]:
    """What the typed text would be and cost."""
    draft = form.draft()
    on_top = chosen.find(my_account().id, draft.route, draft.sender)
    line = draft.opt_out_line and on_top.answerable
    link = draft.opt_out_line and not on_top.answerable
    return {
        "cost": text_cost.text_cost(
            my_account(),
            draft.text,
            opt_out_line=line,
            opt_out_link=link,
            language=draft.language,
            short_links=draft.short_links,
            route_id=on_top.route.id,
        ),
        "live": live_estimate.estimate(my_account(), draft),
        "person": live_estimate.person(my_account(), draft, form.shown_person()),
        "promoting": kinds.promotion_words_in(draft.kind, draft.text),
        "no_way_out": bool(draft.text.strip())
        and kinds.lacks_way_out(draft.kind, draft.text, opt_out_line=draft.opt_out_line),
        "way_out": _way_out(draft, link=link) if draft.opt_out_line else "",
        "starts_at": form.starts_at(),
        "on_top": on_top,
        "lacks_way_out": answerable.draft_lacks_way_out(
            draft.kind, draft.text, on_top, opt_out_line=draft.opt_out_line
        ),
    }


def _way_out(draft: drafts.Draft, *, link: bool) -> str:
    """The line that is added, with words for the link that each person gets."""
    if link:
        return keywords.opt_out_link_line(draft.language, _("a link of their own"))
    return keywords.opt_out_line(draft.language)
