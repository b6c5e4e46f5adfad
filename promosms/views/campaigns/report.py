"""The report: what has become of a campaign, and how to stop or continue it."""

import csv
import io
from collections.abc import Iterator

from flask import (
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from promosms.language import day, ngettext
from promosms.language import gettext as _
from promosms.lib.formulas import escaped
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus
from promosms.services.campaigns import campaigns, launch
from promosms.services.campaigns.launch import LaunchError
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import bp, ring, silent, to_report
from promosms.web.access import Access, allow, my_account, owned


@bp.route("/campaigns")
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """All campaigns, the newest first."""
    found, further = campaigns.page(my_account(), request.args.get("before", ""))
    return render_template(
        "campaigns/index.html", campaigns=found, further=further, figures=campaigns.figures
    )


@bp.route("/campaigns/<public_id>")
@allow(Access.MEMBER)
def report(public_id: str) -> ResponseReturnValue:
    """What has become of the campaign, live, and message by message."""
    campaign = owned(Campaign, public_id)
    if campaign.status == CampaignStatus.DRAFT:
        return redirect(url_for("campaigns.edit", public_id=public_id), 303)
    chosen = request.args.get("status", "")
    _label, statuses = labels.FILTERS.get(chosen, ("", []))
    messages, further = campaigns.messages(campaign, statuses, request.args.get("after", ""))
    deleted, deleted_at = campaigns.deleted(campaign)
    return render_template(
        "campaigns/report.html",
        messages=messages,
        further=further,
        deleted=deleted,
        deleted_at=deleted_at,
        chosen=chosen if statuses else "",
        lists=campaigns.lists_of(campaign),
        **_state(campaign),
    )


@bp.route("/campaigns/<public_id>/live")
@allow(Access.MEMBER)
def live(public_id: str) -> ResponseReturnValue:
    """The part of the report that changes while the campaign runs."""
    return render_template("campaigns/live.html", **_state(owned(Campaign, public_id)))


@bp.route("/campaigns/<public_id>/report.csv")
@allow(Access.MEMBER)
def download(public_id: str) -> ResponseReturnValue:
    """Every message of the campaign as a CSV file that is safe to open in a spreadsheet."""
    campaign = owned(Campaign, public_id)
    headers = {"Content-Disposition": "attachment; filename=report.csv"}
    lines = stream_with_context(_csv(campaign))
    return Response(lines, headers=headers, content_type="text/csv; charset=utf-8")


@bp.route("/campaigns/<public_id>/pause", methods=["POST"])
@allow(Access.MEMBER)
def pause(public_id: str) -> ResponseReturnValue:
    """Stop sending for now."""
    campaign = owned(Campaign, public_id)
    try:
        launch.pause(campaign)
        flash(_("Paused. Nothing more is sent until you continue."), "good")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/resume", methods=["POST"])
@allow(Access.MEMBER)
def resume(public_id: str) -> ResponseReturnValue:
    """Go on with a paused or blocked campaign."""
    campaign = owned(Campaign, public_id)
    try:
        launch.resume(campaign)
    except LaunchError as error:
        flash(labels.problem(error), "info")
    else:
        ring(campaign)
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/cancel", methods=["POST"])
@allow(Access.MEMBER)
def cancel(public_id: str) -> ResponseReturnValue:
    """Drop what has not been sent yet."""
    campaign = owned(Campaign, public_id)
    try:
        launch.cancel(campaign)
        flash(_("Cancelled. What was not sent yet is not sent and not charged."), "good")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    return to_report(campaign)


def _state(campaign: Campaign) -> dict[str, object]:
    told = campaigns.figures(campaign)
    return {
        "campaign": campaign,
        "figures": told,
        "reasons": campaigns.reasons(campaign),
        "left": campaigns.duration(campaign, told.parts_left),
        "over": campaign.status not in CampaignStatus.OPEN and not campaign.n_sent + told.waiting,
        "balance": my_account().balance,
        "silent": campaign.status in CampaignStatus.RUNNING and silent(),
    }


def _csv(campaign: Campaign) -> Iterator[str]:
    yield "\ufeff" + _line(
        [
            _("Number"),
            _("First name"),
            _("Last name"),
            _("Status"),
            _("Reason"),
            _("Parts"),
            _("Price"),
            _("Sent"),
            _("Final"),
            _("Text"),
        ]
    )
    for message, first_name, last_name in campaigns.all_messages(campaign):
        yield _line([message.phone, first_name, last_name, *_facts(message)])
    number, at = campaigns.deleted(campaign)
    if number and at:
        told = ngettext(
            "%(n)s message, whose number and text were deleted on %(day)s.",
            "%(n)s messages, whose numbers and texts were deleted on %(day)s.",
            number,
            n=number,
            day=day(at),
        )
        yield _line([told])


def _facts(message: Message) -> list[str]:
    label, _tone = labels.MESSAGE[MessageStatus(message.status)]
    return [
        str(label),
        str(labels.why(message.status, message.reason)),
        str(message.parts),
        f"{message.price / 10_000:.4f}",
        message.sent_at.isoformat(timespec="seconds") if message.sent_at else "",
        message.final_at.isoformat(timespec="seconds") if message.final_at else "",
        message.text,
    ]


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([escaped(cell) for cell in cells])
    return line.getvalue()
