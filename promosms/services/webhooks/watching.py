"""Endpoints that do not answer for days: a warning after one, and the end after three."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.models import EndpointStatus, WebhookDelivery, WebhookEndpoint, now
from promosms.services.mail.notify import tell_owner
from promosms.services.webhooks import emails, endpoints, recording

WARNED_AFTER = timedelta(days=1)
DISABLED_AFTER = timedelta(days=3)


def watch() -> None:
    """Warn the owners of endpoints that fail, disable them later, and end what waits for them.

    Both need a failure at the end of that time: one that nothing was sent to may be well again.
    """
    with transaction() as session:
        failing = select(WebhookEndpoint).where(
            WebhookEndpoint.status == EndpointStatus.ACTIVE,
            WebhookEndpoint.failing_since < now() - WARNED_AFTER,
        )
        for endpoint in session.scalars(
            failing.order_by(WebhookEndpoint.id).with_for_update(key_share=True)
        ):
            since, last = endpoint.failing_since, endpoint.failed_at
            if since is None or last is None:
                continue
            if last - since >= DISABLED_AFTER:
                recording.disable(session, endpoint.id)
            elif endpoint.warned_at is None and last - since >= WARNED_AFTER:
                endpoint.warned_at = now()
                tell_owner(endpoint.account_id, partial(emails.failing, endpoint))
    _end_waiting()


def _end_waiting() -> None:
    waits = select(WebhookDelivery.id).where(
        WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.next_at.is_not(None)
    )
    with transaction() as session:
        stopped = select(WebhookEndpoint.id).where(
            WebhookEndpoint.status != EndpointStatus.ACTIVE, waits.exists()
        )
        for endpoint_id in session.scalars(stopped.order_by(WebhookEndpoint.id)).all():
            endpoints.drop_waiting(session, endpoint_id)
