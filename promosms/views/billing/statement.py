"""The statement of an account, as a page and as a file, and the costs of a campaign."""

from collections.abc import Iterator, Sequence
from itertools import islice

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from promosms.forms.statement import Filters
from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.lib.tables import Column, Kind, Row, Table
from promosms.models import Campaign
from promosms.services.auth.rights import Right
from promosms.services.invoices import seller
from promosms.services.ledger import statement as services
from promosms.services.ledger.statement import StatementFilter, Topic
from promosms.services.privacy import policies
from promosms.settings import currencies, settings
from promosms.views import files
from promosms.views.billing import statement_labels
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, my_account, owned

BLOCK = 1_000


@bp.route("")
@allow(Right.LOOK)
def statement() -> ResponseReturnValue:
    """Balance, money set aside, and the ledger."""
    filters, before = Filters(request.args, my_account()), request.args.get("before", type=int)
    account_id = my_account().id
    page = services.page(account_id, before, filters=filters.values)
    return render_template(
        "billing/statement.html",
        account=my_account(),
        rows=page.rows,
        totals=services.totals(account_id),
        first=before is not None,
        further=page.next_key,
        filters=filters,
        topics=_topics(),
        labels=statement_labels,
        for_sale=seller.seller() is not None,
        operator_email=policies.operator().email,
    )


@bp.route("/campaigns/<public_id>")
@allow(Right.LOOK)
def campaign(public_id: str) -> ResponseReturnValue:
    """The costs of a campaign by country, parts and price."""
    campaign = owned(Campaign, public_id)
    row = services.of_campaign(campaign)
    if row is None:
        abort(404)
    return render_template(
        "billing/campaign.html", campaign=campaign, change=row, labels=statement_labels
    )


@bp.route("/statement/download")
@allow(Right.LOOK)
def download() -> ResponseReturnValue:
    """The statement as a file, with the filters of the page."""
    filters = Filters(request.args, my_account()).values
    return files.answer(_table(my_account().id, filters), "statement")


def _table(account_id: int, filters: StatementFilter) -> Table:
    """Amounts have no separators of thousands, so that any spreadsheet reads them."""
    columns = [
        Column(_("Date"), Kind.MOMENT, 20),
        Column(_("What"), width=32),
        Column(_("Why"), width=32),
        Column(pgettext("of the balance", "Change"), Kind.NUMBER, 12),
        Column(_("Balance"), Kind.NUMBER, 12),
        Column(_("Currency"), width=10),
        Column(_("Invoice")),
    ]
    return Table(_("Statement"), columns, _blocks(account_id, filters))


def _blocks(account_id: int, filters: StatementFilter) -> Iterator[Sequence[Row]]:
    rows = services.all_rows(account_id, filters)
    while block := list(islice(rows, BLOCK)):
        yield [
            (
                row.at,
                str(statement_labels.title(row)),
                str(statement_labels.reason(row)),
                currencies.decimal(row.amount, settings.currency),
                currencies.decimal(row.after, settings.currency) if filters.whole else "",
                settings.currency,
                row.invoice.label if row.invoice else "",
            )
            for row in block
        ]


def _topics() -> dict[str, str]:
    return {
        Topic.ALL: _("Everything"),
        Topic.TOP_UPS: _("Top-ups and refunds"),
        Topic.CAMPAIGNS: _("Campaigns"),
        Topic.TEXTS: _("Single texts"),
        Topic.CORRECTIONS: _("Corrections"),
    }
