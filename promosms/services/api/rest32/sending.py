"""Sending by PromoSMS REST 3.2: each recipient gets a text, or a status that says why not.

Few people get texts of their own, as by the other API; many become a campaign, as a batch does. In
both cases it is one transaction: what costs money is done for all who can be texted, or for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from promosms.models import Account, ApiKey, new_public_id
from promosms.services.api import accepting, batches, composing, idempotency, message_ids, sandbox
from promosms.services.api.batches import BatchWish, ComposedBatch, Person
from promosms.services.api.composing import Composed, Refused
from promosms.services.api.idempotency import Once
from promosms.services.api.rest32 import repeating, requests
from promosms.services.api.rest32.requests import Asked, Read
from promosms.services.api.rest32.results import Done, Result, in_order, skipped
from promosms.services.api.rest32.statuses import NotDone, Status
from promosms.services.webhooks import endpoints, report_endpoints
from promosms.sms import personalise

SINGLE = 20
"""So many people of a request get texts of their own; a shop that tells its three clerks of each
order makes no campaign each time."""
RESULT = "rest32"


@dataclass(frozen=True)
class Sent:
    """What became of a request: a result for each recipient, and the gateways to wake."""

    results: Sequence[Result]
    gateways: frozenset[int] = frozenset()


def send(key: ApiKey, account: Account, asked: Asked, once: Once | None) -> Sent:
    """Send a text; raises NotDone for what concerns all, and InProgress and OtherRequest.

    A request that was done before is not done again: its results are written anew.
    """
    try:
        idempotency.check(once)
        return _send(key, account, requests.read(account, asked), once)
    except idempotency.AlreadyDone as error:
        phones = requests.phones_of(account, asked)
        done = repeating.done_before(key, error.result)
        return Sent(in_order(phones, done, asked.user_indexes))
    except Refused as error:
        raise requests.not_done(error) from error


def _send(key: ApiKey, account: Account, read: Read, once: Once | None) -> Sent:
    done: Done = {}
    gateways: frozenset[int] = frozenset()
    if read.places:
        if read.asked.delivery_url and not key.sandbox:
            _will_be_called(key, read.asked.delivery_url)
        if key.sandbox:
            _try_out(key, account, read, once, done)
        elif len(read.places) <= SINGLE:
            gateways = _singles(key, account, read, once, done)
        else:
            gateways = _batch(key, account, read, once, done)
    return Sent(in_order(read.phones, done, read.asked.user_indexes), gateways)


def _will_be_called(key: ApiKey, url: str) -> None:
    """Let the server of the address be one that is called; raises NotDone."""
    try:
        report_endpoints.ensure(key.account_id, url, key.created_by)
    except endpoints.TooMany as error:
        raise NotDone(
            Status.DELIVERY_URL,
            f"The delivery addresses of the account lead to {report_endpoints.MOST} servers "
            "already. Delete one under Settings, Webhooks.",
        ) from error


def _singles(
    key: ApiKey, account: Account, read: Read, once: Once | None, done: Done
) -> frozenset[int]:
    """Texts to one person each; returns the gateways that have something to send now."""
    request, texts = new_public_id(), []
    for number, place in read.places.items():
        try:
            texts.append(_composed(account, read, number, place, request))
        except Refused as error:
            done[number] = requests.not_done(error)
    if not texts:
        return frozenset()
    accepted = accepting.accept_some(key, texts, once, f"{RESULT}:{request}")
    for composed, text in zip(texts, accepted, strict=True):
        done[composed.phone] = requests.not_done(text) if isinstance(text, Refused) else text.id
    now = [text for text in accepted if not isinstance(text, Refused) and text.send_at is None]
    return frozenset(text.gateway_id for text in now if text.gateway_id is not None)


def _composed(account: Account, read: Read, number: str, place: int, request: str) -> Composed:
    asked = read.asked
    wish = composing.Wish(
        to=number,
        text=read.text,
        sender=read.sender,
        route=read.route,
        reference=read.index(place),
        send_at=asked.send_at,
        service=asked.service,
    )
    composed = composing.compose(account.id, wish)
    return replace(composed, request=request, delivery_url=asked.delivery_url)


def _batch(
    key: ApiKey, account: Account, read: Read, once: Once | None, done: Done
) -> frozenset[int]:
    """A campaign; returns the gateways that have something to send now."""
    composed = _for_many(account, read, done)
    if not composed.drafts:
        return frozenset()
    checked = batches.without_opt_outs(account, composed)
    if not checked.queued:  # nothing is stored for nobody
        done |= _skipped(checked)
        return frozenset()
    found = batches.accept(key, composed, once)
    ids = message_ids.encode([found.ids[draft.phone] for draft in found.batch.drafts])
    done |= {draft.phone: name for draft, name in zip(found.batch.drafts, ids, strict=True)}
    done |= _skipped(found.batch)
    return frozenset() if composed.send_at else frozenset(map(int, found.campaign.send_cursors))


def _try_out(key: ApiKey, account: Account, read: Read, once: Once | None, done: Done) -> None:
    """Texts of the sandbox, which nobody gets."""
    composed = _for_many(account, read, done)
    if composed.drafts:
        result = sandbox.accept_many(key, composed, once)
        done |= repeating.done_before(key, result)


def _for_many(account: Account, read: Read, done: Done) -> ComposedBatch:
    asked = read.asked
    numbers = list(read.places)
    wish = BatchWish(
        text=personalise.literally(read.text),
        people=[Person(number, read.index(read.places[number]), {}) for number in numbers],
        sender=read.sender,
        route=read.route,
        send_at=asked.send_at,
        service=asked.service,
        request=new_public_id(),
        delivery_url=asked.delivery_url,
    )
    composed, refused = batches.compose_some(account, wish)
    done |= {numbers[place]: requests.not_done(error) for place, error in refused.items()}
    return composed


def _skipped(batch: ComposedBatch) -> Done:
    return {draft.phone: skipped(draft.reason) for draft in batch.drafts if draft.reason}
