"""Replies of the API: what people have answered."""

from flask import Blueprint

from promosms.forms.api.replies import ReplyOut, ReplyPage, ReplyQuery
from promosms.models import InboundKind, InboundMessage, Scope
from promosms.services.api import composing, replies
from promosms.views.api import cursors
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_replies", __name__, url_prefix=f"{PREFIX}/replies")


@bp.get("")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, query=ReplyQuery, gives={200: ReplyPage})
def index(query: ReplyQuery) -> Answer:
    """List what people have answered, the newest first.

    What is deleted after the time that the account has chosen is not there any more. The sandbox
    has no replies.
    """
    phone = composing.number_in_filter(query.from_number)
    page = replies.page(caller.key(), cursors.read(query.cursor), query.limit, phone)
    rows = [_out(reply) for reply in page.rows]
    return Answer(ReplyPage(replies=rows, next_cursor=cursors.written(page.next_key)))


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: ReplyOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read one reply, such as that of an event of a webhook."""
    reply = replies.find(caller.key(), public_id)
    if reply is None:
        raise Problem("not-found")
    return Answer(_out(reply))


def _out(reply: InboundMessage) -> ReplyOut:
    return ReplyOut(
        id=reply.public_id,
        from_number=reply.phone,
        to_number=reply.inbound_number,
        text=reply.text,
        kind=InboundKind(reply.kind),
        received_at=reply.received_at,
        read=reply.read_at is not None,
    )
