"""Messages of the API: send one, see what becomes of it, cancel it."""

from collections.abc import Sequence

from flask import Blueprint, url_for

from promosms import queue
from promosms.extensions import csrf
from promosms.forms.api import shared
from promosms.forms.api.messages import (
    CostlyCharacter,
    Encoding,
    MessageOut,
    MessagePage,
    MessagePreview,
    MessageQuery,
    NewMessage,
)
from promosms.lib.together import Together
from promosms.models import MessageStatus, Scope
from promosms.services.api import accepting, composing, messages, sandbox
from promosms.services.api.composing import Composed, Refusal, Refused, Wish
from promosms.services.api.idempotency import Once
from promosms.services.api.messages import ApiText, Filter, OfBatch, TooLate
from promosms.views.api import cursors, refusals
from promosms.web.access import Access, allow, no_act
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_messages", __name__, url_prefix=f"{PREFIX}/messages")
csrf.exempt(bp)


def _again(result: str, _body: NewMessage) -> Answer:
    """The answer to a request that was done before."""
    text = messages.of_result(caller.key(), int(result.rpartition(":")[2]))
    if text is None:
        raise Problem("done-and-deleted")
    return _created(text)


@bp.post("")
@allow(Access.KEY)
@no_act
@endpoint(
    scope=Scope.SEND,
    body=NewMessage,
    gives={201: MessageOut, 200: MessagePreview},
    fails=tuple(Refusal),
    once=_again,
    together=True,
)
def send(body: NewMessage, once: Once | None) -> Answer:
    """Send a text to one person.

    The answer 201 means that the text is stored and its price set aside: it is not lost any more.
    Send an `Idempotency-Key`, and repeat the request with the same key if no answer comes.
    With `dry_run` the answer is 200, with what would be sent.
    """
    key, wish = caller.key(), _wish(body)
    try:
        if body.dry_run:
            composed = composing.compose(key.account_id, wish)
            accepting.dry_run(key, composed)
            return Answer(_preview(composed))
        if key.sandbox:
            return _created(messages.tried_text(sandbox.accept(key, wish, once)))
        text = accepting.accept(key, wish, once)
    except Refused as error:
        raise refusals.problem(error) from error
    if text.gateway_id is not None and text.send_at is None:
        _waking.ask(text.gateway_id)
    return _created(text)


def _wake_all(gateway_ids: Sequence[int]) -> Sequence[bool]:
    """Wake each gateway once for all texts that were accepted before."""
    woken = {
        gateway_id: queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
        for gateway_id in sorted({*gateway_ids})
    }
    return [woken[gateway_id] for gateway_id in gateway_ids]


_waking = Together(_wake_all, accepting.TOGETHER)


@bp.get("")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, query=MessageQuery, gives={200: MessagePage})
def index(query: MessageQuery) -> Answer:
    """List the texts that came by the API, the newest first.

    A sandbox key lists those of the sandbox.
    """
    wanted = Filter(query.reference, composing.number_in_filter(query.to))
    page = messages.page(caller.key(), cursors.read(query.cursor), query.limit, wanted)
    cursor = cursors.written(page.next_key)
    return Answer(MessagePage(messages=[text_out(text) for text in page.rows], next_cursor=cursor))


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: MessageOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read a text, and what has become of it."""
    text = messages.find_together(caller.key(), public_id)
    if text is None:
        raise Problem("not-found")
    return Answer(text_out(text))


@bp.post("/<public_id>/cancel")
@allow(Access.KEY)
@no_act
@endpoint(
    scope=Scope.SEND, gives={200: MessageOut}, fails=("not-found", "too-late", "part-of-a-batch")
)
def cancel(public_id: str) -> Answer:
    """Cancel a text that has not left.

    Its price is given back.
    """
    text = _found(public_id)
    if text.status == MessageStatus.CANCELLED:
        return Answer(text_out(text))
    try:
        messages.cancel(caller.key(), text)
    except OfBatch as error:
        raise Problem("part-of-a-batch") from error
    except TooLate as error:
        raise Problem("too-late", more={"message": _found(public_id).status.value}) from error
    return Answer(text_out(_found(public_id)))


def _found(public_id: str) -> ApiText:
    text = messages.find(caller.key(), public_id)
    if text is None:
        raise Problem("not-found")
    return text


def _created(text: ApiText) -> Answer:
    location = url_for("api_messages.show", public_id=text.id)
    return Answer(text_out(text), 201, {"Location": location})


def _wish(body: NewMessage) -> Wish:
    return Wish(
        to=body.to,
        text=body.text,
        sender=body.sender,
        route=body.route,
        reference=body.reference,
        send_at=body.send_at,
        valid_minutes=body.valid_minutes,
        max_price=None if body.max_price is None else shared.read(body.max_price),
        plain=body.plain,
        service=body.confirm_service,
    )


def text_out(text: ApiText) -> MessageOut:
    """A text as the API shows it."""
    return MessageOut(
        id=text.id,
        to=text.phone,
        text=text.text,
        sender=text.sender,
        country=text.country,
        reference=text.reference,
        status=text.status,
        reason=text.reason,
        parts=text.parts,
        encoding=Encoding(text.encoding),
        price=shared.written(text.price),
        currency=shared.currency(),
        sandbox=text.sandbox,
        created_at=text.created_at,
        send_at=text.send_at,
        valid_until=text.valid_until,
        sent_at=text.sent_at,
        final_at=text.final_at,
    )


def _preview(composed: Composed) -> MessagePreview:
    return MessagePreview(
        to=composed.phone,
        text=composed.text,
        sender=composed.sender,
        country=composed.country,
        parts=composed.parts,
        encoding=Encoding(composed.encoding),
        units=composed.units,
        costly_characters=[
            CostlyCharacter(character=char, plain=plain) for char, plain in composed.costly.items()
        ],
        price=shared.written(composed.price),
        currency=shared.currency(),
    )
