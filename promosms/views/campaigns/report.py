"""The report of a campaign, and the buttons to pause, resume or cancel it."""

from collections.abc import Iterator, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.language import day, moment, ngettext, pgettext
from promosms.language import gettext as _
from promosms.lib.charts.curve import Curve, Moment, curve
from promosms.lib.charts.stacked import THINNEST_IN_ROW
from promosms.lib.tables import Cell, Column, Kind, Row, Table
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus
from promosms.services.campaigns import addressed, arrivals, campaigns, launch, repeats, responses
from promosms.services.campaigns.launch import LaunchError
from promosms.services.ledger import campaign_costs
from promosms.settings import currencies, settings
from promosms.views import files
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import bp, enqueue, to_report, worker_missing
from promosms.web.access import Access, allow, fresh, my_account, owned
from promosms.web.limits import limit


@bp.route("/campaigns")
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """All campaigns, the newest first."""
    page = campaigns.page(my_account(), request.args.get("before", type=int))
    rows = [(campaign, campaigns.figures(campaign)) for campaign in page.rows]
    bars = [labels.parts(figures, THINNEST_IN_ROW) for _campaign, figures in rows]
    return render_template(
        "campaigns/index.html", page=page, rows=list(zip(rows, bars, strict=True))
    )


@bp.route("/campaigns/<public_id>")
@allow(Access.MEMBER)
def report(public_id: str) -> ResponseReturnValue:
    """The figures of the campaign, updated live, and its messages."""
    campaign = owned(Campaign, public_id)
    if campaign.status == CampaignStatus.DRAFT:
        return redirect(url_for("campaigns.edit", public_id=public_id), 303)
    chosen = request.args.get("status", "")
    _label, statuses = labels.FILTERS.get(chosen, ("", []))
    _label, who = labels.RESPONSES.get(chosen, ("", None))
    page = campaigns.messages(
        campaign,
        statuses,
        request.args.get("after", type=int),
        who(campaign) if who else None,
    )
    deleted, deleted_at = campaigns.deleted(campaign)
    return render_template(
        "campaigns/report.html",
        page=page,
        deleted=deleted,
        deleted_at=deleted_at,
        chosen=chosen if statuses or who else "",
        to=addressed.of(campaign),
        original=repeats.original(campaign),
        example=campaigns.example(campaign),
        arrivals=_curve(campaign),
        **_state(campaign),
    )


@bp.route("/campaigns/<public_id>/live")
@allow(Access.MEMBER)
def live(public_id: str) -> ResponseReturnValue:
    """The part of the report that changes while the campaign runs."""
    return render_template("campaigns/live.html", **_state(owned(Campaign, public_id)))


@bp.route("/campaigns/<public_id>/download")
@allow(Access.MEMBER)
@fresh
def download(public_id: str) -> ResponseReturnValue:
    """All messages of the campaign as a file."""
    return files.answer(_table(owned(Campaign, public_id)), "report")


@bp.route("/campaigns/<public_id>/pause", methods=["POST"])
@allow(Access.MEMBER)
def pause(public_id: str) -> ResponseReturnValue:
    """Pause a campaign that is being sent."""
    campaign = owned(Campaign, public_id)
    try:
        launch.pause(campaign)
        flash(_("Paused. Nothing more is sent until you continue."), "good")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/resume", methods=["POST"])
@allow(Access.MEMBER)
@limit("20/minute;120/hour")
def resume(public_id: str) -> ResponseReturnValue:
    """Continue a paused or blocked campaign."""
    campaign = owned(Campaign, public_id)
    try:
        launch.resume(campaign)
    except LaunchError as error:
        flash(labels.problem(error), "info")
    else:
        enqueue(campaign)
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/cancel", methods=["POST"])
@allow(Access.MEMBER)
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancel the messages that were not sent yet."""
    campaign = owned(Campaign, public_id)
    try:
        launch.cancel(campaign)
        flash(_("Cancelled. What was not sent yet is not sent and not charged."), "good")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    return to_report(campaign)


def _state(campaign: Campaign) -> dict[str, object]:
    figures, reasons = campaigns.figures(campaign), campaigns.reasons(campaign)
    return {
        "campaign": campaign,
        "figures": figures,
        "bar": labels.parts(figures),
        "reasons": labels.reasons(reasons, left_out=False),
        "left_out": labels.reasons(reasons, left_out=True),
        "responses": responses.of(campaign),
        "spent": campaign_costs.spent(campaign.id),
        "repeatable": repeats.of(campaign),
        "repeat": repeats.find(campaign),
        "left": campaigns.duration(campaign, figures.parts_left),
        "over": campaigns.over(campaign),
        "awaited": campaign.status in CampaignStatus.OPEN or campaign.n_sent + figures.waiting,
        "balance": my_account().balance,
        "worker_missing": campaign.status in CampaignStatus.RUNNING and worker_missing(),
    }


def _curve(campaign: Campaign) -> Curve | None:
    """How fast the texts arrived; None if that is not known (any more)."""
    found = arrivals.of(campaign)
    moments = [Moment(labels.short(arrived.after), arrived.share) for arrived in found]
    return curve(moment(campaign.launched_at, "HH:mm").split()[0], moments) if found else None


def _table(campaign: Campaign) -> Table:
    columns = [
        Column(pgettext("of a phone", "Number"), width=16),
        Column(_("First name")),
        Column(_("Last name")),
        Column(_("Status"), width=14),
        Column(_("Reason"), width=28),
        Column(_("Texts"), Kind.NUMBER, 8),
        Column(_("Price"), Kind.NUMBER, 12),
        Column(_("Sent"), Kind.MOMENT, 20),
        Column(pgettext("time of a text", "Last news"), Kind.MOMENT, 20),
        Column(_("Text"), width=60),
    ]
    return Table(_("Report"), columns, _blocks(campaign, len(columns)))


def _blocks(campaign: Campaign, width: int) -> Iterator[Sequence[Row]]:
    for page in campaigns.pages_of_messages(campaign):
        yield [
            (message.phone, first_name, last_name, *_facts(message))
            for message, first_name, last_name in page
        ]
    count, deleted_at = campaigns.deleted(campaign)
    if count and deleted_at:
        note = ngettext(
            "%(n)s message, whose number and text were deleted on %(day)s.",
            "%(n)s messages, whose numbers and texts were deleted on %(day)s.",
            count,
            n=count,
            day=day(deleted_at),
        )
        yield [(note, *[""] * (width - 1))]


def _facts(message: Message) -> tuple[Cell, ...]:
    label, _tone = labels.MESSAGE_STATUS[MessageStatus(message.status)]
    return (
        str(label),
        str(labels.why(message.status, message.reason)),
        message.parts,
        currencies.decimal(message.price, settings.currency),
        message.sent_at,
        message.final_at,
        message.text,
    )
