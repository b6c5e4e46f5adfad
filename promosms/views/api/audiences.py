"""Whom texts can go to: lists, segments, and who has opted out."""

from flask import Blueprint

from promosms.extensions import csrf, db
from promosms.forms.api.audiences import (
    ListsOut,
    NewOptOut,
    OptOut,
    OptOutPage,
    OptOutQuery,
    SegmentOut,
    SegmentsOut,
)
from promosms.models import Scope, Suppression, SuppressionSource
from promosms.services.api import composing
from promosms.services.api.composing import Refused
from promosms.services.recipients import lists, suppression_list
from promosms.services.recipients.segments import counts, segments
from promosms.services.sending import opt_outs
from promosms.views.api import refusals
from promosms.views.api.lists import out as list_out
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_audiences", __name__, url_prefix=PREFIX)
csrf.exempt(bp)


@bp.get("/lists")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: ListsOut})
def all_lists() -> Answer:
    """List the lists of recipients.

    The sandbox has none.
    """
    found = [] if caller.key().sandbox else lists.all_of(caller.key().account_id)
    return Answer(ListsOut(lists=[list_out(one) for one in found]))


@bp.get("/segments")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: SegmentsOut})
def all_segments() -> Answer:
    """List the saved filters of recipients.

    The sandbox knows none of them.
    """
    account_id = caller.key().account_id
    found = [] if caller.key().sandbox else segments.all_of(account_id)
    sizes = counts.of(account_id, found)
    rows = [
        SegmentOut(
            id=one.public_id,
            name=one.name,
            size=sizes[one.id].people,
            about=sizes[one.id].about,
        )
        for one in found
    ]
    return Answer(SegmentsOut(segments=rows))


@bp.get("/opt-outs")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, query=OptOutQuery, gives={200: OptOutPage})
def index(query: OptOutQuery) -> Answer:
    """List who gets no texts of the account, the newest first.

    In the sandbox nobody has opted out.
    """
    if caller.key().sandbox:
        return Answer(OptOutPage(opt_outs=[], next_cursor=None))
    account_id = caller.key().account_id
    if query.to:
        number = composing.number_in_filter(query.to)
        found = suppression_list.of_number(account_id, number)
        rows = [] if found is None else [_out(found)]
        return Answer(OptOutPage(opt_outs=rows, next_cursor=None))
    page = suppression_list.page(account_id, after=query.cursor)
    cursor = None if page.next_key is None else str(page.next_key)
    return Answer(OptOutPage(opt_outs=[_out(row) for row in page.rows], next_cursor=cursor))


@bp.post("/opt-outs")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND,
    body=NewOptOut,
    gives={200: OptOut},
    fails=("invalid-number", "not-in-sandbox"),
)
def add(body: NewOptOut) -> Answer:
    """Note that a person wants no more texts.

    When the answer comes nothing more is sent to them, and what waits is not sent. Only they can
    take it back, by texting START.
    """
    if caller.key().sandbox:
        raise Problem("not-in-sandbox")
    account_id = caller.key().account_id
    try:
        number = composing.number_of(body.to).e164
    except Refused as error:
        raise refusals.problem(error) from error
    opt_outs.opt_out(account_id, number, SuppressionSource.HAND)
    db.session.expire_all()
    found = suppression_list.of_number(account_id, number)
    if found is None:  # lifted again at this moment
        raise Problem("unavailable")
    return Answer(_out(found))


def _out(suppression: Suppression) -> OptOut:
    return OptOut(
        to=suppression.phone,
        source=SuppressionSource(suppression.source),
        since=suppression.created_at,
    )
