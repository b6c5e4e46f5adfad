"""Recipients, consents and opt-outs as files: all of them, or those whom a page shows."""

from typing import TypeVar

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from promosms.models import Recipient, RecipientList, Segment
from promosms.services.recipients import consent_exports, exports, filters
from promosms.views import files
from promosms.views.recipients import tables as recipient_tables
from promosms.views.recipients.labels import NAMES
from promosms.web.access import Access, allow, fresh, my_account, owned

bp = Blueprint("downloads", __name__)
Asked = TypeVar("Asked")


@bp.route("/recipients/download")
@allow(Access.MEMBER)
@fresh
def recipients() -> ResponseReturnValue:
    """All recipients, or those whom the page with the same query shows."""
    # One that is gone, or of others, must not give the file with everybody.
    on_list, segment = _asked("list", RecipientList), _asked("segment", Segment)
    search = recipient_tables.search_of(request.args, on_list, segment)
    found = filters.select_all(search, Recipient.id)
    table = exports.recipients_table(my_account(), recipient_tables.labels(), found)
    return files.answer(table, "recipients")


@bp.route("/recipients/consents/download")
@allow(Access.MEMBER)
@fresh
def consents() -> ResponseReturnValue:
    """What everybody has said about promotions, also before, for whoever may ask for proof."""
    return files.answer(consent_exports.consents_table(my_account().id), "consents")


@bp.route("/recipients/opt-outs/download")
@allow(Access.MEMBER)
@fresh
def opt_outs() -> ResponseReturnValue:
    """All opt-outs."""
    return files.answer(exports.opt_outs_table(my_account().id, NAMES), "opt-outs")


def _asked(name: str, model: type[Asked]) -> Asked | None:
    """What the address names of this account, else 404; None if it names nothing."""
    public_id = request.args.get(name, "")
    return owned(model, public_id) if public_id else None
