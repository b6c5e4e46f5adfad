"""Claiming deliveries: which endpoints are due, and some of what waits for each of them.

A claim is a lease: `next_at` is when the delivery counts as waiting again, because whoever tries it
may be killed. Then it is tried twice; programs know it by its id.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Update, bindparam, or_, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.lib import encryption
from promosms.models import (
    Account,
    AccountStatus,
    DeliveryStatus,
    EndpointKind,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    now,
    table_of,
)
from promosms.services.webhooks import endpoints
from promosms.settings import settings

ENDPOINTS_TOGETHER = 200
MOST_LATE = 5000
ENDPOINTS, DELIVERIES = table_of(WebhookEndpoint), table_of(WebhookDelivery)
COLUMNS = (
    *("id", "account_id", "event", "subject_id", "detail_id", "amount", "word"),
    *("occurred_at", "until", "tries", "history"),
)


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as it is when something leaves."""

    id: int
    account_id: int
    kind: EndpointKind
    url: str
    keys: tuple[str, ...] = field(repr=False)
    with_details: bool
    sandbox: bool


@dataclass(frozen=True)
class Claimed:
    """A delivery that nobody else tries now; the fields are those of `WebhookDelivery`."""

    id: int
    account_id: int
    event: WebhookEvent
    subject_id: int
    detail_id: int | None
    amount: int | None
    word: str
    occurred_at: datetime
    until: datetime
    tries: int
    history: list[Any] = field(repr=False)
    endpoint: Endpoint


def due() -> bool:
    """Does anything wait that may be tried now?"""
    return db.session.execute(_due(now()).limit(1)).first() is not None


def claim(room: Callable[[int], int], after: int = 0) -> tuple[list[Claimed], int]:
    """Claim what is due, of each endpoint as many as `room` says; those after this id come first.

    Returns also the id of the last endpoint that was looked at, 0 when all were: so each gets its
    turn, however many there are.
    """
    moment = now()
    db.session.rollback()  # end the transaction, to read the newest rows
    query = _due(moment).where(ENDPOINTS.c.id > after).order_by(ENDPOINTS.c.id)
    found = db.session.execute(query.limit(ENDPOINTS_TOGETHER)).all()
    last = found[-1].id if len(found) == ENDPOINTS_TOGETHER else 0
    wanted = [(row, places) for row in found if (places := room(row.id)) > 0]
    if not wanted:
        return [], last
    claimed: list[Claimed] = []
    with transaction() as session:
        for row, places in wanted:
            _give_up_late(session, row, moment)
            claimed += _claim_of(session, _endpoint(row, moment), places, moment)
    return claimed, last


def _due(moment: datetime) -> Any:
    waits = select(DELIVERIES.c.id).where(
        DELIVERIES.c.endpoint_id == ENDPOINTS.c.id, DELIVERIES.c.next_at <= moment
    )
    return (
        select(ENDPOINTS)
        .join(Account, Account.id == ENDPOINTS.c.account_id)
        .where(
            ENDPOINTS.c.status == EndpointStatus.ACTIVE,
            Account.status == AccountStatus.ACTIVE,
            or_(ENDPOINTS.c.resume_at.is_(None), ENDPOINTS.c.resume_at <= moment),
            waits.exists(),
        )
    )


def _endpoint(row: Row[Any], moment: datetime) -> Endpoint:
    old = row.old_secret_until is not None and row.old_secret_until > moment
    secrets = [row.secret, row.old_secret] if old else [row.secret]
    decrypted = (encryption.decrypt(endpoints.SECRET, secret) for secret in secrets if secret)
    keys = tuple(key for key in decrypted if key)
    kind = EndpointKind(row.kind)
    return Endpoint(row.id, row.account_id, kind, row.url, keys, row.with_details, row.sandbox)


def _give_up_late(session: Session, row: Row[Any], moment: datetime) -> None:
    """Of an endpoint that has failed, give up what has been tried, or has waited, for a day."""
    if not row.failures:
        return
    late = (
        select(DELIVERIES.c.id)
        .where(
            DELIVERIES.c.endpoint_id == row.id,
            DELIVERIES.c.next_at <= moment,
            DELIVERIES.c.until <= moment,
        )
        .order_by(DELIVERIES.c.next_at, DELIVERIES.c.id)
        .limit(MOST_LATE)
    )
    session.execute(
        update_rows(WebhookDelivery)
        .where(WebhookDelivery.id.in_(late))
        .values(status=DeliveryStatus.FAILED, next_at=None, finished_at=moment)
    )


def _claim_of(
    session: Session, endpoint: Endpoint, places: int, moment: datetime
) -> Sequence[Claimed]:
    lease = moment + timedelta(seconds=settings.lease_seconds)
    values = {"endpoint": endpoint.id, "places": places, "now": moment, "lease": lease}
    rows = session.connection().execute(_claiming(on_sqlite()), values).all()
    return [
        Claimed(**{**row._mapping, "event": WebhookEvent(row.event)}, endpoint=endpoint)
        for row in sorted(rows, key=lambda row: row.id)
    ]


@lru_cache
def _claiming(_sqlite: bool) -> Update:
    some = (
        select(DELIVERIES.c.id)
        .where(
            DELIVERIES.c.endpoint_id == bindparam("endpoint"),
            DELIVERIES.c.next_at <= bindparam("now"),
        )
        .order_by(DELIVERIES.c.next_at, DELIVERIES.c.id)
        .limit(bindparam("places"))
        .with_for_update(skip_locked=True)
    )
    return (
        DELIVERIES.update()
        .where(DELIVERIES.c.id.in_(some))
        .values(next_at=bindparam("lease"))
        .returning(*(DELIVERIES.c[name] for name in COLUMNS))
    )
