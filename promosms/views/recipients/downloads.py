"""Recipients and opt-outs as files: all of them, a list, or what a page shows."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from promosms.models import Recipient, RecipientList
from promosms.services.recipients import exports, filters
from promosms.views import files
from promosms.views.recipients import tables as recipient_tables
from promosms.views.recipients.labels import NAMES
from promosms.web.access import Access, allow, fresh, my_account, owned

bp = Blueprint("downloads", __name__)


@bp.route("/recipients/download")
@allow(Access.MEMBER)
@fresh
def recipients() -> ResponseReturnValue:
    """All recipients, or those whom the page with the same query shows."""
    chosen = request.args.get("list", "")
    on_list = owned(RecipientList, chosen) if chosen else None
    found = filters.select_all(recipient_tables.search_of(request.args, on_list), Recipient.id)
    table = exports.recipients_table(my_account(), recipient_tables.labels(), found)
    return files.answer(table, "recipients")


@bp.route("/recipients/opt-outs/download")
@allow(Access.MEMBER)
@fresh
def opt_outs() -> ResponseReturnValue:
    """All opt-outs."""
    return files.answer(exports.opt_outs_table(my_account().id, NAMES), "opt-outs")
