"""Batches of the API: one text with placeholders for many people."""

from flask import Blueprint

from promosms import queue
from promosms.extensions import csrf, db
from promosms.forms.api import shared
from promosms.forms.api.batches import BatchMessage, BatchOut, NewBatch
from promosms.forms.api.messages import Encoding
from promosms.lib.garbage import uncollected
from promosms.models import Scope
from promosms.services.api import batch_answers, batches, sandbox
from promosms.services.api.batch_answers import BatchAnswer
from promosms.services.api.batches import BatchRefused, BatchWish, ComposedBatch, Person
from promosms.services.api.composing import Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.views.api import refusals
from promosms.web.access import Access, allow, no_act
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_batches", __name__, url_prefix=f"{PREFIX}/messages/batch")
csrf.exempt(bp)


def _again(result: str, body: NewBatch) -> Answer:
    """The answer to a batch that was accepted before."""
    return _accepted(result, body)


@bp.post("")
@allow(Access.KEY)
@no_act
@endpoint(
    scope=Scope.SEND,
    body=NewBatch,
    gives={201: BatchOut, 200: BatchOut},
    fails=tuple(Refusal),
    once=_again,
)
def send(body: NewBatch, once: Once | None) -> Answer:
    """Send one text to many people.

    The answer 201 means that all texts are stored and their price is set aside. Who has opted out
    is left out, and costs nothing. With `dry_run` the answer is 200, with what would be sent.
    """
    with uncollected():
        return _send(body, once)


def _send(body: NewBatch, once: Once | None) -> Answer:
    key = caller.key()
    try:
        batch = batches.compose(caller.account(), _wish(body))
        if body.dry_run:
            return Answer(_out(batch_answers.preview(key, _checked(batch))))
        if not key.sandbox:
            return Answer(_out(_accept(batch, once)), 201)
        batches.check_price(batch)
        result = sandbox.accept_many(key, batch, once)
    except Refused as error:
        raise refusals.problem(error) from error
    except BatchRefused as error:
        raise refusals.problem_of_batch(error) from error
    return _accepted(result, body)


def _checked(batch: ComposedBatch) -> ComposedBatch:
    """As it would leave now; in the sandbox nobody has opted out, and nothing costs anything."""
    if caller.key().sandbox:
        batches.check_price(batch)
        return batch
    found = batches.without_opt_outs(caller.account(), batch)
    batches.check(db.session(), caller.account(), found)
    return found


def _accept(batch: ComposedBatch, once: Once | None) -> BatchAnswer:
    found = batches.accept(caller.key(), batch, once)
    if batch.send_at is None:
        for gateway_id in map(int, found.campaign.send_cursors):
            queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
    return batch_answers.accepted(found)


def _accepted(result: str, body: NewBatch) -> Answer:
    found = batch_answers.of_result(caller.key(), result, [one.to for one in body.messages])
    if found is None:
        raise Problem("done-and-deleted")
    return Answer(_out(found), 201)


def _wish(body: NewBatch) -> BatchWish:
    return BatchWish(
        text=body.text,
        people=[Person(one.to, one.reference, one.values) for one in body.messages],
        name=body.name,
        sender=body.sender,
        route=body.route,
        send_at=body.send_at,
        valid_hours=body.valid_hours or 0,
        max_price=None if body.max_price is None else shared.read(body.max_price),
        plain=body.plain,
        service=body.confirm_service,
    )


def _out(answer: BatchAnswer) -> BatchOut:
    return BatchOut(
        campaign=answer.campaign,
        status=answer.status,
        queued=answer.queued,
        skipped=len(answer.texts) - answer.queued,
        parts=sum(text.parts for text in answer.texts),
        price=shared.written(sum(text.price for text in answer.texts)),
        currency=shared.currency(),
        sandbox=answer.sandbox,
        messages=[
            BatchMessage(
                id=text.id,
                to=text.phone,
                reference=text.reference,
                status=text.status,
                reason=text.reason,
                text=text.text,
                sender=text.sender,
                country=text.country,
                parts=text.parts,
                encoding=Encoding(text.encoding),
                price=shared.written(text.price),
            )
            for text in answer.texts
        ],
    )
