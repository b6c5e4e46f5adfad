"""Recipients, consents and opt-outs as files: all of them, or those whom a page shows."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from promosms.models import Recipient, WorkbookKind
from promosms.services.auth.rights import Right
from promosms.services.recipients import consent_exports, exports, filters
from promosms.services.recipients.filters import Search
from promosms.views.recipients import tables as recipient_tables
from promosms.views.recipients import workbooks
from promosms.views.recipients.labels import NAMES
from promosms.web.access import allow, fresh, my_account

bp = Blueprint("downloads", __name__)


@bp.route("/recipients/download")
@allow(Right.DOWNLOAD)
@fresh
def recipients() -> ResponseReturnValue:
    """All recipients, or those whom the page with the same query shows."""
    search = workbooks.search_of(request.args.get)
    found = filters.select_all(search, Recipient.id)
    table = exports.recipients_table(my_account(), recipient_tables.labels(), found)
    return workbooks.answer(table, WorkbookKind.RECIPIENTS, search)


@bp.route("/recipients/consents/download")
@allow(Right.DOWNLOAD)
@fresh
def consents() -> ResponseReturnValue:
    """What everybody has said about promotions, also before, for whoever may ask for proof."""
    table = consent_exports.consents_table(my_account().id)
    return workbooks.answer(table, WorkbookKind.CONSENTS, Search(my_account().id))


@bp.route("/recipients/opt-outs/download")
@allow(Right.DOWNLOAD)
@fresh
def opt_outs() -> ResponseReturnValue:
    """All opt-outs."""
    table = exports.opt_outs_table(my_account().id, NAMES)
    return workbooks.answer(table, WorkbookKind.OPT_OUTS, Search(my_account().id))
