"""What is said about a batch: each of its texts, in the order in which the program named people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import (
    ApiKey,
    ApiMessage,
    CampaignStatus,
    Message,
    MessageStatus,
    SandboxMessage,
    table_of,
)
from promosms.services.api import batches, composing, message_ids, sandbox
from promosms.services.api.batches import AcceptedBatch, ComposedBatch

ROWS, OF_API = table_of(Message), table_of(ApiMessage)


@dataclass(frozen=True, slots=True)
class BatchText:
    """A text of a batch; `price` is in 1/10,000. It has no id before it is sent."""

    id: str | None
    phone: str
    reference: str
    status: MessageStatus
    reason: str
    text: str
    sender: str
    country: str
    parts: int
    encoding: str
    price: int


@dataclass(frozen=True)
class BatchAnswer:
    """A batch; `campaign` is the public id of the campaign that it has become, if it has."""

    texts: Sequence[BatchText]
    sandbox: bool
    campaign: str | None = None
    status: CampaignStatus | None = None

    @property
    def queued(self) -> int:
        """How many get a text."""
        return sum(text.status != MessageStatus.SKIPPED for text in self.texts)


def accepted(found: AcceptedBatch) -> BatchAnswer:
    """What was just stored."""
    numbers = [found.ids[draft.phone] for draft in found.batch.drafts]
    texts = _texts(found.batch, message_ids.encode(numbers))
    campaign = found.campaign
    return BatchAnswer(texts, False, campaign.public_id, CampaignStatus(campaign.status))


def preview(key: ApiKey, batch: ComposedBatch) -> BatchAnswer:
    """What would be sent."""
    return BatchAnswer(_texts(batch, [None] * len(batch.drafts)), key.sandbox)


def _texts(batch: ComposedBatch, ids: Sequence[str | None]) -> list[BatchText]:
    return [
        BatchText(
            id=public_id,
            phone=draft.phone,
            reference=person.reference,
            status=MessageStatus.SKIPPED if draft.reason else MessageStatus.QUEUED,
            reason=draft.reason,
            text=draft.text,
            sender=draft.sender,
            country=draft.country,
            parts=draft.parts,
            encoding=draft.encoding,
            price=draft.price,
        )
        for public_id, person, draft in zip(ids, batch.wish.people, batch.drafts, strict=True)
    ]


def of_result(key: ApiKey, result: str, numbers: Sequence[str]) -> BatchAnswer | None:
    """The batch that a request has made, with these numbers as the program has written them.

    None if it was deleted since.
    """
    name = result.partition(":")[2]
    answer = _tried(key, name) if key.sandbox else _sent(key, int(name))
    if answer is None or len(answer.texts) != len(numbers):
        return None
    by_phone = {text.phone: text for text in answer.texts}
    phones = [composing.number_of(number).e164 for number in numbers]
    texts = [by_phone[phone] for phone in phones if phone in by_phone]
    return BatchAnswer(texts, answer.sandbox, answer.campaign, answer.status)


def _sent(key: ApiKey, number: int) -> BatchAnswer | None:
    campaign = batches.of_result(key, number)
    if campaign is None:
        return None
    columns = ("phone", "status", "reason", "text", "sender", "country", "parts", "encoding")
    query = (
        select(ROWS.c.id, ROWS.c.price, OF_API.c.reference, *(ROWS.c[name] for name in columns))
        .join(OF_API, OF_API.c.message_id == ROWS.c.id)
        .where(ROWS.c.campaign_id == campaign.id)
    )
    rows = db.session.execute(query).all()
    ids = message_ids.encode([row.id for row in rows])
    texts = [_text(row, public_id) for row, public_id in zip(rows, ids, strict=True)]
    return BatchAnswer(texts, False, campaign.public_id, CampaignStatus(campaign.status))


def _text(row: Any, public_id: str) -> BatchText:
    return BatchText(
        id=public_id,
        phone=row.phone,
        reference=row.reference,
        status=MessageStatus(row.status),
        reason=row.reason,
        text=row.text,
        sender=row.sender,
        country=row.country,
        parts=row.parts,
        encoding=row.encoding,
        price=row.price,
    )


def _tried(key: ApiKey, name: str) -> BatchAnswer | None:
    query = select(SandboxMessage).where(
        SandboxMessage.account_id == key.account_id, SandboxMessage.batch == name
    )
    texts = [_tried_text(message) for message in db.session.scalars(query)]
    return BatchAnswer(texts, True) if texts else None


def _tried_text(message: SandboxMessage) -> BatchText:
    status, reason = sandbox.status_of(message)
    return BatchText(
        id=message_ids.SANDBOX_PREFIX + message.public_id,
        phone=message.phone,
        reference=message.reference,
        status=status,
        reason=reason,
        text=message.text,
        sender=message.sender,
        country=message.country,
        parts=message.parts,
        encoding=message.encoding,
        price=message.price,
    )
