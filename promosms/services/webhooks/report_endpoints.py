"""Endpoints that plug-ins bring themselves: servers that are called with news of their texts.

A text can come with an address of its own (`delivery-url` of PromoSMS REST 3.2). Every server that
such addresses lead to is an endpoint, with the rests, the log and the end of all endpoints; the
address of each text stands with the text.
"""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.lib import encryption
from promosms.models import Account, EndpointKind, WebhookEndpoint, WebhookEvent
from promosms.services.audit import log as audit_log
from promosms.services.webhooks import endpoints, noting, signing
from promosms.services.webhooks.noting import server_of

MOST = 50
"""So many servers of an account are called."""
EVENTS = (WebhookEvent.MESSAGE_SENT, WebhookEvent.MESSAGE_FINISHED)


def ensure(account_id: int, url: str, actor: str) -> None:
    """Let there be an endpoint for the server of this address; raises endpoints.TooMany."""
    server = server_of(url)
    with transaction() as session:
        if _find(session, account_id, server) is not None:
            return
        # Two requests at once would each find none.
        account = session.get_one(Account, account_id, with_for_update=True)
        if _find(session, account_id, server) is not None:
            return
        number = session.scalar(select(func.count()).where(*_of(account_id)))
        if (number or 0) >= MOST:
            raise endpoints.TooMany
        endpoint = WebhookEndpoint(
            account_id=account_id,
            kind=EndpointKind.REPORTS,
            url=server,
            events=",".join(EVENTS),
            secret=encryption.encrypt(endpoints.SECRET, signing.new_secret()),
            created_by=actor,
        )
        session.add(endpoint)
        session.flush()
        audit_log.record(actor, "webhook.make", account.public_id, endpoint.public_id)
    noting.let_all_know()


def _find(session: Session, account_id: int, server: str) -> int | None:
    query = select(WebhookEndpoint.id).where(*_of(account_id), WebhookEndpoint.url == server)
    return session.scalar(query)


def _of(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return WebhookEndpoint.account_id == account_id, WebhookEndpoint.kind == EndpointKind.REPORTS
