"""Webhook endpoints: made, changed, switched off and on, and deleted by an owner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.statements import delete_rows, update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import encryption
from promosms.models import (
    Account,
    DeliveryStatus,
    EndpointKind,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.webhooks import noting, signing

MOST = 20
"""So many endpoints an account may have."""
OVERLAP = timedelta(hours=24)
"""So long an old secret still signs beside the new one."""
BATCH = 5000
SECRET = "webhooks"
LOCKED = {"key_share": True}
"""Against other changes. Events that are noted meanwhile refer to the row, and need not wait."""
WELL: dict[str, Any] = {
    "failures": 0,
    "failing_since": None,
    "failed_at": None,
    "resume_at": None,
    "warned_at": None,
}
"""What is stored of an endpoint that answers."""


class TooMany(Exception):
    """The account has as many endpoints as it may have."""


class AlreadyThere(Exception):
    """The account has an endpoint with this address, for the same kind of texts."""


class AlreadyRotated(Exception):
    """The endpoint has a new secret, and the old one still signs."""


@dataclass(frozen=True)
class Wish:
    """What an endpoint shall be."""

    url: str
    events: Sequence[WebhookEvent]
    with_details: bool = False
    sandbox: bool = False


def of(account_id: int) -> list[WebhookEndpoint]:
    """The endpoints of an account, in the order in which they were made."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.account_id == account_id)
    return list(db.session.scalars(query.order_by(WebhookEndpoint.id)))


def find(account_id: int, public_id: str) -> WebhookEndpoint | None:
    """An endpoint of an account by its public id."""
    return db.session.scalar(
        select(WebhookEndpoint).where(
            WebhookEndpoint.account_id == account_id, WebhookEndpoint.public_id == public_id
        )
    )


def make(account_id: int, wish: Wish, actor: str) -> WebhookEndpoint:
    """A new endpoint, which hears of what happens from now on; raises TooMany, AlreadyThere."""
    with transaction() as session:
        # Two requests at once would each see fewer than the limit.
        account = session.get_one(Account, account_id, with_for_update=True)
        number = session.scalar(
            select(func.count()).where(
                WebhookEndpoint.account_id == account_id,
                WebhookEndpoint.kind == EndpointKind.WEBHOOK,
            )
        )
        if (number or 0) >= MOST:
            raise TooMany
        endpoint = WebhookEndpoint(
            account_id=account_id,
            secret=encryption.encrypt(SECRET, signing.new_secret()),
            created_by=actor,
        )
        _take(session, endpoint, wish)
        session.add(endpoint)
        session.flush()
        audit_log.record(actor, "webhook.make", account.public_id, endpoint.public_id)
    noting.let_all_know()
    return endpoint


def change(endpoint: WebhookEndpoint, wish: Wish, actor: str) -> None:
    """Give an endpoint another address or other events; raises AlreadyThere.

    What waits for it goes to the new address. Whether it is one of the sandbox stays as it is: the
    numbers of texts in its events are those of real texts, or those of the sandbox.
    """
    with transaction() as session:
        account = session.get_one(Account, endpoint.account_id, with_for_update=True)
        session.refresh(endpoint, with_for_update=LOCKED)
        moved = endpoint.url != wish.url
        _take(session, endpoint, replace(wish, sandbox=endpoint.sandbox))
        if moved:
            _set(endpoint, WELL)
        audit_log.record(actor, "webhook.change", account.public_id, endpoint.public_id)
    noting.let_all_know()


def _take(session: Session, endpoint: WebhookEndpoint, wish: Wish) -> None:
    same = select(WebhookEndpoint.id).where(
        WebhookEndpoint.account_id == endpoint.account_id,
        WebhookEndpoint.kind == EndpointKind.WEBHOOK,
        WebhookEndpoint.url == wish.url,
        WebhookEndpoint.sandbox.is_(wish.sandbox),
        WebhookEndpoint.id != (endpoint.id or 0),
    )
    with session.no_autoflush:
        if session.scalar(same.limit(1)) is not None:
            raise AlreadyThere
    endpoint.url, endpoint.with_details = wish.url, wish.with_details
    endpoint.sandbox = wish.sandbox
    endpoint.events = ",".join(event for event in WebhookEvent.CHOSEN if event in wish.events)


