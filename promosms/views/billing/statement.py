"""The statement: balance, what is set aside, and every movement."""

from collections.abc import Iterator
from decimal import Decimal

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from promosms.forms.statement import Filters
from promosms.language import gettext as _
from promosms.language import timezone
from promosms.models import Campaign
from promosms.services.invoices import seller
from promosms.services.ledger import statement as ledger_lines
from promosms.services.ledger import statement_labels
from promosms.services.ledger.statement import Line, Topic
from promosms.services.privacy import policies
from promosms.settings import settings
from promosms.views.billing.blueprint import bp
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import Access, allow, my_account, owned


@bp.route("")
@allow(Access.MEMBER)
def statement() -> ResponseReturnValue:
    """Balance, what is set aside, and every movement."""
    filters, before = Filters(request.args), request.args.get("before", type=int)
    account_id = my_account().id
    lines = ledger_lines.lines(account_id, before, ledger_lines.PAGE + 1, filters.wanted)
    return render_template(
        "billing/statement.html",
        account=my_account(),
        lines=lines[: ledger_lines.PAGE],
        totals=ledger_lines.totals(account_id),
        first=before is not None,
        further=lines[ledger_lines.PAGE - 1].id if len(lines) > ledger_lines.PAGE else None,
        filters=filters,
        topics=_topics(),
        words=statement_labels,
        for_sale=seller.seller() is not None,
        operator_email=policies.operator().email,
    )


@bp.route("/campaigns/<public_id>")
@allow(Access.MEMBER)
def campaign(public_id: str) -> ResponseReturnValue:
    """What a campaign cost: countries, parts, prices."""
    found = owned(Campaign, public_id)
    line = ledger_lines.of_campaign(found)
    if line is None:
        abort(404)
    return render_template(
        "billing/campaign.html", campaign=found, line=line, words=statement_labels
    )


@bp.route("/statement.csv")
@allow(Access.MEMBER)
def download() -> ResponseReturnValue:
    """The statement as a file, with the filters of the page."""
    wanted = Filters(request.args).wanted
    return recipient_tables.csv_file(_rows(my_account().id, wanted), "statement.csv")


def _rows(account_id: int, wanted: ledger_lines.Wanted) -> Iterator[list[str | Decimal]]:
    """Amounts with a point and without separators, which every spreadsheet can be told to read."""
    yield [
        _("Date"),
        _("What"),
        _("Why"),
        _("Change"),
        _("Balance"),
        _("Currency"),
        _("Invoice"),
    ]
    zone = timezone()
    for line in ledger_lines.every_line(account_id, wanted):
        yield [
            line.at.astimezone(zone).isoformat(timespec="seconds"),
            statement_labels.title(line),
            statement_labels.reason(line),
            _plain(line.amount),
            _plain(line.after) if wanted.whole else "",
            settings.currency,
            _invoice(line),
        ]


def _invoice(line: Line) -> str:
    return line.invoice.label if line.invoice else ""


def _plain(units: int) -> Decimal:
    return (Decimal(units) / 10_000).quantize(Decimal("0.0001"))


def _topics() -> dict[str, str]:
    return {
        Topic.ALL: _("Everything"),
        Topic.TOP_UPS: _("Top-ups and refunds"),
        Topic.CAMPAIGNS: _("Campaigns"),
        Topic.TEXTS: _("Single texts"),
        Topic.CORRECTIONS: _("Corrections"),
    }
