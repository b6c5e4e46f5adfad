"""Webhooks that programs add, read and delete: those of the sandbox with its keys."""

from sqlalchemy import ColumnElement, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import ApiKey, EndpointKind, WebhookEndpoint
from promosms.services.api import idempotency
from promosms.services.api.idempotency import Once
from promosms.services.webhooks import endpoints, noting
from promosms.services.webhooks.endpoints import Wish

RESULT = "webhook"


def all_of(key: ApiKey) -> list[WebhookEndpoint]:
    """The webhooks that a key can see, in the order in which they were added."""
    query = select(WebhookEndpoint).where(*_seen_by(key))
    return list(db.session.scalars(query.order_by(WebhookEndpoint.id)))


def find(key: ApiKey, public_id: str) -> WebhookEndpoint | None:
    """One of them by its id."""
    if not public_id.isalnum():  # an address may hold bytes that no database takes
        return None
    query = select(WebhookEndpoint).where(*_seen_by(key), WebhookEndpoint.public_id == public_id)
    return db.session.scalar(query)


def of_result(key: ApiKey, result: str) -> WebhookEndpoint | None:
    """The webhook that a request has added; None if it was deleted."""
    number = int(result.rpartition(":")[2])
    query = select(WebhookEndpoint).where(*_seen_by(key), WebhookEndpoint.id == number)
    return db.session.scalar(query)


def add(key: ApiKey, wish: Wish, once: Once | None) -> WebhookEndpoint:
    """A new webhook; raises what `endpoints.make` and `idempotency.begin` raise."""
    with transaction() as session:
        idempotency.begin(session, once)
        made = endpoints.make(key.account_id, wish, key.created_by)
        idempotency.finish(session, once, f"{RESULT}:{made.id}")
    noting.let_all_know()
    return made


def _seen_by(key: ApiKey) -> tuple[ColumnElement[bool], ...]:
    return (
        WebhookEndpoint.account_id == key.account_id,
        WebhookEndpoint.kind == EndpointKind.WEBHOOK,
        WebhookEndpoint.sandbox.is_(key.sandbox),
    )