def rotate(endpoint: WebhookEndpoint, actor: str) -> None:
    """Give an endpoint a new secret; the old one signs beside it for a day.

    Raises AlreadyRotated within that day: a third secret would end one that may be in use.
    """
    with transaction() as session:
        account = session.get_one(Account, endpoint.account_id)
        session.refresh(endpoint, with_for_update=LOCKED)
        if has_old_secret(endpoint):
            raise AlreadyRotated
        endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now() + OVERLAP
        endpoint.secret = encryption.encrypt(SECRET, signing.new_secret())
        audit_log.record(actor, "webhook.rotate", account.public_id, endpoint.public_id)


def end_old_secret(endpoint: WebhookEndpoint, actor: str) -> None:
    """Sign with the new secret only, from now on."""
    with transaction() as session:
        account = session.get_one(Account, endpoint.account_id)
        session.refresh(endpoint, with_for_update=LOCKED)
        if has_old_secret(endpoint):
            endpoint.old_secret = endpoint.old_secret_until = None
            audit_log.record(actor, "webhook.end_old", account.public_id, endpoint.public_id)


def has_old_secret(endpoint: WebhookEndpoint) -> bool:
    """Does an old secret still sign?"""
    return endpoint.old_secret_until is not None and endpoint.old_secret_until > now()


def secret_of(endpoint: WebhookEndpoint) -> str | None:
    """The secret that signs; None if the key of the installation has changed since."""
    return encryption.decrypt(SECRET, endpoint.secret)


def switch_off(endpoint: WebhookEndpoint, actor: str) -> None:
    """Tell an endpoint nothing any more: neither what waits nor what happens from now on."""
    with transaction() as session:
        account = session.get_one(Account, endpoint.account_id)
        session.refresh(endpoint, with_for_update=LOCKED)
        if endpoint.status == EndpointStatus.ACTIVE:
            stop(session, endpoint, EndpointStatus.OFF)
            audit_log.record(actor, "webhook.off", account.public_id, endpoint.public_id)


def switch_on(endpoint: WebhookEndpoint, actor: str) -> None:
    """Tell an endpoint again what happens from now on."""
    with transaction() as session:
        account = session.get_one(Account, endpoint.account_id)
        session.refresh(endpoint, with_for_update=LOCKED)
        if endpoint.status != EndpointStatus.ACTIVE:
            endpoint.status, endpoint.stopped_at = EndpointStatus.ACTIVE, None
            _set(endpoint, WELL)
            audit_log.record(actor, "webhook.on", account.public_id, endpoint.public_id)
    noting.let_all_know()


def stop(session: Session, endpoint: WebhookEndpoint, status: EndpointStatus) -> None:
    """End what waits for an endpoint; the sweep ends what is more than some thousands."""
    endpoint.status, endpoint.stopped_at = status, now()
    _set(endpoint, WELL)
    session.flush()
    drop_waiting(session, endpoint.id)


def drop_waiting(session: Session, endpoint_id: int) -> int:
    """End some thousands of the deliveries that wait for an endpoint; returns how many."""
    some = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.next_at.is_not(None))
        .limit(BATCH)
    )
    dropped = session.execute(
        update_rows(WebhookDelivery)
        .where(WebhookDelivery.id.in_(some))
        .values(status=DeliveryStatus.DROPPED, next_at=None, finished_at=now())
        .returning(WebhookDelivery.id)
    )
    return len(dropped.all())


def delete(endpoint: WebhookEndpoint, actor: str) -> None:
    """Delete an endpoint and its log."""
    with transaction() as session:
        account = session.get_one(Account, endpoint.account_id)
        gone = session.execute(
            delete_rows(WebhookEndpoint)
            .where(WebhookEndpoint.id == endpoint.id)
            .returning(WebhookEndpoint.id)
        ).all()
        if gone:
            audit_log.record(actor, "webhook.delete", account.public_id, endpoint.public_id)


def test(endpoint: WebhookEndpoint) -> bool:
    """Send a test event; False if the endpoint is told nothing."""
    with transaction() as session:
        session.refresh(endpoint, with_for_update=LOCKED)
        if endpoint.status != EndpointStatus.ACTIVE or endpoint.kind != EndpointKind.WEBHOOK:
            return False
        noting.note_test(session, endpoint)
        endpoint.resume_at = None
        return True


def events_of(endpoint: WebhookEndpoint) -> list[WebhookEvent]:
    """What it is told."""
    return [WebhookEvent(event) for event in endpoint.events.split(",") if event]


def _set(endpoint: WebhookEndpoint, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(endpoint, name, value)
