"""The messages of a campaign as a file."""

from collections.abc import Iterator, Sequence

from flask.typing import ResponseReturnValue

from promosms.language import day, ngettext, pgettext
from promosms.language import gettext as _
from promosms.lib.tables import Cell, Column, Kind, Row, Table
from promosms.models import Campaign, Message, MessageStatus
from promosms.services.auth.rights import Right
from promosms.services.campaigns import campaigns, responses
from promosms.settings import currencies, settings
from promosms.views import files
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import bp
from promosms.web.access import allow, fresh, owned


@bp.route("/campaigns/<public_id>/download")
@allow(Right.DOWNLOAD)
@fresh
def download(public_id: str) -> ResponseReturnValue:
    """All messages of the campaign as a file."""
    return files.answer(_table(owned(Campaign, public_id)), "report")


def _table(campaign: Campaign) -> Table:
    columns = [
        Column(pgettext("of a phone", "Number"), width=16),
        Column(_("First name")),
        Column(_("Last name")),
        Column(_("Country"), width=14),
        Column(_("Status"), width=14),
        Column(_("Reason"), width=28),
        Column(_("Texts"), Kind.NUMBER, 8),
        Column(_("Price"), Kind.NUMBER, 12),
        Column(_("Sent"), Kind.MOMENT, 20),
        Column(pgettext("time of a text", "Last news"), Kind.MOMENT, 20),
        Column(_("Replied"), width=10),
        Column(_("Opted out"), width=10),
        Column(_("Text"), width=60),
    ]
    return Table(_("Report"), columns, _blocks(campaign, len(columns)))


def _blocks(campaign: Campaign, width: int) -> Iterator[Sequence[Row]]:
    for page in campaigns.pages_of_messages(campaign):
        them = responses.among(campaign, [message.phone for message, *_names in page])
        yield [
            (message.phone, first_name, last_name, *_facts(message, them))
            for message, first_name, last_name, _recipient in page
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


def _facts(message: Message, them: responses.Responders) -> tuple[Cell, ...]:
    label, _tone = labels.MESSAGE_STATUS[MessageStatus(message.status)]
    return (
        labels.country(message.country),
        str(label),
        str(labels.why(message.status, message.reason)),
        message.parts,
        currencies.decimal(message.price, settings.currency),
        message.sent_at,
        message.final_at,
        _("yes") if message.phone in them.replied else "",
        _("yes") if message.phone in them.opted_out else "",
        message.text,
    )
