"""Claims: which messages a gateway's worker takes next, and its intent to submit them."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from promosms.config import setting
from promosms.database import transaction
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Lane,
    Message,
    MessageStatus,
    Suppression,
    now,
    table_of,
)
from promosms.services import counters, ledger
from promosms.services.suppressions import OPTED_OUT
from promosms.services.system_texts import unsealed

SLICE = 500
ROWS = table_of(Message)
# Written into the statement, so that the partial index of waiting messages is used.
QUEUED = literal(MessageStatus.QUEUED.value, literal_execute=True)


class Claimed(NamedTuple):
    """A message as its gateway needs it."""

    id: int
    account_id: int
    campaign_id: int | None
    lane: int
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    price: int
    attempts: int
    created_at: datetime


@dataclass
class Claim:
    """A slice of messages that belongs to one worker until its lease ends."""

    token: str
    gateway_id: int
    messages: list[Claimed] = field(default_factory=list)


def claim(gateway_id: int, most: int = SLICE) -> Claim | None:
    """Take the next slice for a gateway, at most `most` rows; None when nothing waits.

    System texts first, then tests, then the campaign of the account served least recently.
    """
    token = secrets.token_hex(16)
    with transaction() as session:
        gateway = session.get(Gateway, gateway_id, populate_existing=True)
        if gateway is None or gateway.status != GatewayStatus.ACTIVE:
            return None
        most = max(1, min(most, SLICE, gateway.rate))
        found = _take(session, gateway_id, token, most, _single(), (ROWS.c.lane, ROWS.c.id))
        if not found:
            found = _take_of_campaigns(session, gateway_id, token, most)
    return Claim(token, gateway_id, found) if found else None


def intend(claim: Claim, window: list[Claimed]) -> list[Claimed]:
    """Write down that these are about to be submitted; returns those that still may be.

    Left out are rows that the sweep has taken back (the lease ended while this process slept)
    and those whose number has opted out, whose campaign was stopped or whose account was
    suspended since the claim.
    """
    ids = [message.id for message in window]
    with transaction() as session:
        campaigns = select(Campaign.id).where(Campaign.status == CampaignStatus.SENDING)
        accounts = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
        lease = now() + timedelta(seconds=setting("LEASE_SECONDS"))
        intended = session.scalars(
            update(ROWS)
            .where(
                ROWS.c.id.in_(ids),
                ROWS.c.lease_token == claim.token,
                ROWS.c.status == MessageStatus.SENDING,
                or_(ROWS.c.campaign_id.is_(None), ROWS.c.campaign_id.in_(campaigns)),
                or_(ROWS.c.lane == Lane.SYSTEM, ROWS.c.account_id.in_(accounts)),
                ~_opted_out(),
            )
            .values(submitted_at=now(), lease_until=lease)
            .returning(ROWS.c.id)
        ).all()
        if len(intended) < len(ids):
            _drop_opted_out(session, claim.token, ids)
    allowed = set(intended)
    return [message for message in window if message.id in allowed]


def give_back(claim: Claim) -> int:
    """Return to the queue what was claimed but not begun; returns how many rows."""
    with transaction() as session:
        return requeue(session, Message.lease_token == claim.token)


def requeue(session: Session, which: ColumnElement[bool]) -> int:
    """Put claimed rows without intent back; those of a stopped campaign are withdrawn later."""
    rows = session.execute(
        update(Message)
        .where(which, Message.status == MessageStatus.SENDING, Message.submitted_at.is_(None))
        .values(status=MessageStatus.QUEUED, lease_token=None, lease_until=None)
        .returning(Message.campaign_id)
        .execution_options(synchronize_session=False)
    ).all()
    for campaign_id, number in Counter(row.campaign_id for row in rows).items():
        if campaign_id is not None:
            changes = {MessageStatus.SENDING: -number, MessageStatus.QUEUED: number}
            counters.move(session, campaign_id, changes)
    return len(rows)


def _take_of_campaigns(session: Session, gateway_id: int, token: str, most: int) -> list[Claimed]:
    waiting = exists().where(
        ROWS.c.campaign_id == Campaign.id, ROWS.c.gateway_id == gateway_id, *_ready()
    )
    query = (
        select(Campaign.id, Campaign.account_id)
        .join(Account, Account.id == Campaign.account_id)
        .where(
            Campaign.status == CampaignStatus.SENDING,
            Campaign.n_queued > 0,
            Account.status == AccountStatus.ACTIVE,
            waiting,
        )
        .order_by(Account.served_at.asc().nulls_first(), Campaign.id)
        .limit(1)
    )
    chosen = session.execute(query).first()
    if chosen is None:
        return []
    campaign_id, account_id = chosen
    status = session.scalar(
        select(Campaign.status).where(Campaign.id == campaign_id).with_for_update()
    )
    session.execute(update(Account).where(Account.id == account_id).values(served_at=now()))
    if status != CampaignStatus.SENDING:
        return []
    found = _take(session, gateway_id, token, most, ROWS.c.campaign_id == campaign_id)
    number = len(found)
    counters.move(
        session, campaign_id, {MessageStatus.QUEUED: -number, MessageStatus.SENDING: number}
    )
    _drop_opted_out(session, token, [message.id for message in found])
    return found


def _single() -> ColumnElement[bool]:
    active = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
    allowed = or_(ROWS.c.lane == Lane.SYSTEM, ROWS.c.account_id.in_(active))
    return and_(ROWS.c.campaign_id.is_(None), allowed)


def _ready() -> tuple[ColumnElement[bool], ...]:
    due = or_(ROWS.c.next_attempt_at.is_(None), ROWS.c.next_attempt_at <= now())
    return (ROWS.c.status == QUEUED, due)


def _take(
    session: Session,
    gateway_id: int,
    token: str,
    most: int,
    which: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]] = (ROWS.c.id,),
) -> list[Claimed]:
    chosen = (
        select(ROWS.c.id)
        .where(ROWS.c.gateway_id == gateway_id, which, *_ready())
        .order_by(*order)
        .limit(most)
        .with_for_update(skip_locked=True)
        # As a plain subquery PostgreSQL may run it again for each row, and take too many.
        .cte("chosen")
    )
    lease = now() + timedelta(seconds=setting("LEASE_SECONDS"))
    rows = session.execute(
        update(ROWS)
        .where(ROWS.c.id.in_(select(chosen.c.id)), ROWS.c.status == MessageStatus.QUEUED)
        .values(
            status=MessageStatus.SENDING,
            lease_token=token,
            lease_until=lease,
            submitted_at=None,
            attempts=ROWS.c.attempts + 1,
        )
        .returning(*(ROWS.c[name] for name in Claimed._fields), ROWS.c.sealed)
    ).all()
    return sorted((_claimed(row) for row in rows), key=lambda m: (m.lane, m.id))


def _claimed(row: Row[Any]) -> Claimed:
    message = Claimed._make(row[:-1])
    sealed: bytes | None = row[-1]
    return message._replace(text=unsealed(sealed) or message.text) if sealed else message


def _opted_out() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Suppression.account_id == ROWS.c.account_id,
            Suppression.phone == ROWS.c.phone,
            ROWS.c.campaign_id.is_not(None),
        )
        .correlate(ROWS)
    )


def _drop_opted_out(session: Session, token: str, ids: list[int]) -> None:
    dropped = session.execute(
        update(Message)
        .where(
            Message.id.in_(ids),
            Message.lease_token == token,
            Message.status == MessageStatus.SENDING,
            Message.submitted_at.is_(None),
            _opted_out(),
        )
        .values(status=MessageStatus.SKIPPED, reason=OPTED_OUT, final_at=now(), lease_token=None)
        .returning(Message.id, Message.campaign_id, Message.price)
        .execution_options(synchronize_session=False)
    ).all()
    for message_id, campaign_id, price in dropped:
        assert campaign_id is not None
        counters.move(session, campaign_id, {MessageStatus.SENDING: -1, MessageStatus.SKIPPED: 1})
        ledger.release(campaign_id, price, f"release:message:{message_id}")
