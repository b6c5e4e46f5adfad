"""Tests of a gateway: an admin sends a text to his own phone through it."""

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, Message, Priority, Route, RouteGateway
from promosms.services.audit import log as audit_log
from promosms.services.gateways import workers
from promosms.services.installation import defaults
from promosms.sms import segments
from promosms.sms.phone import country_of

SHOWN = 5


class SendsNothing(Exception):
    """It is the simulator of an installation in production."""


def send(gateway: Gateway, phone: str, text: str, actor: str) -> Message:
    """Queue a free text with the priority of verification texts; the caller wakes the gateway.

    Raises SendsNothing.
    """
    if not workers.works(gateway):
        raise SendsNothing(gateway.name)
    account_id = defaults.ensure_operator_account()
    measure = segments.measure(text)
    with transaction() as session:
        message = Message(
            account_id=account_id,
            gateway_id=gateway.id,
            priority=Priority.VERIFICATION,
            phone=phone,
            country=country_of(phone),
            sender=_sender(gateway.id),
            text=text,
            encoding=measure.encoding,
            parts=measure.parts,
        )
        session.add(message)
        audit_log.record(actor, "gateway.test", gateway.name)
        return message


def recent(gateway_id: int) -> list[Message]:
    """The last tests of a gateway, newest first."""
    account_id = defaults.operator_account()
    if account_id is None:
        return []
    query = (
        select(Message)
        .where(Message.account_id == account_id, Message.gateway_id == gateway_id)
        .order_by(Message.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.scalars(query))


def _sender(gateway_id: int) -> str:
    """The sender of a route of the gateway, of the default route if possible."""
    query = (
        select(Route.sender)
        .join(RouteGateway, RouteGateway.route_id == Route.id)
        .where(RouteGateway.gateway_id == gateway_id)
        .order_by(Route.is_default.desc(), Route.id)
        .limit(1)
    )
    return db.session.scalar(query) or defaults.default_route().sender
