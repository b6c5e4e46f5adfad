"""The log of an endpoint: what it was told, and to tell it again."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, TextClause, select, text

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import DeliveryStatus, EndpointStatus, WebhookDelivery, WebhookEndpoint, now
from promosms.services.webhooks import event_ids
from promosms.services.webhooks.endpoints import LOCKED
from promosms.services.webhooks.noting import LONGEST

SIZE = 20
MOST_AGAIN = 10_000
"""So many are sent again by one request."""
OVER = text("webhook_deliveries.status IN ('failed', 'dropped')")
"""What did not arrive, in the words of its index."""


def page(
    endpoint: WebhookEndpoint, after: int | None, status: DeliveryStatus | None = None
) -> Page[WebhookDelivery]:
    """A page of deliveries, the newest first."""
    query = select(WebhookDelivery).where(_of(endpoint))
    if status is not None:
        query = query.where(WebhookDelivery.status == status, *_by_index(status))
    rows = db.session.scalars(select_page(query, WebhookDelivery.id, after, SIZE)).all()
    return page_of(rows, SIZE, lambda row: row.id)


def find(account_id: int, event_id: str) -> tuple[WebhookEndpoint, WebhookDelivery] | None:
    """The endpoint and the delivery of an event of the account, by the id that programs see."""
    numbers = event_ids.decode(event_id)
    if not numbers:
        return None
    query = (
        select(WebhookEndpoint, WebhookDelivery)
        .join(WebhookDelivery, WebhookDelivery.endpoint_id == WebhookEndpoint.id)
        .where(WebhookDelivery.account_id == account_id, WebhookDelivery.id.in_(numbers))
    )
    found = db.session.execute(query).first()
    return None if found is None else (found[0], found[1])


def next_try(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> datetime | None:
    """When it is tried next; None if it is over. An endpoint that fails rests."""
    if delivery.next_at is None:
        return None
    return max(delivery.next_at, endpoint.resume_at or delivery.next_at)


def again(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> bool:
    """Send an event once more, with its id; False while it waits, or the endpoint is off."""
    return bool(_again(endpoint, select(WebhookDelivery.id).where(_is(delivery), _ended())))


def all_again(endpoint: WebhookEndpoint) -> int:
    """Send again what did not arrive, the oldest first; returns how many, at most thousands."""
    query = select(WebhookDelivery.id).where(_of(endpoint), OVER)
    return _again(endpoint, query.order_by(WebhookDelivery.id).limit(MOST_AGAIN))


def last_failed(endpoint: WebhookEndpoint) -> datetime | None:
    """When the newest event happened that did not arrive; None if all did."""
    query = select(WebhookDelivery.occurred_at).where(_of(endpoint), OVER)
    return db.session.scalar(query.order_by(WebhookDelivery.id.desc()).limit(1))


def _again(endpoint: WebhookEndpoint, ids: Select[int]) -> int:
    with transaction() as session:
        session.refresh(endpoint, with_for_update=LOCKED)
        if endpoint.status != EndpointStatus.ACTIVE:
            return 0
        endpoint.resume_at = None
        changed = session.execute(
            update_rows(WebhookDelivery)
            .where(WebhookDelivery.id.in_(ids))
            .values(
                status=DeliveryStatus.WAITING,
                next_at=now(),
                until=now() + LONGEST,
                tries=0,
                finished_at=None,
            )
            .returning(WebhookDelivery.id)
        )
        return len(changed.all())


def _by_index(status: DeliveryStatus) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """What makes the few of a rare status be found among a million others."""
    if status == DeliveryStatus.WAITING:
        return (WebhookDelivery.next_at.is_not(None),)
    return () if status == DeliveryStatus.DELIVERED else (OVER,)


def _of(endpoint: WebhookEndpoint) -> ColumnElement[bool]:
    return WebhookDelivery.endpoint_id == endpoint.id


def _is(delivery: WebhookDelivery) -> ColumnElement[bool]:
    return WebhookDelivery.id == delivery.id


def _ended() -> ColumnElement[bool]:
    return WebhookDelivery.next_at.is_(None)
