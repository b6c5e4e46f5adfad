"""Accepting texts of the API: what they cost is set aside and they are queued, in one transaction.

Requests that come at the same moment share a transaction, also those of several accounts: each is
accepted or refused for itself. An answer is given after the commit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.db.upsert_rows import insert_rows
from promosms.extensions import db
from promosms.lib.together import Together
from promosms.models import ApiKey, ApiMessage, Message, MessageStatus, Priority, now, table_of
from promosms.services.api import composing, deciding, idempotency, message_ids
from promosms.services.api.composing import Composed, Offer, Refusal, Refused, Wish
from promosms.services.api.deciding import Wanted
from promosms.services.api.idempotency import Once
from promosms.services.api.messages import ApiText
from promosms.services.ledger import text_holds
from promosms.services.ledger.text_holds import TextHold
from promosms.services.recipients import activity
from promosms.services.sending import opt_outs

RESULT = "message"
OF_RECIPIENT = {Refusal.OPTED_OUT, Refusal.TRIAL_GUEST, Refusal.TRIAL_DAY}
"""Reasons against one recipient: others of the same request are texted all the same."""
TOGETHER = 50
"""So many requests share a transaction."""
OWN_COLUMNS = (
    *("message_id", "account_id", "key_id", "reference", "service_confirmed"),
    *("valid_until", "request", "delivery_url", "created_at"),
)
ROWS = table_of(Message)
_ADD = insert(ROWS).returning(ROWS.c.id, sort_by_parameter_order=True)


class _Asked(NamedTuple):
    """A request that wants a text to be sent."""

    key: ApiKey
    wish: Wish
    once: Once | None


def accept(key: ApiKey, wish: Wish, once: Once | None) -> ApiText:
    """Queue a text, and say how it stands; the caller wakes its gateway.

    Raises Refused, and what `idempotency.begin` raises, all before anything is written.
    """
    outcome = _accepting.ask(_Asked(key, wish, once))
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def accept_some(
    key: ApiKey, texts: Sequence[Composed], once: Once | None, result: str
) -> list[ApiText | Refused]:
    """Queue those texts that may be sent, in one transaction; the caller wakes their gateways.

    Each of the others is given with the reason why its recipient gets none. `result` is what came
    of the request, for `idempotency`; one of which nothing was queued is not done. Raises what
    concerns all: Refused for money and limits, and what `idempotency.begin` raises.
    """
    with transaction() as session:
        idempotency.begin(session, once)
        opt_outs.lock_shared(session, key.account_id)
        done = _queue(session, [Wanted(key, composed) for composed in texts])
        for each in done:
            if isinstance(each, Refused) and each.code not in OF_RECIPIENT:
                raise each
        if any(isinstance(each, ApiText) for each in done):
            idempotency.finish(session, once, result)
        return done


def dry_run(key: ApiKey, composed: Composed) -> None:
    """Would the text be accepted now? In the sandbox always. Raises Refused; writes nothing."""
    if not key.sandbox:
        [decided] = deciding.decide_dry(db.session(), [Wanted(key, composed)])
        if decided.refused is not None:
            raise decided.refused


def _accept_all(asked: Sequence[_Asked]) -> list[ApiText | Exception]:
    """Accept or refuse each of these. When it raises an error, nothing has changed."""
    written = False
    try:
        with (
            row_security.bypass("texts of several accounts are accepted together"),
            transaction() as session,
        ):
            outcomes = _accept_each(session, asked)
            written = True
    except Exception as error:
        if not written:
            raise
        # Nobody knows whether it was committed: whoever tried again could do it twice.
        return [error] * len(asked)
    return outcomes


_accepting = Together(_accept_all, TOGETHER)


def _accept_each(session: Session, asked: Sequence[_Asked]) -> list[ApiText | Exception]:
    begun = idempotency.begin_all(session, [each.once for each in asked])
    outcomes: dict[int, ApiText | Exception] = {
        place: error for place, error in enumerate(begun) if error is not None
    }
    wanted: dict[int, Wanted] = {}
    offer = Offer()
    for place, each in enumerate(asked):
        if place not in outcomes:
            try:
                composed = composing.compose(each.key.account_id, each.wish, offer)
                wanted[place] = Wanted(each.key, composed)
            except Refused as error:
                outcomes[place] = error
    opt_outs.lock_shared(session, *{each.key.account_id for each in wanted.values()})
    outcomes |= zip(wanted, _queue(session, [*wanted.values()]), strict=True)
    results = [
        (once, f"{RESULT}:{text.number}")
        for place, text in outcomes.items()
        if isinstance(text, ApiText) and (once := asked[place].once) is not None
    ]
    idempotency.finish_all(session, results)
    return [outcomes[place] for place in range(len(asked))]


def _queue(session: Session, wanted: Sequence[Wanted]) -> list[ApiText | Refused]:
    """Queue those texts that may be sent, and set their prices aside."""
    if not wanted:
        return []
    decided = deciding.decide(session, wanted)
    good = [
        (each, one.recipient)
        for each, one in zip(wanted, decided, strict=True)
        if one.refused is None
    ]
    texts = iter(_store(session, good))
    return [next(texts) if one.refused is None else one.refused for one in decided]


def _store(session: Session, good: Sequence[tuple[Wanted, str | None]]) -> list[ApiText]:
    if not good:
        return []
    moment = now()
    rows = [_message(each, recipient, moment) for each, recipient in good]
    ids = session.connection().execute(_ADD, rows).scalars().all()
    wanted = [each for each, _ in good]
    own = [_own(each, number, moment) for each, number in zip(wanted, ids, strict=True)]
    insert_rows(session, table_of(ApiMessage), OWN_COLUMNS, own)
    text_holds.hold_all(
        session,
        [
            TextHold(each.key.account_id, number, each.composed.price)
            for each, number in zip(wanted, ids, strict=True)
        ],
    )
    activity.texted_all(session, [each.number for each in wanted], moment)
    names = message_ids.encode(ids)
    return [_text(*each, moment) for each in zip(wanted, ids, names, strict=True)]


def _message(wanted: Wanted, recipient: str | None, moment: datetime) -> dict[str, Any]:
    composed = wanted.composed
    return {
        "account_id": wanted.key.account_id,
        "gateway_id": composed.gateway_id,
        "priority": Priority.API,
        "recipient": recipient,
        "phone": composed.phone,
        "country": composed.country,
        "sender": composed.sender,
        "flash": composed.flash,
        "text": composed.text,
        "encoding": composed.encoding,
        "parts": composed.parts,
        "price": composed.price,
        "next_attempt_at": composed.send_at,
        "created_at": moment,
    }


def _own(wanted: Wanted, number: int, moment: datetime) -> tuple[Any, ...]:
    key, composed = wanted
    return (
        *(number, key.account_id, key.id, composed.reference, composed.service_confirmed),
        *(composed.valid_until, composed.request, composed.delivery_url, moment),
    )


def _text(wanted: Wanted, number: int, name: str, moment: datetime) -> ApiText:
    composed = wanted.composed
    return ApiText(
        id=name,
        number=number,
        phone=composed.phone,
        country=composed.country,
        sender=composed.sender,
        text=composed.text,
        encoding=composed.encoding,
        parts=composed.parts,
        price=composed.price,
        status=MessageStatus.QUEUED,
        reason="",
        reference=composed.reference,
        sandbox=False,
        created_at=moment,
        send_at=composed.send_at,
        valid_until=composed.valid_until,
        sent_at=None,
        final_at=None,
        gateway_id=composed.gateway_id,
    )
