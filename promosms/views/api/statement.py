"""The statement of the API: what has changed the balance, as on its page."""

from flask import Blueprint

from promosms.forms.api import shared
from promosms.forms.api.statement import StatementPage, StatementQuery, StatementRowOut
from promosms.lib.pages import Page
from promosms.models import Scope
from promosms.services.ledger import statement
from promosms.services.ledger.statement import StatementRow
from promosms.views.api import cursors
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint

bp = Blueprint("api_statement", __name__, url_prefix=PREFIX)


@bp.get("/statement")
@allow(Access.KEY)
@endpoint(scope=Scope.BILLING, query=StatementQuery, gives={200: StatementPage})
def index(query: StatementQuery) -> Answer:
    """List what has changed the balance, the newest first.

    Nothing changes it in the sandbox, so there it is empty.
    """
    after, key = cursors.read(query.cursor), caller.key()
    page: Page[StatementRow] = Page([], None)
    if not key.sandbox:
        page = statement.page(key.account_id, after, query.limit)
    return Answer(
        StatementPage(
            rows=[_out(row) for row in page.rows],
            currency=shared.currency(),
            next_cursor=cursors.written(page.next_key),
        )
    )


def _out(row: StatementRow) -> StatementRowOut:
    return StatementRowOut(
        at=row.at,
        kind=row.kind,
        amount=shared.written(row.amount),
        balance=shared.written(row.after),
        campaign=row.campaign.public_id if row.campaign else None,
        campaign_name=row.campaign.name if row.campaign else "",
        note=row.note,
    )
