"""Requests of PromoSMS REST 3.2 that were done before: what became of them, from what is stored."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiKey, ApiMessage, Message, MessageStatus, SandboxMessage
from promosms.services.api import batches, message_ids, sandbox
from promosms.services.api.rest32.results import Done, skipped
from promosms.services.api.rest32.statuses import NotDone, Status


def done_before(key: ApiKey, result: str) -> Done:
    """The texts of a request by number; whoever is not among them was refused.

    `result` is what `idempotency` has kept. Raises NotDone if all of them were deleted since.
    """
    kind, _, name = result.partition(":")
    done = _tried(key, name) if kind == sandbox.RESULT else _real(key, kind, name)
    if not done:
        raise NotDone(Status.ONCE, "This was done, and what came of it was deleted since.")
    return done


def _tried(key: ApiKey, name: str) -> Done:
    query = select(SandboxMessage.phone, SandboxMessage.public_id).where(
        SandboxMessage.account_id == key.account_id, SandboxMessage.batch == name
    )
    return {
        phone: message_ids.SANDBOX_PREFIX + public_id
        for phone, public_id in db.session.execute(query)
    }


def _real(key: ApiKey, kind: str, name: str) -> Done:
    query = select(Message.phone, Message.id, Message.status, Message.reason).where(
        Message.account_id == key.account_id
    )
    if kind == batches.RESULT:
        query = query.where(Message.campaign_id == int(name))
    else:
        joined = query.join(ApiMessage, ApiMessage.message_id == Message.id)
        query = joined.where(ApiMessage.account_id == key.account_id, ApiMessage.request == name)
    rows = db.session.execute(query).all()
    ids = message_ids.encode([row.id for row in rows])
    return {
        row.phone: skipped(row.reason) if row.status == MessageStatus.SKIPPED else public_id
        for row, public_id in zip(rows, ids, strict=True)
    }
