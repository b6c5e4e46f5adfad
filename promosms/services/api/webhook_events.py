"""What webhooks send: each event as its endpoint gets it, written when it leaves.

Only ids leave, and with `with_details` numbers and the words of replies. What was deleted meanwhile
is not sent at all. `forms/api/webhooks.py` describes the same objects for the documentation.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from promosms.extensions import db
from promosms.lib import json_values
from promosms.models import (
    ApiMessage,
    Campaign,
    InboundMessage,
    Link,
    LowBalanceAlert,
    Message,
    Recipient,
    SandboxMessage,
    Suppression,
    WebhookEvent,
)
from promosms.services.api import message_ids
from promosms.services.webhooks.claiming import Claimed
from promosms.settings import settings

Members = dict[str, Any]
Written = Iterator[tuple[Claimed, Members]]
COUNTED = (
    *("sent", "delivered", "undelivered", "expired", "failed", "unknown", "skipped", "cancelled"),
)


def bodies(claimed: Sequence[Claimed]) -> dict[int, bytes]:
    """The body for each delivery, by its id; none for those whose subject is gone."""
    by_writer: dict[Callable[[list[Claimed]], Written], list[Claimed]] = defaultdict(list)
    for each in claimed:
        sandbox = each.endpoint.sandbox and each.event in MESSAGES
        by_writer[_tried if sandbox else WRITERS[each.event]].append(each)
    found: dict[int, bytes] = {}
    for write, some in by_writer.items():
        for each, data in write(some):
            at = json_values.moment(each.occurred_at)
            event = {"type": each.event, "timestamp": at, "data": data}
            found[each.id] = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return found


def _messages(some: list[Claimed]) -> Written:
    query = (
        select(
            *(Message.id, Message.account_id, Message.phone, Message.status, Message.reason),
            *(Message.parts, ApiMessage.reference, Campaign.public_id.label("campaign")),
        )
        .outerjoin(ApiMessage, ApiMessage.message_id == Message.id)
        .outerjoin(Campaign, Campaign.id == Message.campaign_id)
        .where(Message.id.in_(_subjects(some)))
    )
    rows = {(row.account_id, row.id): row for row in db.session.execute(query)}
    names = dict(zip(rows, message_ids.encode([number for _, number in rows]), strict=True))
    for each in some:
        key = each.account_id, each.subject_id
        if key in rows:
            row = rows[key]
            # Something later may be known by now, which is an event of its own.
            reason = row.reason if row.status == each.word else ""
            data = _text(names[key], each, row.reference or "", reason, row.parts, row.campaign)
            yield each, _with(each, data, to=row.phone)


def _tried(some: list[Claimed]) -> Written:
    query = select(SandboxMessage).where(SandboxMessage.id.in_(_subjects(some)))
    rows = {(row.account_id, row.id): row for row in db.session.scalars(query)}
    for each in some:
        if row := rows.get((each.account_id, each.subject_id)):
            name = message_ids.SANDBOX_PREFIX + row.public_id
            reason = "rejected" if each.word == "failed" else ""
            data = _text(name, each, row.reference, reason, row.parts, None)
            yield each, _with(each, data, to=row.phone)


def _text(
    name: str, each: Claimed, reference: str, reason: str, parts: int, campaign: str | None
) -> Members:
    return {
        "id": name,
        "reference": reference,
        "campaign_id": campaign,
        "status": each.word,
        "reason": reason,
        "parts": parts,
        "sandbox": each.endpoint.sandbox,
    }


def _replies(some: list[Claimed]) -> Written:
    query = select(InboundMessage).where(InboundMessage.id.in_(_subjects(some)))
    rows = {(row.account_id, row.id): row for row in db.session.scalars(query)}
    for each in some:
        if row := rows.get((each.account_id, each.subject_id)):
            data = {
                "id": row.public_id,
                "recipient_id": row.recipient,
                "kind": row.kind,
                "received_at": json_values.moment(row.received_at),
            }
            details = {"from_number": row.phone, "to_number": row.inbound_number, "text": row.text}
            yield each, _with(each, data, **details)


def _opt_outs(some: list[Claimed]) -> Written:
    query = (
        select(
            *(Suppression.id, Suppression.account_id, Suppression.phone, Suppression.created_at),
            Recipient.public_id.label("recipient"),
        )
        .outerjoin(
            Recipient,
            (Recipient.account_id == Suppression.account_id)
            & (Recipient.phone == Suppression.phone),
        )
        .where(Suppression.id.in_(_subjects(some)))
    )
    rows = {(row.account_id, row.id): row for row in db.session.execute(query)}
    for each in some:
        if row := rows.get((each.account_id, each.subject_id)):
            data = {
                "recipient_id": row.recipient,
                "source": each.word,
                "created_at": json_values.moment(row.created_at),
            }
            yield each, _with(each, data, phone=row.phone)


def _campaigns(some: list[Claimed]) -> Written:
    query = select(Campaign).where(Campaign.id.in_(_subjects(some)))
    rows = {(row.account_id, row.id): row for row in db.session.scalars(query)}
    for each in some:
        if row := rows.get((each.account_id, each.subject_id)):
            yield (
                each,
                {
                    "id": row.public_id,
                    "name": row.name,
                    "status": each.word,
                    **{name: getattr(row, f"n_{name}") for name in COUNTED},
                    "finished_at": row.finished_at and json_values.moment(row.finished_at),
                },
            )


def _balances(some: list[Claimed]) -> Written:
    ids = {each.account_id for each in some}
    query = select(LowBalanceAlert).where(LowBalanceAlert.account_id.in_(ids))
    below = {row.account_id: row.below for row in db.session.scalars(query)}
    for each in some:
        if each.account_id in below:
            amounts = {"balance": each.amount or 0, "below": below[each.account_id]}
            written = {name: json_values.amount(amount) for name, amount in amounts.items()}
            yield each, {**written, "currency": settings.currency}


def _openings(some: list[Claimed]) -> Written:
    query = (
        select(Link.id, Link.account_id, Link.target, Campaign.public_id)
        .join(Campaign, Campaign.id == Link.campaign_id)
        .where(Link.id.in_(_subjects(some)))
    )
    links = {(row.account_id, row.id): row for row in db.session.execute(query)}
    ids = {each.detail_id for each in some if each.detail_id}
    people = {
        (row.account_id, row.id): row
        for row in db.session.execute(
            select(Recipient.id, Recipient.account_id, Recipient.public_id, Recipient.phone).where(
                Recipient.id.in_(ids)
            )
        )
    }
    for each in some:
        link = links.get((each.account_id, each.subject_id))
        person = people.get((each.account_id, each.detail_id or 0))
        if link and person:
            data = {
                "campaign_id": link.public_id,
                "recipient_id": person.public_id,
                "url": link.target,
            }
            yield each, _with(each, data, phone=person.phone)


def _tests(some: list[Claimed]) -> Written:
    for each in some:
        yield each, {"words": "This is a test. Nothing has happened."}


MESSAGES = (WebhookEvent.MESSAGE_SENT, WebhookEvent.MESSAGE_FINISHED)
WRITERS: dict[WebhookEvent, Callable[[list[Claimed]], Written]] = {
    WebhookEvent.MESSAGE_SENT: _messages,
    WebhookEvent.MESSAGE_FINISHED: _messages,
    WebhookEvent.REPLY_RECEIVED: _replies,
    WebhookEvent.OPT_OUT_RECORDED: _opt_outs,
    WebhookEvent.CAMPAIGN_FINISHED: _campaigns,
    WebhookEvent.BALANCE_LOW: _balances,
    WebhookEvent.LINK_OPENED: _openings,
    WebhookEvent.TEST: _tests,
}


def _with(each: Claimed, data: Members, **details: object) -> Members:
    return {**data, **details} if each.endpoint.with_details else data


def _subjects(some: Sequence[Claimed]) -> set[int]:
    return {each.subject_id for each in some}
