"""Accepting a text of the API: what it costs is set aside and it is queued, in one transaction."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    ApiKey,
    ApiMessage,
    Message,
    Priority,
    new_public_id,
    now,
)
from promosms.services.accounts import trial
from promosms.services.api import composing, idempotency, messages
from promosms.services.api.composing import Composed, Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.services.api.messages import ApiText
from promosms.services.ledger import ledger
from promosms.services.recipients import activity, recipients
from promosms.services.sending import opt_outs

RESULT = "message"
OF_RECIPIENT = {Refusal.OPTED_OUT, Refusal.TRIAL_GUEST, Refusal.TRIAL_DAY}
"""Reasons against one recipient: others of the same request are texted all the same."""


def accept(key: ApiKey, composed: Composed, once: Once | None) -> ApiText:
    """Queue a text, and say how it stands; the caller wakes its gateway.

    Raises Refused, and what `idempotency.begin` raises, all before anything is written.
    """
    with transaction() as session:
        idempotency.begin(session, once)
        opt_outs.lock_shared(session, key.account_id)
        account = session.get_one(Account, key.account_id)
        text = _queue(session, key, account, composed)
        idempotency.finish(session, once, f"{RESULT}:{text.number}")
        return text


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
        account = session.get_one(Account, key.account_id)
        done = [_queue_or_refuse(session, key, account, composed) for composed in texts]
        if any(isinstance(each, ApiText) for each in done):
            idempotency.finish(session, once, result)
        return done


def _queue_or_refuse(
    session: Session, key: ApiKey, account: Account, composed: Composed
) -> ApiText | Refused:
    try:
        return _queue(session, key, account, composed)
    except Refused as error:
        if error.code not in OF_RECIPIENT:
            raise
        return error


def _queue(session: Session, key: ApiKey, account: Account, composed: Composed) -> ApiText:
    composing.check_recipient(account, composed)
    try:
        trial.take(session, account.id, 1)
    except trial.DayIsFull as error:
        raise Refused(Refusal.TRIAL_DAY) from error
    message = _message(composed, account.id)
    session.add(message)
    session.flush()
    own = _of_api(key, composed, message)
    session.add(own)
    _hold(account.id, message)
    activity.texted(session, account.id, composed.phone, now())
    session.flush()
    return messages.text_of(message, own)


def dry_run(key: ApiKey, composed: Composed) -> None:
    """Would the text be accepted now? In the sandbox always. Raises Refused; writes nothing."""
    if key.sandbox:
        return
    account = db.session.get_one(Account, key.account_id)
    composing.check_recipient(account, composed)
    if account.balance < composed.price:
        raise Refused(Refusal.BALANCE, missing=composed.price - account.balance)


def _message(composed: Composed, account_id: int) -> Message:
    return Message(
        account_id=account_id,
        gateway_id=composed.gateway_id,
        priority=Priority.API,
        recipient=recipients.owner_of(db.session(), account_id, composed.phone),
        phone=composed.phone,
        country=composed.country,
        sender=composed.sender,
        flash=composed.flash,
        text=composed.text,
        encoding=composed.encoding,
        parts=composed.parts,
        price=composed.price,
        next_attempt_at=composed.send_at,
    )


def _of_api(key: ApiKey, composed: Composed, message: Message) -> ApiMessage:
    return ApiMessage(
        message_id=message.id,
        account_id=key.account_id,
        key_id=key.id,
        reference=composed.reference,
        service_confirmed=composed.service_confirmed,
        valid_until=composed.valid_until,
        request=composed.request,
        delivery_url=composed.delivery_url,
    )


def _hold(account_id: int, message: Message) -> None:
    try:
        ledger.hold_text(account_id, message.id, message.price, new_public_id())
    except ledger.OverMonthlyLimit as error:
        raise Refused(Refusal.MONTH_LIMIT, missing=error.missing) from error
    except ledger.InsufficientBalance as error:
        raise Refused(Refusal.BALANCE, missing=error.missing) from error
