"""Accepting a text of the API: what it costs is set aside and it is queued, in one transaction."""

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
from promosms.services.api import composing, idempotency
from promosms.services.api.composing import Composed, Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.services.gateways import routing
from promosms.services.ledger import ledger
from promosms.services.recipients import activity, recipients
from promosms.services.sending import opt_outs

RESULT = "message"


def accept(key: ApiKey, composed: Composed, once: Once | None) -> Message:
    """Queue a text; the caller wakes its gateway.

    Raises Refused, and what `idempotency.begin` raises, all before anything is written.
    """
    with transaction() as session:
        idempotency.begin(session, once)
        opt_outs.lock_shared(session, key.account_id)
        account = session.get_one(Account, key.account_id)
        composing.check_recipient(account, composed)
        gateway_id = routing.gateway_for(composed.route.id, composed.country)
        if gateway_id is None:
            raise Refused(Refusal.COUNTRY, "to", country=composed.country)
        try:
            trial.take(session, account.id, 1)
        except trial.DayIsFull as error:
            raise Refused(Refusal.TRIAL_DAY) from error
        message = _message(composed, account.id, gateway_id)
        session.add(message)
        session.flush()
        session.add(_of_api(key, composed, message))
        _hold(account.id, message)
        activity.texted(session, account.id, composed.phone, now())
        idempotency.finish(session, once, f"{RESULT}:{message.id}")
        return message


def dry_run(key: ApiKey, composed: Composed) -> None:
    """Would the text be accepted now? Raises Refused; nothing is written."""
    account = db.session.get_one(Account, key.account_id)
    composing.check_recipient(account, composed)
    if not key.sandbox and account.balance < composed.price:
        raise Refused(Refusal.BALANCE, missing=composed.price - account.balance)


def _message(composed: Composed, account_id: int, gateway_id: int) -> Message:
    return Message(
        account_id=account_id,
        gateway_id=gateway_id,
        priority=Priority.API,
        recipient=recipients.owner_of(db.session(), account_id, composed.phone),
        phone=composed.phone,
        country=composed.country,
        sender=composed.sender,
        flash=composed.route.flash,
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
        valid_until=composed.valid_until,
    )


def _hold(account_id: int, message: Message) -> None:
    try:
        ledger.hold_text(account_id, message.id, message.price, new_public_id())
    except ledger.OverMonthlyLimit as error:
        raise Refused(Refusal.MONTH_LIMIT, missing=error.missing) from error
    except ledger.InsufficientBalance as error:
        raise Refused(Refusal.BALANCE, missing=error.missing) from error
